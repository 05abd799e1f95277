"""The state directory: encrypted, durable, for one process per request at a time."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import (
    Category,
    Certainty,
    Extent,
    Identifier,
    Item,
    Match,
    Origin,
    OverdrachtError,
    Period,
    Revealed,
    Searched,
)
from overdracht.errors import StateError, UsageError
from overdracht.secrets import Secret
from overdracht.state import Given, Store
from overdracht.state.codec import decode_item, encode_item

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SANNE = Identifier("email", "sanne.vandenberg@bloemen.example")

texts = st.text(st.characters(), max_size=30)
identifiers = st.builds(
    Identifier, texts, texts, st.builds(Period, st.none() | st.dates(), st.none() | st.dates())
)
matches = st.builds(Match, identifiers, st.sampled_from(Certainty), texts)
items = st.builds(
    Item,
    key=texts,
    part=texts,
    category=st.sampled_from(Category),
    matches=st.lists(matches, min_size=1, max_size=3).map(tuple),
    fingerprint=texts,
    title=texts,
    when=st.none() | st.datetimes(timezones=st.just(UTC)),
    size=st.none() | st.integers(0, 2**40),
    origin=st.sampled_from(Origin),
    holder=st.none() | identifiers,
    reveals=st.lists(
        st.builds(Revealed, identifiers, st.sampled_from(Certainty), texts), max_size=2
    ).map(tuple),
    third_parties=st.integers(0, 10_000),
    is_contact=st.booleans(),
)


@given(items)
def test_an_item_comes_back_as_it_was(item: Item) -> None:
    """Whatever an item holds, lone surrogates of undecodable file names included, survives being kept."""
    back = decode_item(encode_item(item))
    assert back == item
    assert [one.identifier.period for one in back.matches] == [
        one.identifier.period for one in item.matches
    ]


def an_item(number: int) -> Item:
    """Return a mail whose every field could give its person away."""
    return Item(
        key=f"INBOX/Bloemenhuis;{number}",
        part="INBOX/Bloemenhuis",
        category=Category.CORRESPONDENCE,
        matches=(Match(SANNE, Certainty.EXACT, "From"),),
        fingerprint="f",
        title="Offerte bruidsboeket",
        reveals=(Revealed(Identifier("phone", "+31612345678"), Certainty.EXACT, "signature"),),
        holder=Identifier("customer", "000042-vandenberg"),
    )


def fill(directory: Path, amount: int = 50) -> str:
    """Open a request in *directory* and record *amount* items; return its reference."""
    with Store(directory) as store:
        request = store.new_request([Given(SANNE)], NOW)
        recorder = request.recorder(
            "mailarchief", request.question([SANNE], thorough=False, settings="")
        )
        recorder.record([an_item(number) for number in range(amount)])
        recorder.record([Searched("INBOX/Bloemenhuis", amount, "cursor of Bloemenhuis")])
        request.decide([{"accept": True, "part": "INBOX/Bloemenhuis"}])
        return request.reference


class TestSecrecy:
    def test_nothing_personal_stands_in_the_files(self, tmp_path: Path) -> None:
        """No identifier, title, folder or decision can be read from the database, its WAL or the keys."""
        Store(tmp_path).close()
        with closing(sqlite3.connect(tmp_path / "overdracht.sqlite")) as connection:
            connection.execute(
                "SELECT * FROM request"
            ).fetchall()  # keeps the WAL from being folded in
            fill(tmp_path)
            assert (tmp_path / "overdracht.sqlite-wal").stat().st_size > 0
            raw = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        assert len(raw) > 10_000
        for text in (b"bloemen", b"Bloemen", b"boeket", b"vandenberg", b"31612345678", b"accept"):
            assert text not in raw

    def test_only_the_owner_can_read(self, tmp_path: Path) -> None:
        """Every file is 0600 and every directory 0700, whatever the umask."""
        old = os.umask(0)
        try:
            fill(tmp_path / "state")
        finally:
            os.umask(old)
        for path in [tmp_path / "state", *(tmp_path / "state").rglob("*")]:
            assert path.stat().st_mode & 0o077 == 0, path

    def test_a_key_that_others_can_read_is_refused(self, tmp_path: Path) -> None:
        """A key file that lost its protection is not used, and the message says what to do."""
        reference = fill(tmp_path)
        key = tmp_path / "keys" / f"{reference}.key"
        key.chmod(0o644)
        with Store(tmp_path) as store, pytest.raises(StateError, match="chmod 600"):
            store.request(reference)

    def test_without_its_key_a_request_cannot_be_read(self, tmp_path: Path) -> None:
        """Destroying a request's key is destroying the request."""
        reference = fill(tmp_path)
        (tmp_path / "keys" / f"{reference}.key").unlink()
        with Store(tmp_path) as store, pytest.raises(StateError, match="is gone"):
            store.request(reference)

    def test_a_replaced_key_is_noticed(self, tmp_path: Path) -> None:
        """A state file with somebody else's master key says so in one line."""
        reference = fill(tmp_path)
        fill(tmp_path / "other")
        (tmp_path / "master.key").unlink()
        (tmp_path / "other" / "master.key").rename(tmp_path / "master.key")
        with Store(tmp_path) as store, pytest.raises(StateError, match="does not fit its keys"):
            store.request(reference)


