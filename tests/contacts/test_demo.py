"""The contacts' part of the demo's world."""

import hashlib
from datetime import date
from pathlib import Path

from overdracht import Certainty, World
from overdracht.people import NAMESAKE, PEOPLE, SANNE
from overdracht_contacts.demo import write_contacts
from tests.contacts.asking import agenda, cards, find, notes


def _world(directory: Path) -> Path:
    directory.mkdir()
    write_contacts(World(directory, PEOPLE, date(2026, 3, 14)))
    return directory


def test_the_same_world_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two worlds of one day are equal."""
    digests = [
        {
            str(path.relative_to(world)): (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                path.stat().st_mtime,
            )
            for path in world.rglob("*")
            if path.is_file()
        }
        for world in (_world(tmp_path / "een"), _world(tmp_path / "twee"))
    ]
    assert digests[0] == digests[1]


def test_the_person_is_in_every_source_and_her_namesake_is_not_her(tmp_path: Path) -> None:
    """By address and number she is found in all three; nothing that is surely hers is her namesake's."""
    world = _world(tmp_path / "wereld")
    theirs = {
        item.key
        for connector in (
            cards(world / "adresboek"),
            agenda(world / "agenda.ics"),
            notes(world / "notities"),
        )
        for item in find(connector, NAMESAKE.email).items
    }
    assert len(theirs) == 3
    for connector in (
        cards(world / "adresboek"),
        agenda(world / "agenda.ics"),
        notes(world / "notities"),
    ):
        found = find(connector, SANNE.email, SANNE.phone)
        exact = {one.key for one in found.of(Certainty.EXACT)}
        assert exact
        assert exact.isdisjoint(theirs)
