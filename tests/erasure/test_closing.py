"""The end of a request: what is remembered, and that nothing else can be."""

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from overdracht import Category
from overdracht.errors import StateError, UsageError
from overdracht.review import Decision, Review
from overdracht.state import Given, Store
from overdracht.survey import Organisation, identity_of
from tests.erasure.world import CUSTOMER, KINDS, NOW, PHONE, PIET, SANNE, World, record

SWEPT = date(2034, 1, 1)


def secrets(world: World) -> set[str]:
    """Return all that tells of Sanne: her identifiers, and the title, the key and the part of every item of hers."""
    items = [one.step.item for plan in world.request.plans().all() for one in plan.steps()]
    told = {text for item in items for text in (item.key, item.title, item.part)}
    return told | {one.value for one in (SANNE, CUSTOMER, PHONE)} | {"vanderberg", "Storing"}


def spilled(directory: Path, secrets: set[str]) -> set[tuple[str, str]]:
    """Return which of *secrets* stand in which file below *directory*, as text or as it might be encoded."""
    found = set()
    for path in directory.rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        for one in secrets:
            plain = one.encode(errors="surrogatepass").lower()
            forms = {plain, plain.hex().encode(), one.lower().encode("utf-16-le")}
            forms.add(base64.b64encode(one.encode(errors="surrogatepass"))[:-4].lower() or plain)
            if any(form in content for form in forms):
                found.add((path.name, one))
    return found


def test_the_search_for_what_spilled_finds_what_is_spilled(world: World) -> None:
    """The means of the tests below is no blunt one: a plain row, its hexadecimal and its base64 are seen."""
    world.find()
    for number, text in enumerate((SANNE.value, SANNE.value.encode().hex())):
        world.store._connection.execute(
            "INSERT INTO counter VALUES (?, ?)", (f"{number} {text}", number)
        )
    assert spilled(world.directory, {SANNE.value})
    (world.directory / "x").write_bytes(base64.b64encode(b"mail-s0-and-more"))
    assert ("x", "mail-s0-and-more") in spilled(world.directory, {"mail-s0-and-more"})


def test_nothing_can_be_recovered_afterwards(world: World) -> None:
    """State file, its journal and free pages, the keys: no identifier, title, key or part of an item in any of them, and no row."""
    world.execute(world.plan())
    told = secrets(world)
    assert len(told) > 15
    (plan,) = world.request.plans().all()
    world.verify(plan)
    world.close(plan)

    assert spilled(world.directory, told) == set()
    assert world.store.references() == ()
    with pytest.raises(UsageError, match="was closed"):
        world.store.request(world.reference)
    tables = ("request", "given", "item", "clue", "holding", "part", "decision", "plan", "step")
    for table in (*tables, "coverage"):
        assert world.store._connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 - a name of this test
    keys = {path.name for path in (world.directory / "keys").iterdir()}
    assert keys == {f"{world.reference}.scheduled.key"}
    assert (world.directory / "overdracht.sqlite-wal").stat().st_size == 0
    assert world.store._connection.execute("PRAGMA freelist_count").fetchone() == (0,)


def test_a_journal_held_open_elsewhere_gives_nothing_away(world: World) -> None:
    """Another process reads the state all the while, so that its journal cannot be cleared: it holds nothing that can be read."""
    world.find()
    reader = sqlite3.connect(world.directory / "overdracht.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM item").fetchone()
    plan = world.execute(world.plan())
    told = secrets(world)
    world.close(plan)

    assert (world.directory / "overdracht.sqlite-wal").stat().st_size > 0
    assert spilled(world.directory, told) == set()
    assert not (world.directory / "keys" / f"{world.reference}.key").exists()
    reader.close()
    assert world.store.references() == ()


def test_other_requests_stay_readable(world: World) -> None:
    """Closing one request takes nothing of another."""
    other = world.store.new_request([Given(PIET)], NOW).reference
    world.close(world.execute(world.plan()))
    assert [one.identifier for one in world.store.request(other).given()] == [PIET]


