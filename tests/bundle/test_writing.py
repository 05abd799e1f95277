"""A bundle is written whole, or not at all, and holds what it was given."""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import bagit
import pytest

from overdracht.bundle import create, open_bundle, verify, zipformat
from overdracht.bundle.unfinished import Unfinished
from overdracht.errors import BundleError
from overdracht.seal import (
    NoLock,
    SigningKey,
    ToPassphrase,
    ToRecipients,
    Unlock,
    generate_identity,
    generate_passphrase,
)
from tests.bundle.making import FILES, TOP, clock, fill, make


def left_in(folder: Path) -> list[str]:
    """Return the names in *folder*, hidden ones too."""
    return sorted(each.name for each in folder.iterdir())


def test_bundle_is_one_folder_in_a_zip_and_a_valid_bag(tmp_path: Path) -> None:
    """What is in the lock is a zip of one folder, which the independent library bagit finds valid, with every file as it was given."""
    with zipfile.ZipFile(make(tmp_path / "bundel.zip")) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        archive.extractall(tmp_path)
    assert {name.split("/")[0] for name in names} == {TOP}
    bag = bagit.Bag(str(tmp_path / TOP))
    assert bag.validate()
    assert (
        bag.info["Payload-Oxum"]
        == f"{sum(len(FILES[p]) for p in FILES if p.startswith('data/'))}.4"
    )
    for path, content in FILES.items():
        assert (tmp_path / TOP / path).read_bytes() == content


def test_equal_input_makes_an_equal_zip(tmp_path: Path) -> None:
    """Two bundles of the same files by the same key at the same moment are equal to the byte, before encryption."""
    signer = SigningKey.generate()
    first, second = (make(tmp_path / name, signer=signer) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()


def test_add_tells_what_was_written(tmp_path: Path) -> None:
    """The path, the size and the SHA-512 come back, whether the content came whole or in chunks."""
    with create(
        tmp_path / "b.zip", TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock
    ) as bag:
        whole = bag.add("data/a", b"abc" * 1000)
        parts = bag.add("data/b", (memoryview(b"abc") for _ in range(1000)))
        large = bag.add("data/c", (b"x" * 700_000 for _ in range(4)))
        fill(bag)
    assert (whole.path, whole.size) == ("data/a", 3000)
    assert whole.sha512 == parts.sha512 == hashlib.sha512(b"abc" * 1000).hexdigest()
    assert (large.size, large.sha512) == (2_800_000, hashlib.sha512(b"x" * 2_800_000).hexdigest())
    assert verify(tmp_path / "b.zip").ok


def test_a_chunk_may_be_overwritten_once_it_was_taken(tmp_path: Path) -> None:
    """A source that reads into one buffer again and again gives every chunk as it was then."""
    buffer = bytearray(1 << 20)

    def reread() -> Iterator[memoryview]:
        for number in range(5):
            buffer[:] = bytes([number]) * len(buffer)
            yield memoryview(buffer)

    path = tmp_path / "b.zip"
    with create(path, TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock) as bag:
        bag.add("data/groot", reread())
    assert verify(path).ok
    with zipfile.ZipFile(path) as archive:
        content = archive.read(f"{TOP}/data/groot")
    assert content == b"".join(bytes([number]) * len(buffer) for number in range(5))


def test_labels_given_stand_in_bag_info(tmp_path: Path) -> None:
    """The exporter's labels are kept on one line each; what the writer counts itself cannot be overruled."""
    with create(
        tmp_path / "b.zip", TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock
    ) as bag:
        bag.info["Source-Organization"] = "Voorbeeld ICT\nPayload-Oxum: 1.1"
        bag.info["Payload-Oxum"] = "99.99"
    info = verify(tmp_path / "b.zip").info
    assert info["Source-Organization"] == "Voorbeeld ICT Payload-Oxum: 1.1"
    assert (info["Payload-Oxum"], info["Bagging-Date"]) == ("0.0", "2026-11-24")


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "data/../../x", "data/./x", "data//x", "data/", "C:/x", "data/a\\b", "data/a:b"),
        *("data/con", "data/NUL.txt", "data/x.", "data/ x", "data/a\nb", "data/100%", "data/\u202exe.txt", "data/\ud800"),
        *("bagit.txt", "bag-info.txt", "manifest-sha512.txt", "minisign.pub", "tagmanifest-sha512.txt.minisig"),
    ],
)  # fmt: skip
def test_a_path_that_is_unsafe_somewhere_is_refused(tmp_path: Path, path: str) -> None:
    """Escapes, Windows' own names, control characters, text turned around, the bag's own files: refused, and the bundle goes on."""
    with create(
        tmp_path / "b.zip", TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock
    ) as bag:
        with pytest.raises(BundleError):
            bag.add(path, b"x")
        fill(bag)
    assert verify(tmp_path / "b.zip").ok


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("data/Brief.eml", "data/brief.EML"),
        ("data/café.txt", "data/CAFÉ.txt"),
        ("data/a", "data/a/b"),
        ("data/a/b", "data/A"),
        ("data/Map/a", "data/map/b"),
        ("data/a", "data/a"),
    ],
)
def test_two_paths_that_some_system_takes_for_one_are_refused(
    tmp_path: Path, first: str, second: str
) -> None:
    """The second of two files that would overwrite one another on Windows or macOS is refused."""
    with create(
        tmp_path / "b.zip", TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock
    ) as bag:
        bag.add(first, b"x")
        with pytest.raises(BundleError):
            bag.add(second, b"y")
    assert verify(tmp_path / "b.zip").files == 1


