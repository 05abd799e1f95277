"""What is fetched from the sources, and what becomes of faults."""

import contextlib
import errno
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import orjson
import pytest

from overdracht import File, Gap, Item, Line, Origin, Piece, Unreachable
from overdracht.errors import BundleError, StateError
from overdracht.export import Bag, Exported, Purpose, Shortfall, Summary, collect
from overdracht.export.collecting import NO_CONNECTOR, UNDELIVERED
from overdracht.export.delivery import UNASKED, UNFIT
from overdracht.export.ledger import Ledger, item_id
from tests.export.world import Double, Exporting, FolderBag, Written, as_mails, item, order


def _exporting(*pieces: Piece) -> Exporting:
    def export(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
        for _ in items:
            pass
        yield from pieces

    return export


def _collected(
    top: Path, exporting: Exporting, *keys: str, bag: Bag | None = None
) -> tuple[Summary, Path]:
    asked = order({"mail": [item(key) for key in keys]}, [Double("mail", exporting)])
    with collect(bag or FolderBag(top), asked) as haul:
        return haul.summary, top / "data" / "mail"


def _names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def _reasons(summary: Summary) -> set[str]:
    return {one.reason for one in summary.shortfalls}


def test_files_and_tables_are_what_the_connector_gave(tmp_path: Path) -> None:
    """A file stands below its source to the byte, and lines of one path make one table in their order."""
    summary, folder = _collected(tmp_path, as_mails, "a", "b")
    assert summary == Summary(complete=True, items=2, files=4, size=summary.size)
    assert (folder / "000/000001.eml").read_bytes().startswith(b"Subject: mail 1\r\n")
    lines = (folder / "index.jsonl").read_bytes().splitlines()
    assert [orjson.loads(line)["folder"] for line in lines] == ["INBOX", "INBOX"]


def test_a_stream_is_joined(tmp_path: Path) -> None:
    """Chunks become one file, whatever their size."""
    chunks: Iterator[bytes | memoryview] = iter([b"a" * 700_000, memoryview(b"b" * 700_000), b""])
    _, folder = _collected(tmp_path, _exporting(File("big.eml", chunks, "m/t", ("a",))), "a")
    assert (folder / "big.eml").read_bytes() == b"a" * 700_000 + b"b" * 700_000


def test_a_file_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """A connection lost halfway a message leaves no half a message, and the item is reported with the reason."""

    def chunks() -> Iterator[bytes]:
        yield b"the first half"
        raise Unreachable("the server went away")

    pieces = File("1.eml", chunks(), "m/t", ("a",)), File("2.eml", b"whole", "m/t", ("b",))
    summary, folder = _collected(tmp_path, _exporting(*pieces), "a", "b")
    assert _names(folder) == ["2.eml"]
    assert summary.shortfalls == (Shortfall("mail", "the server went away", 1),)
    assert not summary.complete


@pytest.mark.parametrize(
    "error", [Unreachable("no connection"), ZeroDivisionError("jan@x.example")]
)
def test_a_connector_that_fails_costs_only_its_own_source(tmp_path: Path, error: Exception) -> None:
    """What it gave before stays, what it did not come to is reported, others go on, and nothing of a foreign error's text gets out."""

    def failing(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
        yield File("1.eml", b"x", "m/t", (next(iter(items)).key,))
        raise error

    asked = order(
        {"mail": [item(f"m{n}") for n in range(5)], "books": [item("b")]},
        [Double("mail", failing), Double("books", as_mails)],
    )
    with collect(FolderBag(tmp_path), asked) as haul:
        summary = haul.summary
    assert (tmp_path / "data/mail/1.eml").exists()
    assert (tmp_path / "data/books/index.jsonl").exists()
    assert summary.items == 2
    assert Shortfall("mail", UNDELIVERED, 4) in summary.shortfalls
    assert len(summary.shortfalls) == 2
    assert "x.example" not in repr(summary)


def test_a_gap_is_reported_with_its_reason(tmp_path: Path) -> None:
    """An item that changed since it was found is missing, and said to be."""
    summary, _ = _collected(tmp_path, _exporting(Gap("INBOX", "it is gone", "a")), "a")
    assert summary.shortfalls == (Shortfall("mail", "it is gone", 1),)


def test_an_item_that_no_piece_accounts_for_is_missing(tmp_path: Path) -> None:
    """A connector that forgets an item does not make it disappear."""
    summary, _ = _collected(tmp_path, _exporting(Line("t.jsonl", {}, ("a",))), "a", "b")
    assert summary.shortfalls == (Shortfall("mail", UNDELIVERED, 1),)


def test_a_file_with_what_was_not_asked_for_stays_out(tmp_path: Path) -> None:
    """A file that holds an item outside the request (another customer's, an excluded one) is never handed over."""
    pieces = (
        File("all.mbox", b"both", "application/mbox", ("a", "somebody else's")),
        Line("index.jsonl", {"a": "somebody else's"}, ("somebody else's",)),
        File("1.eml", b"hers", "m/t", ("a",)),
    )
    summary, folder = _collected(tmp_path, _exporting(*pieces), "a")
    assert _names(folder) == ["1.eml"]
    assert summary.shortfalls == (Shortfall("mail", UNASKED, 2),)


def test_an_item_is_known_however_late_its_piece_comes(tmp_path: Path) -> None:
    """A file may hold every item of a source, named after the last of many thousand was asked for."""
    keys = [f"m{n}" for n in range(25_000)]
    summary, _ = _collected(tmp_path, _exporting(File("all.mbox", b"x", "m/t", tuple(keys))), *keys)
    assert summary.complete


@pytest.mark.parametrize(
    "path", ["../escape", "/etc/passwd", "a/../../b", "CON", "a\\b", "a//b", ""]
)
def test_a_path_that_leads_elsewhere_is_a_fault_of_the_connector(tmp_path: Path, path: str) -> None:
    """Such a file is left out and reported; nothing is written beside the source's folder."""
    top = tmp_path / "top"
    top.mkdir()
    summary, _ = _collected(top, _exporting(File(path, b"x", "m/t", ("a",))), "a")
    assert _reasons(summary) == {UNFIT}
    assert not [one for one in tmp_path.rglob("*") if one.is_file()]


def test_a_table_under_an_unfit_name_takes_no_item_along(tmp_path: Path) -> None:
    """A table that cannot be written is reported, and no item is said to be in it."""
    pieces = File("t.jsonl", b"x", "m/t"), Line("T.jsonl", {}, ("a",))
    asked = order({"mail": [item("a")]}, [Double("mail", _exporting(*pieces))])
    with collect(FolderBag(tmp_path), asked) as haul:
        assert _reasons(haul.summary) == {UNFIT}
        assert not list(haul.ledger.rows("SELECT * FROM holds"))


def test_a_record_that_is_no_json_is_missing(tmp_path: Path) -> None:
    """It is reported; half a character in it is replaced instead."""
    pieces = Line("t.jsonl", {"x": object()}, ("a",)), Line("t.jsonl", {"x": "\ud83d"}, ("b",))
    summary, folder = _collected(tmp_path, _exporting(*pieces), "a", "b")
    assert len(summary.shortfalls) == 1
    assert orjson.loads((folder / "t.jsonl").read_bytes()) == {"x": "?"}


def test_a_bundle_that_cannot_be_written_ends_the_export(tmp_path: Path) -> None:
    """A full disk is no fault of a connector: the export stops with the bundle's own error."""

    class Full:
        def __init__(self) -> None:
            self.info: dict[str, str] = {}

        def add(self, path: str, content: object) -> Written:
            raise BundleError("no space left on the disk")

    with pytest.raises(BundleError, match="no space left"):
        _collected(tmp_path, as_mails, "a", bag=Full())


def test_a_full_temporary_directory_ends_the_export_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room for the account of the export is no fault of a connector either, and told with what to do."""

    class Cramped(Ledger):
        def __init__(self) -> None:
            super().__init__()
            self._db.execute("PRAGMA max_page_count=12")

    monkeypatch.setattr("overdracht.export.collecting.Ledger", Cramped)
    with pytest.raises(BundleError, match=r"full .*TMPDIR"):
        _collected(tmp_path, as_mails, *(f"m{n}" for n in range(2_000)))


def _full_disk() -> Exception:
    return OSError(errno.ENOSPC, "No space left on device")


def _full_database() -> Exception:
    database = sqlite3.connect(":memory:")
    with contextlib.closing(database):
        database.execute("PRAGMA max_page_count=1")
        try:
            database.execute("CREATE TABLE t (x)")
        except sqlite3.Error as error:
            return error
    raise AssertionError


def _translated() -> Exception:
    error = Unreachable("the server went away")
    error.__cause__ = OSError(errno.EDQUOT, "Disk quota exceeded")
    return error


@pytest.mark.parametrize("fault", [_full_disk, _full_database, _translated])
@pytest.mark.parametrize("late", [False, True])
def test_a_disk_that_fills_up_inside_a_connector_ends_the_export(
    tmp_path: Path, fault: Callable[[], Exception], late: bool
) -> None:
    """Whatever the connector makes of it, it is told as what it is: not as a source that failed, with a bundle that lacks the rest."""

    def chunks() -> Iterator[bytes]:
        yield b"the first half"
        raise fault()

    def failing(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
        yield File("1.eml", chunks() if late else b"x", "m/t", (next(iter(items)).key,))
        raise fault()

    with pytest.raises(BundleError, match=r"cannot be held temporarily: .* \(make room .*TMPDIR"):
        _collected(tmp_path, failing, "a", "b")


def test_another_fault_of_the_system_is_the_connectors(tmp_path: Path) -> None:
    """A source's own disk that cannot be read is a gap of that source."""

    def failing(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
        list(items)
        yield from ()
        raise OSError(errno.EIO, "Input/output error")

    summary, _ = _collected(tmp_path, failing, "a")
    assert "the connector double failed (OSError)" in _reasons(summary)


@pytest.mark.parametrize("size", [40, 3_000_000])
def test_a_full_disk_under_what_is_fetched_ends_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """It may show while a file is fetched, or only when the last of it is written; closing it then fails again, and changes nothing."""
    monkeypatch.setattr("overdracht.export.spool._IN_MEMORY", 32)
    opened = partial(Path("/dev/full").open, "w+b")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: opened())
    chunks = (b"x" * (size // 4) for _ in range(4))
    with pytest.raises(BundleError, match=r"held temporarily: No space left .*TMPDIR"):
        _collected(tmp_path, _exporting(File("1.eml", chunks, "m/t", ("a",))), "a")


def test_a_state_that_cannot_be_read_ends_the_export(tmp_path: Path) -> None:
    """When the items themselves cannot be read, the connector that asks for them is not blamed."""

    def broken() -> Iterator[tuple[str, Item]]:
        yield "mail", item("a")
        raise StateError("the state file is damaged")

    asked = replace(order({}, [Double("mail", as_mails)]), items=broken)
    with pytest.raises(StateError), collect(FolderBag(tmp_path), asked):
        pass


def test_items_of_a_source_without_connector_are_missing(tmp_path: Path) -> None:
    """A plugin that is gone since the items were found leaves a gap, not silence."""
    with collect(FolderBag(tmp_path), order({"gone": [item("a"), item("b")]}, [])) as haul:
        assert _reasons(haul.summary) == {NO_CONNECTOR, UNDELIVERED}
        assert not haul.summary.complete


def test_portability_leaves_out_what_was_derived(tmp_path: Path) -> None:
    """Art. 20 covers what was given or observed; the connector is not even asked for the rest, and its number is told."""
    items = [item("a"), item("b", origin=Origin.DERIVED), item("c", origin=Origin.OBSERVED)]
    asked = order({"mail": items}, [Double("mail", as_mails)], purpose=Purpose.OVERDRACHT)
    with collect(FolderBag(tmp_path), asked) as haul:
        assert (haul.summary.items, haul.summary.derived, haul.summary.complete) == (2, 1, True)
        assert [entry.origin for entry in haul.ledger.entries()] == ["given", "observed"]


def test_access_leaves_out_nothing(tmp_path: Path) -> None:
    """Art. 15 covers everything, derived or not."""
    asked = order({"mail": [item("b", origin=Origin.DERIVED)]}, [Double("mail", as_mails)])
    with collect(FolderBag(tmp_path), asked) as haul:
        assert (haul.summary.items, haul.summary.derived) == (1, 0)


def test_what_waits_for_review_makes_it_incomplete(tmp_path: Path) -> None:
    """As long as nobody decided whether an item is the person's, something may be missing."""
    asked = order({"mail": [item("a")]}, [Double("mail", as_mails)], awaiting_review=1)
    with collect(FolderBag(tmp_path), asked) as haul:
        assert not haul.summary.complete


def test_a_connector_gets_the_extras_it_offers(tmp_path: Path) -> None:
    """Extras of other connectors are not its business."""
    seen: list[frozenset[str]] = []

    def export(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
        seen.append(extras)
        return as_mails(items, extras)

    asked = order(
        {"mail": [item("a")]}, [Double("mail", export)], extras=frozenset({"mboxrd", "xaf"})
    )
    with collect(FolderBag(tmp_path), asked):
        assert seen == [frozenset({"mboxrd"})]


def test_progress_ends_with_the_whole(tmp_path: Path) -> None:
    """A person who waits hears how far it is, and at last that a source is done."""
    told: list[Exported] = []
    asked = order({"mail": [item(f"m{n}") for n in range(120)]}, [Double("mail", as_mails)])
    with collect(FolderBag(tmp_path), asked, told.append) as haul:
        assert told[0].finished is False
        assert told[-1] == Exported("mail", 120, 122, haul.summary.size, finished=True)


def test_an_item_is_called_the_same_in_every_bundle() -> None:
    """The opaque name depends on source and key alone, and differs between sources."""
    assert item_id("mail", "INBOX/1") == item_id("mail", "INBOX/1")
    assert item_id("mail", "INBOX/1") != item_id("mail2", "INBOX/1")
    assert item_id("mail", "\ud83d") != item_id("mail", "\ud83e")


def test_what_is_spooled_has_no_name_and_no_other_reader() -> None:
    """The account of an export on disk is unlinked while it is open and readable by its owner only."""
    before = set(_open_files())
    with Ledger() as ledger:
        for number in range(20_000):
            ledger.add_item("mail", item(str(number)), None, None)
        spools = set(_open_files()) - before
        assert spools
        for descriptor, target in spools:
            assert target.endswith("(deleted)")
            assert os.fstat(descriptor).st_mode & 0o777 == 0o600
    assert set(_open_files()) == before


def _open_files() -> Iterator[tuple[int, str]]:
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("/") and not target.startswith(("/dev", "/proc")):
            yield int(link.name), target