def test_what_may_go_later_is_remembered_until_then(world: World) -> None:
    """The invoice until 2034 and the domain until it ends: readable under a key of their own, in no more detail than finding again
    takes; when the last is done the key is gone, and with it every reference."""
    plan = world.execute(world.plan())
    assert world.close(plan) == 2
    store = world.store
    assert store.schedule.references(date(2027, 2, 28)) == ()
    assert store.schedule.references(SWEPT) == (world.reference,)

    cipher = store.schedule_cipher(world.reference)
    due = {one.step.item.key: one for one in store.schedule.due(world.reference, cipher, SWEPT)}
    assert {key: one.due for key, one in due.items()} == {
        "fact-1": SWEPT,
        "dom-1": date(2027, 3, 1),
    }
    for one in due.values():
        item = one.step.item
        assert (item.matches, item.reveals, item.holder, item.title) == ((), (), None, "")
        assert item.fingerprint == world.get(one.source, item.key).fingerprint()

    store.schedule.settle([due["dom-1"].number])
    store.end_schedule(world.reference)
    assert store.schedule.open(world.reference) == 1
    store.schedule.settle([due["fact-1"].number])
    store.end_schedule(world.reference)
    with pytest.raises(StateError, match="gone"):
        store.schedule_cipher(world.reference)
    assert spilled(world.directory, {"fact-1", "dom-1"}) == set()


def test_what_only_mentions_the_person_is_remembered_as_no_more_than_that(world: World) -> None:
    """Piet's invoice has her address in its text: whose it is and where she stands in it is kept with the reference, so that on its day
    only that goes; without it the invoice would be taken for hers as a whole."""
    more = {"part": "facturen", "category": Category.INVOICE}
    text = f"Op verwijzing van {SANNE.value}"
    world.systems["books"].add(record("fact-8", PIET, text=text, holder=PIET, **more))
    world.find()
    review = Review(world.request, identity_of(world.request, Organisation(), KINDS))
    review.decide([Decision(accept=True, source="books", key="fact-8")])
    plan = world.plan(search=False)
    before = {one.step.item.key: one.step.item for one in plan.steps()}
    world.close(world.execute(plan))
    cipher = world.store.schedule_cipher(world.reference)
    due = world.store.schedule.due(world.reference, cipher, SWEPT)
    kept = {one.step.item.key: one.step.item for one in due}
    assert kept["fact-8"].matches == before["fact-8"].matches != ()
    assert kept["fact-8"].holder == PIET
    assert kept["fact-1"].matches == ()


def test_the_ledger_knows_who_was_erased_and_names_nobody(world: World) -> None:
    """Every identifier that was looked for is told from its keyed hash, by request and day; without the key nothing is."""
    world.close(world.execute(world.plan()))
    ledger = world.store.ledger
    for one in (SANNE, CUSTOMER, PHONE):
        assert ledger.erased(one) == (world.reference, date(2026, 11, 24))
    assert ledger.erased(PIET) is None
    assert len(ledger) == 3
    (world.directory / "master.key").unlink()
    with Store(world.directory) as stranger:
        assert stranger.ledger.erased(SANNE) is None


def test_the_audit_trail_tells_that_it_was_closed(world: World) -> None:
    """One entry, with counts and nothing personal."""
    world.close(world.execute(world.plan()))
    (entry,) = world.store.audit.entries()
    assert (entry.event, entry.reference) == ("closed", world.reference)
    assert entry.details == {"erased": 1, "scheduled": 2}
    assert world.store.audit.verify() == 1


class _Death(BaseException):
    pass


def _dies(world: World, at: str) -> None:
    def moment(name: str) -> None:
        if name == at:
            raise _Death

    plan = world.execute(world.plan())
    with pytest.raises(_Death):
        world.close(plan, moment=moment)


