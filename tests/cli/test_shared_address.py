"""An address that several people have: it finds, and takes nothing of theirs."""

import json

from tests.cli.conftest import Home, Run

CLUB = """BEGIN:VCARD
VERSION:3.0
UID:linde
FN:Dorpshuis De Linde
EMAIL:bestuur@linde.example
TEL:0251-799033
NOTE:Sleutel bij Ann: ann@smit.example.\\n\\nKoffie om tien uur.
END:VCARD
"""
HERS = """BEGIN:VCARD
VERSION:3.0
UID:ann
FN:Ann Smit
EMAIL:ann@smit.example
END:VCARD
"""
WITHOUT_HER = CLUB.replace("Sleutel bij Ann: ann@smit.example.\\n\\n", "")


def test_of_the_clubs_card_only_what_names_the_person_goes(run: Run, home: Home) -> None:
    """The club's own address, which she also writes from, stays on its card, and the card stays, though she was erased from it."""
    folder = home.path / "kaarten"
    folder.mkdir()
    for name, card in (("linde.vcf", CLUB), ("ann.vcf", HERS)):
        (folder / name).write_bytes(card.replace("\n", "\r\n").encode())
    home.configure(
        "[erasure]\nmost = 1.0\n", '[sources.kaarten]\nconnector = "vcards"\npath = "kaarten"\n'
    )
    run("find", "ann@smit.example", "--shared", "bestuur@linde.example")
    run("review", "2026-0001", "--accept", "all")
    plan = json.loads(run("plan", "2026-0001", "--json").stdout)
    done = run("erase", "--apply", plan["digest"])
    assert done.exit_code == 0, done.output
    assert [one.name for one in folder.iterdir()] == ["linde.vcf"]
    assert (folder / "linde.vcf").read_bytes() == WITHOUT_HER.replace("\n", "\r\n").encode()
