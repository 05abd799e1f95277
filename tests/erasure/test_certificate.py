"""The certificate: true, free of personal data, and checked by a program that is not ours."""

import json
import subprocess
from pathlib import Path

import pytest

from overdracht.erasure import FORMAT, encode, signature_path, write
from overdracht.errors import BundleError
from overdracht.seal import SigningKey
from tests.erasure import faulty
from tests.erasure.test_closing import secrets
from tests.erasure.world import PIET, World
from tests.servers.need import need


def test_it_says_what_became_of_everything(world: World) -> None:
    """Per source what was done, what stays until when on which ground, what physically stays behind, and that it was looked for."""
    certificate = world.certificate(world.execute(world.plan()))
    assert certificate["format"] == FORMAT
    assert certificate["complete"] is True
    told = {one["source"]: one for one in certificate["sources"]}
    assert told["mail"]["results"] == {"erased": 3}
    assert told["books"]["results"] == {"anonymised": 1, "erased": 1}
    assert {(one["source"], one["until"]) for one in certificate["retained"]} == {
        ("books", "2034-01-01"),
        ("hosting", "2027-03-01"),
    }
    invoice = next(one for one in certificate["retained"] if one["source"] == "books")
    assert invoice["pseudonymous"] is True
    assert invoice["article"]["nl"] == "art. 52 lid 4 AWR"
    assert certificate["verification"]["holds"] is True
    assert {one["source"] for one in certificate["residue"]} == {"books", "hosting", "mail"}
    json.loads(encode(certificate))


def test_it_holds_nothing_personal(world: World) -> None:
    """No identifier of hers or of others, no title, key or part of any item, also when things went wrong."""
    plan = world.plan()
    world.makes["mail"] = faulty.Stumbles
    world.execute(plan)
    text = encode(world.certificate(plan)).decode().casefold()
    private = secrets(world) | {PIET.value, *world.keys("mail"), *world.keys("books")}
    assert [one for one in private if one.casefold() in text] == []


def test_it_is_not_complete_with_anything_undone(world: World) -> None:
    """A failed step, a source that could not be searched, something nobody has looked at: it says so itself."""
    plan = world.plan()
    world.makes["mail"] = faulty.NeverThere
    world.execute(plan)
    certificate = world.certificate(plan)
    assert certificate["complete"] is False
    assert next(one for one in certificate["sources"] if one["source"] == "mail")["results"] == {
        "failed": 3
    }


def test_equal_facts_are_equal_bytes(world: World) -> None:
    """What is signed does not depend on the order in which things were told."""
    certificate = world.certificate(world.execute(world.plan()))
    assert encode(certificate) == encode(dict(reversed(certificate.items())))
    assert certificate == world.certificate(world.request.plans().all()[0])


def test_it_is_written_whole_for_its_owner_alone(world: World, tmp_path: Path) -> None:
    """0600, no half file beside it, and a change of one byte is noticed."""
    signer, path = SigningKey.generate(), tmp_path / "certificate.json"
    write(world.certificate(world.execute(world.plan())), path, signer)
    assert {one.name for one in tmp_path.iterdir() if one.is_file()} == {
        "certificate.json",
        "certificate.json.minisig",
    }
    for one in (path, signature_path(path)):
        assert one.stat().st_mode & 0o777 == 0o600
    signature = signature_path(path).read_text()
    assert world.reference in signer.public.verify(path.read_bytes(), signature)
    with pytest.raises(BundleError):
        signer.public.verify(path.read_bytes().replace(b"erased", b"kept  ", 1), signature)


@pytest.mark.server
def test_stock_minisign_verifies_it(world: World, tmp_path: Path) -> None:
    """Nobody needs this program to check a certificate; and an altered one fails there too."""
    need("minisign")
    signer, path = SigningKey.generate(), tmp_path / "certificate.json"
    write(world.certificate(world.execute(world.plan())), path, signer)
    (tmp_path / "minisign.pub").write_text(signer.public.text)

    def check() -> int:
        command = ["minisign", "-V", "-m", str(path), "-p", str(tmp_path / "minisign.pub")]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert check() == 0
    path.write_bytes(path.read_bytes() + b" ")
    assert check() != 0
