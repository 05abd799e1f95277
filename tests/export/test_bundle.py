"""A whole bundle: filled, signed and checked, with nothing stood in for."""

import warnings
from pathlib import Path

import pytest

from overdracht.bundle import create, open_bundle
from overdracht.export import Order
from overdracht.report import fill
from overdracht.seal import NoLock, SigningKey, Unlock
from tests.export.hostile import a_hostile_world
from tests.export.world import NOW, Double, a_customer, as_mails, item, order


def _made(folder: Path, asked: Order) -> Path:
    """Return the unpacked folder of the bundle for *asked*, which was checked on the way."""
    made = folder / "made.zip"
    with create(
        made,
        f"overdracht-{asked.reference}",
        signer=SigningKey.generate(),
        lock=NoLock(),
        clock=lambda: NOW,
    ) as bag:
        fill(bag, asked)
    found = open_bundle(made, Unlock(), folder / "opened")
    assert found.problems == ()
    assert found.complete
    return folder / "opened"


@pytest.mark.parametrize("asked", [a_customer(40), a_hostile_world(), order({}, [])])
def test_a_filled_bundle_is_whole(tmp_path: Path, asked: Order) -> None:
    """What was filled passes our own check and, where it holds any payload, the Library of Congress's."""
    opened = _made(tmp_path, asked)
    assert (opened / "index.html").exists()
    if (opened / "data").exists():
        with warnings.catch_warnings():
            # bagit 1.9 asks for its version in a way that Python 3.12 and later deprecate.
            warnings.simplefilter("ignore")
            import bagit
        assert bagit.Bag(str(opened)).validate()


def test_what_is_about_the_data_is_no_payload(tmp_path: Path) -> None:
    """Below `data/` stands what the sources gave and nothing else; the documents are tag files beside it."""
    opened = _made(tmp_path, a_customer(40))
    assert {one.name for one in (opened / "data").iterdir()} == {
        "mailarchief",
        "boekhouding",
        "notities",
    }
    tags = (opened / "tagmanifest-sha512.txt").read_text(encoding="utf-8")
    for document in ("index.html", "overview.json", "herkomst.jsonl", "overzicht/mailarchief.html"):
        assert f" {document}\n" in tags


def test_the_bag_says_whose_it_is(tmp_path: Path) -> None:
    """Software that keeps bags finds organisation and request under the labels of RFC 8493."""
    info = (_made(tmp_path, a_customer(1)) / "bag-info.txt").read_text(encoding="utf-8")
    assert "Source-Organization: Voorbeeld ICT\n" in info
    assert "External-Identifier: 2026-0007\n" in info


def test_two_sources_whose_folders_would_be_one_keep_apart(tmp_path: Path) -> None:
    """Sources named alike but for case or for what a file name cannot hold get a folder each."""
    names = ("Mail", "mail", "a/b", "a:b")
    asked = order(
        {name: [item("k", name)] for name in names}, [Double(name, as_mails) for name in names]
    )
    opened = _made(tmp_path, asked)
    assert len(list((opened / "data").iterdir())) == 4
