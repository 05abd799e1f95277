"""E-mail addresses with a label: what is sent to jan+nieuws@x.nl arrives at jan@x.nl, so that either is possibly the person of the other."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from overdracht import (
    Certainty,
    Identifier,
    Match,
    Mentions,
    base_address,
    bases,
    domain_forms,
    fold,
    split_address,
)


class Finder(Protocol):
    """Finds identifiers in running text."""

    def found(self, text: str) -> Iterator[Identifier]:
        """Yield those that stand in *text*, each once."""


def without_label(identifier: Identifier) -> Identifier:
    """Return *identifier*, an e-mail address without its label."""
    if identifier.kind != "email":
        return identifier
    return Identifier("email", base_address(identifier.value))


class Labelled:
    """Finds addresses that differ from those among *identifiers* by their label only."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        given = frozenset(identifiers)
        self._wanted = bases(given)
        self._patterns = {base: re.compile(_pattern(base), re.IGNORECASE) for base in self._wanted}
        plain = {Identifier("email", base) for base in self._wanted}
        self._plain = Mentions(plain - given)
        """Finds the addresses without a label that are not looked for themselves: a mention of those is told without."""

    def of(self, identifier: Identifier) -> Iterator[Identifier]:
        """Yield those from which *identifier* itself differs so."""
        if identifier.kind == "email":
            wanted = self._wanted.get(base_address(identifier.value), ())
            yield from (one for one in wanted if one != identifier)

    def found(self, text: str) -> Iterator[Identifier]:
        """Yield those of which *text* holds the address with another label, or without."""
        if not self._wanted:
            return
        there = {one.value for one in self._plain.found(text)} if self._plain else set()
        if "+" in text:
            there |= {address for base in self._wanted for address in self._labelled(base, text)}
        others = dict.fromkeys(Identifier("email", one) for one in sorted(there))
        yield from dict.fromkeys(wanted for one in others for wanted in self.of(one))

    def matches(self, text: str, where: str) -> Iterator[Match]:
        """Yield a possible match for each of them."""
        for one in self.found(text):
            yield Match(one, Certainty.POSSIBLE, where)

    def _labelled(self, base: str, text: str) -> Iterator[str]:
        local, domain = split_address(base)
        for one in self._patterns[base].finditer(text):
            yield f"{local}+{fold(one[1])}@{domain}"


class Everything:
    """Finds *identifiers*, and addresses that differ from theirs by their label only."""

    def __init__(self, identifiers: Iterable[Identifier]) -> None:
        wanted = tuple(identifiers)
        self._mentions = Mentions(wanted)
        self._labelled = Labelled(wanted)

    def found(self, text: str) -> Iterator[Identifier]:
        """Yield what stands in *text*, each once."""
        yield from dict.fromkeys((*self._mentions.found(text), *self._labelled.found(text)))


def _pattern(base: str) -> str:
    """Return the pattern of *base* with a label; it begins with the plus, which few texts have."""
    local, domain = split_address(base)
    names = "|".join(re.escape(form) for form in domain_forms(domain))
    before = rf"(?<=(?<![\w.+-]){re.escape(local)}\+)"
    return rf"\+{before}([^\s@<>\"',;:()]{{0,64}}?)\s?(?:@|%40)\s?(?:{names})(?![\w-]|\.\w)"
