"""A small provider with a few systems in memory, and a request to erase one customer from all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from overdracht import Category, Connector, Identifier, Kinds
from overdracht.connector import Settings
from overdracht.erasure import (
    Limits,
    Means,
    Verification,
    Whom,
    close,
    execute,
    facts,
    hold,
    plan_erasure,
    verify,
)
from overdracht.ruling import Rules
from overdracht.state import Given, PlanFile, RequestFile, Store
from overdracht.survey import Organisation, Pool, Survey, identity_of, survey
from overdracht.testing.memory import MemoryConnector, MemoryRecord, MemorySettings, MemorySystem

KINDS = Kinds()
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SANNE = KINDS.parse("sanne@vanderberg.example")
CUSTOMER = KINDS.identifier("customer", "K10023")
PHONE = KINDS.parse("+31612345678")
PIET = KINDS.parse("familie@dewit.example")
WHOLE = Limits(most=1.0)
"""No source is guarded: the tests' systems are small."""

AT_ONCE = Means(sleep=lambda _: None)


def record(key: str, *fields: Identifier, **more: Any) -> MemoryRecord:
    """Return a letter, unless it says otherwise, of 2 January 2026."""
    told: dict[str, Any] = {
        "part": "INBOX",
        "title": f"Offerte {key}",
        "text": f"Beste lezer, hierbij {key}.",
        "when": datetime(2026, 1, 2, 9, tzinfo=UTC),
        **more,
    }
    return MemoryRecord(key, told.pop("part"), fields, **told)


def mail() -> MemorySystem:
    """Return an archive with three letters of Sanne's among Piet's."""
    letters = [record(f"mail-s{number}", SANNE, title=f"Storing {number}") for number in range(3)]
    others = [record(f"mail-p{number}", PIET) for number in range(9)]
    return MemorySystem([*others[:4], *letters, *others[4:]])


def books() -> MemorySystem:
    """Return books with Sanne's customer record, which tells her other identifiers, an invoice known by her number only, and Piet's."""
    return MemorySystem(
        [
            record("klant-1", SANNE, CUSTOMER, PHONE, part="klanten", category=Category.CONTACT),
            record("klant-2", PIET, part="klanten", category=Category.CONTACT),
            record("fact-1", CUSTOMER, PHONE, part="facturen", category=Category.INVOICE),
            record("fact-2", PIET, part="facturen", category=Category.INVOICE),
        ]
    )


def hosting() -> MemorySystem:
    """Return a registrar with a domain of Sanne's that runs, and one of Piet's."""
    runs = {"part": "domeinen", "category": Category.DOMAIN, "ends": date(2027, 3, 1)}
    return MemorySystem(
        [
            record("dom-1", SANNE, title="vanderberg.example", **runs),
            record("dom-2", PIET, title="dewit.example", **runs),
        ]
    )


@dataclass
class Source:
    """A source as the configuration has it."""

    name: str
    connector: Connector[Settings] | None
    connector_name: str = "memory"
    problem: str = ""


Make = Callable[[str, MemorySettings], Connector[Any]]


@dataclass
class World:
    """The systems by name, the state directory, and one request."""

    directory: Path
    systems: dict[str, MemorySystem] = field(
        default_factory=lambda: {"books": books(), "hosting": hosting(), "mail": mail()}
    )
    makes: dict[str, Make] = field(default_factory=dict)
    """By source, the connector when it is not the reference."""
    rules: Rules = field(default_factory=Rules)
    limits: Limits = WHOLE
    reference: str = ""
    given: tuple[Identifier, ...] = (SANNE,)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.store = Store(self.directory)
        if not self.reference:
            self.reference = self.store.new_request(map(Given, self.given), self.now).reference

    def connector(self, name: str) -> Connector[Any]:
        """Return a new connector to the system *name*."""
        return self.makes.get(name, MemoryConnector)(
            name, MemorySettings(system=self.systems[name])
        )

    @property
    def connectors(self) -> Mapping[str, Connector[Any]]:
        """A new connector to each system."""
        return {name: self.connector(name) for name in self.systems}

    @property
    def request(self) -> RequestFile:
        """The request as it is stored."""
        return self.store.request(self.reference)

    def again(self) -> "World":
        """Return the world as the next process meets it: the same systems, the state opened anew."""
        self.store.close()
        return replace(self)

    def find(self) -> Survey:
        """Search every source."""
        sources: Sequence[Any] = [Source(name, one) for name, one in self.connectors.items()]
        with Pool() as pool:
            return survey(self.request, sources, Organisation(), KINDS, thorough=True, pool=pool)

    def plan(self, *, search: bool = True) -> PlanFile:
        """Search and draw a plan."""
        if search:
            self.find()
        identity = identity_of(self.request, Organisation(), KINDS)
        return plan_erasure(
            self.request, identity, self.connectors, self.rules, self.limits, self.now
        )

    def execute(
        self, plan: PlanFile, *, confirmed: Iterable[str] = ("vanderberg.example",), **more: Any
    ) -> PlanFile:
        """Carry *plan* out, with what every administrator confirms here; return it."""
        hold(self.request, identity_of(self.request, Organisation(), KINDS))
        more = {"late": ("books",), "means": AT_ONCE, **more}
        execute(plan, self.connectors, confirmed=tuple(confirmed), **more)
        return plan

    def verify(self, plan: PlanFile) -> Verification:
        """Search again and compare."""
        found = self.find()
        return verify(self.request, found.identity, plan, found.coverage, self.connectors)

    def certificate(self, plan: PlanFile) -> dict[str, Any]:
        """Search again and return the certificate."""
        found = self.find()
        verification = verify(self.request, found.identity, plan, found.coverage, self.connectors)
        return facts(
            self.reference,
            {"name": "Voorbeeld ICT"},
            [plan],
            found.coverage,
            verification,
            self.connectors,
            self.now,
        )

    def close(self, plan: PlanFile, **more: Any) -> int:
        """Close the request."""
        whom = Whom(identity_of(self.request, Organisation(), KINDS).proof)
        return close(self.store, self.reference, [plan], whom, {"erased": 1}, self.now, **more)

    def keys(self, name: str) -> set[str]:
        """Return the keys that the system *name* holds."""
        return {key for part in self.systems[name].parts.values() for key in part}

    def get(self, name: str, key: str) -> MemoryRecord:
        """Return the record of this *key*."""
        return next(part[key] for part in self.systems[name].parts.values() if key in part)

    def of_others(self) -> dict[tuple[str, str], MemoryRecord]:
        """Return everything that is not Sanne's."""
        return {
            (name, key): one
            for name, system in self.systems.items()
            for part in system.parts.values()
            for key, one in part.items()
            if {SANNE, CUSTOMER, PHONE}.isdisjoint(one.fields)
        }


def results(plan: PlanFile) -> dict[str, str]:
    """Return by key what each step came to."""
    return {one.step.item.key: one.outcome.result if one.outcome else "" for one in plan.steps()}


def verdicts(plan: PlanFile) -> dict[str, str]:
    """Return by key what is to be done with each item."""
    return {one.step.item.key: one.step.disposition.verdict for one in plan.steps()}
