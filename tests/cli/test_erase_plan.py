"""`plan` says what an erasure would do and why, and touches nothing."""

import stat

import pytest

from overdracht import Kinds
from overdracht.testing.memory import MemorySystem
from tests.cli import erasing
from tests.cli.erasing import SHELVES
from tests.cli.provider import SANNE, Provider, digest_in, provider
from tests.erasure.world import record

__all__ = ["provider"]

PARSE = Kinds().parse
ADDED = """
[retention.oss]
category = "invoice"
term = "{term}"
counts_from = "{counts_from}"
ground_nl = "De administratie van de eenloketregeling."
ground_en = "The books of the one-stop shop."
article_nl = "art. 369 duodecies Btw-richtlijn"
article_en = "Art. 369k VAT Directive"
binding = true
"""


def test_it_says_what_happens_and_touches_nothing(provider: Provider) -> None:
    """Counts by source and category, what stays on which ground until when, and the digest that applies it."""
    before = provider.records()
    made = provider.run("plan", SANNE)
    assert made.exit_code == 0, made.output
    assert provider.records() == before
    assert "erase 4: You asked for erasure" in made.output
    assert "2034-01-01" in made.output
    assert "Art. 52(4)" in made.output
    (kept,) = [one for one in made.output.splitlines() if "2034-01-01" in one]
    assert "in part" in kept
    assert "--confirm vanderberg.example" in made.output
    assert "the nightly backup" in made.output
    assert f"erase --apply {digest_in(made.output)}" in made.output


def test_equal_plans_have_equal_digests(provider: Provider) -> None:
    """What runs is what was seen: the same findings give the same digest, another item another."""
    first = provider.digest()
    assert provider.digest() == first
    provider.systems["post"].add(record("mail-s9", PARSE(SANNE)))
    assert provider.digest() != first


def test_it_is_told_to_scripts(provider: Provider) -> None:
    """--json has the totals, the grounds, the effects outside and the coverage; --items each item too."""
    made = provider.plan("--items")
    assert made["complete"] is True
    totals = {(one["source"], one["verdict"]): one["items"] for one in made["totals"]}
    assert totals == {
        ("boeken", "anonymise"): 1,
        ("boeken", "erase"): 1,
        ("post", "erase"): 3,
        ("registrar", "cancel"): 1,
    }
    (kept,) = made["kept"]
    assert (kept["until"], kept["article"]["nl"]) == ("2034-01-01", "art. 52 lid 4 AWR")
    assert [one["name"] for one in made["external"]] == ["vanderberg.example"]
    assert {one["reach"] for one in made["coverage"]} == {"whole"}
    assert len(made["items"]) == 6
    assert "items" not in provider.plan()


def test_it_is_written_as_a_page(provider: Provider) -> None:
    """--html writes every item with what happens and why, for its owner only; an existing file is left alone."""
    page = provider.home.path / "plan.html"
    assert provider.run("plan", SANNE, "--html", "plan.html", "--language", "en").exit_code == 0
    text = page.read_text()
    assert '<html lang="en">' in text
    assert text.count("Storing") == 3
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    again = provider.run("plan", SANNE, "--html", "plan.html")
    assert again.exit_code == 2
    assert "plan.html exists already" in again.stderr
    assert page.read_text() == text


def test_what_waits_for_review_is_left_alone(provider: Provider) -> None:
    """It is said, the exit code is 1, and the review decides."""
    provider.systems["post"].add(
        record("mail-m", PARSE("buurman@elders.example"), text=f"zie {SANNE}")
    )
    made = provider.run("plan", SANNE, "--thorough")
    assert made.exit_code == 1
    assert "1 item to review, left alone" in made.output
    provider.run("review", "2026-0001", "--reject", "all")
    assert provider.run("plan", "2026-0001").exit_code == 0


def test_a_term_that_cannot_be_computed_is_a_finding(provider: Provider) -> None:
    """An invoice without a date is neither kept nor erased in silence."""
    provider.systems["boeken"].add(
        record("fact-9", PARSE(SANNE), part="facturen", category="invoice", when=None)
    )
    made = provider.run("plan", SANNE)
    assert made.exit_code == 1
    assert "The term cannot be computed" in made.output
    assert "1 item left alone for a reason named above" in made.output


def test_a_gap_makes_it_incomplete(provider: Provider) -> None:
    """A part that cannot be read is named, and what the certificate will say."""
    provider.systems["boeken"].broken.add("facturen")
    made = provider.run("plan", SANNE)
    assert made.exit_code == 1
    assert "INCOMPLETE: boeken was not searched whole" in made.output


def test_too_large_a_share_of_a_source_is_refused(provider: Provider) -> None:
    """Somebody typed an address that everybody shares: no plan is made, unless the configuration allows that share."""
    for number in range(9):
        provider.systems["post"].add(record(f"mail-s2{number}", PARSE(SANNE)))
    made = provider.run("plan", SANNE)
    assert made.exit_code == 1
    assert "[post] the plan would take 57% of it (12 of 21), and 50% is the most" in made.stderr
    config = provider.home.config
    config.write_text(config.read_text().replace("most = 0.5", "most_of = { post = 0.6 }"))
    assert provider.run("plan", SANNE).exit_code == 0


def test_the_organisations_own_are_refused(provider: Provider) -> None:
    """Nobody plans to erase the organisation itself."""
    made = provider.run("plan", "info@voorbeeld-ict.example")
    assert made.exit_code == 2
    assert "the organisation's own" in made.stderr


@pytest.mark.parametrize(
    ("rule", "until"),
    [
        ('[retention.invoice]\nterm = "P10Y"', "2037-01-01"),
        (ADDED.format(term="P10Y", counts_from="financial-year"), "2037-01-01"),
        (ADDED.format(term="P1Y", counts_from="item"), "2034-01-01"),
    ],
)
def test_the_configuration_has_the_rules(provider: Provider, rule: str, until: str) -> None:
    """A table named after a category changes its rule, another adds one, and the longest holds."""
    config = provider.home.config
    config.write_text(config.read_text() + rule + "\n")
    (kept,) = provider.plan()["kept"]
    assert kept["until"] == until


def test_a_source_that_cannot_erase_is_left_to_people(provider: Provider) -> None:
    """Its items are in the plan, to be erased by hand, and the plan is not complete."""
    SHELVES["oud"] = MemorySystem([record("oud-1", PARSE(SANNE))])
    provider.home.config.write_text(
        provider.home.config.read_text() + erasing.source("oud", "keeping")
    )
    made = provider.plan()
    assert made["by_hand"] == 1
    assert made["complete"] is False


def test_the_items_stand_before_what_stays_behind(provider: Provider) -> None:
    """They are what is read; the digest ends the plan."""
    shown = provider.run("plan", SANNE, "--items").output
    places = [
        shown.index(one)
        for one in ("What would happen", "Every item", "What stays behind physically", "Digest: ")
    ]
    assert places == sorted(places)
    assert "Every item" not in provider.run("plan", SANNE).output


def test_a_part_of_a_digest_is_said_to_be_one(provider: Provider) -> None:
    """Whoever copied half of it is told how long it is."""
    refused = provider.run("erase", "--apply", provider.digest()[:8])
    assert refused.exit_code == 2
    assert "has 8 characters: a digest has 32" in refused.stderr
