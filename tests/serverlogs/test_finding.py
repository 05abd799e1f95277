"""A person's records are found in logs as they really are, and what could not be searched is said."""

import bz2
import gzip
import lzma
import os
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from overdracht import Certainty, Extent, Gap, Item, Period
from overdracht.survey import Pool
from overdracht_serverlogs import finding, records, scanning, stretches, workforce
from overdracht_serverlogs.lineitems import Key, digest, unpack
from overdracht_serverlogs.logs import Log, logs
from tests.serverlogs.asking import count, find, gap, logs_in, searched

SANNE, LOGIN, ADDRESS = "sanne@vanderberg.example", "username:svdberg", "203.0.113.7"


def web(when: str, address: str = ADDRESS, user: str = "-", request: str = "GET / HTTP/1.1") -> str:
    """Return a line of a web server."""
    return f'{address} - {user} [{when} +0200] "{request}" 200 12 "-" "Mozilla/5.0"\n'


def mail(when: str, text: str) -> str:
    """Return a line of a mail server."""
    return f"{when} mx1 {text}\n"


def write(path: Path, text: str | bytes, modified: str = "2026-11-24") -> Path:
    """Write a log that was last changed on a day."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    moment = datetime.fromisoformat(modified).replace(tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))
    return path


def days(items: list[Item]) -> list[tuple[date | None, str]]:
    """Return the day and certainty of each of *items*."""
    return [(Key.parse(one.key).day, Key.parse(one.key).sort) for one in items]


def test_lines_are_grouped_by_log_day_and_certainty(tmp_path: Path) -> None:
    """A login makes it exact, a mail address in a request a mention, an address only possible; each day apart, over rotations."""
    write(tmp_path / "access.log.1", web("02/May/2026:23:59:00") + web("03/May/2026:00:01:00"))
    write(
        tmp_path / "access.log",
        web("03/May/2026:10:00:00", "198.51.100.1", "svdberg")
        + web("03/May/2026:10:00:01", "198.51.100.2", request=f"GET /?m={SANNE} HTTP/1.1")
        + web("03/May/2026:10:00:02")
        + web("03/May/2026:10:00:03", "198.51.100.3"),
    )
    found = find(logs_in(tmp_path), SANNE, LOGIN, ADDRESS)
    assert days(found.items) == [
        (date(2026, 5, 2), "possible"),
        (date(2026, 5, 3), "exact"),
        (date(2026, 5, 3), "mention"),
        (date(2026, 5, 3), "possible"),
    ]
    assert [count([one]) for one in found.items] == [1, 1, 1, 2]
    assert searched(found).part == str(tmp_path / "access.log")
    assert searched(found).looked_at == 6
    assert found.items[0].when == datetime.fromisoformat("2026-05-02T23:59:00+02:00")


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": lambda text: zstandard.ZstdCompressor().compress(text),
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "members": lambda text: gzip.compress(text[:50]) + gzip.compress(text[50:]),
    "frames": lambda text: (
        zstandard.ZstdCompressor().compress(text[:50])
        + zstandard.ZstdCompressor().compress(text[50:])
    ),
}


@pytest.mark.parametrize("method", PACKERS)
def test_compression_is_told_by_the_content(tmp_path: Path, method: str) -> None:
    """Whatever the file is called, and also when it consists of several compressed pieces, the same items come out."""
    text = "".join(web(f"03/May/2026:10:00:{second:02}") for second in range(60))
    write(tmp_path / "access.log", text)
    plain = find(logs_in(tmp_path), ADDRESS).items
    write(tmp_path / "access.log", PACKERS[method](text.encode()))
    assert find(logs_in(tmp_path), ADDRESS).items == plain


def test_an_item_survives_rotation_and_compression(tmp_path: Path) -> None:
    """The same lines under another name, compressed, and with another inode, are the same items: key, fingerprint and all."""
    live = write(
        tmp_path / "access.log", web("03/May/2026:10:00:00") * 3 + web("04/May/2026:10:00:00")
    )
    before = find(logs_in(tmp_path), ADDRESS).items
    live.rename(tmp_path / "access.log.1")
    write(live, web("05/May/2026:10:00:00", "198.51.100.1"))
    assert find(logs_in(tmp_path), ADDRESS).items == before
    rotated = tmp_path / "access.log.1"
    write(tmp_path / "access.log.2.gz", gzip.compress(rotated.read_bytes()))
    rotated.unlink()
    assert find(logs_in(tmp_path), ADDRESS).items == before


def test_a_time_window_limits_an_identifier(tmp_path: Path) -> None:
    """An address counts only on the days on which it was the person's; on a line without a day it is possible at most."""
    text = web("28/Feb/2026:10:00:00") + web("03/May/2026:10:00:00") + web("01/Jun/2026:10:00:00")
    write(tmp_path / "access.log", text)
    found = find(logs_in(tmp_path), f"ip:{ADDRESS}[2026-03-01/2026-05-31]")
    assert days(found.items) == [(date(2026, 5, 3), "possible")]
    write(tmp_path / "app.log", f"zonder tijd: {SANNE}\n")
    (item,) = find(logs_in(tmp_path), f"email:{SANNE}[2026-03-01/2026-05-31]").items
    assert days([item]) == [(None, "possible")]
    assert item.when is None


