"""In what bytes an identifier can stand in a log, and how it is told whether it stands there whole.

Each has *anchors*: lower-case texts of which one stands in every spelling, whatever its case. Where an anchor was met, its pattern says whether the
identifier stands there between boundaries: `10.0.0.1` stands neither in `110.0.0.12` nor in `10.0.0.10`. A web server may have encoded what stands
before it (`%3D`, `\\x22`), so the last digit of such a code is no letter of a word.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from overdracht import WEAK, Identifier, split_address
from overdracht_serverlogs.anchors import (
    AFTER,
    BEFORE,
    Anchor,
    Check,
    any_of,
    any_pattern,
    around,
    domain_spellings,
    ending_before,
    every_spelling,
    letters,
    literals,
    plain,
    spread,
)
from overdracht_serverlogs.networks import network_anchors

_GAP = rb"(?:[ \t().\-/+]{0,3}|%20|%2B|%2D)"
"""What may stand between the digits of a telephone number: three bytes at most."""
_COUNTRY = (1, 2, 3)
"""Digits of a country's code."""
_BETWEEN = (b" ", b"+", b"%20", b"_", b".", b"-")
_TURNED = (b", ", b",", b",+", b",%20", b"%2C+", b"%2C%20", b" ", b"+", b"%20")
"""What stands between the words of a name, and between the last name and the first when they change places."""


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
        return Needle(number, network_anchors(identifier.value, BEFORE["ip"], AFTER["ip"]))
    make = _MAKERS.get(identifier.kind, _word)
    return Needle(number, tuple(make(identifier.value)))


Choices = Iterator[tuple[Anchor, ...]]


def _email(value: str) -> Choices:
    """Yield the whole address as anchors; and its domain alone, and its mailbox alone, around which the address is looked for."""
    local, domain = split_address(value)
    mailboxes = every_spelling(letters(local))
    names = every_spelling(domain_spellings(domain))
    # What follows a plus is the person's own label: jan+nieuws@x.nl arrives at jan@x.nl.
    label = b"" if "+" in local else rb"(?:(?:\+|%2B)[^\s@<>\"',;&?]{1,128}?)?"
    pattern = re.compile(
        BEFORE["email"] + any_of(mailboxes) + label + rb"(?:@|%40|%2540)" + any_of(names) + AFTER["email"],
        re.IGNORECASE,
    )  # fmt: skip
    reach = 2 * len(value) + 140
    at = re.compile(
        rb"(?:(?<=@)|(?<=%40)|(?<=2540))" + any_of(names) + AFTER["email"], re.IGNORECASE
    )
    distances = {len(one) + len(sign) for one in mailboxes for sign in (b"@", b"%40", b"%2540")}
    check = ending_before(pattern, sorted(distances), reach)
    yield tuple(Anchor(one.lower(), at, check) for one in names)
    yield tuple(Anchor(one.lower(), pattern, begins=True) for one in mailboxes)
    if len(names) == 1:
        ends = [at + names[0] for at in (b"@", b"%40", b"%2540")]
        ends += [] if "+" in local else [b"+", b"%2b"]
        yield tuple(
            Anchor((one + end).lower(), pattern, begins=True) for one in mailboxes for end in ends
        )


def _domain(value: str) -> Choices:
    yield literals(domain_spellings(value), "domain")


def _username(value: str) -> Choices:
    yield literals(letters(value), "username")


def _word(value: str) -> Choices:
    runs = re.findall(r"\d+|[^\W\d_]+", value)
    if len(runs) > 1 and value.isascii():
        yield from spread([one.encode() for one in runs], rb"[ .\-_/]?")
    else:
        yield literals(letters(value), "word")


def _iban(value: str) -> Choices:
    pieces = [value[at : at + 4].encode() for at in range(0, len(value), 4)]
    yield from spread(pieces, rb"(?:[ .+\-]|%20)?")


def _number(value: str) -> Choices:
    yield literals((value,), "phone")


def _phone(value: str) -> Choices:
    digits = value.partition(";")[0].lstrip("+")
    # The country's code has one to three digits; in the Netherlands two.
    sizes = (2,) if value.startswith("+31") else _COUNTRY
    forms = [
        rb"(?:(?:\+|%%2B|00)?%b%b(?:\(?0\)?%b)?|0%b)?" % (digits[:size].encode(), _GAP, _GAP, _GAP)
        + _GAP.join(re.escape(one.encode()) for one in digits[size:])
        for size in sizes
    ]
    pattern = re.compile(BEFORE["phone"] + any_pattern(forms) + AFTER["phone"], re.IGNORECASE)
    check = around(pattern, 40)
    for end in (len(digits), len(digits) - 2):
        # In pairs from the end, or in threes, at most one gap stands among these four.
        four = digits[end - 4 : end].encode()
        gaps = (b" ", b"-", b".", b"+", b"%20")
        texts = (four, *(four[:at] + gap + four[at:] for at in (1, 2, 3) for gap in gaps))
        behind = _behind(digits[: end - 4].encode())
        yield tuple(Anchor(text, re.compile(behind + re.escape(text)), check) for text in texts)


def _behind(digits: bytes) -> bytes:
    """Return a pattern that says quickly whether the last of *digits*, and a gap at most, stand in front of a place."""
    if len(digits) <= max(_COUNTRY):
        return b""  # more may stand behind the country's code
    gaps = (*(b"[ \t().\\-/+]{%d}" % size for size in range(4)), b"%20", b"%2[Bb]", b"%2[Dd]")
    return any_pattern(b"(?<=" + digits[-1:] + gap + b")" for gap in gaps)


def _name(value: str) -> Choices:
    """Yield its longest words; and what stands between two of its words, since a surname stands in thousands of mail addresses."""
    words = [any_of(every_spelling(letters(one))) for one in re.findall(r"[^\W_]+", value)]
    bare = re.findall(r"[^\W_]+", value)
    between = any_pattern(map(re.escape, _BETWEEN))
    forms = [between.join(words)]
    if len(words) > 1:
        # `Vries, Jan de` and `de Vries, Jan`
        turned_pair = words[-1] + any_pattern(map(re.escape, _TURNED)) + words[0]
        forms.append(between.join([turned_pair, *words[1:-1]]))
        forms.append(between.join([*words[1:-1], turned_pair]))
    pattern = re.compile(BEFORE["word"] + any_pattern(forms) + AFTER["word"], re.IGNORECASE)
    check = around(pattern, len(value) * 8)
    for one in sorted(bare, key=len)[-2:]:
        spelled = every_spelling(letters(one))
        whole = re.compile(BEFORE["word"] + any_of(spelled) + AFTER["word"], re.IGNORECASE)
        yield tuple(Anchor(text.lower(), whole, check, begins=True) for text in spelled)
    turned = _paired(bare[-1], _TURNED, bare[0], check) if words[1:] else []
    for left, right in itertools.pairwise(bare):
        yield (*turned, *_paired(left, _BETWEEN, right, check))


def _paired(left: str, gaps: Iterable[bytes], right: str, check: Check) -> list[Anchor]:
    texts = (
        one + gap + other
        for one in every_spelling(letters(left))
        for gap in gaps
        for other in every_spelling(letters(right))
    )
    return [Anchor(text.lower(), plain(text), check) for text in texts]


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
