"""Change a database as an approved plan says: everything that is handed over at once in one transaction, and nothing unless it adds up."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby

from sqlalchemy import Connection, delete, exc, text, update
from sqlalchemy.sql import ColumnElement

from overdracht import ApprovedStep, Objection, Outcome, Refused, Result
from overdracht_accounting.changes import Change, Changer, Unmaskable
from overdracht_accounting.database import Database
from overdracht_accounting.engines import irrevocable
from overdracht_accounting.invariants import digest
from overdracht_accounting.keys import among, batches
from overdracht_accounting.loading import Loader
from overdracht_accounting.mapping import DataMap, Record, Table, row_key
from overdracht_accounting.proposals import CORRECT, DELETE
from overdracht_accounting.rows import Loaded, Row, from_table, key_columns
from overdracht_accounting.sources import faults, read_schema

MOST = 1_000
"""Steps that are carried out in one transaction."""
NO_PART = "the part is not in the mapping any more"
CHANGED = "the record is no longer the one that was found"
LINKED = "something that is not in this plan still depends on it"
UNTIDY = "what physically stays in the file could not be cleared: is it in use, or the disk full?"

_LEFT = frozenset({Result.ANONYMISED, Result.RECTIFIED})
"""The results that leave something of a record."""

Guard = Callable[[Connection], None]
"""Raises Refused when the database may not be changed now, and keeps others out until the transaction ends."""


class Uneven(Exception):
    """An invariant does not hold."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass
class _Work:
    """What one transaction is about to do."""

    records: dict[str, Record] = field(default_factory=dict)
    loaded: dict[str, Loaded] = field(default_factory=dict)
    """By item key."""
    failed: dict[str, str] = field(default_factory=dict)
    """Part → why it cannot be read or written."""
    changes: dict[str, list[Change]] = field(default_factory=dict)
    deletions: dict[str, list[ApprovedStep]] = field(default_factory=dict)
    """By part."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)


class Erasure:
    """Erases in *database* what *mapping* tells of it."""

    def __init__(
        self, database: Database, mapping: DataMap, changer: Changer, zone: str, guard: Guard
    ) -> None:
        self._database = database
        self._mapping = mapping
        self._changer = changer
        self._zone = zone
        self._guard = guard

    def objections(self, steps: Iterable[ApprovedStep]) -> Iterator[Objection]:
        """Yield why *steps* cannot be carried out; changes nothing."""
        try:
            with self._database.writing() as connection, connection.begin() as transaction:
                self._guard(connection)
                self._permitted(connection)
                for batch in batches(steps, MOST):
                    work = self._read(connection, batch)
                    yield from self._in_the_way(connection, batch, work)
                transaction.rollback()
        except Refused as error:
            yield Objection(str(error))

    def _permitted(self, connection: Connection) -> None:
        """Raise Refused when a table may not be changed; a change of no rows asks it."""
        closed = faults(self._mapping, read_schema(connection, self._mapping))
        closed |= irrevocable(connection, self._mapping)
        for record in self._mapping.records:
            if record.name not in closed:
                for table in record.tables():
                    self._try(connection, table, {one.name for one in table.columns})

    def _refused(self, connection: Connection, step: ApprovedStep, record: Record) -> str:
        """Say why the columns of an edit may not be changed, empty when they may."""
        names = {one.where for one in step.edits}
        try:
            with connection.begin_nested():
                self._try(connection, record.table, names)
        except exc.DBAPIError as error:
            if error.connection_invalidated:
                raise
            kind = type(error.orig).__name__
            return f"the database does not let {', '.join(sorted(names))} be changed: {kind}"
        return ""

    @staticmethod
    def _try(connection: Connection, table: Table, names: Collection[str]) -> None:
        if names:
            nothing = update(from_table(table, names)).where(text("1 = 0"))
            connection.execute(nothing.values(dict.fromkeys(names)))

    def _in_the_way(
        self, connection: Connection, steps: Iterable[ApprovedStep], work: _Work
    ) -> Iterator[Objection]:
        for step in steps:
            key, part = step.item.key, step.item.part
            if part in work.failed:
                yield Objection(work.failed[part], key)
                continue
            loaded = work.loaded.get(key)
            if loaded is not None and self._changed(loaded, step):
                yield Objection(CHANGED, key)
            elif step.edits and (why := self._refused(connection, step, work.records[part])):
                yield Objection(why, key)

    def outcomes(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        """Carry out *steps* and yield the outcome of each, when it is durable."""
        early: list[ApprovedStep] = []
        for batch in batches(steps, MOST):
            for step, outcome in zip(batch, self._carried_out(batch), strict=True):
                if (outcome.result, outcome.reason) == (Result.REFUSED, LINKED):
                    early.append(step)
                else:
                    yield outcome
        # What depended on these may have gone with a later batch; what is linked to a record goes before it.
        order = [one.name for one in reversed(self._mapping.records)]
        early.sort(key=lambda one: order.index(one.item.part))
        for batch in batches(early, MOST):
            yield from self._carried_out(batch)

    def _carried_out(self, steps: list[ApprovedStep]) -> list[Outcome]:
        work = _Work()
        changed = False
        try:
            with self._database.writing() as connection, connection.begin() as transaction:
                self._guard(connection)
                work = self._read(connection, steps)
                self._decide(steps, work)
                changed = bool(work.changes or work.deletions) and self._apply(connection, work)
                if not changed:
                    transaction.rollback()
        except Uneven as error:
            reason = f"nothing was changed, because this would not stay the same: {error.name}"
            return [Outcome(one.item.key, Result.FAILED, reason) for one in steps]
        untidy = UNTIDY if changed and not self._database.tidy() else ""
        told = (work.outcomes[one.item.key] for one in steps)
        return [replace(one, reason=one.reason or untidy) for one in told]

    def _read(self, connection: Connection, steps: Iterable[ApprovedStep]) -> _Work:
        """Read the records of *steps*, all of them before anything is changed."""
        work = _Work()
        broken = faults(self._mapping, read_schema(connection, self._mapping))
        closed = irrevocable(connection, self._mapping) | broken
        loader = Loader(connection, self._mapping, self._zone, broken)
        by_part = sorted(steps, key=lambda one: one.item.part)
        for part, some in groupby(by_part, key=lambda one: one.item.part):
            record = self._mapping.record(part)
            if record is None or part in closed:
                work.failed[part] = closed.get(part, NO_PART)
                continue
            work.records[part] = record
            keys = {row_key(part, one.item.key): one.item.key for one in some}
            try:
                with connection.begin_nested():
                    loaded = loader.load(record, keys)
            except exc.DBAPIError as error:
                if error.connection_invalidated:
                    raise
                work.failed[part] = f"it cannot be read: {type(error.orig).__name__}"
                continue
            work.loaded |= {keys[key]: one for key, one in loaded.items()}
        return work

    def _changed(self, loaded: Loaded, step: ApprovedStep) -> bool:
        """Say whether a record is neither the one that was planned nor what *step* makes of it."""
        if loaded.fingerprint() == step.item.fingerprint:
            return False
        try:
            return not self._changer.is_done(loaded, step)
        except Unmaskable:
            return True

    def _decide(self, steps: Iterable[ApprovedStep], work: _Work) -> None:
        for step in steps:
            key, part = step.item.key, step.item.part
            loaded = work.loaded.get(key)
            if part in work.failed:
                work.outcomes[key] = Outcome(key, Result.FAILED, work.failed[part])
            elif loaded is None:
                work.outcomes[key] = Outcome(key, Result.ALREADY_GONE)
            elif self._changed(loaded, step):
                work.outcomes[key] = Outcome(key, Result.CHANGED)
            elif step.action == DELETE:
                work.deletions.setdefault(part, []).append(step)
            else:
                self._plan(step, loaded, work)

    def _plan(self, step: ApprovedStep, loaded: Loaded, work: _Work) -> None:
        key = step.item.key
        try:
            changes = self._changer.changes(loaded, step)
        except Unmaskable as error:
            work.outcomes[key] = Outcome(key, Result.FAILED, str(error))
            return
        if changes:
            work.changes[key] = changes
        result = Result.RECTIFIED if step.action == CORRECT else Result.ANONYMISED
        work.outcomes[key] = Outcome(key, result, fingerprint=loaded.fingerprint())

    def _apply(self, connection: Connection, work: _Work) -> bool:
        """Make the changes; raise Uneven when an invariant is not what it was. Say whether anything was changed."""
        before = [digest(connection, one) for one in self._mapping.invariants]
        for key, changes in work.changes.items():
            self._attempt(connection, work, key, partial(_update, connection, changes))
        # What is linked to a record goes before it.
        for record in reversed(self._mapping.records):
            self._delete(connection, work, record)
        self._look_again(connection, work)
        for one, was in zip(self._mapping.invariants, before, strict=True):
            if digest(connection, one) != was:
                raise Uneven(one.name)
        deleted = any(one.result is Result.ERASED for one in work.outcomes.values())
        return deleted or bool(work.changes)

    @staticmethod
    def _attempt(connection: Connection, work: _Work, key: str, act: Callable[[], None]) -> bool:
        """Do *act*, whole or not at all; what the database refuses of one record is no reason to leave the others."""
        try:
            with connection.begin_nested():
                act()
        except exc.DBAPIError as error:
            if error.connection_invalidated or isinstance(error, exc.OperationalError):
                raise
            reason = f"the database refuses it: {type(error.orig).__name__}"
            work.outcomes[key] = Outcome(key, Result.FAILED, reason)
            return False
        return True

    def _delete(self, connection: Connection, work: _Work, record: Record) -> None:
        steps = work.deletions.get(record.name, [])
        if not steps:
            return
        loader = Loader(connection, self._mapping, self._zone)
        keys = {row_key(record.name, one.item.key): one.item.key for one in steps}
        linked: set[str] = set()
        for _, owned in loader.dependents(record, keys):
            linked |= {owner for owners in owned.values() for owner in owners}
        for key, item_key in keys.items():
            if key in linked:
                work.outcomes[item_key] = Outcome(item_key, Result.REFUSED, LINKED)
                continue
            loaded = work.loaded[item_key]
            if self._attempt(connection, work, item_key, partial(_remove, connection, loaded)):
                work.outcomes[item_key] = Outcome(item_key, Result.ERASED)

    def _look_again(self, connection: Connection, work: _Work) -> None:
        """Read what was changed, and tell its new fingerprints."""
        loader = Loader(connection, self._mapping, self._zone)
        for part, record in work.records.items():
            keys = {
                row_key(part, key): key
                for key, one in work.outcomes.items()
                if one.result in _LEFT and work.loaded[key].record is record
            }
            for key, loaded in loader.load(record, keys).items():
                item_key = keys[key]
                told = work.outcomes[item_key]
                work.outcomes[item_key] = replace(told, fingerprint=loaded.fingerprint())


def _update(connection: Connection, changes: Iterable[Change]) -> None:
    for change in changes:
        table = from_table(change.row.table, change.values)
        connection.execute(update(table).where(_is(change.row)).values(change.values))


def _remove(connection: Connection, loaded: Loaded) -> None:
    for row in reversed(list(loaded.rows())):
        connection.execute(delete(from_table(row.table)).where(_is(row)))


def _is(row: Row) -> ColumnElement[bool]:
    return among(key_columns(row.table), [row.key])
