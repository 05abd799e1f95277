"""Messages that a server keeps compressed or encrypted: read where that can be, and never passed over in silence."""

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from overdracht import Certainty, Gap, Result, Sighting
from overdracht_imap import packed
from overdracht_imap.packed import is_packed, unpacked
from tests.imap.erasing import erase
from tests.imap.test_mailfiles import (
    LETTER,
    OTHER,
    connector,
    export,
    find,
    gaps,
    items,
    maildir,
    searched,
)
from tests.servers.permissions import unreadable


def _zstd(message: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(message)


def _zstd_streamed(message: bytes) -> bytes:
    """Compress as a server does that does not know the length beforehand."""
    return _flushed(message)


def _flushed(message: bytes) -> bytes:
    packing = zstandard.ZstdCompressor().compressobj()
    return packing.compress(message) + packing.flush()


WAYS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": _zstd,
    "zstd as a stream": _zstd_streamed,
}
UNREADABLE = {
    "mail_crypt": (b"CRYPTED\x03\x07\x00\x02\x00\x00", "encrypted"),
    "lz4": (b"Dovecot-LZ4\x0d\x2a\x9b\xc5\x00\x00", "compressed"),
    "compress": (b"\x1f\x9d\x90abc", "compressed"),
    "zip": (b"PK\x03\x04abc", "compressed"),
}
each_way = pytest.mark.parametrize("way", WAYS)


@each_way
def test_it_is_the_mail_it_is(tmp_path: Path, way: str) -> None:
    """Found by its header section and by its body, exported as it was before, told of in the sweep, and erased."""
    pack = WAYS[way]
    long = (LETTER % (2, 2)).replace(b"\nTo:", b"\nX-Spam: " + b"x" * 20_000 + b"\nTo:")
    maildir(tmp_path, pack(LETTER % (1, 1)), pack(OTHER), pack(long), LETTER % (3, 3))
    assert gaps(find(tmp_path)) == []
    assert sorted(item.title for item in items(find(tmp_path))) == ["kaas 1", "kaas 2", "kaas 3"]
    thorough = items(find(tmp_path, thorough=True))
    assert [item.certainty for item in thorough].count(Certainty.MENTION) == 1
    files, lines, missing = export(tmp_path, thorough, "mboxrd")
    assert missing == []
    assert {LETTER % (1, 1), OTHER, long, LETTER % (3, 3)} <= set(files.values())
    assert {line["message_id"] for line in lines} >= {"<1@kaasboer.example>"}
    told = list(connector(tmp_path).identifiers())
    assert sum(isinstance(one, Sighting) for one in told) == len(told) == 8
    assert erase(connector(tmp_path), items(find(tmp_path))).counts == {Result.ERASED: 3}
    assert items(find(tmp_path)) == []


@each_way
def test_what_is_damaged_is_a_gap(tmp_path: Path, way: str) -> None:
    """Cut off, changed, or empty behind its first bytes: never half a letter."""
    whole = WAYS[way](LETTER % (1, 1))
    changed = whole[:20] + bytes(~one & 0xFF for one in whole[20:40]) + whole[40:]
    for thorough in (False, True):
        path = tmp_path / str(thorough)
        maildir(path, whole[: len(whole) // 2], whole[:-1], changed, whole[:6], OTHER)
        found = find(path, thorough=thorough)
        assert len(gaps(found)) >= 3
        assert all("compressed and damaged" in gap.reason for gap in gaps(found))
        assert searched(found)["INBOX"].cursor == ""


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("thorough", [False, True])
def test_what_cannot_be_read_is_a_gap_that_says_what_to_do(
    tmp_path: Path, kind: str, thorough: bool
) -> None:
    """A message that only the server can decrypt or unpack, with or without something legible in it."""
    start, word = UNREADABLE[kind]
    maildir(tmp_path, start + LETTER % (1, 1), LETTER % (2, 2))
    found = find(tmp_path, thorough=thorough)
    assert [item.title for item in items(found)] == ["kaas 2"]
    (gap,) = gaps(found)
    assert word in gap.reason
    assert "over IMAP" in gap.reason
    assert gap.key
    assert searched(found)["INBOX"].cursor == ""
    assert len([one for one in connector(tmp_path).identifiers() if isinstance(one, Gap)]) == 1


def test_check_says_that_a_folder_cannot_be_read(tmp_path: Path) -> None:
    """Of others that can it says nothing, whatever lies in them."""
    maildir(tmp_path, *[pack(LETTER % (1, 1)) for pack in WAYS.values()])
    maildir(tmp_path / ".Dicht", LETTER % (1, 1))
    assert all(check.ok for check in connector(tmp_path).check())
    with unreadable(tmp_path / ".Dicht" / "cur"):
        (failed,) = [check for check in connector(tmp_path).check() if not check.ok]
    assert failed.name == "folder Dicht"
    assert "Permission denied" in failed.detail


def test_check_says_that_messages_cannot_be_read(tmp_path: Path) -> None:
    """Before anybody asks: an encrypted folder does not pass."""
    maildir(tmp_path, LETTER % (1, 1))
    maildir(tmp_path / ".Geheim", UNREADABLE["mail_crypt"][0])
    (failed,) = [check for check in connector(tmp_path).check() if not check.ok]
    assert failed.name == "folder Geheim"
    assert "encrypted" in failed.detail


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, _zstd, _flushed])
def test_what_swells_is_not_read(
    pack: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes that unpack to very many are a gap and fill no memory; and nothing is cut off in silence."""
    monkeypatch.setattr(packed, "LONGEST", 1 << 20)
    with pytest.raises(OSError, match="more than 1 MB"):
        unpacked(pack(bytes(50 << 20)))
    assert len(unpacked(pack(bytes(1 << 20)))) == 1 << 20


def test_what_is_packed_twice_is_not_read() -> None:
    """Nobody knows how deep it goes."""
    with pytest.raises(OSError, match="packed twice"):
        unpacked(_zstd(gzip.compress(LETTER)))


@given(st.binary(max_size=9000), st.integers(0, 9000), st.sampled_from(sorted(WAYS)))
def test_every_message_comes_back(message: bytes, longest: int, way: str) -> None:
    """Whole, from one member or from several, or its beginning."""
    if is_packed(message):
        return
    content = WAYS[way](message)
    assert is_packed(content)
    assert unpacked(content) == message
    assert unpacked(content + content) == message * 2
    if longest:
        assert unpacked(content, longest) == message[:longest]


@given(st.sampled_from(sorted(WAYS)), st.binary(max_size=200), st.binary(max_size=50))
def test_whatever_stands_behind_the_first_bytes(way: str, message: bytes, noise: bytes) -> None:
    """It is unpacked or refused with an OSError, and nothing else."""
    for content in (WAYS[way](message)[:6] + noise, WAYS[way](message) + noise):
        if is_packed(content):
            try:
                unpacked(content)
            except OSError as error:
                assert str(error)


def test_a_block_read_before_makes_no_message_packed(tmp_path: Path) -> None:
    """An empty file behind others in one block is empty, whatever was in the block."""
    maildir(tmp_path, gzip.compress(LETTER % (1, 1)), b"", LETTER % (2, 2), b"\n")
    os.utime(tmp_path / "cur", (1_700_000_000, 1_700_000_000))
    found = find(tmp_path)
    assert len(items(found)) == 2
    assert gaps(found) == []