def test_a_login_reveals_the_address_behind_it_as_possible(tmp_path: Path) -> None:
    """With the day as its window, whether or not the address was asked for."""
    line = f"imap-login: Login: user=<{SANNE}>, method=PLAIN, rip=::ffff:{ADDRESS}, lip=10.0.0.1"
    write(tmp_path / "mail.log", mail("May  3 10:00:00", f"dovecot: {line}"))
    for who in ((SANNE,), (SANNE, ADDRESS)):
        (item,) = find(logs_in(tmp_path), *who).items
        (told,) = item.reveals
        assert (told.identifier.kind, told.identifier.value) == ("ip", ADDRESS)
        assert told.certainty is Certainty.POSSIBLE
        assert told.identifier.period == Period(date(2026, 5, 3), date(2026, 5, 3))


def test_a_weak_line_with_an_excluded_identifier_is_somebody_elses(tmp_path: Path) -> None:
    """A shared address on a line with the login of a namesake is not the person's; on another line it is possible."""
    write(
        tmp_path / "access.log",
        web("03/May/2026:10:00:00", user="namesake") + web("03/May/2026:10:00:01"),
    )
    found = find(logs_in(tmp_path), ADDRESS, excluded=["username:namesake"])
    assert count(found.items) == 1


def test_years_are_told_from_the_files_times_and_their_order(tmp_path: Path) -> None:
    """Syslog has no year: a quiet log that spans two New Years, and one that was copied later, say the right one for each line."""
    quiet = [
        ("Nov 11", 2024),
        ("Feb  2", 2025),
        ("Nov 30", 2025),
        ("Jan  5", 2026),
        ("Mar  1", 2026),
    ]
    text = "".join(mail(f"{day} 10:00:00", f"postfix/qmgr[1]: from=<{SANNE}>") for day, _ in quiet)
    write(tmp_path / "mail.log", text, "2026-03-02")
    found = find(logs_in(tmp_path), SANNE)
    assert [item.when.year for item in found.items if item.when] == [year for _, year in quiet]
    # A rotated file without a believable time of its own lies before the one that follows on it.
    write(tmp_path / "auth.log.1", mail("Dec 30 10:00:00", f"x: from=<{SANNE}>"), "2026-11-24")
    write(
        tmp_path / "auth.log",
        mail("Jan  2 10:00:00", "y: z") + mail("Feb  3 10:00:00", "y: z"),
        "2026-02-04",
    )
    found = find(logs_in(tmp_path, paths=(tmp_path / "auth*",)), SANNE)
    assert [one.when for one in found.items] == [
        datetime.fromisoformat("2025-12-30T10:00:00+01:00")
    ]


def test_a_stack_trace_belongs_to_its_record(tmp_path: Path) -> None:
    """In a log of an application lines without a time go on with the one before; a hit in any of them is the whole record."""
    record = f"2026-05-03 10:00:00 ERROR mislukt\nTraceback:\n  File x\nValueError: {SANNE}\n"
    other = "2026-05-03 10:00:01 INFO goed\n"
    write(tmp_path / "app.log", other + record + other)
    (item,) = find(logs_in(tmp_path), SANNE).items
    assert unpack(item.fingerprint) == (digest(record.encode()),)


