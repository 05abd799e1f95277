"""Keys, signatures and sealed streams, against the programs and libraries whose formats they are."""

import io
import os
import subprocess
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overdracht.errors import BundleError, UsageError
from overdracht.seal import (
    Damaged,
    PublicKey,
    SigningKey,
    ToPassphrase,
    ToRecipients,
    ToZipPassword,
    Unlock,
    age,
    generate_identity,
    generate_passphrase,
)
from overdracht.seal.keys import WORK_CHOSEN, WORK_GENERATED, work_factor
from tests.bundle.making import WHEN
from tests.servers.need import need

CHUNK = 64 * 1024
WORD = "geheim"
LENGTHS = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17]


def sealed(content: bytes, passphrase: str = WORD, work: int = 4) -> bytes:
    """Seal *content* with a passphrase, quickly."""
    target = io.BytesIO()
    age.seal_with_passphrase(io.BytesIO(content), target, passphrase, work=work)
    return target.getvalue()


def opened(content: bytes, passphrase: str = WORD) -> bytes:
    """Open what was sealed with a passphrase."""
    target = io.BytesIO()
    age.open_with_passphrase(io.BytesIO(content), target, passphrase)
    return target.getvalue()


@pytest.mark.parametrize("length", LENGTHS)
def test_passphrase_form_is_age_for_an_independent_library(length: int) -> None:
    """At every length around the edges of a chunk, pyrage opens what we sealed and we open it too."""
    content = os.urandom(length)
    closed = sealed(content)
    assert pyrage.passphrase.decrypt(closed, WORD) == content
    assert opened(closed) == content


@pytest.mark.parametrize("length", LENGTHS)
def test_key_form_is_age_for_an_independent_library(length: int) -> None:
    """At every length around the edges of a chunk, pyrage opens what we sealed with either of two keys, and not with a third."""
    content = os.urandom(length)
    pairs = [pyrage.x25519.Identity.generate() for _ in range(3)]
    target = io.BytesIO()
    recipients = [str(pair.to_public()) for pair in pairs]
    age.seal_to_keys(io.BytesIO(content), target, [recipients[0], recipients[1].upper()])
    for pair in pairs[:2]:
        assert pyrage.decrypt(target.getvalue(), [pair]) == content
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(target.getvalue(), pairs[2:])


def test_what_the_library_sealed_with_a_passphrase_is_opened() -> None:
    """pyrage's own work factor is within what we open."""
    content = os.urandom(CHUNK + 5)
    closed = pyrage.passphrase.encrypt(content, WORD)
    assert opened(closed) == content


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_sealed_stream_that_was_changed_never_opens(data: st.DataObject) -> None:
    """Any bit, any length but the whole, any chunk moved: BundleError, and never other bytes than the sealed ones."""
    content = bytes(range(256)) * 700
    closed = bytearray(sealed(content))
    place = data.draw(st.integers(0, len(closed) - 1))
    if data.draw(st.booleans()):
        closed[place] ^= 1 << data.draw(st.integers(0, 7))
    else:
        del closed[place:]
    target = io.BytesIO()
    with pytest.raises(BundleError):
        age.open_with_passphrase(io.BytesIO(bytes(closed)), target, WORD)
    assert content.startswith(target.getvalue())


def test_chunks_that_changed_places_or_an_empty_one_at_the_end_are_found() -> None:
    """Two chunks swapped, and a file that goes on with an empty last chunk, are damaged."""
    closed = sealed(bytes(CHUNK * 3))
    start = closed.index(b"\n", closed.index(b"\n---") + 1) + 1 + 16
    size = CHUNK + 16
    first, second = closed[start : start + size], closed[start + size : start + 2 * size]
    with pytest.raises(Damaged):
        opened(closed[:start] + second + first + closed[start + 2 * size :])


def test_a_work_factor_that_takes_all_memory_is_refused() -> None:
    """A file whose maker asks for 4 GiB to try a passphrase is refused before it has them."""
    closed = sealed(b"x").replace(b" 4\n", b" 22\n", 1)
    with pytest.raises(BundleError, match="takes 4 GiB of memory"):
        opened(closed)


def test_two_locks_of_a_kind_never_look_alike() -> None:
    """Sealing the same twice gives different bytes: fresh keys, salts and nonces."""
    assert sealed(b"hallo") != sealed(b"hallo")


def test_generated_passphrases_need_no_stretching_and_others_get_it() -> None:
    """138 random bits in our own form are opened at once, everything a person thought of takes scrypt what age itself takes."""
    for _ in range(50):
        assert work_factor(generate_passphrase()) == WORK_GENERATED
    assert len({generate_passphrase() for _ in range(100)}) == 100
    for chosen in (
        "correct horse battery staple",
        "aaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaa",
        "abcd-efgh-jkmn",
    ):
        assert work_factor(chosen) == WORK_CHOSEN


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "kort",
        "aaaaaaaaaaaaaaaaaaaa",
        " met spatie ervoor",
        "twee\nregels in een",
        "x\0yzabcdefghijk",
    ],
)
def test_a_passphrase_that_protects_nothing_is_refused(weak: str) -> None:
    """Too short, too uniform, or such that nobody can type it: refused, and not repeated."""
    for lock in (ToPassphrase, ToZipPassword):
        with pytest.raises(UsageError) as caught:
            lock(weak)
        assert not weak or weak not in str(caught.value)


def test_a_zip_password_must_be_long_and_plain() -> None:
    """WinZip's format hardly stretches a password, and programs disagree about letters beyond ASCII."""
    for weak in ("kalme reigers", "zeven kalme reigers bij Zoë"):
        with pytest.raises(UsageError):
            ToZipPassword(weak)


