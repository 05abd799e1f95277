"""Writing a log anew: what is cut goes, all else stays to the byte, and what is packed is packed as it was."""

import bz2
import gzip
import lzma
import os
import random
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from overdracht_serverlogs import direct, members, packing, rewriting
from overdracht_serverlogs.cuts import Cuts, Cutter
from overdracht_serverlogs.exchanging import Meanwhile
from overdracht_serverlogs.members import Damaged
from overdracht_serverlogs.rewriting import rewrite
from tests.servers.need import need

PACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "gzip": gzip.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "xz": lambda text: lzma.compress(text, preset=0),
    "bz2": lambda text: bz2.compress(text, 1),
}
UNPACK: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda packed: packed,
    "gzip": gzip.decompress,
    "zstd": lambda packed: (
        zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read()
    ),
    "xz": lzma.decompress,
    "bz2": bz2.decompress,
}
PROGRAMS = {"gzip": "gzip", "zstd": "zstd", "xz": "xz", "bz2": "bzip2"}


def _text(size: int, seed: int = 7) -> bytes:
    return bytes(random.Random(seed).choices(b"abcdefghijklmnop\n", k=size))  # noqa: S311 - the same text every time is what is wanted


def _shared(first: bytes, second: bytes) -> int:
    """Return how many bytes at their beginning are the same."""
    return next(
        (place for place, (one, two) in enumerate(zip(first, second, strict=False)) if one != two),
        min(len(first), len(second)),
    )


def _cuts(*cuts: tuple[int, int, bytes]) -> Cuts:
    made = Cuts()
    for one in cuts:
        made.add(*one)
    return made


def _cut(text: bytes, cuts: Sequence[tuple[int, int, bytes]]) -> bytes:
    """Return *text* with the cuts, in the plainest way."""
    for start, end, put in reversed(cuts):
        text = text[:start] + put + text[end:]
    return text


@st.composite
def _texts(draw: st.DrawFn) -> tuple[list[bytes], list[tuple[int, int, bytes]]]:
    members = draw(st.lists(st.binary(max_size=60), min_size=1, max_size=5))
    size = sum(map(len, members))
    ends = sorted(draw(st.sets(st.integers(0, size), max_size=12)))
    puts = draw(st.lists(st.sampled_from([b"", b"", b"x", b"pseudonym"]), min_size=6, max_size=6))
    pairs = zip(ends[::2], ends[1::2], puts, strict=False)
    return members, list(pairs)


def _anew(path: Path, packed: bytes, cuts: Cuts, method: str) -> bytes:
    path.write_bytes(packed)
    with path.open("rb") as file:
        rewrite(path, file.fileno(), cuts, method)
    return path.read_bytes()


