"""How the books carry out a ruling: which columns of a record go now, which stay and until when, and whether the row goes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from overdracht import Category, Disposition, Item, Ruling, Step, Text, Verdict
from overdracht_accounting.mapping import DataMap, Record, Table, walk
from overdracht_accounting.matching import is_own
from overdracht_accounting.rows import DEPENDS, GROUPS, UNDECIDED

DELETE = "delete"
"""The action of a step: the row and what is part of it."""
BLANK = "blank"
"""The action of a step: the columns of the groups of categories that follow it."""
MASK = "mask"
"""The action of a step: only the identifiers that match, in the columns of the groups that follow it."""
CORRECT = "correct"
"""The action of a step: the edits that it holds."""

UNCANCELLED = Text(
    "Opzeggen kan niet in de boekhouding: dit moet iemand bekijken.",
    "Nothing can be cancelled in the books: somebody has to look at this.",
)
UNKNOWN = Text(
    "Dit staat niet meer in de toewijzing: dit moet iemand bekijken.",
    "This is not in the mapping any more: somebody has to look at this.",
)
OPEN = Text(
    "Er hangt een stuk zonder datum aan, zoals een concept: boek of verwijder dat eerst.",
    "Something without a date depends on it, such as a draft: post or delete that first.",
)
UNNAMED = Text(
    "Dit is van iemand anders, of van meer mensen, en noemt de persoon in geen veld: dit moet iemand bekijken.",
    "This is somebody else's, or several people's, and names the person in no field: somebody has to look at this.",
)

NO_TEXT = Text(
    "De persoon staat in een bestand, in JSON of in een lijst in de database: dat is niet als tekst te bewerken en moet iemand bekijken.",
    "The person stands in a file, in JSON or in a list in the database: that cannot be changed as a text, and somebody has to look at it.",
)

Group = tuple[Category, ...]


def named(group: Group) -> str:
    """Return *group* as an action names it."""
    return "+".join(group)


def propose(mapping: DataMap, item: Item, ruling: Ruling) -> Step:
    """Return the step that carries out *ruling* on *item*."""
    record = mapping.record(item.part)
    if record is None:
        return review(item, ruling, UNKNOWN)
    ruled = ruling.disposition
    if ruled.verdict in {Verdict.REVIEW, Verdict.CANCEL}:
        return review(
            item, ruling, ruled.ground if ruled.verdict is Verdict.REVIEW else UNCANCELLED
        )
    return _Proposal(record, item, ruling).step()


def review(item: Item, ruling: Ruling, ground: Text) -> Step:
    """Return the step that leaves *item* alone until somebody has looked at it, for the reason *ground*."""
    return Step(
        item, replace(ruling.disposition, verdict=Verdict.REVIEW, ground=ground, until=None), ""
    )


def is_masked(record: Record, item: Item) -> bool:
    """Say whether *item* only mentions the person: somebody else's record, or nobody's in particular."""
    if record.only_masked:
        return True
    if not item.matches:
        # It is told by its age alone: everybody's term is over.
        return False
    if item.third_parties:
        return True
    return item.holder is not None and not any(is_own(one, record) for one in item.matches)


@dataclass
class _Proposal:
    record: Record
    item: Item
    ruling: Ruling

    def step(self) -> Step:
        masked = is_masked(self.record, self.item)
        groups = self._mentioning() if masked else self._filled()
        if masked and not groups and self.ruling.disposition.verdict is not Verdict.RETAIN:
            return review(self.item, self.ruling, UNNAMED)
        if masked and any(map(self._goes, set(groups) & self._opaque)):
            return review(self.item, self.ruling, NO_TEXT)
        return self._of(groups, masked=masked)

    def _of(self, groups: list[Group], *, masked: bool) -> Step:
        going = [one for one in groups if self._goes(one)]
        staying = [one for one in groups if one not in going]
        ruled = self.ruling.disposition
        if ruled.verdict is Verdict.RETAIN:
            return self._kept(ruled, going, masked=masked)
        if staying:
            kept = self._longest(staying)
            if kept.verdict is Verdict.REVIEW:
                return review(self.item, self.ruling, kept.ground)
            return self._kept(kept, going, masked=masked)
        if UNDECIDED in self._flags and not masked:
            return review(self.item, self.ruling, OPEN)
        if masked or self.record.stays or DEPENDS in self._flags:
            everything = groups if masked else self.record.groups
            word = MASK if masked else BLANK
            return Step(
                self.item, replace(ruled, verdict=Verdict.ANONYMISE), _action(word, everything)
            )
        return Step(self.item, ruled, DELETE)

    def _kept(self, disposition: Disposition, going: list[Group], *, masked: bool) -> Step:
        if not going:
            return Step(self.item, disposition, "")
        action = _action(MASK if masked else BLANK, going)
        return Step(self.item, replace(disposition, verdict=Verdict.ANONYMISE), action)

    @property
    def _flags(self) -> str:
        return self._said(1)

    def _said(self, place: int) -> str:
        """Return what stands at *place* between the points of the fingerprint."""
        return [*self.item.fingerprint.split("."), "", ""][place]

    def _filled(self) -> list[Group]:
        return self._lettered(self._flags)

    @property
    def _opaque(self) -> set[Group]:
        """The groups of which a column holds what is no text."""
        return set(self._lettered(self._said(2)))

    def _lettered(self, letters: str) -> list[Group]:
        groups = self.record.groups
        return [one for one, letter in zip(groups, GROUPS, strict=False) if letter in letters]

    def _mentioning(self) -> list[Group]:
        """Return the groups of the columns that mention the person."""
        found = {_group(self.record, one.where) for one in self.item.matches}
        return sorted(one for one in found if one)

    def _counting(self, group: Group) -> Iterator[Category]:
        """Yield the categories that keep a column of *group*: a further one only where there is a date to count from."""
        yield group[0]
        if self.item.when is not None:
            yield from group[1:]

    def _goes(self, group: Group) -> bool:
        return all(self.ruling.of(one).verdict is Verdict.ERASE for one in self._counting(group))

    def _longest(self, groups: Iterable[Group]) -> Disposition:
        kept = [
            said
            for group in groups
            for said in map(self.ruling.of, self._counting(group))
            if said.verdict is not Verdict.ERASE
        ]
        undated = [one for one in kept if one.until is None]
        return undated[0] if undated else max(kept, key=lambda one: str(one.until))


def _action(word: str, groups: Iterable[Group]) -> str:
    return " ".join([word, *map(named, groups)])


def _group(record: Record, where: str) -> Group | None:
    """Return the categories of the column that a match calls *where*."""
    for table, prefix in _tables(record):
        column = table.column(where.removeprefix(prefix)) if where.startswith(prefix) else None
        if column is not None:
            return column.categories
    return None


def _tables(record: Record) -> Iterator[tuple[Table, str]]:
    yield record.table, ""
    for member in walk(record.members):
        yield member.table, f"{member.table.name}."
