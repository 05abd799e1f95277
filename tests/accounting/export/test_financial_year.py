"""The financial year of the organisation, in what is kept of the books and in what leaves of them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from overdracht import Connector, File, Verdict
from overdracht.config import Config, load
from overdracht.registry import load as load_plugins
from overdracht.ruling import Rules, Situation
from tests.accounting.asking import find
from tests.accounting.bookshop import OLD, open_shop

ORGANISATION = '[organisation]\nname = "Voorbeeld"\ncontact = "info@voorbeeld.example"\n'
SOURCE = '[sources.boek]\nconnector = "gnucash"\nbook = "boek.gnucash"\n'


def _configured(directory: Path, year: str, source: str = "") -> tuple[Config, Connector[Any]]:
    path = directory / "overdracht.toml"
    path.write_text(f"{ORGANISATION}{year}\n{SOURCE}{source}\n")
    config = load(path, load_plugins())
    connector = config.sources[0].connector
    assert connector is not None
    return config, connector


def _audit_files(connector: Connector[Any]) -> set[str]:
    pieces = list(connector.export(find(connector, OLD)))
    return {one.path for one in pieces if isinstance(one, File) and one.path.endswith(".xaf")}


@pytest.mark.parametrize(
    ("year", "source", "expected"),
    [
        ("", "", {"2017", "2018"}),
        ("financial_year_starts = 7", "", {"2016-2017", "2017-2018"}),
        ("financial_year_starts = 7", "financial_year_starts = 1", {"2017", "2018"}),
    ],
)
def test_the_audit_files_are_of_the_organisations_year(
    tmp_path: Path, year: str, source: str, expected: set[str]
) -> None:
    """The bookings of March 2017 and June 2018 leave by the year that the configuration tells, unless the source has another."""
    open_shop(tmp_path)
    _, connector = _configured(tmp_path, year, source)
    assert _audit_files(connector) == {f"grootboek/{one}.xaf" for one in expected}


def test_an_invoice_stays_until_its_own_year_is_seven_years_old(tmp_path: Path) -> None:
    """An invoice of 2 September 2025 in a year that ends on 30 June 2026 is kept through 30 June 2033."""
    open_shop(tmp_path)
    config, connector = _configured(tmp_path, "financial_year_starts = 7")
    rules = Rules(config.rules)
    found = [one for one in find(connector, "anna@devries.example") if one.title == "2025-0040"]
    assert [one.part for one in found] == ["invoices"]
    before, after = (
        rules.ruling(found[0], Situation(day)).disposition
        for day in (date(2033, 6, 30), date(2033, 7, 1))
    )
    assert (before.verdict, before.until) == (Verdict.RETAIN, date(2033, 7, 1))
    assert after.verdict is Verdict.ERASE
