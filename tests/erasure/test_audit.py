"""The audit trail: whole, or it says where not."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overdracht.errors import StateError
from overdracht.state import Store
from overdracht.state.audit import Audit

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LENGTH = 6
COLUMNS = ("at", "event", "reference", "details", "code")


class Trail:
    """A trail of six entries that can be put back after each damage."""

    def __init__(self, directory: Path) -> None:
        self.store = Store(directory)
        self.head = directory / "audit.head"
        for number in range(LENGTH):
            moment = NOW + timedelta(hours=number)
            self.store.audit.append("erased", f"2026-{number:04}", {"erased": number}, moment)
        self.rows = self.db.execute("SELECT * FROM audit ORDER BY number").fetchall()
        self.remembered = self.head.read_bytes()

    @property
    def db(self) -> sqlite3.Connection:
        return self.store._connection

    def restore(self, rows: list[tuple[object, ...]] | None = None) -> None:
        """Put *rows* in place of the entries, and the head as it was."""
        self.db.execute("DELETE FROM audit")
        self.db.executemany("INSERT INTO audit VALUES (?,?,?,?,?,?)", rows or self.rows)
        self.head.write_bytes(self.remembered)

    def verify(self) -> int:
        return self.store.audit.verify()


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trail]:
    one = Trail(tmp_path_factory.mktemp("audit") / "state")
    yield one
    one.store.close()


thoroughly = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_an_untouched_trail_is_whole(trail: Trail) -> None:
    """Verifying counts the entries; an empty trail is whole too."""
    trail.restore()
    assert trail.verify() == LENGTH


def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Entries made by one process after another are one chain."""
    for number in range(3):
        with Store(tmp_path / "state") as store:
            assert store.audit.verify() == number
            store.audit.append("planned", "2026-0001", {}, NOW)


@thoroughly
@given(st.integers(0, LENGTH - 1), st.sampled_from(COLUMNS), st.data())
def test_any_change_is_found(trail: Trail, row: int, column: str, data: st.DataObject) -> None:
    """A character of any field of any entry, or the whole field, by another."""
    trail.restore()
    value = trail.rows[row][1 + COLUMNS.index(column)]
    if isinstance(value, bytes):
        changed: object = data.draw(st.binary(min_size=16, max_size=16))
    else:
        at = data.draw(st.integers(0, len(value) - 1))
        changed = value[:at] + data.draw(st.characters(categories=("L", "N"))) + value[at + 1 :]
    if changed == value:
        return
    trail.db.execute(f"UPDATE audit SET {column}=? WHERE number=?", (changed, row + 1))  # noqa: S608 - a column of this test
    with pytest.raises(StateError):
        trail.verify()


@thoroughly
@given(st.sets(st.integers(1, LENGTH), min_size=1))
def test_any_removal_is_found(trail: Trail, gone: set[int]) -> None:
    """Of one entry or several, first, last or all, whether or not the rest is numbered anew."""
    for renumber in (False, True):
        left = [row for row in trail.rows if row[0] not in gone]
        if renumber:
            left = [(number, *row[1:]) for number, row in enumerate(left, 1)]
        trail.restore()
        trail.db.execute("DELETE FROM audit")
        trail.db.executemany("INSERT INTO audit VALUES (?,?,?,?,?,?)", left)
        with pytest.raises(StateError):
            trail.verify()


@thoroughly
@given(st.permutations(range(LENGTH)))
def test_any_other_order_is_found(trail: Trail, order: list[int]) -> None:
    """The same entries with each other's numbers."""
    if order == sorted(order):
        return
    trail.restore([(number, *trail.rows[row][1:]) for number, row in enumerate(order, 1)])
    with pytest.raises(StateError, match="entry"):
        trail.verify()


@thoroughly
@given(st.integers(1, LENGTH))
def test_an_entry_put_in_is_found(trail: Trail, at: int) -> None:
    """A copy of an entry among the others, which are numbered anew."""
    rows = [*trail.rows[:at], trail.rows[at - 1], *trail.rows[at:]]
    trail.restore([(number, *row[1:]) for number, row in enumerate(rows, 1)])
    with pytest.raises(StateError):
        trail.verify()


def _nought(trail: Trail) -> None:
    trail.head.write_text("0 00\n")


def _minus(trail: Trail) -> None:
    trail.head.write_text("-1 00\n")


def _gone(trail: Trail) -> None:
    trail.head.unlink()


def _empty(trail: Trail) -> None:
    trail.head.write_text("")


def _binary(trail: Trail) -> None:
    trail.head.write_bytes(b"\xff\xfe 1")


def _lower(trail: Trail) -> None:
    number, tag = trail.remembered.decode().split()
    trail.head.write_text(f"{int(number) - 1} {tag}\n")


@pytest.mark.parametrize("damage", [_nought, _minus, _gone, _empty, _binary, _lower])
def test_what_remembers_the_end_cannot_be_bent(
    trail: Trail, damage: Callable[[Trail], None]
) -> None:
    """Whatever is done to the file that remembers the last entry, entries cut off are not passed over."""
    trail.restore()
    trail.db.execute("DELETE FROM audit WHERE number=?", (LENGTH,))
    damage(trail)
    with pytest.raises(StateError):
        trail.verify()


def test_dying_before_the_end_is_remembered_is_no_damage(trail: Trail) -> None:
    """The entry is there, the file still tells of the one before: whole, and the next entry puts it right."""
    trail.restore()
    audit: Audit = trail.store.audit
    from overdracht.state.database import durable

    with durable(trail.db):
        audit.enter("closed", "2026-0099", {}, NOW)
    assert trail.verify() == LENGTH + 1
    audit.append("closed", "2026-0100", {}, NOW)
    assert trail.verify() == LENGTH + 2
    assert trail.head.read_bytes() != trail.remembered


def test_another_key_verifies_nothing(trail: Trail, tmp_path: Path) -> None:
    """A trail made with another master key is no trail of this state."""
    trail.restore()
    with Store(tmp_path / "other") as other:
        other._connection.executemany("INSERT INTO audit VALUES (?,?,?,?,?,?)", trail.rows)
        with pytest.raises(StateError, match="entry 1"):
            other.audit.verify()


def test_a_clock_that_jumps_does_not_break_the_chain(tmp_path: Path) -> None:
    """Entries stand in the order in which they were made, whatever the clock said."""
    with Store(tmp_path / "state") as store:
        for shift in (0, -4000, 4000, -1):
            store.audit.append("planned", "2026-0001", {}, NOW + timedelta(days=shift))
        assert store.audit.verify() == 4
        assert [one.number for one in store.audit.entries()] == [1, 2, 3, 4]