def test_a_cut_last_line_and_junk_are_searched(tmp_path: Path) -> None:
    """A line without an end, bytes of no encoding, a hole of zeros and a broken line are looked at like any other."""
    write(
        tmp_path / "access.log",
        web("03/May/2026:10:00:00").encode()
        + b"\x00" * 70_000
        + web("03/May/2026:10:00:01").encode()
        + b"\xff\xfe\x80 kapot %s\n" % ADDRESS.encode()
        + web("03/May/2026:10:00:02")[:-30].encode(),
    )
    found = find(logs_in(tmp_path), ADDRESS)
    assert count(found.items) == 4
    assert days(found.items) == [(date(2026, 5, 3), "possible")]
    assert found.gaps == []


def test_a_line_of_ten_megabytes_is_one_line(tmp_path: Path) -> None:
    """A hit at its beginning, in its middle or at its end is a hit on that line, and the lines around it are whole."""
    long = web("03/May/2026:10:00:01", "198.51.100.1").rstrip("\n") + " " + "x" * (10 << 20)
    middle = f"{long} {ADDRESS} {'y' * 1000}\n"
    text = web("03/May/2026:10:00:00") + middle + web("03/May/2026:10:00:02")
    write(tmp_path / "access.log", text)
    (item,) = find(logs_in(tmp_path), ADDRESS).items
    assert unpack(item.fingerprint)[1] == digest(middle.encode())
    assert count([item]) == 3


def test_a_line_without_end_is_cut_where_no_word_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond what is looked at as a whole a line is cut, never through an identifier, and nothing in it is missed."""
    monkeypatch.setattr(records, "LONGEST", 1 << 16)
    monkeypatch.setattr(records, "BLOCK", 1 << 12)
    text = " ".join(f"{number} {ADDRESS}" for number in range(20_000))
    write(tmp_path / "app.log", text)
    connector = logs_in(tmp_path)
    pieces = count(find(connector, ADDRESS).items)
    assert pieces >= len(text) // (1 << 16)
    assert count(find(connector, ADDRESS).items) == pieces


def _much(folder: Path, lines: int = 6_000) -> None:
    rng = random.Random(4)  # noqa: S311 - test data
    second = 0
    text = []
    for number in range(lines):
        second += rng.randrange(60)
        stamp = datetime.fromtimestamp(1_777_000_000 + second, UTC)
        address = (
            ADDRESS if rng.random() < 0.2 else f"198.51.{rng.randrange(256)}.{rng.randrange(256)}"
        )
        text.append(
            f'{address} - - [{stamp:%d/%b/%Y:%H:%M:%S} +0000] "GET /{number} HTTP/1.1" 200 1 "-" "-"\n'
        )
        if rng.random() < 0.05:
            text.append(f"kapotte regel {number} van {ADDRESS}\n")
    half = len(text) // 2
    write(folder / "access.log.1", "".join(text[:half]))
    write(folder / "access.log", "".join(text[half:]))


def test_stretches_and_processes_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small the stretches, blocks and lots are, and whoever searches them, the findings are the same, in the same order."""
    _much(tmp_path)
    whole = find(logs_in(tmp_path), ADDRESS)
    monkeypatch.setattr(finding, "ALONE", 0)
    monkeypatch.setattr(finding, "QUICK", 0)
    monkeypatch.setattr(stretches, "STRETCH", 10_000)
    monkeypatch.setattr(records, "BLOCK", 5_000)
    monkeypatch.setattr(scanning, "LOT", 7)
    monkeypatch.setattr(scanning, "MOST_LOTS", 2)
    for bytes_each, kind in ((0, Pool), (0, ThreadPoolExecutor), (10**9, Pool), (600, Pool)):
        # With processes at hand: by threads, by processes, and from threads over to processes half-way.
        monkeypatch.setattr(workforce, "DENSE", bytes_each)
        with kind() as pool:
            cut = find(logs_in(tmp_path), ADDRESS, pool=pool() if isinstance(pool, Pool) else pool)
        assert cut.items == whole.items
        assert searched(cut).looked_at == searched(whole).looked_at
    assert len(whole.items) > 4


def test_a_day_with_many_records_makes_several_items(tmp_path: Path) -> None:
    """No item has more than 250 records, and none is lost or told twice, also where lines are equal."""
    write(tmp_path / "access.log", web("03/May/2026:10:00:00") * 1_100)
    items = find(logs_in(tmp_path), ADDRESS).items
    assert [count([one]) for one in items] == [250, 250, 250, 250, 100]
    assert len({one.key for one in items}) == 5


