"""Texts by which an identifier is met in a log, the codes that programs write letters in, and what ends a word."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

_WORD = rb"A-Za-z0-9_\x80-\xff"
_NO_LETTER = rb"(?:0[0-9A-F]|1[0-9A-F]|2[0-9ACF]|3[A-F]|40|5[BCDE]|60|7[BCDEF])"
"""The code of a character that ends a word, in hexadecimal; not those of `+`, `-` and `.`, which addresses hold."""
_CODED = rb"(?<=%%%(code)b)|(?<=\\x%(code)b)|(?<=\\[nrtbf])|(?<=\\u00%(code)b)|(?<=#0[0-7]{2})" % {
    b"code": _NO_LETTER
}
BEFORE = {
    "email": rb"(?:(?<![%b.+\-])|%b)" % (_WORD, _CODED),
    "domain": rb"(?:(?<![%b\-])|%b)" % (_WORD, _CODED),
    "ip": rb"(?:(?<!\d)(?<!\d\.)|%b)" % _CODED,
    "username": rb"(?:(?<![%b.\-@])|%b)" % (_WORD, _CODED),
    "phone": rb"(?:(?<!\d)|%b)" % _CODED,
    "word": rb"(?:(?<![%b])|%b)" % (_WORD, _CODED),
}
AFTER = {
    "email": rb"(?![%b\-]|\.[%b])" % (_WORD, _WORD),
    "domain": rb"(?![%b\-]|\.[%b])" % (_WORD, _WORD),
    # Behind a dot a port may stand, as tcpdump writes it: `IP 192.0.2.7.443 > 192.0.2.9.53: `.
    "ip": rb"(?:(?!\d|\.\d)|(?=\.\d{1,5}(?: >|: )))",
    "username": rb"(?![%b\-@]|%%40|\.[%b])" % (_WORD, _WORD),
    "phone": rb"(?!\d)",
    "word": rb"(?![%b])" % _WORD,
}

Check = Callable[[bytearray | bytes, int], tuple[int, int] | None]
"""Says whether the identifier stands whole around an anchor at a place, and from where to where."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A text that stands in some spellings of an identifier."""

    text: bytes
    """Lower case."""
    whole: re.Pattern[bytes]
    """Matches at the anchor when it may be part of the identifier; when there is no *check*, that is the identifier."""
    check: Check | None = None
    begins: bool = False
    """A letter before the anchor, unless it ends a code, is a quick no."""


def any_of(spelled: Iterable[bytes]) -> bytes:
    return any_pattern([re.escape(one) for one in spelled])


def any_pattern(patterns: Iterable[bytes]) -> bytes:
    return b"(?:" + b"|".join(patterns) + b")"


def every_spelling(texts: Iterable[str]) -> tuple[bytes, ...]:
    found = (one for text in texts for one in encoded(text))
    return tuple(dict.fromkeys(one.lower() if one.isascii() else one for one in found))


def letters(text: str) -> tuple[str, ...]:
    """Return *text*, and in capitals where it has letters of which bytes do not tell upper from lower case."""
    return (text,) if text.isascii() else tuple(dict.fromkeys((text, text.upper(), text.title())))


def encoded(text: str) -> tuple[bytes, ...]:
    """Return the bytes in which a program may have written *text*."""
    once = quote(text, safe="")
    spelled = [
        text.encode(),
        once.encode(),
        quote(text, safe="+").encode(),
        quote(once, safe="").encode(),
    ]
    if not text.isascii():
        spelled.append(json.dumps(text)[1:-1].encode())
        spelled.append("".join(one if one.isascii() else "".join(f"\\x{byte:02X}" for byte in one.encode()) for one in text).encode())  # fmt: skip
        spelled.append(text.encode("latin-1", "replace"))
    return tuple(dict.fromkeys(spelled))


def domain_spellings(domain: str) -> tuple[str, ...]:
    if "xn--" not in domain:
        return (domain,)
    import idna

    try:
        return (domain, *letters(idna.decode(domain)))
    except (UnicodeError, IndexError):
        return (domain,)


def literals(texts: Iterable[str], kind: str) -> tuple[Anchor, ...]:
    return tuple(
        Anchor(one.lower(), re.compile(BEFORE[kind] + re.escape(one) + AFTER[kind], re.IGNORECASE), begins=kind != "phone")
        for one in every_spelling(texts)
    )  # fmt: skip


def plain(text: bytes) -> re.Pattern[bytes]:
    return re.compile(re.escape(text), re.IGNORECASE)


def spread(pieces: list[bytes], gap: bytes) -> Iterator[tuple[Anchor, ...]]:
    """Yield an anchor for *pieces* with a *gap* between them: each of the longest."""
    pattern = re.compile(
        BEFORE["word"] + gap.join(map(re.escape, pieces)) + AFTER["word"], re.IGNORECASE
    )
    longest = max(map(len, pieces))
    for piece in pieces:
        if len(piece) == longest:
            yield (
                Anchor(
                    piece.lower(),
                    plain(piece),
                    around(pattern, sum(map(len, pieces)) + 4 * len(pieces)),
                ),
            )


def ending_before(pattern: re.Pattern[bytes], distances: Iterable[int], reach: int) -> Check:
    """Return what looks for *pattern* from one of the *distances* before an anchor, or where a label stands between, within *reach*."""
    match, further = pattern.match, around(pattern, reach)

    def check(text: bytearray | bytes, place: int) -> tuple[int, int] | None:
        for distance in distances:
            found = match(text, place - distance) if distance <= place else None
            if found is not None and found.end() > place:
                return found.span()
        before = text[max(0, place - reach) : place].lower()
        return further(text, place) if b"+" in before or b"%2b" in before else None

    return check


def around(pattern: re.Pattern[bytes], reach: int) -> Check:
    """Return what looks for *pattern* within *reach* of an anchor that stands somewhere in it."""

    def check(text: bytearray | bytes, place: int) -> tuple[int, int] | None:
        for found in pattern.finditer(text, max(0, place - reach), place + reach):
            if found.start() <= place < found.end():
                return found.span()
        return None

    return check
