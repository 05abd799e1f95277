"""Whatever is changed in a bundle, it is found and named; nothing that lies is believed."""

import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from overdracht.bundle import Closed, closed_with, open_bundle, verify, zipformat
from overdracht.errors import BundleError, UsageError
from overdracht.seal import (
    Lock,
    NoLock,
    SigningKey,
    ToPassphrase,
    ToRecipients,
    ToZipPassword,
    Unlock,
    generate_identity,
    generate_passphrase,
)
from tests.bundle.making import FILES, TOP, ZIP_PASSWORD, dice, make

PAIR = generate_identity()
GENERATED = generate_passphrase()
WAYS: dict[str, tuple[Lock, Unlock]] = {
    "key": (ToRecipients((PAIR.recipient,)), Unlock((PAIR.secret,))),
    "passphrase": (ToPassphrase(GENERATED), Unlock(passphrase=GENERATED)),
    "password": (ToZipPassword(ZIP_PASSWORD), Unlock(passphrase=ZIP_PASSWORD)),
    "none": (NoLock(), Unlock()),
}


def is_found(path: Path, key: Unlock) -> bool:
    """Say whether something is found wrong with *path*, in one line each, and that opening it leaves nothing."""
    with pytest.raises(BundleError) as caught:
        open_bundle(path, key, path.parent / "open")
    assert "\n" not in str(caught.value)
    assert not (path.parent / "open").exists()
    try:
        found = verify(path, key)
    except BundleError as error:
        return "\n" not in str(error)
    assert all("\n" not in problem for problem in found.problems)
    return not found.ok


@pytest.mark.parametrize("way", ["key", "passphrase", "none"])
def test_one_flipped_bit_anywhere_is_found(tmp_path: Path, way: str) -> None:
    """In the age form and in the zip inside it, no bit is without a guard: 150 drawn at random, the first and the last bytes."""
    lock, key = WAYS[way]
    path = make(tmp_path / "b", lock)
    whole = path.read_bytes()
    draw = dice(20261124)
    places = {
        *range(30),
        *range(len(whole) - 30, len(whole)),
        *(draw.randrange(len(whole)) for _ in range(150)),
    }
    for place in sorted(places):
        changed = bytearray(whole)
        changed[place] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        assert is_found(path, key), f"byte {place} of {len(whole)}"


def test_one_flipped_bit_in_an_encrypted_zip_is_found_or_without_effect(tmp_path: Path) -> None:
    """WinZip's format guards the content only: a bit that changes nothing of it (a time, a flag) may pass, and then all of it is still true."""
    lock, key = WAYS["password"]
    path = make(tmp_path / "b", lock)
    whole = path.read_bytes()
    draw = dice(20261124)
    for place in sorted({*range(80), *(draw.randrange(len(whole)) for _ in range(150))}):
        changed = bytearray(whole)
        changed[place] ^= 1 << draw.randrange(8)
        path.write_bytes(changed)
        try:
            found = verify(path, key)
        except BundleError:
            continue
        assert not found.ok or (found.complete and found.files == 4 and found.signed_by)
        assert found.ok is False or not 80 < place < len(whole) - 150


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_cut_file_is_found_at_every_length(tmp_path: Path, way: str) -> None:
    """Cut to any length, or longer than it was, a bundle is not taken for whole."""
    lock, key = WAYS[way]
    path = make(tmp_path / "b", lock)
    whole = path.read_bytes()
    draw = dice(7)
    lengths = {
        *range(40),
        *(len(whole) - gone for gone in range(1, 40)),
        *(draw.randrange(len(whole)) for _ in range(60)),
    }
    for length in sorted(lengths):
        path.write_bytes(whole[:length])
        assert is_found(path, key), f"{length} of {len(whole)}"
    for more in (b"\0", whole[:100], whole):
        path.write_bytes(whole + more)
        assert is_found(path, key)