def test_a_file_that_is_rotated_while_it_is_searched_is_found_under_its_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renamed or compressed between being listed and being read: all its lines are found, once, and there is no gap."""
    text = web("03/May/2026:10:00:00") * 2
    live = tmp_path / "access.log"

    def rename() -> None:
        live.rename(tmp_path / "access.log.1")
        write(live, web("04/May/2026:10:00:00", "198.51.100.1"))

    def pack() -> None:
        write(tmp_path / "access.log.1.gz", gzip.compress(live.read_bytes()))
        live.unlink()

    for rotate in (rename, pack):
        for old in tmp_path.iterdir():
            old.unlink()
        write(live, text)
        looked: list[None] = []
        cut = stretches.stretches

        def rotating(*arguments: object, go: Callable[[], None] = rotate) -> object:
            told = list(cut(*arguments))  # type: ignore[arg-type]  # noqa: B023
            if not looked:  # noqa: B023
                looked.append(None)  # noqa: B023
                go()
            return iter(told)

        with monkeypatch.context() as patched:
            patched.setattr(finding, "stretches", rotating)
            found = find(logs_in(tmp_path), ADDRESS)
        assert found.gaps == []
        assert count(found.items) == 2


def test_what_takes_the_place_of_a_rotated_file_says_nothing_of_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that is rotated after it was listed is still read as it is written, not as the empty file that has its name then."""
    log = tmp_path / "access.log"
    log.write_bytes(
        b'203.0.113.7 - jan@x.example [03/May/2026:10:11:12 +0200] "GET / HTTP/1.1" 200 1 "-" "x"\n'
    )

    def rotated(*args: Any) -> Iterator[Log]:
        found = list(logs(*args))
        log.rename(tmp_path / "access.log.1")
        log.touch()
        monkeypatch.setattr(finding, "logs", logs)
        return iter(found)

    monkeypatch.setattr(finding, "logs", rotated)
    found = find(logs_in(tmp_path), "jan@x.example")
    (item,) = found.items
    assert (item.certainty, Key.parse(item.key).day) == (Certainty.EXACT, date(2026, 5, 3))
    assert not found.gaps


def test_a_file_that_is_truncated_or_removed_while_it_is_searched_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there cannot be looked at any more: the log is a gap, and says which file."""
    live = tmp_path / "access.log"
    cut = stretches.stretches
    for spoil in (lambda: os.truncate(live, 10), live.unlink):
        write(live, web("03/May/2026:10:00:00") * 9)

        def spoiling(*arguments: object, go: Callable[[], None] = spoil) -> object:
            told = list(cut(*arguments))  # type: ignore[arg-type]
            go()
            return iter(told)

        with monkeypatch.context() as patched:
            patched.setattr(finding, "stretches", spoiling)
            found = find(logs_in(tmp_path), ADDRESS)
        assert found.searched == {}
        assert gap(found).part == str(live)
        assert gap(found).reason.startswith("access.log: it was ")


def test_what_grows_meanwhile_is_left_for_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines that come while the log is searched are not the subject of this find, and do no harm."""
    live = write(tmp_path / "access.log", web("03/May/2026:10:00:00"))
    cut = stretches.stretches

    def growing(*arguments: object) -> object:
        told = list(cut(*arguments))  # type: ignore[arg-type]
        with live.open("a") as file:
            file.write(web("03/May/2026:10:00:05"))
        return iter(told)

    with monkeypatch.context() as patched:
        patched.setattr(finding, "stretches", growing)
        found = find(logs_in(tmp_path), ADDRESS)
    assert count(found.items) == 1
    again = find(logs_in(tmp_path), ADDRESS, cursors=found.cursors)
    assert searched(again).extent is Extent.WHOLE
    assert count(again.items) == 2


