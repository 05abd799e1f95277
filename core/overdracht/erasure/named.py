"""Name the folders, files and other parts of sources that are called after the person: what is in them may go, and their names stay.

A name points at nobody in particular, so that nothing is done about it: the administrator is told, with the command where there is one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from overdracht.identifiers import Identifier, squeeze
from overdracht.items import Item
from overdracht.mentions import Mentions
from overdracht.state import RequestFile
from overdracht.steps import Residue
from overdracht.survey import Identity, Standing
from overdracht.text import NOTHING, Text

if TYPE_CHECKING:
    from overdracht.erasure.planning import Connectors

NAMES = "names"
"""Stands in the facts of a plan: the names by which exact items call the person."""
MOST_NAMES = 50
"""More names than these, seen less often, are other people's."""
_HERS = frozenset({Standing.GIVEN, Standing.REVEALED, Standing.WEAK})
_WORD = re.compile(r"[^\W_]+")
_SEPARATORS = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class NamedPart:
    """A part of a source whose name holds what is known of the person."""

    source: str
    part: str
    like: tuple[Identifier, ...]
    """What of the person it is like."""
    command: str
    """What takes it away once it is empty, where the connector knows one."""


class Names:
    """The names by which exact items call the person, counted as the items pass."""

    def __init__(self) -> None:
        self._seen: Counter[Identifier] = Counter()

    def passing(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield *items* as they come."""
        for item in items:
            self._seen.update(
                one.identifier for one in item.reveals if one.identifier.kind == "name"
            )
            yield item

    def all(self) -> list[Identifier]:
        """Return the names seen most often, those of one word left out: Jan is anybody."""
        whole = (one for one in self._seen if len(_WORD.findall(one.value)) > 1)
        return sorted(sorted(whole), key=lambda one: -self._seen[one])[:MOST_NAMES]


def named_after(
    request: RequestFile, identity: Identity, connectors: "Connectors", names: Iterable[str]
) -> tuple[NamedPart, ...]:
    """Return the parts, among those that the last search looked at, that are named after the person with this *identity* and these *names*."""
    known = [one.identifier for one in identity.known if one.standing in _HERS]
    every = tuple(dict.fromkeys([*known, *(Identifier("name", one) for one in names)]))
    mentions = Mentions(every)
    families = {form: one for one in every if one.kind == "name" for form in _families(one.value)}
    return tuple(
        NamedPart(source, part, like, _command(connectors, source, part))
        for source, part in request.parts()
        if (like := tuple(dict.fromkeys([*mentions.found(part), *_family(part, families)])))
    )


def _families(name: str) -> set[str]:
    """Return how a folder may be called by the family's name alone: `van der Berg`, `Berg`."""
    words = _WORD.findall(name)
    return {squeeze(" ".join(words[1:])), squeeze(words[-1])} if len(words) > 1 else set()


def _family(part: str, families: dict[str, Identifier]) -> Iterator[Identifier]:
    for level in _SEPARATORS.split(part):
        if found := families.get(squeeze(level)):
            yield found


def _command(connectors: "Connectors", source: str, part: str) -> str:
    connector = connectors.get(source)
    try:
        return "" if connector is None else connector.removing(part)
    except Exception:  # noqa: BLE001 - a plugin may raise anything, and what it may not stop is the plan
        return ""


def residue_of(named: Iterable[NamedPart]) -> tuple[tuple[str, Residue], ...]:
    """Return, without a name, what stays of *named* by source: it also stands in the certificate."""
    totals = Counter(one.source for one in named)
    return tuple((source, _residue(number)) for source, number in sorted(totals.items()))


def _residue(number: int) -> Residue:
    nl, en = ("map", "folder") if number == 1 else ("mappen", "folders")
    return Residue(
        Text(
            f"de naam van {number} {nl}, die lijkt op de naam of een gegeven van de persoon",
            f"the name of {number} {en} that is like the name or a detail of the person",
        ),
        NOTHING,
        Text(
            "tot iemand een andere naam geeft of de lege map weghaalt",
            "until somebody renames it or removes it when it is empty",
        ),
    )
