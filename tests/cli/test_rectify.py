"""`rectify` shows what each item would become, corrects exactly that, and says what is left to the administrator."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from overdracht import Category, Kinds
from tests.cli.provider import SANNE, Provider, digest_in, provider
from tests.erasure.world import PHONE, record

__all__ = ["provider"]

PARSE = Kinds().parse
NEW = PARSE("+31687654321")
SET = ("--set", "phone=06-87654321")


def _plan(provider: Provider, *arguments: str) -> Any:
    return json.loads(provider.run("rectify", SANNE, *SET, "--json", *arguments).stdout)


def test_the_whole_way(provider: Provider) -> None:
    """The plan shows old and new and touches nothing; applied, the record is right, the invoice stays as it was sent, and it is signed."""
    before = provider.records()
    shown = provider.run("rectify", SANNE, *SET)
    assert shown.exit_code == 0, shown.output
    assert "+31612345678" in shown.output
    assert "+31687654321" in shown.output
    assert "1 item left as it is" in shown.output
    assert provider.records() == before

    done = provider.run("rectify", "--apply", digest_in(shown.output))
    assert done.exit_code == 0, done.output
    assert "Complete: corrected, and searched again." in done.output
    assert "(GDPR Art. 19); the configuration names no recipients." in done.output
    after = provider.records()
    assert NEW in after["klant-1"].fields
    assert PHONE not in after["klant-1"].fields
    assert {key: one for key, one in after.items() if key != "klant-1"} == {
        key: one for key, one in before.items() if key != "klant-1"
    }

    (statement,) = (provider.home.path / "state" / "certificates").glob("2026-0001.*.json")
    said = statement.read_text()
    assert json.loads(said)["complete"] is True
    assert "8765" not in said
    assert "1234" not in json.loads(said)["reference"] + json.dumps(json.loads(said)["sources"])
    checked = provider.run("verify", str(statement))
    assert checked.exit_code == 0
    assert "Statement of correction" in checked.output
    assert provider.run("status").exit_code == 0
    assert provider.run("audit", "verify").exit_code == 0
    for language, said_so in (("nl", "(art. 16 AVG)"), ("en", "(Art. 19 GDPR)")):
        told = provider.run("letter", str(statement), "--language", language).stdout
        letter = " ".join(told.split())
        assert said_so in letter
        assert letter.count("(boeken): 1 ") == 2
        assert "gewist" not in letter
        assert "erase" not in letter


def test_the_person_is_found_by_what_is_right(provider: Provider) -> None:
    """The new number is the person's from then on, and is looked for."""
    digest = _plan(provider)["digest"]
    provider.run("rectify", "--apply", digest)
    provider.systems["post"].add(record("mail-new", NEW))
    found = json.loads(provider.run("find", "2026-0001", "--json").stdout)
    assert "phone:+31687654321" in json.dumps(found["identity"])
    assert "mail-new" not in json.dumps(found)
    assert json.loads(provider.run("plan", "2026-0001", "--json").stdout)["digest"]


def test_one_objection_stops_all_and_the_plan_runs_when_that_is_mended(provider: Provider) -> None:
    """Nothing was touched, also of what is known of the person."""
    digest, before = _plan(provider)["digest"], provider.records()
    provider.systems["boeken"].locked.add("klanten")
    refused = provider.run("rectify", "--apply", digest)
    assert refused.exit_code == 1
    assert "nothing has been touched" in refused.stderr
    assert provider.records() == before
    provider.systems["boeken"].locked.clear()
    done = provider.run("rectify", "--apply", digest)
    assert done.exit_code == 0, done.stderr


def test_what_was_wrong_proves_nothing_any_more(provider: Provider) -> None:
    """The wrong number may be somebody else's: what is found by it alone waits for review, and is not exported or erased."""
    provider.run("rectify", "--apply", _plan(provider)["digest"])
    provider.systems["post"].add(record("mail-x", PHONE, title="Van wie dit nummer echt is"))
    found = provider.run("plan", "2026-0001", "--items")
    assert "1 item to review" in found.output
    (line,) = (one for one in found.output.splitlines() if "Van wie dit nummer" in one)
    assert "leave alone" in line


