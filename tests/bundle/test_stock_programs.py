"""Anybody can check and open a bundle with programs that are not ours."""

import os
import pty
import subprocess
import zipfile
from pathlib import Path

import pytest

from overdracht.bundle import verify
from overdracht.seal import (
    NoLock,
    SigningKey,
    ToPassphrase,
    ToRecipients,
    ToZipPassword,
    Unlock,
    generate_identity,
    generate_passphrase,
)
from tests.bundle.making import FILES, PASSPHRASE, TOP, WHEN, ZIP_PASSWORD, make
from tests.servers.need import need

pytestmark = pytest.mark.server


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a program that must succeed; return what it says."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def type_at(prompts: int, answer: str, *command: str | Path) -> int:
    """Run a program that asks for a passphrase on a terminal, answer it *prompts* times, and return how it ended."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvp(command[0], [str(word) for word in command])  # noqa: S606 - no shell is wanted
    said = b""
    try:
        while True:
            if said.count(b"passphrase") >= 1 and said.rstrip().endswith(b":") and prompts:
                os.write(terminal, answer.encode() + b"\n")
                said, prompts = b"", prompts - 1
            said += os.read(terminal, 1024)
    except OSError:  # the terminal goes with the program
        pass
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack the zip *archive* with Python's zipfile, into *folder*."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    return folder / TOP


def test_age_opens_what_is_closed_to_a_key(tmp_path: Path) -> None:
    """`age -d -i KEY` gives the zip, with the key file that the helper writes, for every one of two recipients."""
    need("age")
    pairs = generate_identity(), generate_identity()
    path = make(tmp_path / "b.zip.age", ToRecipients(tuple(pair.recipient for pair in pairs)))
    for number, pair in enumerate(pairs):
        key = tmp_path / f"{number}.key"
        key.write_text(pair.file_text(WHEN))
        clear = tmp_path / f"{number}.zip"
        run("age", "-d", "-i", key, "-o", clear, path)
        assert verify(unpacked(clear, tmp_path / str(number))).ok


@pytest.mark.parametrize(
    "passphrase",
    [PASSPHRASE, pytest.param(generate_passphrase(), id="generated"), "wachtwoord van Zoë €"],
)
def test_age_opens_what_is_closed_with_a_passphrase(tmp_path: Path, passphrase: str) -> None:
    """`age -d` asks for the passphrase on the terminal and gives the zip: own words and generated ones alike."""
    need("age")
    path = make(tmp_path / "b.zip.age", ToPassphrase(passphrase))
    assert type_at(1, passphrase, "age", "-d", "-o", tmp_path / "b.zip", path) == 0
    assert verify(unpacked(tmp_path / "b.zip", tmp_path / "uit")).ok
    assert type_at(1, passphrase + "x", "age", "-d", "-o", tmp_path / "nee.zip", path) != 0


def test_what_age_closed_is_opened(tmp_path: Path) -> None:
    """A zip that the stock program encrypted, to a key or to a passphrase, is opened as if it were ours."""
    need("age", "age-keygen")
    clear = make(tmp_path / "b.zip", NoLock())
    key = tmp_path / "key"
    run("age-keygen", "-o", key)
    recipient = run("age-keygen", "-y", key).strip()
    run("age", "-r", recipient, "-o", tmp_path / "k.age", clear)
    assert verify(tmp_path / "k.age", Unlock.with_files(key)).ok
    assert type_at(2, PASSPHRASE, "age", "-p", "-o", tmp_path / "p.age", clear) == 0
    assert verify(tmp_path / "p.age", Unlock(passphrase=PASSPHRASE)).ok


def test_sha512sum_and_minisign_check_the_folder(tmp_path: Path) -> None:
    """Both manifests are as sha512sum reads them, and minisign finds the signature true, until a byte changes."""
    need("sha512sum", "minisign")
    signer = SigningKey.load_or_create(tmp_path / "key")
    folder = unpacked(make(tmp_path / "b.zip", signer=signer), tmp_path)
    for manifest in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
        run("sha512sum", "--strict", "--quiet", "-c", manifest, cwd=folder)
    said = run("minisign", "-Vm", "tagmanifest-sha512.txt", "-p", "minisign.pub", cwd=folder)
    assert f"overdracht {TOP} 2026-11-24T09:30:00Z" in said
    with (folder / "tagmanifest-sha512.txt").open("ab") as file:
        file.write(b"\n")
    done = subprocess.run(
        ["minisign", "-Vm", "tagmanifest-sha512.txt", "-p", "minisign.pub"],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert done.returncode != 0


def test_7z_tests_and_unpacks_the_zip(tmp_path: Path) -> None:
    """7-Zip finds the zip sound and gives every file with its name, `é` and spaces included."""
    need("7z")
    path = make(tmp_path / "b.zip")
    assert "Everything is Ok" in run("7z", "t", path)
    run("7z", "x", f"-o{tmp_path / 'uit'}", path)
    for name, content in FILES.items():
        assert (tmp_path / "uit" / TOP / name).read_bytes() == content


def test_7z_opens_the_encrypted_zip_and_names_no_file(tmp_path: Path) -> None:
    """With the password 7-Zip gives the one inner archive; without it only that archive's name is seen, and AES-256 is what closes it."""
    need("7z")
    path = make(tmp_path / "b.zip", ToZipPassword(ZIP_PASSWORD))
    listing = run("7z", "l", "-slt", path)
    assert "Method = AES-256 Store" in listing
    assert "overdracht.zip" in listing
    assert "mailarchief" not in listing
    raw = path.read_bytes()
    assert b"mailarchief" not in raw
    run("7z", "x", f"-p{ZIP_PASSWORD}", f"-o{tmp_path / 'uit'}", path)
    assert verify(tmp_path / "uit" / "overdracht.zip").ok
    done = subprocess.run(["7z", "t", "-pfout", path], capture_output=True, check=False)
    assert done.returncode != 0