@pytest.mark.parametrize("at", ["closed", "shredded"])
def test_a_closing_that_was_interrupted_ends_at_the_next_start(world: World, at: str) -> None:
    """Written and not yet shredded when the process died: whoever opens the state next finds it shredded, and all remembered once."""
    _dies(world, at)
    told = {"mail-s0", "Storing", SANNE.value}
    world.store.close()
    with Store(world.directory) as store:
        assert store.references() == ()
        assert [one.event for one in store.audit.entries()] == ["closed"]
        assert store.schedule.open(world.reference) == 2
        assert store.ledger.erased(SANNE) is not None
        assert store.schedule_cipher(world.reference)
        assert spilled(world.directory, told) == set()


def test_a_key_destroyed_before_its_rows_is_no_trap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Died between the two: what is left cannot be read and is cleared away at the next start."""
    plan = world.execute(world.plan())
    vault = world.store._vault
    destroy = vault.destroy

    def dies(name: str) -> None:
        destroy(name)
        raise _Death

    monkeypatch.setattr(vault, "destroy", dies)
    with pytest.raises(_Death):
        world.close(plan)
    assert world.store.references() == (world.reference,)
    world.store.close()
    with Store(world.directory) as store:
        assert store.references() == ()


def test_closing_again_in_the_same_process_doubles_nothing(world: World) -> None:
    """After a fault between writing and shredding the caller may simply close again."""
    _dies(world, "closed")
    (plan,) = world.request.plans().all()
    assert world.close(plan) == 2
    assert world.store.audit.verify() == 1
    assert world.store.schedule.open(world.reference) == 2


def test_closing_is_all_or_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its entry cannot be made, nothing was closed: no schedule, no ledger, and the request is as it was."""
    plan = world.execute(world.plan())

    def fails(*_: object) -> Iterator[None]:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as full:
        full.setattr(world.store.audit, "enter", fails)
        with pytest.raises(StateError, match="full"):
            world.close(plan)
    assert world.store.schedule.open(world.reference) == 0
    assert len(world.store.ledger) == 0
    assert world.request.plans().all()[0].digest == plan.digest
    assert world.close(plan) == 2


def test_a_key_of_a_schedule_that_has_nothing_left_is_destroyed(world: World) -> None:
    """Settled, and died before the key went: it goes at the next start, while a key with work left stays."""
    world.close(world.execute(world.plan()))
    store = world.store
    cipher = store.schedule_cipher(world.reference)
    numbers = [one.number for one in store.schedule.due(world.reference, cipher, SWEPT)]
    store.schedule.settle(numbers[:1])
    with Store(world.directory) as again:
        assert again.schedule_cipher(world.reference)
    store.schedule.settle(numbers[1:])
    with Store(world.directory) as again, pytest.raises(StateError, match="gone"):
        again.schedule_cipher(world.reference)


def test_a_key_is_there_whole_or_not_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies while it writes a key leaves none under its name; the next makes it anew. None is ever written over."""
    vault = world.store._vault
    with monkeypatch.context() as dying:
        dying.setattr("os.fsync", lambda _: (_ for _ in ()).throw(_Death))
        with pytest.raises(_Death):
            vault.new("2026-0002")
    assert not vault.has("2026-0002")
    vault.new("2026-0002")
    with pytest.raises(FileExistsError):
        vault.new("2026-0002")
    assert vault.get("2026-0002")


def test_one_process_at_a_time_works_on_a_request(world: World) -> None:
    """The second is refused and told why; after the first has ended it may."""
    with Store(world.directory) as second, ExitStack() as first:
        first.enter_context(world.store.working_on(world.reference))
        with (
            pytest.raises(StateError, match="another overdracht is working"),
            second.working_on(world.reference),
        ):
            raise AssertionError("two at once")
        first.close()
        with second.working_on(world.reference):
            pass
    with pytest.raises(StateError, match="key"), world.store.working_on("2026-9999"):
        raise AssertionError("no such request")