def test_a_cut_between_chunks_is_found(tmp_path: Path) -> None:
    """Cut right at the end of an age chunk, where what is left decrypts, it is still found to be cut."""
    for way in ("key", "passphrase"):
        lock, key = WAYS[way]
        path = tmp_path / way
        content = {f"data/{number}": dice(number).randbytes(50_000) for number in range(5)}
        FILES.update(content)
        try:
            make(path, lock)
        finally:
            for name in content:
                del FILES[name]
        whole = path.read_bytes()
        header = whole.index(b"\n--- ")
        payload = whole.index(b"\n", header + 1) + 1 + 16
        for chunk in (1, 2, 3):
            path.write_bytes(whole[: payload + chunk * (65536 + 16)])
            assert is_found(path, key)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "leeg"),
        (b"%PDF-1.7 factuur", "pdf"),
        (b"PK\x03\x04", "zip"),
        (b"age-encryption.org/v1\n", "age"),
        (b"age-encryption.org/v1\n-> X25519 a\n\n---", "age"),
        (b"age-encryption.org/v1\n" + b"-> grease\n" * 20_000, "age"),
        (b"age-encryption.org/v1\n" + b"x" * 200_000, "age"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----\n", "pantser"),
    ],
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes, name: str) -> None:
    """What is no bundle is said to be none, and quickly."""
    path = tmp_path / name
    path.write_bytes(content)
    assert is_found(path, WAYS["key"][1])


