"""The in-memory system as a harness: the shortest example of one."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

from overdracht import Category, Connector, Identifier
from overdracht.testing import Record, RectifyingHarness
from overdracht.testing.cast import identifiers
from overdracht.testing.memory import MemoryConnector, MemoryRecord, MemorySettings, MemorySystem

FIRST, SECOND = "Postvak", '../Klanten: "Één" & Co\x1b[2J'


class MemoryHarness(RectifyingHarness):
    """Records with fields for every kind, in two parts."""

    known_by = ("email", "phone", "iban", "customer")
    holders = True
    corrects = ("email", "phone", "name")

    def __init__(
        self, make: Callable[[str, MemorySettings], Connector[Any]] = MemoryConnector
    ) -> None:
        self.system = MemorySystem(parts=(FIRST, SECOND))
        self.make = make

    def fill(self, records: Iterable[Record]) -> None:
        for record in records:
            self.system.add(_record(record))

    def connector(self) -> Connector[Any]:
        return self.make("geheugen", MemorySettings(system=self.system))

    def snapshot(self) -> object:
        return deepcopy((self.system.parts, self.system.changes))

    def remove(self, token: str) -> None:
        self.system.remove(token)

    def held(self) -> frozenset[str]:
        return frozenset(key for part in self.system.parts.values() for key in part)

    def rest(self, tokens: Collection[str]) -> object:
        return {
            part: {key: one for key, one in records.items() if key not in tokens}
            for part, records in deepcopy(self.system.parts).items()
        }

    def change(self, token: str) -> None:
        record = next(part[token] for part in self.system.parts.values() if token in part)
        self.system.add(replace(record, text=f"{record.text} (gewijzigd)"))

    def besides(self, token: str) -> object:
        record = next(part[token] for part in self.system.parts.values() if token in part)
        return replace(
            record, fields=tuple(one for one in record.fields if one.kind not in self.corrects)
        )

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": self._read_only, "locked": self._locked}

    @contextmanager
    def _read_only(self) -> Iterator[None]:
        self.system.read_only = True
        yield
        self.system.read_only = False

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.system.locked = {FIRST, SECOND}
        yield
        self.system.locked = set()

    @contextmanager
    def throttled(self) -> Iterator[None]:
        self.system.busy = 3
        yield
        self.system.busy = 0

    @contextmanager
    def break_part(self) -> Iterator[None]:
        self.system.broken.add(SECOND)
        yield
        self.system.broken.clear()

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        self.system.away = True
        yield
        self.system.away = False


def _record(record: Record) -> MemoryRecord:
    person = record.person
    kinds = ("email", "phone", "iban", "customer", "name")
    return MemoryRecord(
        key=record.token,
        part=SECOND if record.second_part else FIRST,
        fields=identifiers(person, kinds),
        title=record.title,
        text=f"{record.token} {record.text}",
        when=record.when,
        category=Category.CONTACT
        if record.title.startswith("Factuur")
        else Category.CORRESPONDENCE,
        holder=Identifier("customer", person.customer.casefold()),
    )