class TestRequests:
    def test_references_count_within_the_year(self, tmp_path: Path) -> None:
        """A request is called by its year and number."""
        with Store(tmp_path) as store:
            references = [store.new_request([Given(SANNE)], NOW).reference for _ in range(2)]
            references.append(store.new_request([Given(SANNE)], NOW.replace(year=2027)).reference)
            assert references == ["2026-0001", "2026-0002", "2027-0001"] == list(store.references())

    def test_a_request_is_found_by_whom_it_is_about(self, tmp_path: Path) -> None:
        """The same identifiers, in whatever order, are the same request; others are not."""
        phone = Identifier("phone", "+31612345678")
        with Store(tmp_path) as store:
            reference = store.new_request([Given(SANNE), Given(phone)], NOW).reference
            found = store.request_about([phone, SANNE])
            assert found is not None
            assert found.reference == reference
            assert store.request_about([SANNE]) is None

    def test_an_unknown_reference(self, tmp_path: Path) -> None:
        """An unknown reference is a usage error that says where to look."""
        with Store(tmp_path) as store, pytest.raises(UsageError, match="no request 2026-0009"):
            store.request("2026-0009")

    def test_one_process_at_a_time(self, tmp_path: Path) -> None:
        """A second process that would work on the same request is refused, and may when the first has ended."""
        reference = fill(tmp_path)
        with Store(tmp_path) as store, Store(tmp_path) as second:
            with (
                store.working_on(reference),
                pytest.raises(StateError, match="another overdracht"),
                second.working_on(reference),
            ):
                pass
            with second.working_on(reference):
                pass

    def test_a_directory_that_cannot_be_made(self, tmp_path: Path) -> None:
        """A state directory below a file is one clear line."""
        (tmp_path / "file").touch()
        with pytest.raises(StateError, match="cannot be used"):
            Store(tmp_path / "file" / "state")

    def test_a_state_file_that_is_none(self, tmp_path: Path) -> None:
        """A file that is no database is refused, not overwritten."""
        (tmp_path / "overdracht.sqlite").write_bytes(b"a letter" * 100)
        with pytest.raises(OverdrachtError, match="cannot be used"):
            Store(tmp_path)
        assert (tmp_path / "overdracht.sqlite").read_bytes() == b"a letter" * 100