def test_a_zip_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """A zip that another program made is not ours: said so, though its files may be."""
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("brief.txt", "hallo")
    assert is_found(path, Unlock())


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A bundle that does not exist, or is a pipe that nobody writes to, is one line with its name."""
    os.mkfifo(tmp_path / "pijp")
    with pytest.raises(BundleError, match="pijp is no file"):
        verify(tmp_path / "pijp", Unlock())
    with pytest.raises(BundleError, match=r"weg\.age: No such file"):
        verify(tmp_path / "weg.age", Unlock())


@pytest.mark.parametrize(
    ("way", "key", "said"),
    [
        ("key", Unlock((generate_identity().secret,)), "none of the keys given opens it"),
        ("key", Unlock(passphrase=GENERATED), "opens with a secret key, and none was given"),
        ("key", Unlock(), "opens with a secret key, and none was given"),
        ("passphrase", Unlock(passphrase="een andere zin"), "wrong passphrase"),
        ("passphrase", Unlock((PAIR.secret,)), "opens with a passphrase, and none was given"),
        ("password", Unlock(passphrase="een andere zin"), "wrong"),
        ("password", Unlock((PAIR.secret,)), "opens with a password, and none was given"),
        ("password", Unlock(passphrase="pässwörd"), "wrong"),
    ],
)
def test_the_wrong_key_is_said_to_be_wrong(
    tmp_path: Path, way: str, key: Unlock, said: str
) -> None:
    """A wrong key, passphrase or password, or the wrong kind of them, is named as what it is; no secret stands in the line."""
    path = make(tmp_path / "b", WAYS[way][0])
    with pytest.raises(BundleError, match=said) as caught:
        verify(path, key)
    assert GENERATED not in str(caught.value)
    with pytest.raises(BundleError, match=said):
        open_bundle(path, key, tmp_path / "open")
    assert [each.name for each in tmp_path.iterdir()] == ["b"]


def rezipped(
    path: Path,
    *,
    extra: str = "",
    claim: Callable[[zipformat.Entry], zipformat.Entry] | None = None,
) -> Path:
    """Write the zip *path* anew by our own rules, with an *extra* file, or with a lie in the directory about each file."""
    with zipfile.ZipFile(path) as archive:
        files = [
            (
                zipformat.Entry(info.filename.encode(), info.file_size, info.CRC, 0, 0),
                archive.read(info),
            )
            for info in archive.infolist()
        ]
    if extra:
        files.append((zipformat.Entry(extra.encode(), 0, 0, 0, 0), b""))
    out, records = bytearray(), bytearray()
    for entry, content in files:
        placed = entry._replace(offset=len(out))
        out += zipformat.head(placed) + content + zipformat.tail(placed)
        records += zipformat.record(claim(placed) if claim else placed)
    end = zipformat.End(len(files), len(records), len(out))
    path.write_bytes(bytes(out) + records + zipformat.end(end))
    return path


@pytest.mark.parametrize(
    "name",
    ["../buiten", "/etc/cron.d/x", f"{TOP}/../../x", f"{TOP}/data/../x", f"{TOP}\\data\\x", "C:/x", f"{TOP}/data/", f"{TOP}", f"ander/{TOP}/x", f"{TOP}/data/mailarchief/inbox/000001.EML", f"{TOP}/con.txt", f"{TOP}/a\0b"],
)  # fmt: skip
def test_a_path_in_a_zip_never_leads_elsewhere(tmp_path: Path, name: str) -> None:
    """A zip with a path that escapes, or that some system takes for another, is refused before a byte of it is written."""
    path = rezipped(make(tmp_path / "b.zip"), extra=name)
    assert is_found(path, Unlock())
    assert [each.name for each in tmp_path.iterdir()] == ["b.zip"]


@pytest.mark.parametrize(
    "claim",
    [
        lambda entry: entry._replace(size=1 << 40),
        lambda entry: entry._replace(size=1 << 40, streamed=True),
        lambda entry: entry._replace(size=(1 << 32) - 1),
        lambda entry: entry._replace(size=0),
        lambda entry: entry._replace(offset=0),
        lambda entry: entry._replace(offset=1 << 40),
        lambda entry: entry._replace(streamed=True),
        lambda entry: entry._replace(crc=0),
        lambda entry: entry._replace(stamp=1),
        lambda entry: entry._replace(name=entry.name + b"x"),
    ],
)
def test_a_zip_that_lies_in_its_directory_is_refused(
    tmp_path: Path, claim: Callable[[zipformat.Entry], zipformat.Entry]
) -> None:
    """A directory that claims a terabyte, another place (files in one another, as bombs have), or anything else than stands beside the file."""
    assert verify(rezipped(make(tmp_path / "goed.zip"))).ok
    (tmp_path / "goed.zip").unlink()
    assert is_found(rezipped(make(tmp_path / "b.zip"), claim=claim), Unlock())


def test_a_compressed_zip_is_refused(tmp_path: Path) -> None:
    """What could swell on unpacking is not unpacked: our files are stored, so nothing is larger than what holds it."""
    path = tmp_path / "bom.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{TOP}/data/nullen", bytes(50 << 20))
    assert is_found(path, Unlock())


def test_a_directory_that_lies_about_its_own_size_is_refused(tmp_path: Path) -> None:
    """Counts and sizes at the end of the zip that are not so are found, however large."""
    path = make(tmp_path / "b.zip")
    whole = path.read_bytes()
    for count, size, offset in (
        (9999, 10, 0),
        (12, 1 << 31, 100),
        (0, 0, len(whole) - 22),
        (0, 0, 0),
    ):
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, offset, 0)
        path.write_bytes(whole[:-22] + end)
        assert is_found(path, Unlock())


def test_something_hidden_between_the_files_of_a_zip_is_found(tmp_path: Path) -> None:
    """A zip with bytes that its directory does not list is refused, though other programs would not show them."""
    path = make(tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"verborgen"
    assert is_found(path, Unlock())


def folder_of(tmp_path: Path) -> Path:
    """Return a sound bundle, unpacked."""
    open_bundle(make(tmp_path / "b.zip"), Unlock(), tmp_path / "bag")
    return tmp_path / "bag"


LETTER_PATH = "data/mailarchief/INBOX/000001.eml"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda bag: (bag / LETTER_PATH).unlink(), f"{LETTER_PATH}: missing"),
        (lambda bag: (bag / LETTER_PATH).write_bytes(b"x"), f"{LETTER_PATH}: was changed"),
        (lambda bag: (bag / "data" / "erbij.txt").write_text("x"), "'data/erbij.txt': is in no manifest"),
        (lambda bag: (bag / "erbij.txt").write_text("x"), "'erbij.txt': is in no manifest"),
        (lambda bag: (bag / "LEESMIJ.txt").write_text("x"), "LEESMIJ.txt: was changed"),
        (lambda bag: (bag / "bag-info.txt").unlink(), "bag-info.txt: missing"),
        (lambda bag: (bag / "bagit.txt").write_text("BagIt-Version: 0.97\n"), "bagit.txt: does not declare"),
        (lambda bag: (bag / "manifest-sha512.txt").unlink(), "manifest-sha512.txt: missing"),
        (lambda bag: (bag / "manifest-sha512.txt").write_text("x"), "manifest-sha512.txt: line 1 is no line"),
        (lambda bag: (bag / "tagmanifest-sha512.txt").unlink(), "tagmanifest-sha512.txt: missing"),
        (lambda bag: (bag / "tagmanifest-sha512.txt.minisig").unlink(), "minisig: missing"),
        (lambda bag: (bag / "tagmanifest-sha512.txt.minisig").write_text("x"), "minisig: this is no minisign signature"),
        (lambda bag: (bag / "minisign.pub").unlink(), "minisign.pub: missing"),
        (lambda bag: (bag / "minisign.pub").write_text("x"), "minisign.pub: this is no minisign public key"),
        (lambda bag: (bag / "data" / "link").symlink_to("/etc/passwd"), "is a link or no file"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_folder_is_named(
    tmp_path: Path, change: Callable[[Path], object], said: str
) -> None:
    """An unpacked bundle is checked as well: what is missing, changed or added is named."""
    bag = folder_of(tmp_path)
    assert verify(bag).ok
    change(bag)
    found = verify(bag)
    assert any(said in problem for problem in found.problems), found.problems
    assert not found.ok
    assert found.complete is (
        not any(problem.endswith(": missing") for problem in found.problems) and "link" not in said
    )


def test_what_closes_a_bundle_can_be_asked(tmp_path: Path) -> None:
    """Before asking for a secret, a program can know which."""
    said = {way: closed_with(make(tmp_path / way, lock)) for way, (lock, _) in WAYS.items()}
    assert said == {
        "key": Closed.KEY,
        "passphrase": Closed.PASSPHRASE,
        "password": Closed.PASSWORD,
        "none": Closed.NOT,
    }
    assert closed_with(tmp_path) == Closed.NOT
    with pytest.raises(BundleError, match="No such file"):
        closed_with(tmp_path / "weg")


def test_a_forged_bundle_does_not_pass_for_the_organisation(tmp_path: Path) -> None:
    """Anybody can sign with a key of their own and put that inside: only the trusted key tells, and without one it is said to be unknown."""
    ours, theirs = SigningKey.generate(), SigningKey.generate()
    forged = make(tmp_path / "b.zip", signer=theirs)
    alone = verify(forged)
    assert (alone.ok, alone.trusted, alone.signed_by) == (True, None, theirs.key_id)
    judged = verify(forged, trusted=ours.public_text)
    assert (judged.ok, judged.trusted, judged.signed_by) == (False, False, "")
    assert any(
        f"signed with key {theirs.key_id}, not with key {ours.key_id}" in each
        for each in judged.problems
    )
    with pytest.raises(BundleError, match="not with key"):
        open_bundle(forged, Unlock(), tmp_path / "open", trusted=ours.public_text)
    genuine = verify(make(tmp_path / "c.zip", signer=ours), trusted=ours.public_text)
    assert (genuine.ok, genuine.trusted, genuine.signed_by) == (True, True, ours.key_id)


def test_a_trusted_key_that_is_none_is_refused(tmp_path: Path) -> None:
    """Something else than a public key as the one to trust is an error, not a bundle without trust."""
    with pytest.raises(BundleError, match="no minisign public key"):
        verify(make(tmp_path / "b.zip"), trusted="RWQonzin")


@pytest.mark.parametrize("text", ["", "age1onzin", "AGE-SECRET-KEY-1ONZIN", "# niets\n"])
def test_something_else_than_a_secret_key_is_refused(text: str) -> None:
    """A text without a secret key in it is said to be none, without repeating it."""
    with pytest.raises(UsageError, match="age secret key") as caught:
        Unlock((text,))
    assert text == "" or text not in str(caught.value)
