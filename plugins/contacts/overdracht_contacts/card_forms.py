"""Write a card anew as vCard 3.0 (RFC 2426), which every program takes, and as vCard 4.0 (RFC 6350)."""

import re
from collections.abc import Iterator
from uuid import UUID

from overdracht_contacts.cards import Card
from overdracht_contacts.contentlines import ContentLine, escaped, folded
from overdracht_contacts.shelves import digest

_LEFT = frozenset({"BEGIN", "END", "VERSION", ""})
_TO_3 = {
    "KIND": "X-ADDRESSBOOKSERVER-KIND",
    "MEMBER": "X-ADDRESSBOOKSERVER-MEMBER",
    "ANNIVERSARY": "X-ANNIVERSARY",
    "GENDER": "X-GENDER",
    "LANG": "X-LANG",
    "RELATED": "X-RELATED",
    "CALURI": "X-CALURI",
    "FBURL": "X-FBURL",
    "CALADRURI": "X-CALADRURI",
    "XML": "X-XML",
    "CLIENTPIDMAP": "X-CLIENTPIDMAP",
}
"""Fields of 4.0 that 3.0 does not have, by the names under which programs keep them."""
_TO_4 = {
    "X-ADDRESSBOOKSERVER-KIND": "KIND",
    "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER",
    "X-ANNIVERSARY": "ANNIVERSARY",
    "X-GENDER": "GENDER",
    "X-RELATED": "RELATED",
    "LABEL": "X-LABEL",
    "MAILER": "X-MAILER",
    "CLASS": "X-CLASS",
    "NAME": "X-NAME",
    "PROFILE": "X-PROFILE",
    "AGENT": "X-AGENT",
    "SORT-STRING": "X-SORT-STRING",
}
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w-]+=[^;,]*)*);base64,(.*)", re.DOTALL | re.IGNORECASE)  # fmt: skip
_STRUCTURED = frozenset({"N", "ADR", "ORG", "GENDER", "X-GENDER", "CLIENTPIDMAP", "X-CLIENTPIDMAP"})
_LISTS = frozenset({"CATEGORIES", "NICKNAME"})
_UNTYPED = frozenset({"INTERNET", "X400", "BASE64", "QUOTED-PRINTABLE", "B", "PREF"})
_DROPPED = frozenset({"TYPE", "ENCODING", "CHARSET", "PREF"})
_URIS = ("X-ABUID", "URL", "IMPP", "RELATED", "MEMBER", "SOURCE", "UID", "X-RELATED", "X-ADDRESSBOOKSERVER-MEMBER", "CALURI", "FBURL", "CALADRURI", "GEO")  # fmt: skip


def as_3(card: Card) -> bytes:
    """Return *card* as vCard 3.0."""
    return b"".join(map(folded, _lines(card, "3.0")))


def as_4(card: Card) -> bytes:
    """Return *card* as vCard 4.0."""
    return b"".join(map(folded, _lines(card, "4.0")))


def _lines(card: Card, version: str) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    name = card.first("FN").strip() or card.title or "?"
    if not card.first("FN").strip():
        yield f"FN:{escaped(name)}"
    if not card.uid:  # servers take no card without one
        yield f"UID:urn:uuid:{UUID(digest(card.content))}"
    if version == "3.0" and not any(one.name == "N" for one in card.lines):
        yield f"N:{escaped(name)};;;;"
    depth = 0
    for line in card.lines:
        if line.name in {"BEGIN", "END"}:
            depth += 1 if line.name == "BEGIN" else -1
        if (
            line.name in _LEFT
            or depth > 1
            or (line.name in {"FN", "UID"} and not line.text.strip())
        ):
            continue
        yield _line(line, version)
    yield "END:VCARD"


def _line(line: ContentLine, version: str) -> str:
    name = (_TO_3 if version == "3.0" else _TO_4).get(line.name, line.name)
    group = f"{line.group}." if line.group else ""
    if line.is_binary:
        parameters, value = _binary(line, version)
    else:
        parameters, value = _parameters(line, version), _value(line, name)
    return f"{group}{name}{parameters}:{value}"


def _parameters(line: ContentLine, version: str, *, typed: bool = True) -> str:
    types = sorted(one for one in line.types if one not in _UNTYPED)
    first = line.parameter("PREF") or ("1" if "PREF" in line.types else "")
    if first and version == "3.0":
        types.append("PREF")
    words = [f"TYPE={','.join(types).lower() if version == '4.0' else ','.join(types)}"] if types and typed else []  # fmt: skip
    if first and version == "4.0":
        words.append(f"PREF={first if first.isdigit() else 1}")
    for key, value in line.given:
        is_uri = key == "VALUE" and (line.name == "TEL" or line.is_binary)
        if key in _DROPPED or not key or is_uri:
            continue
        words.append(f'{key}="{value}"' if re.search(r"[,:;]", value) else f"{key}={value}")
    return "".join(f";{word}" for word in words)


def _value(line: ContentLine, name: str) -> str:
    text = line.decoded
    if name == "TEL":
        return escaped(re.sub(r"^tel:", "", line.text, flags=re.IGNORECASE), more="")
    if name in _URIS or name in _STRUCTURED or name in _LISTS:
        return text.replace("\r", "").replace("\n", "\\n")
    return escaped(line.text)


def _binary(line: ContentLine, version: str) -> tuple[str, str]:
    value = "".join(line.value.split())
    inline = _DATA.fullmatch(value)
    kind = inline[1] if inline and inline[1] else _media_type(line)
    packed = inline[3] if inline else value
    if not inline and not line.encoding:  # it stands elsewhere
        return f"{_parameters(line, version)};VALUE=uri", value
    if version == "4.0":
        return _parameters(line, version, typed=False), f"data:{kind};base64,{packed}"
    short = kind.rpartition("/")[2].upper()
    return f"{_parameters(line, version, typed=False)};ENCODING=b;TYPE={short}", packed


def _media_type(line: ContentLine) -> str:
    family = {"SOUND": "audio", "KEY": "application"}.get(line.name, "image")
    named = line.parameter("MEDIATYPE")
    types = [one for one in sorted(line.types) if one not in _UNTYPED]
    kind = (types or ["octet-stream" if family == "application" else "jpeg"])[0].lower()
    return named or (kind if "/" in kind else f"{family}/{kind}")
