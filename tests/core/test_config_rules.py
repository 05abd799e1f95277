"""What the configuration says about keeping and erasing."""

from pathlib import Path

import pytest

from overdracht import Category, ConfigError
from overdracht.config import Config, load
from overdracht.registry import load as load_plugins
from overdracht.retention import DEFAULT_RULES, CountsFrom, Term
from overdracht.ruling import Rules

ORGANISATION = '[organisation]\nname = "Voorbeeld ICT"\ncontact = "privacy@voorbeeld-ict.example"\n'
ADDED = """
[retention.oss]
category = "invoice"
term = "P10Y"
counts_from = "financial-year"
ground_nl = "De administratie van de eenloketregeling."
ground_en = "The books of the one-stop shop."
article_nl = "art. 369 duodecies Btw-richtlijn"
article_en = "Art. 369k VAT Directive"
binding = true
"""


def read(directory: Path, text: str) -> Config:
    """Write *text* as the configuration and read it."""
    path = directory / "overdracht.toml"
    path.write_text(ORGANISATION + text)
    return load(path, load_plugins([]))


def refused(directory: Path, text: str) -> str:
    """Return the error that *text* gives, on one line."""
    with pytest.raises(ConfigError) as caught:
        read(directory, text)
    return str(caught.value)


def test_without_a_word_the_defaults_hold(tmp_path: Path) -> None:
    """Nothing goes unattended, a plan takes at most three tenths, a bundle stays thirty days."""
    config = read(tmp_path, "")
    assert config.rules == tuple(DEFAULT_RULES.values())
    assert config.unattended == frozenset()
    assert (config.erasure.most, config.erasure.backups) == (0.3, None)
    assert config.bundles.keep == Term(days=30)


def test_the_financial_year_is_the_organisations(tmp_path: Path) -> None:
    """The month in which it begins holds for the rules by default and for those that are added."""
    rules = read(tmp_path, "financial_year_starts = 7\n" + ADDED).rules
    assert {one.year_starts for one in rules} == {7}
    assert len(rules) == len(DEFAULT_RULES) + 1


@pytest.mark.parametrize("written", ["0", "13", "true", '"juli"', "7.5"])
def test_a_month_is_one_of_twelve(tmp_path: Path, written: str) -> None:
    """What is no month is refused, and the key is named."""
    assert "organisation.financial_year_starts" in refused(
        tmp_path, f"financial_year_starts = {written}\n"
    )


def test_a_table_named_after_a_category_changes_its_rule(tmp_path: Path) -> None:
    """Key by key: what it does not say stays as it was."""
    config = read(tmp_path, '[retention.invoice]\nterm = "P10Y"\narticle_en = "x"')
    (rule,) = Rules(config.rules).of(Category.INVOICE)
    default = DEFAULT_RULES[Category.INVOICE]
    assert rule.term == Term(years=10)
    assert (rule.counts_from, rule.ground, rule.binding) == (
        CountsFrom.FINANCIAL_YEAR,
        default.ground,
        True,
    )
    assert (rule.article.nl, rule.article.en) == (default.article.nl, "x")


def test_another_name_adds_a_rule_and_the_longest_is_told(tmp_path: Path) -> None:
    """Both hold, and where one is shown it is the longest."""
    rules = Rules(read(tmp_path, ADDED).rules)
    assert len(rules.of(Category.INVOICE)) == 2
    assert rules.longest()[Category.INVOICE].term == Term(years=10)
    assert rules.longest()[Category.TRAFFIC].term == Term(months=3)


def test_unattended_is_what_every_rule_of_a_category_says(tmp_path: Path) -> None:
    """One that does not say so holds the category back."""
    one = "[retention.traffic]\nunattended = true\n[retention.invoice]\nunattended = true\n"
    assert read(tmp_path, one).unattended == {Category.TRAFFIC, Category.INVOICE}
    assert read(tmp_path, one + ADDED).unattended == {Category.TRAFFIC}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[retention.oss]\nterm = "P1Y"', "retention.oss.category: is missing"),
        (
            '[retention.corespondence]\nterm = "P1Y"',
            "retention.corespondence: no such category (did you mean correspondence?)",
        ),
        ('[retention.invoice]\nterm = "7 jaar"', "retention.invoice.term: not an ISO 8601 term"),
        ("[retention.invoice]\nterm = 7", "retention.invoice.term: must be a text"),
        ('[retention.invoice]\ncategory = "note"', "the table is named after invoice"),
        ('[retention.invoice]\ntrem = "P1Y"', "did you mean term?"),
        ("[erasure]\nmost = 1.5", "erasure.most: should be less than or equal to 1"),
        ("[erasure]\nmost = 0", "erasure.most: should be greater than 0"),
        ("[erasure]\nmost_of = { pst = 1.0 }", "erasure.most_of.pst: there is no such source"),
        ('[bundles]\nkeep = "een maand"', "bundles.keep: not an ISO 8601 term"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    """By file and key, with what belongs there."""
    assert said in refused(tmp_path, text)
