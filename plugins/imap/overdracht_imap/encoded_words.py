"""Read encoded words (RFC 2047) and bytes of uncertain charset, as broken as mail has them."""

import binascii
import codecs
import re
from collections.abc import Sequence
from functools import lru_cache

# A payload is of any length, and may hold a bare `?` or a fold where a careless mailer put one. It gives nothing back, and runs over few places
# where another word may begin (`=?`), so that no byte is read more than some times, and a header made to be slow stays cheap.
_CHARSET, _ENCODING = r"[^?\s]{1,60}", r"[bBqQ]"
_STRETCH = r"[^?\n]*+(?:(?:(?<!=)\?(?!=)|\n[ \t])[^?\n]*+)*+"
_PAYLOAD = rf"{_STRETCH}(?:\?(?!=){_STRETCH}){{0,6}}+"
_WORD = rf"=\?{_CHARSET}\?{_ENCODING}\?{_PAYLOAD}\?="
_RUN = rf"{_WORD}(?:\s{{0,8}}{_WORD})*"
RUN_BYTES = re.compile(_RUN.encode())
"""One or more encoded words with nothing but white space between them: they decode to one text."""
RUN = re.compile(_RUN)
_PARTS = re.compile(rf"=\?({_CHARSET})\?({_ENCODING})\?({_PAYLOAD})\?=")

# Not what ends as if more were to come: joined to the next, it would take a part of that along.
_UTF8_Q = re.compile(rb"=\?[uU][tT][fF]-8\?[qQ]\?([!->@-~]{0,1998}[!-<>@-~]{2})\?=")
_BETWEEN = b"\x01"

# Decoding ASCII bytes with these gives something else than ASCII.
_SHIFTING = ("utf7", "utf16", "utf32", "iso2022", "hz")
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem"}
)


@lru_cache(maxsize=256)
def _codec(charset: str) -> tuple[str, bool]:
    """Return the codec for *charset* (empty when there is none) and whether ASCII is ASCII in it."""
    try:
        name = codecs.lookup(charset.partition("*")[0].strip(" \"'")).name
    except (LookupError, ValueError):
        return "", True
    if name in _NO_CHARSETS:
        return "", True
    try:
        plain = b"Az@.9".decode(name) == "Az@.9"
    except LookupError:  # it is no charset but, say, a compression
        return "", True
    except UnicodeError:
        plain = False
    return name, plain and not name.replace("_", "").replace("-", "").startswith(_SHIFTING)


def is_plain(charset: str) -> bool:
    """Say whether ASCII bytes are ASCII text in *charset*."""
    return _codec(charset)[1]


def codec(charset: str) -> codecs.IncrementalDecoder:
    """Return what decodes text in *charset*, which is not plain, piece by piece."""
    return codecs.getincrementaldecoder(_codec(charset)[0])("replace")


def decode(raw: bytes, charset: str = "") -> str:
    """Return *raw* as text. What a mail says of its *charset* is often wrong, so valid UTF-8 is believed first."""
    name, plain = _codec(charset) if charset else ("", True)
    if plain:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            pass
    if name and name not in {"utf-8", "ascii"}:
        try:
            return raw.decode(name, "replace")
        except (ValueError, LookupError):
            pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def from_base64(payload: bytes) -> bytes:
    """Return the bytes that *payload* stands for, as far as it is base64 at all."""
    try:
        return binascii.a2b_base64(payload)
    except binascii.Error:
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", payload)
        clean = clean[: len(clean) - 1] if len(clean) % 4 == 1 else clean
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def _payload(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    return from_base64(raw) if encoding in "bB" else binascii.a2b_qp(raw, header=True)


def decode_run(run: str) -> str:
    """Return the text of a *run* of encoded words; a character may be cut over two of them."""
    texts: list[str] = []
    raw, last = b"", ""
    for charset, encoding, payload in _PARTS.findall(run):
        if charset.lower() != last and raw:
            texts.append(decode(raw, last))
            raw = b""
        last = charset.lower()
        raw += _payload(encoding, payload)
    texts.append(decode(raw, last))
    return "".join(texts)


def decode_runs(runs: Sequence[bytes]) -> list[str]:
    """Return the texts of *runs* of encoded words; those of one word in quoted-printable UTF-8, as most are, together."""
    plain: dict[int, bytes] = {}
    for number, run in enumerate(runs):
        if word := _UTF8_Q.fullmatch(run):
            plain[number] = word[1]
    try:
        joined = binascii.a2b_qp(_BETWEEN.join(plain.values()), header=True).decode()
    except UnicodeDecodeError:
        joined = ""
    texts = joined.split(_BETWEEN.decode())
    if len(texts) != len(plain):
        plain, texts = {}, []
    told = dict(zip(plain, texts, strict=True))
    return [
        told[number] if number in told else decode_run(run.decode("latin-1"))
        for number, run in enumerate(runs)
    ]


def decode_words(text: str) -> str:
    """Return *text* with its encoded words decoded."""
    if "=?" not in text:
        return text
    return RUN.sub(lambda found: decode_run(found[0]), text)
