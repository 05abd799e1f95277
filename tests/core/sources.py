"""Small sources for the tests of the core: lists of findings, told as a connector would."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from overdracht import (
    Category,
    Certainty,
    Check,
    Connector,
    Extent,
    Finding,
    Identifier,
    Item,
    Kinds,
    Match,
    Piece,
    Processing,
    Question,
    Revealed,
    Searched,
    Settings,
)

KINDS = Kinds()


def identifier(text: str) -> Identifier:
    """Return the identifier that *text* says."""
    return KINDS.parse(text)


@dataclass
class Record:
    """A record that a source holds: the identifiers in its fields, whose it is, and what it says of them."""

    key: str
    fields: tuple[str, ...] = ()
    holder: str = ""
    text: str = ""
    part: str = "records"
    reveals_possible: tuple[str, ...] = ()
    title: str = "a record"


@dataclass
class Told(Connector[Settings]):
    """A source over records, that remembers what it was asked."""

    source: str
    records: list[Record] = field(default_factory=list)
    before: Callable[[Question], Iterable[Finding]] = lambda _: ()
    asked: list[Question] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)

    name: ClassVar[str] = "told"
    summary: ClassVar[str] = "records told by a test"
    settings_type: ClassVar[type[Settings]] = Settings
    categories: ClassVar[frozenset[Category]] = frozenset({Category.CONTACT})

    __hash__ = object.__hash__

    def check(self) -> Iterator[Check]:
        yield Check("reachable", ok=True)

    def describe(self) -> Iterable[Processing]:
        return ()

    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        yield from ()

    def find(self, question: Question) -> Iterator[Finding]:
        self.asked.append(question)
        yield from self.before(question)
        for part in dict.fromkeys(record.part for record in self.records) or {"records": None}:
            held = [record for record in self.records if record.part == part]
            cursor = repr(held)
            if question.cursors.get(part) == cursor:
                yield Searched(part, len(held), cursor, Extent.UNCHANGED)
                continue
            yield from (item for record in held if (item := _item(record, question)) is not None)
            yield Searched(part, len(held), cursor)


def _item(record: Record, question: Question) -> Item | None:
    fields = [identifier(text) for text in record.fields]
    matches = [
        Match(one, Certainty.EXACT, one.kind)
        for one in question.subject.identifiers
        if one in fields
    ]
    matches += [
        Match(one, Certainty.MENTION, "text")
        for one in question.subject.identifiers
        if one.value in record.text
    ]
    if not matches:
        return None
    return Item(
        key=record.key,
        part=record.part,
        category=Category.CONTACT,
        matches=tuple(matches),
        fingerprint=repr(record),
        title=record.title,
        holder=identifier(record.holder) if record.holder else None,
        reveals=tuple(Revealed(one, Certainty.EXACT, one.kind) for one in fields)
        + tuple(
            Revealed(identifier(one), Certainty.POSSIBLE, "text") for one in record.reveals_possible
        ),
    )


@dataclass
class Configured:
    """A source as the configuration has it."""

    connector: Told | None
    name: str
    connector_name: str = "told"
    problem: str = ""


def configured(*sources: Told) -> list[Configured]:
    """Return *sources* as the configuration would have them."""
    return [Configured(source, source.source) for source in sources]
