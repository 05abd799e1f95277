"""Opening a bundle gives a private folder with exactly its files, where there was none."""

from pathlib import Path

import bagit
import pytest

from overdracht.bundle import open_bundle, verify
from overdracht.errors import BundleError
from overdracht.seal import NoLock, ToZipPassword, Unlock
from tests.bundle.making import FILES, ZIP_PASSWORD, make


def test_the_folder_is_the_bag_and_private(tmp_path: Path) -> None:
    """Every file comes out as it went in, files 0600 and folders 0700, and the folder is a valid bag for another library."""
    path = make(tmp_path / "b.zip", ToZipPassword(ZIP_PASSWORD))
    found = open_bundle(path, Unlock(passphrase=ZIP_PASSWORD), tmp_path / "open")
    bag = tmp_path / "open"
    assert found.ok
    assert found == verify(bag)
    assert bagit.Bag(str(bag)).validate()
    for name, content in FILES.items():
        assert (bag / name).read_bytes() == content
    for each in (bag, *bag.rglob("*")):
        assert each.stat().st_mode & 0o777 == (0o700 if each.is_dir() else 0o600)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["b.zip", "open"]


def test_an_empty_folder_is_taken_and_a_filled_one_is_not(tmp_path: Path) -> None:
    """Nothing is ever overwritten: a folder with something in it, a file, and a link are refused and stay."""
    path = make(tmp_path / "b.zip", NoLock())
    (tmp_path / "leeg").mkdir()
    assert open_bundle(path, Unlock(), tmp_path / "leeg").ok
    (tmp_path / "bestand").write_text("van mij")
    (tmp_path / "elders").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elders")
    for name in ("leeg", "bestand", "link"):
        with pytest.raises(BundleError, match="exists and is no empty folder"):
            open_bundle(path, Unlock(), tmp_path / name)
    assert (tmp_path / "bestand").read_text() == "van mij"
    assert list((tmp_path / "elders").iterdir()) == []


def test_a_folder_is_open_already(tmp_path: Path) -> None:
    """Opening an unpacked bundle says that there is nothing to open."""
    path = make(tmp_path / "b.zip", NoLock())
    open_bundle(path, Unlock(), tmp_path / "bag")
    with pytest.raises(BundleError, match="open already"):
        open_bundle(tmp_path / "bag", Unlock(), tmp_path / "nog eens")


def test_a_destination_without_a_parent_is_one_line(tmp_path: Path) -> None:
    """A folder in a folder that is not there is said to be impossible."""
    path = make(tmp_path / "b.zip", NoLock())
    with pytest.raises(BundleError, match="cannot be written: No such file"):
        open_bundle(path, Unlock(), tmp_path / "weg" / "bag")


def test_nothing_decrypted_is_left_beside_a_verified_bundle(tmp_path: Path) -> None:
    """Looking into an encrypted bundle, whether it is sound or not, leaves no file."""
    path = make(tmp_path / "b.zip", ToZipPassword(ZIP_PASSWORD))
    assert verify(path, Unlock(passphrase=ZIP_PASSWORD)).ok
    path.write_bytes(path.read_bytes()[:-300])
    assert not verify(path, Unlock(passphrase=ZIP_PASSWORD)).ok
    assert [each.name for each in tmp_path.iterdir()] == ["b.zip"]