def test_which_of_several(provider: Provider) -> None:
    """Two numbers are known: --from says which is wrong, and the other stays; without it nothing is planned, and neither is named."""
    other = PARSE("+31687000000")
    books = provider.systems["boeken"]
    card = provider.records()["klant-1"]
    books.add(replace(card, fields=(*card.fields, other)))
    refused = provider.run("rectify", SANNE, *SET)
    assert refused.exit_code == 2
    assert "2 values of phone are known of the person" in refused.stderr
    assert "612345678" not in refused.stderr
    digest = _plan(provider, "--from", "06-12345678")["digest"]
    assert provider.run("rectify", "--apply", digest).exit_code == 0
    assert set(provider.records()["klant-1"].fields) == {*card.fields, other, NEW} - {PHONE}


def test_what_cannot_be_corrected_is_listed(provider: Provider) -> None:
    """A record in a system that cannot correct: the plan names it, the exit code is 1, the rest is corrected all the same."""
    table = '[sources.boeken]\nconnector = "keeping"\nshelf = "boeken"\n'
    provider.home.configure(table, '[sources.post]\nconnector = "shelf"\nshelf = "post"\n')
    provider.systems["post"].add(record("kaart", PARSE(SANNE), PHONE, category=Category.CONTACT))
    shown = provider.run("rectify", SANNE, *SET)
    assert shown.exit_code == 1
    assert "To be corrected by hand" in shown.output
    assert "Offerte klant-1" in shown.output
    done = provider.run("rectify", "--apply", digest_in(shown.output))
    assert done.exit_code == 1
    assert "To be corrected by hand" in done.output
    assert NEW in provider.records()["kaart"].fields
    assert PHONE in provider.records()["klant-1"].fields


def test_what_failed_is_taken_up_by_resume(provider: Provider) -> None:
    """A part that breaks in the middle: exit code 1, the reason, `status` says so; `resume` ends it."""
    digest = _plan(provider)["digest"]
    books = provider.systems["boeken"]

    def breaks(moment: str, _: str) -> None:
        raise OSError("no room on the disk")

    books.watch = breaks
    done = provider.run("rectify", "--apply", digest)
    assert done.exit_code == 1
    assert "failed" in done.output
    assert "resume 2026-0001" in done.output
    assert provider.run("status").exit_code == 1
    books.watch = lambda *_: None
    ended = provider.run("resume", "2026-0001")
    assert ended.exit_code == 0, ended.output
    assert NEW in provider.records()["klant-1"].fields
    assert provider.run("status").exit_code == 0


def test_each_command_takes_its_own_plans(provider: Provider) -> None:
    """A plan to correct is not erased, and a plan to erase is not corrected."""
    digest = _plan(provider)["digest"]
    refused = provider.run("erase", "--apply", digest)
    assert refused.exit_code == 2
    assert f"overdracht rectify --apply {digest}" in refused.stderr
    digest = provider.digest()
    refused = provider.run("rectify", "--apply", digest)
    assert refused.exit_code == 2
    assert f"overdracht erase --apply {digest}" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((SANNE,), "whom to correct, and what is right?"),
        ((SANNE, "--set", "phone"), "KIND=VALUE"),
        ((SANNE, "--set", "phone=nergens"), "not a valid telephone number"),
        ((SANNE, "--set", "shoe=42"), "an unknown kind of identifier"),
        ((SANNE, *SET, "--set", "phone=06-11111111"), "--set twice"),
        ((SANNE, *SET, "--from", "jan@elders.example"), "that nothing is set of"),
        ((SANNE, *SET, "--from", "06-87654321"), "the phone is that already"),
        ((SANNE, "--set", "email=info@voorbeeld-ict.example"), "the organisation's own"),
        ((SANNE, "--set", "iban=NL44VICT0000777788"), "no other iban"),
        ((SANNE, "--set", "name=Sanne\u202e"), "cannot be printed"),
        ((SANNE, *SET, "--apply", "6b77e7bf842f5c0458edc347cbdd7230"), "--apply says all"),
        ((SANNE, *SET, "--confirm", "x"), "are for --apply"),
    ],
)
def test_what_makes_no_sense_is_refused(
    provider: Provider, arguments: tuple[str, ...], said: str
) -> None:
    """With one line that says what to do, nothing personal, and exit code 2."""
    refused = provider.run("rectify", *arguments)
    assert refused.exit_code == 2, refused.output
    assert said in refused.stderr
    assert "87654321" not in refused.stderr


