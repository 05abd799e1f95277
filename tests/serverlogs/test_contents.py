"""What is no text, has no time, or a wrong one, is said or seen through; nothing of it is passed over in silence."""

import gzip
import lzma
import os
import random
from datetime import date
from pathlib import Path

import pytest
import zstandard

from overdracht import Aged, Category, Gap, Result
from overdracht.testing.acting import ERASE, approved, erase
from overdracht_serverlogs import file_erase, formats
from overdracht_serverlogs import stretches as stretching
from overdracht_serverlogs.contents import no_text
from overdracht_serverlogs.logs import log_of
from overdracht_serverlogs.looks import listed, look
from overdracht_serverlogs.packed import Unreadable
from overdracht_serverlogs.settings import Family
from overdracht_serverlogs.stretches import stretches
from tests.serverlogs.asking import count, find, gap, logs_in

SANNE = "sanne@vanderberg.example"
LINE = f'192.0.2.9 - {SANNE} [03/May/2026:10:00:00 +0200] "GET / HTTP/1.1" 200 7 "-" "x"\n'.encode()
TEXT = LINE.replace(SANNE.encode(), b"-") * 50 + LINE
NOISE = random.Random(7).randbytes(5000)  # noqa: S311 - the same in every run

FOREIGN = {
    "lz4": (b"\x04\x22\x4d\x18" + NOISE, "compressed with lz4"),
    "lzma": (lzma.compress(TEXT, format=lzma.FORMAT_ALONE), "compressed with lzma"),
    "zip": (b"PK\x03\x04" + NOISE, "a ZIP archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + NOISE, "7-Zip"),
    "Z": (b"\x1f\x9d\x90" + NOISE, "compressed with compress"),
    "age": (b"age-encryption.org/v1\n" + NOISE, "encrypted with age"),
    "binary": (NOISE, "no text"),
    "twice": (gzip.compress(gzip.compress(TEXT)), "compressed more than once"),
    "utf16": (TEXT.decode().encode("utf-16-le"), "written in UTF-16"),
    "packed utf16": (gzip.compress(TEXT.decode().encode("utf-16")), "written in UTF-16"),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_no_text_is_a_gap(tmp_path: Path, what: str) -> None:
    """A file that is compressed in a way that is not read, encrypted or binary is not called searched."""
    content, reason = FOREIGN[what]
    (tmp_path / "access.log.1").write_bytes(content)
    found = find(logs_in(tmp_path), SANNE)
    assert reason in gap(found).reason
    assert not found.searched


def test_what_is_text_is_none_of_these() -> None:
    """Latin-1, colours, the hole that cutting off leaves, and an empty file are text."""
    for text in (TEXT, "één\n".encode("latin-1") * 90, b"\x1b[31mrood\x1b[0m\n" * 9, bytes(9000) + TEXT, b""):  # fmt: skip
        assert no_text(text) == ""


def test_a_frame_that_is_to_be_skipped_may_come_first(tmp_path: Path) -> None:
    """So pzstd begins its files: they are zstd as any other."""
    packed = zstandard.ZstdCompressor().compress(TEXT)
    (tmp_path / "access.log.1.zst").write_bytes(b"\x50\x2a\x4d\x18\x04\0\0\0abcd" + packed)
    found = find(logs_in(tmp_path), SANNE)
    assert count(found.items) == 1
    assert not found.gaps


TRACES = "".join(
    f"2026-05-03 10:00:0{number},123 ERROR {SANNE} mislukt\n" + "\tat nl.voorbeeld.Web.doe(Web.java:7)\n" * 12
    for number in range(8)
)  # fmt: skip
DATED = {
    "java": (TRACES, "iso"),
    "php": ("[03-May-2026 10:00:00 Europe/Amsterdam] PHP Warning:  x in /a.php on line 7\n", "php-error"),
    "squid": ("1777795200.123    200 192.0.2.1 TCP_MISS/200 512 GET http://x.example/ svdberg HIER_DIRECT/192.0.2.2 text/html\n", "squid"),
    "unbound": ("[1777795200] unbound[12:0] info: 192.0.2.1 x.example. A IN\n", "epoch"),
    "bind": ("03-May-2026 10:00:00.123 client @0x7f 192.0.2.1#53 (x.example): query: x.example IN A\n", "bind"),
    "vsftpd": ('Sun May  3 10:00:00 2026 [pid 2] [svdberg] OK LOGIN: Client "192.0.2.1"\n', "ctime"),
}  # fmt: skip


@pytest.mark.parametrize("program", DATED)
def test_what_programs_write_has_its_day(tmp_path: Path, program: str) -> None:
    """Long traces hide no times, and PHP, squid, unbound, BIND and vsftpd are read: each line has a term."""
    text, name = DATED[program]
    assert formats.looks_like(text.encode().splitlines()).name == name
    (tmp_path / "app.log").write_text(text * 3)
    told = list(logs_in(tmp_path).aged({Category.TRAFFIC: date(2026, 6, 1)}))
    assert [one.item.when.date() for one in told if isinstance(one, Aged) and one.item.when] == [
        date(2026, 5, 3)
    ]
    assert not [one for one in told if isinstance(one, Gap)]


def test_only_a_web_servers_login_owns_what_squid_writes() -> None:
    """What stands in the address that was asked for says nothing of whose line it is."""
    line = DATED["squid"][0].strip().replace("x.example/", "x.example/?user=karin").encode()
    assert [line[one.start : one.end] for one in formats.named("squid").owners(line)] == [b"svdberg"]  # fmt: skip


def test_a_number_is_no_time() -> None:
    """What begins with ten digits may be an order: only in brackets, or with a fraction, they are seconds."""
    assert formats.looks_like([b"1100000123 betaald", b"1100000124 betaald"]) is formats.UNKNOWN
    assert formats.looks_like([b"1100000123.250 x"]).name == "epoch"


def test_what_has_no_term_is_said(tmp_path: Path) -> None:
    """The retention sweep does not call a log without any time young, and names what to do."""
    (tmp_path / "app.log").write_text(f"van {SANNE}\n" * 9)
    (told,) = logs_in(tmp_path).aged({Category.TRAFFIC: date(2026, 6, 1)})
    assert isinstance(told, Gap)
    assert "no term" in told.reason
    assert "`format`" in told.reason


def test_lines_in_front_of_the_first_time_go_with_it(tmp_path: Path) -> None:
    """A trace that goes on from the file before is not older than what follows, and does not stay for ever."""
    (tmp_path / "app.log").write_text("\tat nl.voorbeeld.Web(Web.java:7)\n2026-05-03 10:00:00 x\n")
    (told,) = logs_in(tmp_path).aged({Category.TRAFFIC: date(2026, 6, 1)})
    assert isinstance(told, Aged)
    assert told.item.size == (tmp_path / "app.log").stat().st_size


def test_a_time_without_a_year_is_refused() -> None:
    """With such a `time_format` no line would have a day, nor a term."""
    for wrong in ("%d-%m %H:%M:%S", "%d-%m-%%Y"):
        with pytest.raises(ValueError, match="no year"):
            Family(paths=(Path("/x"),), regex="(?P<time>.*)", time_format=wrong)
    assert Family(paths=(Path("/x"),), regex="(?P<time>.*)", time_format="%d-%m-%y %H:%M")


def test_a_clock_that_was_wrong_for_a_while_moves_no_line(tmp_path: Path) -> None:
    """A machine without a clock of its own boots in February: its lines between two days of November make those before none of last year."""
    line = "{} 10:00:00 pi sshd[1]: Accepted password for jjansen from 192.0.2.1 port 22 ssh2\n"
    boots = "Feb 14 10:12:01 pi kernel: boot\nFeb 14 10:12:02 pi systemd[1]: Started\n"
    log = tmp_path / "auth.log"
    log.write_text(line.format("Nov 20") * 20 + boots + line.format("Nov 22"))
    os.utime(log, (1795392000, 1795392000))
    found = find(logs_in(tmp_path), "username:jjansen[2026-11-01/2026-11-30]")
    assert count(found.items) == 21


def test_a_link_that_leads_nowhere_is_a_gap(tmp_path: Path) -> None:
    """What the settings name and nobody can read was not searched."""
    (tmp_path / "access.log").write_bytes(TEXT)
    (tmp_path / "weg.log").symlink_to(tmp_path / "elders" / "access.log")
    found = find(logs_in(tmp_path), SANNE)
    assert gap(found).part == str(tmp_path / "weg.log")
    assert count(found.items) == 1


def test_a_pair_that_was_left_is_no_compression_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """While somebody compresses a rotated log it is waited for; one beside which the other was left long ago is a file as any other."""
    (tmp_path / "access.log.1").write_bytes(TEXT)
    (tmp_path / "access.log.1.gz").write_bytes(gzip.compress(TEXT))
    log = log_of(logs_in(tmp_path).settings, str(tmp_path / "access.log"))
    assert log is not None
    assert file_erase.is_being_packed(log)
    monkeypatch.setattr(file_erase, "_LEFT", -1.0)
    assert not file_erase.is_being_packed(log)
    connector = logs_in(tmp_path)
    steps = [approved(connector.propose(one, ERASE)) for one in find(connector, SANNE).items]
    done = erase(connector, steps)
    assert set(done.results.values()) == {Result.ERASED}
    left = TEXT.replace(LINE, b"")
    assert (tmp_path / "access.log.1").read_bytes() == left
    assert gzip.decompress((tmp_path / "access.log.1.gz").read_bytes()) == left


def test_a_log_that_was_rotated_is_not_cut_where_another_has_its_boundaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """The stretches of a file are those of the one that was listed, and not of what has its name by now."""
    path = tmp_path / "access.log"
    path.write_bytes(TEXT)
    log = log_of(logs_in(tmp_path).settings, str(path))
    assert log is not None
    (file,) = log.files
    looked = look(log, file)
    monkeypatch.setattr(stretching, "STRETCH", 1000)
    path.rename(tmp_path / "access.log.1")
    path.write_bytes(TEXT)
    with pytest.raises(Unreadable), listed(file):
        pass
    with pytest.raises(Unreadable):
        list(stretches(file, looked))