@pytest.mark.parametrize("method", PACK)
@given(case=_texts())
@settings(max_examples=60, deadline=None)
def test_only_what_is_cut_changes(
    method: str,
    case: tuple[list[bytes], list[tuple[int, int, bytes]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever the members, and wherever the cuts lie, the text is the old one with the cuts, and without cuts the file is the same."""
    texts, cuts = case
    path = tmp_path_factory.getbasetemp() / f"anew-{method}"
    packed = b"".join(map(PACK[method], texts))
    path.write_bytes(packed)
    with path.open("rb") as old, path.with_suffix(".new").open("wb") as new:
        rewriting.write(old.fileno(), new.fileno(), _cuts(*cuts), method)
    after = path.with_suffix(".new").read_bytes()
    assert UNPACK[method](after) == _cut(b"".join(texts), cuts)
    if not cuts:
        assert after == packed


@given(case=_texts(), block=st.sampled_from([4096, 8192]))
@settings(max_examples=60, deadline=None)
def test_past_the_page_cache_it_is_the_same(
    case: tuple[list[bytes], list[tuple[int, int, bytes]]],
    block: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """A large file is written past the page cache, in whole blocks and a rest, and its bytes are those of any other way."""
    texts, cuts = case
    factor = 531
    text = b"".join(one * factor for one in texts)
    cuts = [(start * factor, end * factor, put) for start, end, put in cuts]
    path = tmp_path_factory.getbasetemp() / "direct"
    path.write_bytes(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direct, "_BUFFER", block)
        with path.open("rb") as old, path.with_suffix(".new").open("wb") as new:
            done = direct.write(old.fileno(), new.fileno(), _cuts(*cuts).kept(len(text)))
            place = os.lseek(new.fileno(), 0, os.SEEK_CUR)
    after = path.with_suffix(".new").read_bytes()
    assert after == (_cut(text, cuts) if done else b"")
    assert place == len(after)


@given(case=_texts(), sizes=st.lists(st.integers(1, 9), min_size=1), start=st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_chunks_make_no_difference(
    case: tuple[list[bytes], list[tuple[int, int, bytes]]], sizes: list[int], start: int
) -> None:
    """A text that comes in chunks, from whichever place on that no cut covers, is cut as the whole is."""
    texts, cuts = case
    text = b"".join(texts)
    if start > len(text) or any(begin < start < end or begin == start for begin, end, _ in cuts):
        start = 0
    cutter, left, place = Cutter(_cuts(*cuts), start), b"", start
    while place < len(text):
        size = sizes[place % len(sizes)]
        left += b"".join(cutter.kept(text[place : place + size]))
        place += size
    behind = [(begin - start, end - start, put) for begin, end, put in cuts if begin >= start]
    # What is put at the very end has no text to stand in.
    behind = [one for one in behind if one[0] < len(text) - start]
    assert left == _cut(text[start:], behind)


@pytest.mark.parametrize("method", [one for one in PACK if one != "plain"])
def test_members_that_stay_are_copied(method: str, tmp_path: Path) -> None:
    """Of three members only the one with the cut is packed again; the bytes of the others are the same."""
    texts = [_text(50_000, seed) for seed in range(3)]
    packed = [PACK[method](one) for one in texts]
    after = _anew(tmp_path / "log", b"".join(packed), _cuts((60_000, 60_010, b"")), method)
    assert after.startswith(packed[0])
    assert after.endswith(packed[2])
    assert UNPACK[method](after) == _cut(b"".join(texts), [(60_000, 60_010, b"")])


@pytest.mark.parametrize("method", [one for one in PACK if one != "plain"])
def test_new_members_are_of_bounded_size(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is packed anew is so in several members, so that the next change copies most of it; the method's own program reads it."""
    monkeypatch.setattr(packing, "MEMBER", 100_000)
    monkeypatch.setattr(members, "_TEXT", 20_000)
    text = _text(1_000_000)
    path = tmp_path / "log"
    first = _anew(path, PACK[method](text), _cuts((10, 20, b"")), method)
    second = _anew(path, first, _cuts((500_000, 500_010, b"")), method)
    assert _shared(first, second) > len(first) // 4
    assert _shared(first[::-1], second[::-1]) > len(first) // 4
    need(PROGRAMS[method])
    unpacked = subprocess.run([PROGRAMS[method], "-dc"], input=second, stdout=-1, check=True).stdout
    assert unpacked == _cut(text, [(10, 20, b""), (500_010, 500_020, b"")])


@pytest.mark.parametrize("method", PACK)
def test_nothing_left_is_an_empty_file_of_its_kind(method: str, tmp_path: Path) -> None:
    """A file whose whole text is cut unpacks to nothing, and is no damaged one."""
    text = b"one line\n" * 10
    after = _anew(tmp_path / "log", PACK[method](text), _cuts((0, len(text), b"")), method)
    assert UNPACK[method](after) == b""
    assert bool(after) == (method != "plain")


def test_the_name_and_time_in_a_gzip_stay(tmp_path: Path) -> None:
    """`gzip` notes the name and the time of what it packs, and they are the same afterwards."""
    need("gzip")
    path = tmp_path / "access.log"
    path.write_bytes(b"a line\nanother\n" * 1000)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    subprocess.run(["gzip", path], check=True)
    path = tmp_path / "access.log.gz"
    before = path.read_bytes()[:20]
    with path.open("rb") as file:
        rewrite(path, file.fileno(), _cuts((0, 7, b"")), "gzip")
    assert path.read_bytes()[:20] == before
    assert path.stat().st_mtime == 1_700_000_000


@pytest.mark.parametrize("method", ["gzip", "zstd", "xz", "bz2"])
def test_a_packing_that_was_broken_off_keeps_what_can_be_read(method: str, tmp_path: Path) -> None:
    """Of a file whose end is missing everything that could be unpacked is there afterwards, but for what was cut."""
    text = _text(1_500_000)
    packed = PACK[method](text)[:-1000]
    after = UNPACK[method](_anew(tmp_path / "log", packed, _cuts((0, 16, b"")), method))
    assert text[16:].startswith(after)
    assert len(after) > 500_000


@pytest.mark.parametrize("method", ["gzip", "zstd", "xz", "bz2"])
def test_a_damaged_file_stays_as_it_is(method: str, tmp_path: Path) -> None:
    """A file that is not what its method says is an error, and is not touched."""
    text = _text(300_000)
    packed = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(text))
    if method != "zstd":
        packed = bytearray(PACK[method](text))
    packed[len(packed) // 2] ^= 0xFF
    path = tmp_path / "log"
    with pytest.raises(Damaged):
        _anew(path, bytes(packed), _cuts((0, 16, b"")), method)
    assert path.read_bytes() == packed
    assert [one.name for one in tmp_path.iterdir()] == ["log"]


def test_owner_mode_attributes_and_times_stay(tmp_path: Path) -> None:
    """The new file has the old one's owner, mode, access list, attributes and times."""
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    path.chmod(0o640)
    os.setxattr(path, "user.note", b"kept")
    if os.geteuid() == 0:
        os.chown(path, 33, 4)
    os.utime(path, ns=(1_600_000_000_000_000_001, 1_600_000_000_000_000_002))
    before = path.stat()
    with path.open("rb") as file:
        rewrite(path, file.fileno(), _cuts((0, 4, b"")), "plain")
    after = path.stat()
    assert path.read_bytes() == b"two\n"
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert (after.st_mtime_ns, after.st_atime_ns) == (before.st_mtime_ns, before.st_atime_ns)
    assert os.getxattr(path, "user.note") == b"kept"


def test_a_file_that_grows_meanwhile_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When somebody writes to the file while it is written anew, it is left alone."""
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    write = rewriting.write

    def slow(old: int, new: int, cuts: Cuts, method: str) -> None:
        write(old, new, cuts, method)
        with path.open("ab") as file:
            file.write(b"three\n")

    monkeypatch.setattr(rewriting, "write", slow)
    with path.open("rb") as file, pytest.raises(Meanwhile):
        rewrite(path, file.fileno(), _cuts((0, 4, b"")), "plain")
    assert path.read_bytes() == b"one\ntwo\nthree\n"


def test_cuts_are_in_order() -> None:
    """A cut before the last one is refused: it would cut what nobody meant."""
    cuts = _cuts((5, 9, b""))
    with pytest.raises(ValueError, match="in order"):
        cuts.add(4, 6)
