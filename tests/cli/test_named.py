"""A folder that is called after the person is named: what is in it goes, and its name is personal data that stays."""

import json
from dataclasses import replace

import pytest

from overdracht import Certainty, Kinds, Revealed
from overdracht.erasure.named import Names, named_after
from overdracht.survey import Identity, Known, Standing
from tests.cli.erasing import Shelf
from tests.cli.provider import CONFIRM, SANNE, Provider, digest_in, provider
from tests.erasure.world import record

__all__ = ["provider"]

PARSE = Kinds().parse
FOLDER = "Klanten/Berg, Sanne van der"
NAME = PARSE("name:Sanne van der Berg")


@pytest.fixture
def filed(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    """Her letters lie in a folder of her name too; the system has a command to remove one."""
    provider.systems["post"].add(record("mail-s8", PARSE(SANNE), NAME, part=FOLDER))
    monkeypatch.setattr(Shelf, "removing", lambda _, part: f"rmfolder '{part}'", raising=False)
    return provider


def test_the_plan_names_it_with_the_command(filed: Provider) -> None:
    """On the terminal, as JSON and on the page, with what it is like and what removes it once it is empty."""
    made = filed.run("plan", SANNE, "--html", "plan.html", "--language", "en")
    assert made.exit_code == 0, made.output
    assert f"post: “{FOLDER}” (like name:Sanne van der Berg)" in made.output
    assert f"once it is empty: rmfolder '{FOLDER}'" in made.output
    page = (filed.home.path / "plan.html").read_text()
    assert "Perhaps named after the person" in page
    assert FOLDER in page
    (named,) = filed.plan()["named_after"]
    assert (named["source"], named["part"]) == ("post", FOLDER)
    assert named["like"] == ["name:Sanne van der Berg"]
    assert named["command"] == f"rmfolder '{FOLDER}'"


def test_after_the_erasure_it_is_named_and_certified_without_the_name(filed: Provider) -> None:
    """What is left of her by then is the name: it is shown once more, and the certificate says how many there are, not which."""
    done = filed.erase()
    assert done.exit_code == 0, done.output
    assert f"post: “{FOLDER}”" in done.output
    text = filed.certificate.read_text()
    assert "the name of 1 folder" in text
    assert "Berg" not in text
    letter = filed.run("letter", str(filed.certificate), "--language", "en").stdout
    assert "the name of 1 folder" in " ".join(letter.split())
    assert filed.traces() == {}


def test_a_folder_that_was_removed_is_named_no_more(filed: Provider) -> None:
    """Emptied and removed by hand before the second search, nothing of her stays, and nothing is said."""
    digest = filed.plan()["digest"]
    post = filed.systems["post"]

    def remove(moment: str, key: str) -> None:
        if (moment, key) == ("after", "mail-s8"):
            del post.parts[FOLDER]

    post.watch = remove
    done = json.loads(filed.run("erase", "--apply", digest, *CONFIRM, "--json").stdout)
    assert done["named_after"] == []
    assert "the name of" not in filed.certificate.read_text()


def test_without_such_a_folder_nothing_is_said(provider: Provider) -> None:
    """Other folders are nobody's, or somebody else's."""
    provider.systems["post"].add(record("mail-o", PARSE("piet@dewit.example"), part="Piet de Wit"))
    made = provider.run("plan", SANNE)
    assert "amed after" not in made.output
    assert digest_in(made.output)


class _Request:
    """Knows only the parts that were looked at."""

    def __init__(self, *parts: str) -> None:
        self._parts = parts

    def parts(self) -> list[tuple[str, str]]:
        """Return them, all of one source."""
        return [("post", one) for one in self._parts]


@pytest.mark.parametrize(
    ("part", "named"),
    [
        ("Klanten/Berg, Sanne van der", True),
        ("sanne van der berg", True),
        ("INBOX.Klanten.sanne@vanderberg.example", True),
        ("Klanten/van der Berg", True),
        ("Klanten/Berg", True),
        ("Sanne van der Berg/2024", True),
        ("K10023", True),
        ("/var/log/vanderberg.example/access.log", True),
        ("Bergen/Berging", False),
        ("Sanne", False),
        ("Klanten", False),
        ("Van den Berg, Sanne", False),
        ("K100231", False),
    ],
)
def test_what_is_like_the_person(part: str, named: bool) -> None:
    """Her name either way round, her family's name alone, an address, a number or a domain of hers; not a first name, nor half a word."""
    known = [PARSE(SANNE), PARSE("customer:K10023"), PARSE("vanderberg.example")]
    identity = Identity(tuple(Known(one, Standing.GIVEN) for one in known))
    request: object = _Request(part)
    found = named_after(request, identity, {}, ["Sanne van der Berg"])  # type: ignore[arg-type]  # it asks for the parts only
    assert bool(found) is named


def test_a_name_of_one_word_is_anybodys() -> None:
    """Only names that exact items tell, of two words or more, those seen most often first."""
    names = Names()
    letter = record("1", PARSE(SANNE)).item()
    told = ("Sanne", "Sanne van der Berg", "S. van der Berg", "Sanne van der Berg")
    items = [
        replace(letter, reveals=(Revealed(PARSE(f"name:{one}"), Certainty.POSSIBLE, "From"),))
        for one in told
    ]
    assert list(names.passing(items)) == items
    assert [one.value for one in names.all()] == ["Sanne van der Berg", "S. van der Berg"]
