"""The connector: what overdracht asks of acmedesk, and how it is answered."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from overdracht import (
    Aged,
    ApprovedStep,
    Category,
    Certainty,
    Check,
    ConfigPath,
    Connector,
    Finding,
    Gap,
    Identifier,
    IdentifierError,
    Item,
    Kinds,
    Line,
    Match,
    Mentions,
    Objection,
    Origin,
    Outcome,
    Piece,
    Processing,
    Question,
    Residue,
    Result,
    Revealed,
    Ruling,
    SafeNames,
    Searched,
    Settings,
    Sighting,
    Step,
    Text,
    Unreachable,
    Verdict,
    local_day,
    one_line,
)
from overdracht_acmedesk.desk import Desk, Ticket

KINDS = Kinds()
DELETE = "delete"
FIELDS_ONLY = Text(
    "de tekst van de tickets is niet doorzocht", "the tickets' text was not searched"
)
UNREADABLE = "the table cannot be read"
CHANGED = "the ticket changed since it was found"


class AcmedeskSettings(Settings):
    """What stands under `[sources.NAME]` with `connector = "acmedesk"`."""

    path: ConfigPath = Field(description="The SQLite file with the tickets.")
    tables: tuple[str, ...] = Field(
        ("tickets",), min_length=1, description="The tables in it that hold tickets."
    )


class AcmedeskConnector(Connector[AcmedeskSettings]):
    """Tickets: who wrote them stands in a column, and whoever else in the text."""

    name: ClassVar[str] = "acmedesk"
    summary: ClassVar[str] = "Tickets in the tables of an SQLite file."
    settings_type: ClassVar[type[Settings]] = AcmedeskSettings
    categories: ClassVar[frozenset[Category]] = frozenset({Category.CORRESPONDENCE})

    # -- reading: nothing here changes anything ----------------------------------------------------------------------------------

    def check(self) -> Iterator[Check]:
        """Look whether the file and its tables are there."""
        try:
            there = self._desk().tables()
        except sqlite3.Error as error:
            yield Check("readable", ok=False, detail=f"{error}: check `path`")
            return
        yield Check("readable", ok=True)
        missing = [table for table in self.settings.tables if table not in there]
        yield Check(
            "tables", ok=not missing, detail=f"missing: {', '.join(missing)}" if missing else ""
        )

    def describe(self) -> Iterable[Processing]:
        """Say why the organisation has tickets at all: it stands in the answer to the person."""
        return [
            Processing(
                Category.CORRESPONDENCE,
                Text("Het beantwoorden van vragen", "Answering questions"),
                Text("art. 6 lid 1 onder b AVG", "Art. 6(1)(b) GDPR"),
                Origin.GIVEN,
            )
        ]

    def find(self, question: Question) -> Iterator[Finding]:
        """Go through the tables one by one; each ends in a `Searched` or a `Gap`."""
        self._require()
        wanted = question.subject.identifiers
        mentions = Mentions(wanted) if question.thorough else None
        note = None if question.thorough else FIELDS_ONLY
        for table in self.settings.tables:
            looked_at = 0
            try:
                for ticket in self._desk().tickets(table):
                    looked_at += 1
                    matches = [*_by_fields(ticket, wanted)]
                    if mentions is not None:
                        matches += mentions.matches(f"{ticket.title}\n{ticket.body}", "text")
                    if matches:
                        yield _item(table, ticket, tuple(matches))
            except sqlite3.Error:
                yield Gap(table, UNREADABLE)
            else:
                yield Searched(table, looked_at, note=note)

    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        """Write each ticket as a line of the table's JSON-lines file; what cannot be read is a gap."""
        self._require()
        names, paths = SafeNames(), dict[str, str]()
        for item in items:
            ticket, reason = self._again(item)
            if ticket is None:
                yield Gap(item.part, reason, item.key)
                continue
            path = paths.setdefault(item.part, "") or names(f"{item.part}.jsonl")
            paths[item.part] = path
            record: dict[str, object] = {
                "id": ticket.id,
                "email": ticket.email,
                "name": ticket.name,
                "title": ticket.title,
                "body": ticket.body,
                "created": ticket.created,
            }
            yield Line(path, record, (item.key,))

    # -- forgetting ----------------------------------------------------------------------------------------------------------------

    def propose(self, item: Item, ruling: Ruling) -> Step:
        """Delete what may go, keep what must stay; what this system cannot do is for somebody to look at."""
        ruled = ruling.disposition
        if ruled.verdict is Verdict.ERASE:
            return Step(item, ruled, DELETE)
        if ruled.verdict is Verdict.RETAIN:
            return Step(item, ruled, "")
        return Step(item, replace(ruled, verdict=Verdict.REVIEW, until=None), "")

    def prepare(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Say what stands in the way, before anything is touched."""
        self._require()
        try:
            self._desk().try_writing()
        except sqlite3.Error as error:
            yield Objection(f"the file cannot be written now: {error}")
        for step in steps:
            ticket, reason = self._again(step.item)
            if ticket is None and reason in {UNREADABLE, CHANGED}:
                yield Objection(reason, step.item.key)

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Delete the tickets one by one, each in a transaction of its own: after a crash it is gone, or there."""
        for step in steps:
            yield self._delete(step)

    def residue(self) -> Iterable[Residue]:
        """Say what stays behind physically."""
        return [
            Residue(
                Text("kopieën van de tickets", "copies of the tickets"),
                Text("de reservekopieën van het bestand", "the backups of the file"),
                Text("tot zij worden overschreven", "until they are overwritten"),
            )
        ]

    def identifiers(self) -> Iterator[Sighting | Gap]:
        """Tell whom the tickets are about: after a restored backup, whoever was erased is erased again."""
        for table, ticket in self._all():
            if isinstance(ticket, Gap):
                yield ticket
            elif email := _email(ticket):
                yield Sighting(email, _key(table, ticket), table, _when(ticket), is_contact=True)

    def aged(self, before: Mapping[Category, date]) -> Iterator[Aged | Gap]:
        """Tell which tickets are from before the day."""
        day = before.get(Category.CORRESPONDENCE)
        if day is None:
            return
        for table, ticket in self._all():
            if isinstance(ticket, Gap):
                yield ticket
                continue
            when, email = _when(ticket), _email(ticket)
            if when is not None and local_day(when) < day:
                yield Aged(_item(table, ticket, ()), (email,) if email else ())

    # -- the file ------------------------------------------------------------------------------------------------------------------

    def _desk(self) -> Desk:
        return Desk(self.settings.path)

    def _require(self) -> None:
        """Raise Unreachable when the file is away: then nothing was searched, which differs from nothing being found."""
        try:
            self._desk().tables()
        except sqlite3.Error as error:
            raise Unreachable(
                f"the tickets cannot be read: {error}", remedy="check `path`"
            ) from error

    def _all(self) -> Iterator[tuple[str, Ticket | Gap]]:
        self._require()
        for table in self.settings.tables:
            try:
                for ticket in self._desk().tickets(table):
                    yield table, ticket
            except sqlite3.Error:
                yield table, Gap(table, UNREADABLE)

    def _again(self, item: Item) -> tuple[Ticket | None, str]:
        """Return the ticket of *item* if it is still the one that was found, or why not."""
        try:
            ticket = self._desk().ticket(item.part, _number(item))
        except sqlite3.Error:
            return None, UNREADABLE
        if ticket is None:
            return None, "the ticket is not there any more"
        return (ticket, "") if ticket.digest == item.fingerprint else (None, CHANGED)

    def _delete(self, step: ApprovedStep) -> Outcome:
        item = step.item
        try:
            found = self._desk().remove(item.part, _number(item), item.fingerprint)
        except sqlite3.Error as error:
            self._require()  # away altogether: the core comes back with what has no outcome
            return Outcome(item.key, Result.FAILED, f"not deleted: {error}")
        if found is None:
            return Outcome(item.key, Result.ALREADY_GONE)
        if found.digest != item.fingerprint:
            return Outcome(item.key, Result.CHANGED, CHANGED)
        return Outcome(item.key, Result.ERASED)


def _key(table: str, ticket: Ticket) -> str:
    return f"{table}/{ticket.id}"


def _number(item: Item) -> int:
    return int(item.key.rpartition("/")[2])


def _email(ticket: Ticket) -> Identifier | None:
    try:
        return KINDS.identifier("email", ticket.email)
    except IdentifierError:
        return None


def _when(ticket: Ticket) -> datetime | None:
    try:
        when = datetime.fromisoformat(ticket.created)
    except ValueError:
        return None
    return when if when.tzinfo else None


def _by_fields(ticket: Ticket, wanted: Iterable[Identifier]) -> Iterator[Match]:
    """Yield what the columns say: an address is exact, a name is only possible."""
    email = _email(ticket)
    for one in wanted:
        if one == email:
            yield Match(one, Certainty.EXACT, "email")
        elif one.kind == "name" and ticket.name and one == KINDS.identifier("name", ticket.name):
            yield Match(one, Certainty.POSSIBLE, "name")


def _item(table: str, ticket: Ticket, matches: tuple[Match, ...]) -> Item:
    name = one_line(ticket.name)
    exact = any(one.certainty is Certainty.EXACT for one in matches)
    reveals = (
        (Revealed(KINDS.identifier("name", name), Certainty.POSSIBLE, "name"),)
        if exact and name
        else ()
    )
    return Item(
        key=_key(table, ticket),
        part=table,
        category=Category.CORRESPONDENCE,
        matches=matches,
        fingerprint=ticket.digest,
        title=one_line(ticket.title) or "(no title)",
        when=_when(ticket),
        size=len(ticket.body.encode("utf-8", "replace")),
        reveals=reveals,
        is_contact=True,
    )
