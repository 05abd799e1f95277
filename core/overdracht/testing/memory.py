"""The reference connector: a real one, over records that stand in memory.

It keeps the whole contract, in the plainest way that does. The core's own tests use it as a source whose every answer and fault
they can choose.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Annotated, ClassVar

import orjson
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, TypeAdapter

from overdracht.connector import Check, Connector, Processing, Question, Settings
from overdracht.items import (
    Category,
    Certainty,
    Extent,
    File,
    Finding,
    Gap,
    Item,
    Line,
    Match,
    Origin,
    Piece,
    Progress,
    Revealed,
    Searched,
)
from overdracht.names import SafeNames
from overdracht.steps import (
    Aged,
    ApprovedStep,
    Change,
    Objection,
    Outcome,
    Residue,
    Result,
    Ruling,
    Sighting,
    Step,
)
from overdracht.testing import forgetting, mending
from overdracht.testing.memory_system import MemoryRecord, MemorySystem
from overdracht.text import Text

__all__ = ["MemoryConnector", "MemoryRecord", "MemorySettings", "MemorySystem"]

PROGRESS_EVERY = 1_000
FIELDS_ONLY = Text("vrije tekst is niet doorzocht", "free text was not searched")


_RECORDS = TypeAdapter(list[MemoryRecord])
_RECORD = TypeAdapter(MemoryRecord)


def _as_system(value: object) -> object:
    return (
        value if isinstance(value, MemorySystem) else MemorySystem(_RECORDS.validate_python(value))
    )


class MemorySettings(Settings):
    """The system itself, or its records as a list of tables."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    # A search is told from another by its settings, and a system has no settings but itself.
    system: Annotated[MemorySystem, BeforeValidator(_as_system), PlainSerializer(id)] = Field(
        description="the records: key, part, fields, title, text, when, category, holder",
        repr=False,
    )


class MemoryConnector(Connector[MemorySettings]):
    """Finds, exports and erases records that stand in memory."""

    name: ClassVar[str] = "memory"
    summary: ClassVar[str] = "records in memory, for tests"
    settings_type: ClassVar[type[Settings]] = MemorySettings
    categories: ClassVar[frozenset[Category]] = frozenset(
        {Category.CONTACT, Category.CORRESPONDENCE, Category.DOMAIN, Category.INVOICE}
    )
    extras: ClassVar[Mapping[str, str]] = {"text": "the free text of every record as a file"}

    def check(self) -> Iterator[Check]:
        """Look whether the system answers and every part can be read."""
        if self.settings.system.away:
            yield Check("reachable", ok=False, detail="the system does not answer")
            return
        yield Check("reachable", ok=True)
        broken = len(self.settings.system.broken)
        yield Check("parts", ok=not broken, detail=f"{broken} cannot be read" if broken else "")

    def describe(self) -> Iterable[Processing]:
        """Say the same of each category."""
        purpose = Text("uitvoering van de overeenkomst", "performance of the contract")
        basis = Text("art. 6 lid 1 onder b AVG", "Art. 6(1)(b) GDPR")
        return [
            Processing(category, purpose, basis, Origin.GIVEN)
            for category in sorted(self.categories)
        ]

    def find(self, question: Question) -> Iterator[Finding]:
        """Go through the parts one by one."""
        system = self.settings.system
        system.reach()
        for part in sorted(system.parts):
            while not system.admits():
                pass
            if part in system.broken:
                yield Gap(part, "the part cannot be read")
            else:
                yield from self._search(part, question)

    def _search(self, part: str, question: Question) -> Iterator[Finding]:
        system = self.settings.system
        records, cursor = system.parts[part], f"changes={system.changes[part]}"
        note = None if question.thorough else FIELDS_ONLY
        if question.cursors.get(part) == cursor:
            yield Searched(part, len(records), cursor, Extent.UNCHANGED, note)
            return
        for number, record in enumerate(tuple(records.values()), start=1):
            item = self._item(record, question)
            if item is not None:
                yield item
            if number % PROGRESS_EVERY == 0:
                yield Progress(part, number, len(records))
        yield Searched(part, len(records), cursor, note=note)

    def _item(self, record: MemoryRecord, question: Question) -> Item | None:
        matches = []
        for identifier in question.subject.identifiers:
            how = record.certainty(identifier, thorough=question.thorough)
            if how is not None:
                matches.append(Match(identifier, *how))
        if not matches:
            return None
        certainty = min((one.certainty for one in matches), key=list(Certainty).index)
        return record.item(tuple(matches), self._reveals(record, certainty))

    @staticmethod
    def _reveals(record: MemoryRecord, certainty: Certainty) -> tuple[Revealed, ...]:
        """A contact record that is the person's tells what else is; a letter only suggests it."""
        if certainty is not Certainty.EXACT:
            return ()
        sure = record.category is Category.CONTACT
        return tuple(
            Revealed(one, Certainty.EXACT if sure else Certainty.POSSIBLE, one.kind)
            for one in record.fields
        )

    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        """Write each record as a file of JSON and a line in a table."""
        system = self.settings.system
        system.reach()
        folders, numbers = SafeNames(), count(1)
        for item in items:
            record = system.get(item.part, item.key)
            if record is None:
                yield Gap(item.part, "the record is gone or cannot be read", item.key)
            elif record.fingerprint() != item.fingerprint:
                yield Gap(item.part, "the record changed since it was found", item.key)
            else:
                stem = f"{folders(item.part)}/{next(numbers):06}"
                yield from _pieces(record, stem, extras)

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Remove, blank or cancel."""
        return forgetting.propose(item, ruling)

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Say what stands in the way."""
        return forgetting.prepare(self.settings.system, steps)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out the steps one by one."""
        return forgetting.carry_out(self.settings.system, steps)

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        """Say what would become of each record."""
        return mending.corrections(self.settings.system, items, changes)

    def rectify(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out the steps one by one."""
        return forgetting.carry_out(self.settings.system, steps)

    def restore(self, pieces: Iterable[Piece]) -> Iterator[Outcome]:
        """Put the records back that the export's files hold."""
        system = self.settings.system
        for piece in pieces:
            if not isinstance(piece, File) or not piece.path.endswith(".json"):
                continue
            system.reach()
            content = piece.content if isinstance(piece.content, bytes) else b"".join(piece.content)
            record = _RECORD.validate_json(content)
            if system.get(record.part, record.key) is not None:
                yield Outcome(record.key, Result.RETAINED)
                continue
            system.add(record)
            yield Outcome(record.key, Result.RESTORED)

    def residue(self) -> Iterable[Residue]:
        """Say that there is a backup."""
        return (forgetting.RESIDUE,)

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Tell whom the records are about."""
        return forgetting.identifiers(self.settings.system)

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Tell which records are older."""
        return forgetting.aged(self.settings.system, before)


def _pieces(record: MemoryRecord, stem: str, extras: frozenset[str]) -> Iterator[Piece]:
    content = orjson.dumps(record, default=str, option=orjson.OPT_INDENT_2)
    yield File(f"{stem}.json", iter((content,)), "application/json", (record.key,))
    if "text" in extras:
        yield File(f"{stem}.txt", record.text.encode(), "text/plain", (record.key,))
    line: dict[str, object] = {"path": f"{stem}.json", "key": record.key, "when": record.when}
    yield Line("index.jsonl", line, (record.key,))