@pytest.mark.parametrize(
    "text",
    # What is made anew at every run needs a name that is not: the workers must agree on which tests there are.
    ["", "age1onzin", "ssh-ed25519 AAAA", pytest.param(generate_identity().secret, id="secret")],
)
def test_something_else_than_a_public_key_is_refused(text: str) -> None:
    """A typing error, another kind of key, and above all the secret key, are refused without being repeated."""
    with pytest.raises(UsageError) as caught:
        ToRecipients((text,))
    assert not text or text not in str(caught.value)
    with pytest.raises(UsageError):
        ToRecipients(())


def test_a_secret_shows_in_no_repr() -> None:
    """Tracebacks and logs show objects, so no object shows a secret."""
    pair, passphrase, signer = generate_identity(), generate_passphrase(), SigningKey.generate()
    shown = repr(
        [
            pair,
            ToPassphrase(passphrase),
            ToZipPassword(passphrase),
            Unlock((pair.secret,), passphrase),
            signer,
        ]
    )
    assert pair.secret not in shown
    assert passphrase not in shown
    assert signer.secret_text.splitlines()[1][40:80] not in shown


def test_key_files_are_read_as_age_keygen_writes_them(tmp_path: Path) -> None:
    """Comments and several keys in one file are fine; an encrypted key file is told apart."""
    pairs = generate_identity(), generate_identity()
    path = tmp_path / "sleutels.txt"
    path.write_text("".join(pair.file_text(WHEN) for pair in pairs))
    assert Unlock.with_files(path)
    path.write_bytes(sealed(b"x"))
    with pytest.raises(UsageError, match="itself encrypted"):
        Unlock.with_files(path)
    path.write_text("hallo")
    with pytest.raises(UsageError, match=r"sleutels\.txt: this is no age secret key"):
        Unlock.with_files(path)
    with pytest.raises(BundleError, match=r"weg\.txt: No such file"):
        Unlock.with_files(tmp_path / "weg.txt")


def test_a_signing_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """The first use makes the key, 0600 in a folder 0700; the second reads it; one that others may read is refused."""
    path = tmp_path / "staat" / "ondertekening.key"
    first, second = SigningKey.load_or_create(path), SigningKey.load_or_create(path)
    assert first == second
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    path.chmod(0o640)
    with pytest.raises(BundleError, match="chmod 600"):
        SigningKey.load_or_create(path)


@pytest.mark.parametrize("change", ["cut", "flip", "text", "empty"])
def test_a_damaged_signing_key_is_refused_and_stays(tmp_path: Path, change: str) -> None:
    """A key file that is no longer one is an error; it is never replaced by a new key."""
    path = tmp_path / "key"
    text = SigningKey.load_or_create(path).secret_text
    changed = {
        "cut": text[:100],
        "flip": text[:150] + "AAAA" + text[154:],
        "text": "hallo\n",
        "empty": "",
    }[change]
    path.write_text(changed)
    with pytest.raises(BundleError, match="secret key"):
        SigningKey.load_or_create(path)
    assert path.read_text() == changed


def test_a_signature_holds_for_its_data_its_comment_and_its_key_only() -> None:
    """Another byte of data, of comment or of signature, or another key, and it is not true."""
    key, other = SigningKey.generate(), SigningKey.generate()
    made = key.sign(b"gegevens", "overdracht inzage-1")
    assert key.public.verify(b"gegevens", made) == "overdracht inzage-1"
    with pytest.raises(BundleError, match="not true"):
        key.public.verify(b"gegevenS", made)
    with pytest.raises(BundleError, match="not true"):
        key.public.verify(b"gegevens", made.replace("inzage-1", "inzage-2"))
    with pytest.raises(BundleError, match="not with key"):
        other.public.verify(b"gegevens", made)
    head = made.index("\n") + 1
    for place in (*range(head, head + 100), *range(len(made) - 89, len(made) - 1)):
        changed = made[:place] + ("A" if made[place] != "A" else "B") + made[place + 1 :]
        with pytest.raises(BundleError):
            key.public.verify(b"gegevens", changed)


def test_a_comment_of_two_lines_is_refused() -> None:
    """A comment that would forge a line of the signature file is refused."""
    with pytest.raises(ValueError, match="one line"):
        SigningKey.generate().sign(b"x", "een\ntwee")


@pytest.mark.server
def test_minisign_checks_our_signature_and_we_check_its(tmp_path: Path) -> None:
    """Both ways, with both key files: what one made the other takes, and a changed file is refused by both."""
    need("minisign")
    data, public, secret = tmp_path / "data", tmp_path / "pub", tmp_path / "key"
    data.write_bytes(b"gegevens van Ren\xe9e")
    ours = SigningKey.load_or_create(secret)
    public.write_text(ours.public_text)
    signature = tmp_path / "data.minisig"
    signature.write_text(ours.sign(data.read_bytes(), "van ons"))
    said = run("minisign", "-Vm", data, "-p", public)
    assert "van ons" in said
    run("minisign", "-Sm", data, "-s", secret, "-t", "van minisign")
    assert ours.public.verify(data.read_bytes(), signature.read_text()) == "van minisign"

    theirs = tmp_path / "theirs"
    run("minisign", "-G", "-W", "-p", tmp_path / "theirs.pub", "-s", theirs)
    key = SigningKey.load(theirs)
    assert PublicKey.parse((tmp_path / "theirs.pub").read_text()) == key.public
    assert (tmp_path / "theirs.pub").read_text() == key.public_text
    assert theirs.read_text() == key.secret_text
    signature.write_text(key.sign(data.read_bytes(), "met hun sleutel"))
    assert "met hun sleutel" in run("minisign", "-Vm", data, "-p", tmp_path / "theirs.pub")


def run(*command: str | Path) -> str:
    """Run a program that must succeed; return what it says."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