class TestDurability:
    def test_what_was_recorded_survives_a_kill(self, tmp_path: Path) -> None:
        """A process killed in the middle of a find leaves whole batches, and the next one opens them."""
        script = textwrap.dedent(
            f"""
            import os, signal
            from pathlib import Path
            from tests.core.test_state import SANNE, NOW, an_item
            from overdracht.state import Given, Store
            store = Store(Path({str(tmp_path)!r}))
            request = store.new_request([Given(SANNE)], NOW)
            recorder = request.recorder("mailarchief", b"q")
            recorder.record([an_item(number) for number in range(200)])
            def half():
                for number in range(200, 400):
                    if number == 300:
                        os.kill(os.getpid(), signal.SIGKILL)
                    yield an_item(number)
            recorder.record(half())
            """
        )
        ended = subprocess.run(
            [sys.executable, "-c", script],
            check=False,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert ended.returncode == -signal.SIGKILL
        with Store(tmp_path) as store:
            assert store.request("2026-0001").count("mailarchief") == 200

    def test_an_added_part_keeps_its_items(self, tmp_path: Path) -> None:
        """Only a part that was searched whole forgets what was not found again."""
        with Store(tmp_path) as store:
            request = store.new_request([Given(SANNE)], NOW)
            first = request.recorder("m", b"q")
            first.record([an_item(1), Searched("INBOX/Bloemenhuis", 1, "1")])
            second = request.recorder("m", b"q")
            second.record([an_item(2), Searched("INBOX/Bloemenhuis", 2, "2", Extent.ADDED)])
            second.close()
            assert request.count("m") == 2
            third = request.recorder("m", b"q")
            third.record([an_item(2), Searched("INBOX/Bloemenhuis", 1, "3")])
            third.close()
            assert request.count("m") == 1
            assert request.cursors("m", b"q") == {"INBOX/Bloemenhuis": "3"}

    def test_a_full_disk_loses_nothing(self, tmp_path: Path) -> None:
        """A batch that does not fit is refused whole, in one clear line, and what was there stays."""
        reference = fill(tmp_path, 10)
        with Store(tmp_path) as store:
            request = store.request(reference)
            pages = request._connection.execute("PRAGMA page_count").fetchone()[0]
            request._connection.execute(f"PRAGMA max_page_count={pages + 2}")
            recorder = request.recorder("mailarchief", b"q")
            with pytest.raises(StateError, match="disk is full"):
                recorder.record([an_item(number) for number in range(10_000)])
            assert request.count("mailarchief") == 10


class TestMasterKey:
    """A master key that is kept elsewhere."""

    KEY = Secret("5f" * 32)

    def test_it_opens_what_it_closed_and_no_file_holds_it(self, tmp_path: Path) -> None:
        """The state is read with it again, another or none is refused, and nothing in the directory is the key."""
        with Store(tmp_path, self.KEY) as store:
            reference = store.new_request([Given(SANNE)], NOW).reference
        with Store(tmp_path, self.KEY) as store:
            assert store.request(reference).given() == (Given(SANNE),)
        for path in (one for one in tmp_path.rglob("*") if one.is_file()):
            assert bytes.fromhex("5f" * 32) not in path.read_bytes()
            assert b"5f5f5f5f" not in path.read_bytes()
        for other in (Secret("60" * 32), None):
            with pytest.raises(StateError, match="the master key"):
                Store(tmp_path, other)

    def test_what_is_no_key_is_refused(self, tmp_path: Path) -> None:
        """And not shown."""
        with pytest.raises(StateError, match="64 hexadecimal digits") as raised:
            Store(tmp_path, Secret("geheim"))
        assert "geheim" not in str(raised.value)

    def test_a_key_that_lies_in_a_file_can_be_moved(self, tmp_path: Path) -> None:
        """The same key from elsewhere is taken, the file may go, and what was there is read; another key is refused before and after."""
        with Store(tmp_path) as store:
            reference = store.new_request([Given(SANNE)], NOW).reference
        file = tmp_path / "master.key"
        with pytest.raises(StateError, match="was made with the key in"):
            Store(tmp_path, self.KEY)
        moved = Secret(file.read_bytes().hex())
        Store(tmp_path, moved).close()
        file.unlink()
        with Store(tmp_path, moved) as store:
            assert store.request(reference).given() == (Given(SANNE),)
        (tmp_path / "master.check").unlink()
        with pytest.raises(StateError, match="does not fit its keys"):
            Store(tmp_path, self.KEY)
        assert not (tmp_path / "master.check").exists()


def test_a_state_of_the_first_format_is_taken_further(tmp_path: Path) -> None:
    """What an earlier version wrote is read, and gets what it lacks."""
    with Store(tmp_path) as store:
        reference = store.new_request([Given(SANNE)], NOW).reference
    with closing(sqlite3.connect(tmp_path / "overdracht.sqlite", isolation_level=None)) as old:
        old.execute("DROP TABLE blanked")
        old.execute("DROP TABLE spared")
        old.execute("PRAGMA user_version=1")
    with Store(tmp_path) as store:
        assert store.request(reference).given() == (Given(SANNE),)
        assert len(store.blanked) == 0
        store.spared.enter([])