@pytest.mark.parametrize("method", ["gzip", "zstd", "xz", "bz2"])
def test_a_damaged_file_is_a_gap_with_what_could_be_read(tmp_path: Path, method: str) -> None:
    """A compressed file that was broken off gives the items before the break, and the log is a gap."""
    rng = random.Random(1)  # noqa: S311 - test data
    text = "".join(
        web("03/May/2026:10:00:00", request=f"GET /{rng.random()} HTTP/1.1") for _ in range(20_000)
    )
    packed = PACKERS[method](text.encode())
    write(tmp_path / "access.log.1", packed[: len(packed) // 2])
    write(tmp_path / "access.log", web("04/May/2026:10:00:00"))
    found = find(logs_in(tmp_path), ADDRESS)
    assert gap(found).reason == "access.log.1: its compression is damaged or ends too early"
    assert (date(2026, 5, 4), "possible") in days(found.items)


def test_what_matches_nothing_or_cannot_be_listed_is_a_gap(tmp_path: Path) -> None:
    """A pattern without files, and a log in UTF-16, are gaps and never silence."""
    write(tmp_path / "wide.log", "abc".encode("utf-16"))
    found = find(logs_in(tmp_path, paths=(tmp_path / "*.log", tmp_path / "nginx" / "*")), ADDRESS)
    assert {(one.part, one.reason) for one in found.gaps} == {
        (str(tmp_path / "nginx" / "*"), "no file matches this pattern"),
        (str(tmp_path / "wide.log"), "wide.log: it is written in UTF-16, which is not searched"),
    }


def test_exclusions_and_families(tmp_path: Path) -> None:
    """An excluded file is not looked at, a link to a file that is there already counts once, ** goes into folders."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    write(tmp_path / "a" / "b" / "access.log", web("03/May/2026:10:00:00"))
    write(tmp_path / "a" / "old.log", web("03/May/2026:10:00:00"))
    (tmp_path / "current.log").symlink_to(tmp_path / "a" / "b" / "access.log")
    connector = logs_in(tmp_path, paths=(tmp_path / "**" / "*.log",), exclude=("old*",))
    assert count(find(connector, ADDRESS).items) == 1


def test_an_unchanged_log_is_not_read_again(tmp_path: Path) -> None:
    """With its cursor handed back a log whose files are the same is unchanged; any change, and it is searched whole."""
    live = write(tmp_path / "access.log", web("03/May/2026:10:00:00"))
    first = find(logs_in(tmp_path), ADDRESS)
    again = find(logs_in(tmp_path), ADDRESS, cursors=first.cursors)
    assert searched(again).extent is Extent.UNCHANGED
    assert searched(again).looked_at == 1
    with live.open("a") as file:
        file.write(web("03/May/2026:11:00:00"))
    after = find(logs_in(tmp_path), ADDRESS, cursors=first.cursors)
    assert searched(after).extent is Extent.WHOLE
    assert count(after.items) == 2


def test_a_user_name_is_not_looked_for_in_the_time_and_the_machine(tmp_path: Path) -> None:
    """Jan is found where a line says so, and not in every line of January, nor as the name of the machine or the program."""
    lines = ["Jan  3 10:00:00 jan jan[1]: niets", "Jan  3 10:00:01 mx1 x[1]: voor jan gedaan"]
    write(tmp_path / "syslog", "\n".join(lines) + "\n")
    found = find(logs_in(tmp_path), "username:jan")
    assert [Key.parse(one.key).sort for one in found.items] == ["mention"]
    assert count(found.items) == 1


def test_every_gap_is_free_of_what_was_asked(tmp_path: Path) -> None:
    """Neither the reason nor a check repeats what stands in a line."""
    write(tmp_path / "app.log", f"zonder tijd {SANNE}\n" * 3)
    connector = logs_in(tmp_path)
    said = [one.detail for one in connector.check()]
    said += [one.reason for one in find(connector, SANNE).findings if isinstance(one, Gap)]
    assert any("no time can be read" in one for one in said)
    assert not any(SANNE in one for one in said)


def test_everybody_who_logged_in_is_told_whatever_their_name(tmp_path: Path) -> None:
    """The quick look that passes over the lines of a web server without a login passes over no login."""
    when = "03/May/2026:10:00:00"
    users = ["-", "jan", "jan -", "jan - x", "- jan", "-jan", "jan-"]
    write(tmp_path / "access.log", "".join(web(when, user=one) for one in users))
    told = {
        one.identifier.value for one in logs_in(tmp_path).identifiers() if not isinstance(one, Gap)
    }
    assert told >= {"jan", "jan -", "jan - x", "- jan", "-jan", "jan-"}
    assert "-" not in told