def test_a_correction_is_forgotten_with_the_person(provider: Provider) -> None:
    """After the erasure neither value can be found in the state, and the certificate counts each item once."""
    provider.run("rectify", "--apply", _plan(provider)["digest"])
    digest = json.loads(provider.run("plan", "2026-0001", "--json").stdout)["digest"]
    done = provider.run("erase", "--apply", digest, "--confirm", "vanderberg.example")
    assert done.exit_code == 0, done.output
    state = Path(provider.home.path / "state")
    for path in (one for one in state.rglob("*") if one.is_file()):
        assert b"87654321" not in path.read_bytes(), path
    assert not provider.traces()
    assert {one["source"]: one["results"] for one in provider.facts()["sources"]}["boeken"] == {
        "anonymised": 1,
        "erased": 1,
    }


def test_what_waits_for_review_makes_it_incomplete(provider: Provider) -> None:
    """Nobody decided whether it is the person's and holds the wrong value too: the plan, what came of it and the statement say so, and exit 1."""
    provider.systems["post"].add(
        record("mail-m", PARSE("buurman@elders.example"), text=f"zie {SANNE}")
    )
    shown = provider.run("rectify", SANNE, *SET)
    assert shown.exit_code == 1
    assert "1 item to review, not looked at (1 in post): " in shown.output
    assert "overdracht review 2026-0001" in shown.output
    assert "INCOMPLETE" in shown.output
    assert _plan(provider)["awaiting_review"] == {"post": 1}
    done = provider.run("rectify", "--apply", digest_in(shown.output))
    assert done.exit_code == 1
    assert "1 item to review, not looked at (1 in post)" in done.output
    assert "Complete" not in done.output
    (path,) = (provider.home.path / "state" / "certificates").glob("2026-0001.*.json")
    statement = json.loads(path.read_text())
    assert statement["complete"] is False
    assert [(one["source"], one["items"]) for one in statement["left_alone"]] == [("post", 1)]
    letter = " ".join(provider.run("letter", str(path), "--language", "en").stdout.split())
    assert "(post): 1 item. Not yet decided whether this is about you." in letter

    provider.run("review", "2026-0001", "--reject", "all")
    decided = provider.run("rectify", SANNE, "--set", "phone=06-87654322", "--from", "06-87654321")
    assert decided.exit_code == 0, decided.output
    assert "Complete: everything was searched and decided." in decided.output


def test_a_right_address_without_an_ending_is_refused(provider: Provider) -> None:
    """A wrong address is not put in the place of another wrong one, in every system."""
    refused = provider.run("rectify", SANNE, "--set", "email=jan@vdberg")
    assert refused.exit_code == 2
    assert "no ending such as .nl" in refused.stderr
    for options, where in (
        (("--set", "phone=06"), "--set: "),
        (("--set", "phone=06-1111222"), "--set phone: no such telephone number"),
        ((*SET, "--from", "x@y"), "--from: "),
    ):
        assert provider.run("rectify", SANNE, *options).stderr.startswith(f"overdracht: {where}")