def test_an_existing_file_is_refused_and_stays(tmp_path: Path) -> None:
    """A bundle never replaces a file, not even one that appeared while it was being written."""
    path = tmp_path / "bundel.zip"
    path.write_text("van vorige week")
    with pytest.raises(BundleError, match="exists"):
        make(path)
    late = tmp_path / "laat.zip"
    with pytest.raises(BundleError, match="exists"), create(
        late, TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock
    ):  # fmt: skip
        late.write_text("was er ineens")
    assert (path.read_text(), late.read_text()) == ("van vorige week", "was er ineens")
    assert left_in(tmp_path) == ["bundel.zip", "laat.zip"]


@pytest.mark.parametrize("anonymous", [True, False])
def test_an_exception_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anonymous: bool
) -> None:
    """Whatever the exporter raises comes out unchanged, and there is neither a bundle nor a temporary file."""
    if not anonymous:
        monkeypatch.setattr(os, "O_TMPFILE", 0)
    identity = generate_identity()
    for lock in (
        ToRecipients((identity.recipient,)),
        ToPassphrase(generate_passphrase()),
        NoLock(),
    ):
        with pytest.raises(KeyError, match="midden"), create(
            tmp_path / "b", TOP, signer=SigningKey.generate(), lock=lock, clock=clock
        ) as bag:  # fmt: skip
            bag.add("data/a", (b"x" * 100_000 for _ in range(100)))
            raise KeyError("midden")
        assert left_in(tmp_path) == []


def test_without_nameless_files_a_hidden_one_takes_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a file system without O_TMPFILE the bundle grows in a hidden file, 0600, and ends under its own name alone."""
    monkeypatch.setattr(os, "O_TMPFILE", 0)
    room = Unfinished(tmp_path / "b.zip")
    (hidden,) = left_in(tmp_path)
    assert hidden.startswith(".b.zip.")
    assert (tmp_path / hidden).stat().st_mode & 0o777 == 0o600
    room.file.write(b"x")
    room.commit()
    room.close()
    assert left_in(tmp_path) == ["b.zip"]


def test_a_bundle_is_for_its_owner_only(tmp_path: Path) -> None:
    """The file is 0600, whatever the umask."""
    before = os.umask(0)
    try:
        make(tmp_path / "b.zip")
    finally:
        os.umask(before)
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600


def test_content_that_fails_does_not_spoil_the_bundle(tmp_path: Path) -> None:
    """When a source goes away in the middle of a file, the exporter hears it, and may go on with the others."""

    def broken(size: int) -> Iterator[bytes]:
        yield b"x" * size
        raise ConnectionError("weg")

    path = tmp_path / "b.zip"
    with create(path, TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock) as bag:
        for name, size in (("data/klein", 1000), ("data/groot", 3 << 20)):
            with pytest.raises(ConnectionError, match="weg"):
                bag.add(name, broken(size))
        fill(bag)
    found = verify(path)
    assert found.ok
    with zipfile.ZipFile(path) as archive:
        assert f"{TOP}/data/klein" not in archive.namelist()
        assert archive.getinfo(f"{TOP}/data/groot").file_size == 3 << 20


def test_more_files_than_a_plain_zip_can_count(tmp_path: Path) -> None:
    """70,000 files, more than the 65,535 of a zip without ZIP64, are read back by Python's own zipfile and by verify."""
    path = tmp_path / "b.zip"
    with create(path, TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock) as bag:
        for number in range(70_000):
            bag.add(f"data/mail/{number:05}.eml", b"x")
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 70_006
        assert archive.read(f"{TOP}/data/mail/69999.eml") == b"x"
    found = verify(path)
    assert (found.ok, found.files) == (True, 70_000)


def test_sizes_and_places_beyond_32_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the limit of 4 GiB lowered to 1,000 bytes, every file beyond it has ZIP64 fields that other programs read."""
    monkeypatch.setattr(zipformat, "LIMIT", 1000)
    path = make(tmp_path / "b.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for name, content in FILES.items():
            assert archive.read(f"{TOP}/{name}") == content
    assert verify(path).ok


_WRITER = """
import os, sys, time
from pathlib import Path
from tests.bundle.making import TOP, clock
from overdracht.bundle import create
from overdracht.bundle.unfinished import Unfinished
from overdracht.seal import SigningKey, ToPassphrase
if sys.argv[2] == "named":
    os.O_TMPFILE = 0
