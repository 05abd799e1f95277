"""In what bytes an identifier can stand in a log, and how it is told whether it stands there whole.

Each has *anchors*: lower-case texts of which one stands in every spelling, whatever its case. Where an anchor was met, its pattern says whether the
identifier stands there between boundaries: `10.0.0.1` stands neither in `110.0.0.12` nor in `10.0.0.10`. A web server may have encoded what stands
before it (`%3D`, `\\x22`), so the last digit of such a code is no letter of a word.
"""

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

from overdracht import WEAK, Identifier, split_address
from overdracht_serverlogs.networks import network_anchors

_WORD = rb"A-Za-z0-9_\x80-\xff"
_NO_LETTER = rb"(?:0[0-9A-F]|1[0-9A-F]|2[0-9ACF]|3[A-F]|40|5[BCDE]|60|7[BCDEF])"
"""The code of a character that ends a word, in hexadecimal; not those of `+`, `-` and `.`, which addresses hold."""
_CODED = rb"(?<=%%%(code)b)|(?<=\\x%(code)b)|(?<=\\[nrtbf])|(?<=\\u00%(code)b)|(?<=#0[0-7]{2})" % {
    b"code": _NO_LETTER
}
_GAP = rb"(?:[\s().\-/+]{0,3}|%20|%2B|%2D)"
"""What may stand between the digits of a telephone number: three bytes at most."""
_BETWEEN = (b" ", b"+", b"%20", b"_", b".", b"-")
_TURNED = (b", ", b",", b",+", b",%20", b"%2C+", b"%2C%20", b" ", b"+", b"%20")
"""What stands between the words of a name, and between the last name and the first when they change places."""
_BEFORE = {
    "email": rb"(?:(?<![%b.+\-])|%b)" % (_WORD, _CODED),
    "domain": rb"(?:(?<![%b\-])|%b)" % (_WORD, _CODED),
    "ip": rb"(?:(?<!\d)(?<!\d\.)|%b)" % _CODED,
    "username": rb"(?:(?<![%b.\-@])|%b)" % (_WORD, _CODED),
    "phone": rb"(?:(?<!\d)|%b)" % _CODED,
    "word": rb"(?:(?<![%b])|%b)" % (_WORD, _CODED),
}
_AFTER = {
    "email": rb"(?![%b\-]|\.[%b])" % (_WORD, _WORD),
    "domain": rb"(?![%b\-]|\.[%b])" % (_WORD, _WORD),
    "ip": rb"(?!\d|\.\d)",
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


@dataclass(frozen=True, slots=True)
class Needle:
    """One identifier, by its *number*, and the sets of anchors by which it can be found: each set finds every spelling."""

    number: int
    choices: tuple[tuple[Anchor, ...], ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for, as it travels to another process."""

    identifiers: tuple[Identifier, ...]
    excluded: tuple[Identifier, ...] = ()

    @property
    def all(self) -> tuple[Identifier, ...]:
        """Both, the excluded ones behind the others."""
        return (*self.identifiers, *self.excluded)


@lru_cache(maxsize=8)
def needles(wanted: Wanted) -> tuple[Needle, ...]:
    """Return how each identifier that is *wanted* can be found."""
    return tuple(_needle(number, one) for number, one in enumerate(wanted.all))


def is_weak(identifier: Identifier) -> bool:
    """Say whether *identifier* does not point at one person."""
    return identifier.kind in WEAK


def _needle(number: int, identifier: Identifier) -> Needle:
    if identifier.kind == "ip":
        return Needle(number, network_anchors(identifier.value, _BEFORE["ip"], _AFTER["ip"]))
    make = _MAKERS.get(identifier.kind, _word)
    return Needle(number, tuple(make(identifier.value)))


Choices = Iterator[tuple[Anchor, ...]]


def _email(value: str) -> Choices:
    """Yield the whole address as anchors; and its domain alone, and its mailbox alone, around which the address is looked for."""
    local, domain = split_address(value)
    mailboxes = _every_spelling(_letters(local))
    names = _every_spelling(_domain_spellings(domain))
    # What follows a plus is the person's own label: jan+nieuws@x.nl arrives at jan@x.nl.
    label = b"" if "+" in local else rb"(?:(?:\+|%2B)[^\s@<>\"',;&?]{1,128}?)?"
    pattern = re.compile(
        _BEFORE["email"] + _any(mailboxes) + label + rb"(?:@|%40|%2540)" + _any(names) + _AFTER["email"],
        re.IGNORECASE,
    )  # fmt: skip
    reach = 2 * len(value) + 140
    at = re.compile(
        rb"(?:(?<=@)|(?<=%40)|(?<=2540))" + _any(names) + _AFTER["email"], re.IGNORECASE
    )
    distances = {len(one) + len(sign) for one in mailboxes for sign in (b"@", b"%40", b"%2540")}
    check = _ending_before(pattern, sorted(distances), reach)
    yield tuple(Anchor(one.lower(), at, check) for one in names)
    yield tuple(Anchor(one.lower(), pattern, begins=True) for one in mailboxes)
    if len(names) == 1:
        ends = [at + names[0] for at in (b"@", b"%40", b"%2540")]
        ends += [] if "+" in local else [b"+", b"%2b"]
        yield tuple(
            Anchor((one + end).lower(), pattern, begins=True) for one in mailboxes for end in ends
        )


def _domain(value: str) -> Choices:
    yield _literals(_domain_spellings(value), "domain")


def _username(value: str) -> Choices:
    yield _literals(_letters(value), "username")


def _word(value: str) -> Choices:
    runs = re.findall(r"\d+|[^\W\d_]+", value)
    if len(runs) > 1 and value.isascii():
        yield from _spread([one.encode() for one in runs], rb"[\s.\-_/]?")
    else:
        yield _literals(_letters(value), "word")


def _iban(value: str) -> Choices:
    pieces = [value[at : at + 4].encode() for at in range(0, len(value), 4)]
    yield from _spread(pieces, rb"(?:[ .+\-]|%20)?")


def _number(value: str) -> Choices:
    yield _literals((value,), "phone")


def _phone(value: str) -> Choices:
    digits = value.partition(";")[0].lstrip("+")
    # The country's code has one to three digits; in the Netherlands two.
    sizes = (2,) if value.startswith("+31") else (1, 2, 3)
    forms = [
        rb"(?:(?:\+|%%2B|00)?%b%b(?:\(?0\)?%b)?|0%b)?" % (digits[:size].encode(), _GAP, _GAP, _GAP)
        + _GAP.join(re.escape(one.encode()) for one in digits[size:])
        for size in sizes
    ]
    pattern = re.compile(_BEFORE["phone"] + _any_pattern(forms) + _AFTER["phone"], re.IGNORECASE)
    check = _around(pattern, 40)
    for end in (len(digits), len(digits) - 2):
        # In pairs from the end, or in threes, at most one gap stands among these four.
        four = digits[end - 4 : end].encode()
        gaps = (b" ", b"-", b".", b"+", b"%20")
        texts = (four, *(four[:at] + gap + four[at:] for at in (1, 2, 3) for gap in gaps))
        yield tuple(Anchor(text, _plain(text), check) for text in texts)


def _name(value: str) -> Choices:
    """Yield its longest words; and what stands between two of its words, since a surname stands in thousands of mail addresses."""
    words = [_any(_every_spelling(_letters(one))) for one in re.findall(r"[^\W_]+", value)]
    plain = re.findall(r"[^\W_]+", value)
    between = _any_pattern(map(re.escape, _BETWEEN))
    forms = [between.join(words)]
    if len(words) > 1:
        # `Vries, Jan de` and `de Vries, Jan`
        turned_pair = words[-1] + _any_pattern(map(re.escape, _TURNED)) + words[0]
        forms.append(between.join([turned_pair, *words[1:-1]]))
        forms.append(between.join([*words[1:-1], turned_pair]))
    pattern = re.compile(_BEFORE["word"] + _any_pattern(forms) + _AFTER["word"], re.IGNORECASE)
    check = _around(pattern, len(value) * 8)
    for one in sorted(plain, key=len)[-2:]:
        spelled = _every_spelling(_letters(one))
        whole = re.compile(_BEFORE["word"] + _any(spelled) + _AFTER["word"], re.IGNORECASE)
        yield tuple(Anchor(text.lower(), whole, check, begins=True) for text in spelled)
    turned = _paired(plain[-1], _TURNED, plain[0], check) if words[1:] else []
    for left, right in itertools.pairwise(plain):
        yield (*turned, *_paired(left, _BETWEEN, right, check))


def _paired(left: str, gaps: Iterable[bytes], right: str, check: Check) -> list[Anchor]:
    texts = (
        one + gap + other
        for one in _every_spelling(_letters(left))
        for gap in gaps
        for other in _every_spelling(_letters(right))
    )
    return [Anchor(text.lower(), _plain(text), check) for text in texts]


_MAKERS: dict[str, Callable[[str], Choices]] = {
    "email": _email,
    "domain": _domain,
    "username": _username,
    "phone": _phone,
    "iban": _iban,
    "kvk": _number,
    "name": _name,
    "address": _name,
}


def _any(spelled: Iterable[bytes]) -> bytes:
    return _any_pattern([re.escape(one) for one in spelled])


def _any_pattern(patterns: Iterable[bytes]) -> bytes:
    return b"(?:" + b"|".join(patterns) + b")"


def _every_spelling(texts: Iterable[str]) -> tuple[bytes, ...]:
    found = (one for text in texts for one in _encoded(text))
    return tuple(dict.fromkeys(one.lower() if one.isascii() else one for one in found))


def _letters(text: str) -> tuple[str, ...]:
    """Return *text*, and in capitals where it has letters of which bytes do not tell upper from lower case."""
    return (text,) if text.isascii() else tuple(dict.fromkeys((text, text.upper(), text.title())))


def _encoded(text: str) -> tuple[bytes, ...]:
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


def _domain_spellings(domain: str) -> tuple[str, ...]:
    if "xn--" not in domain:
        return (domain,)
    import idna

    try:
        return (domain, *_letters(idna.decode(domain)))
    except (UnicodeError, IndexError):
        return (domain,)


def _literals(texts: Iterable[str], kind: str) -> tuple[Anchor, ...]:
    return tuple(
        Anchor(one.lower(), re.compile(_BEFORE[kind] + re.escape(one) + _AFTER[kind], re.IGNORECASE), begins=kind != "phone")
        for one in _every_spelling(texts)
    )  # fmt: skip


def _plain(text: bytes) -> re.Pattern[bytes]:
    return re.compile(re.escape(text), re.IGNORECASE)


def _spread(pieces: list[bytes], gap: bytes) -> Choices:
    """Yield an anchor for *pieces* with a *gap* between them: each of the longest."""
    pattern = re.compile(
        _BEFORE["word"] + gap.join(map(re.escape, pieces)) + _AFTER["word"], re.IGNORECASE
    )
    longest = max(map(len, pieces))
    for piece in pieces:
        if len(piece) == longest:
            yield (
                Anchor(
                    piece.lower(),
                    _plain(piece),
                    _around(pattern, sum(map(len, pieces)) + 4 * len(pieces)),
                ),
            )


def _ending_before(pattern: re.Pattern[bytes], distances: Iterable[int], reach: int) -> Check:
    """Return what looks for *pattern* from one of the *distances* before an anchor, or where a label stands between, within *reach*."""
    match, around = pattern.match, _around(pattern, reach)

    def check(text: bytearray | bytes, place: int) -> tuple[int, int] | None:
        for distance in distances:
            found = match(text, place - distance) if distance <= place else None
            if found is not None and found.end() > place:
                return found.span()
        before = text[max(0, place - reach) : place].lower()
        return around(text, place) if b"+" in before or b"%2b" in before else None

    return check


def _around(pattern: re.Pattern[bytes], reach: int) -> Check:
    """Return what looks for *pattern* within *reach* of an anchor that stands somewhere in it."""

    def check(text: bytearray | bytes, place: int) -> tuple[int, int] | None:
        for found in pattern.finditer(text, max(0, place - reach), place + reach):
            if found.start() <= place < found.end():
                return found.span()
        return None

    return check
