"""The account of the demo's world."""

import json
import stat
from datetime import date
from pathlib import Path

from overdracht import Certainty, Kinds, Subject, World
from overdracht.people import CLUB, NAMESAKE, PEOPLE, SANNE
from overdracht.testing.watching import export, find
from overdracht_transip.connector import TransipConnector
from overdracht_transip.demo import FILE, write_account
from overdracht_transip.settings import TransipSettings

TODAY = date(2026, 3, 14)


def written(directory: Path) -> Path:
    """Write the account in *directory* and return its file."""
    directory.mkdir()
    write_account(World(directory, PEOPLE, TODAY))
    return directory / FILE


def test_the_same_world_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two accounts of one day are equal, and only their owner can read them."""
    one, two = written(tmp_path / "one"), written(tmp_path / "two")
    assert one.read_bytes() == two.read_bytes()
    assert stat.S_IMODE(one.stat().st_mode) == 0o600


def test_the_story_is_true(tmp_path: Path) -> None:
    """Sanne has two domains, a server and a place in the club's; her namesake's and the club's own are not hers."""
    world = tmp_path / "world"
    file = written(world)
    settings = TransipSettings.model_validate(
        {"world": file, "customer_tag": "klant-{}", "stays": [CLUB.domains[0]]}
    )
    connector = TransipConnector("transip", settings)
    assert [one for one in connector.check() if not one.ok] == []
    asked = ["customer:K10023", *SANNE.emails, *(f"domain:{one}" for one in SANNE.domains)]
    subject = Subject("demo", tuple(map(Kinds().parse, asked)))
    found = find(connector, subject, thorough=True)
    sure = {one.key for one in found.of(Certainty.EXACT)}
    assert {f"domain/{name}" for name in SANNE.domains} <= sure
    assert {"server/voorbeeldict-vps", f"contact/{CLUB.domains[0]}/administrative"} <= sure
    assert not [key for key in sure if NAMESAKE.domains[0] in key or "vps2" in key]
    made = export(connector, found.items)
    assert made.gaps == []
    codes = [one.content.decode() for one in made.pieces if one.path.endswith("auth-code.txt")]
    assert len(codes) == len(SANNE.domains)
    assert json.loads(file.read_text())["changes"] == []