commit = Unfinished.commit
def slow(self, *_):
    print("bijna", flush=True)
    time.sleep(60)
Unfinished.commit = slow
with create(Path(sys.argv[1]), TOP, signer=SigningKey.generate(), lock=ToPassphrase("de zeven kalme reigers"), clock=clock) as bag:
    print("begin", flush=True)
    for number in range(400):
        bag.add(f"data/{number}", os.urandom(50_000))
        if number == 200:
            print("midden", flush=True)
"""


@pytest.mark.parametrize("moment", ["begin", "midden", "bijna"])
@pytest.mark.parametrize("how", ["nameless", "named"])
def test_kill_9_leaves_no_bundle(tmp_path: Path, moment: str, how: str) -> None:
    """Killed at the beginning, in the middle or right before its name is given, there is no bundle; without a name, there is nothing."""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{root}/core:{root}"}
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path / "b.age"), how],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == moment:
                break
        else:
            pytest.fail("the writer ended by itself")
        process.kill()
    names = left_in(tmp_path)
    assert "b.age" not in names
    assert names == [] or (how == "named" and all(name.startswith(".b.age.") for name in names))


@pytest.mark.parametrize("kind", ["key", "passphrase", "zip", "none"])
def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tmp_path: Path, kind: str) -> None:
    """A limit on the size of files stands for a full disk: the writer says which file and why, and leaves nothing behind."""
    script = """
import resource, signal, sys
from pathlib import Path
from tests.bundle.making import PASSPHRASE, TOP, ZIP_PASSWORD, clock
from overdracht.bundle import create
from overdracht.errors import BundleError
from overdracht.seal import *
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
lock = {
    "key": lambda: ToRecipients((generate_identity().recipient,)),
    "passphrase": lambda: ToPassphrase(PASSPHRASE),
    "zip": lambda: ToZipPassword(ZIP_PASSWORD),
    "none": NoLock,
}[sys.argv[2]]()
signer = SigningKey.generate()
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
try:
    with create(Path(sys.argv[1]), TOP, signer=signer, lock=lock, clock=clock) as bag:
        for number in range(100):
            bag.add(f"data/{number}", (b"x" * 65536 for _ in range(32)))
except BundleError as error:
    print(error)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "b"), kind],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{root}/core:{root}"},
        check=False,
    )
    assert (done.stdout, done.stderr) == (
        f"{tmp_path / 'b'} cannot be written: File too large\n",
        "",
    )
    assert left_in(tmp_path) == []


def test_a_full_disk_for_the_manifest_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for the end of the bundle is on a disk as well, which may be the first to be full."""
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: open("/dev/full", "w+b"))  # noqa: PTH123, SIM115 - what a spool opens
    with pytest.raises(BundleError, match="no room for temporary files: No space left"), create(
        tmp_path / "b.zip", TOP, signer=SigningKey.generate(), lock=NoLock(), clock=clock
    ) as bag:  # fmt: skip
        for number in range(10_000):
            bag.add(f"data/{number}", b"")
    assert left_in(tmp_path) == []


def test_a_full_disk_at_opening_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the folder of an opened bundle does not fit, there is no folder and one clear line."""
    path = make(tmp_path / "b", ToPassphrase(generated := generate_passphrase()))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(BundleError, match="cannot be written: No space left"):
        open_bundle(path, Unlock(passphrase=generated), tmp_path / "open")
    assert left_in(tmp_path) == ["b"]


def test_memory_does_not_grow_with_the_bundle(tmp_path: Path) -> None:
    """Twenty times as many bytes, or files, take no more than a few megabytes more at the peak."""
    script = """
import resource, sys
from pathlib import Path
from tests.bundle.making import TOP, clock
from overdracht.bundle import create, verify
from overdracht.seal import SigningKey, ToPassphrase, Unlock, generate_passphrase
passphrase = generate_passphrase()
path = Path(sys.argv[1])
with create(path, TOP, signer=SigningKey.generate(), lock=ToPassphrase(passphrase), clock=clock) as bag:
    bag.add("data/groot", (bytes(1 << 20) for _ in range(int(sys.argv[2]))))
    for number in range(int(sys.argv[3])):
        bag.add(f"data/mail/{number}", b"x" * 500)
assert verify(path, Unlock(passphrase=passphrase)).ok
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    root = Path(__file__).parents[2]
    peaks = [
        int(
            subprocess.run(
                [
                    sys.executable,
                    "-c",
                    script,
                    str(tmp_path / f"b{blocks}"),
                    str(blocks),
                    str(files),
                ],
                capture_output=True,
                text=True,
                env={**os.environ, "PYTHONPATH": f"{root}/core:{root}"},
                check=True,
            ).stdout
        )
        for blocks, files in ((10, 1_000), (200, 20_000))
    ]
    assert peaks[1] - peaks[0] < 16 * 1024
