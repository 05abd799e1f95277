"""`review` lists what waits and keeps what was decided."""

import json

import pytest

from tests.cli.conftest import SANNE, Run

ALL_OF_IT = ("find", SANNE, "--thorough", "--add", "Sanne van der Berg", "--json")


@pytest.fixture
def reference(run: Run) -> str:
    """A request with three items that are the person's and two that wait."""
    return str(json.loads(run(*ALL_OF_IT).output)["reference"])


def _items(run: Run, reference: str) -> dict[str, tuple[int, str]]:
    listed = json.loads(run("review", reference, "--all", "--json").output)
    return {one["title"].split()[0]: (one["number"], one["inclusion"]) for one in listed}


def test_what_waits_is_listed(run: Run, reference: str) -> None:
    """Each item that waits has its number, source, date, certainty, the field that matched and its title."""
    output = run("review", reference).output
    assert "number  source  date" in output
    assert "email in text" in output
    assert "Offerte" not in output
    assert "3 included, 0 left out, 2 to review." in output


def test_a_limit_says_that_there_is_more(run: Run, reference: str) -> None:
    """`--limit` cuts the list and says so."""
    output = run("review", reference, "--limit", "1").output
    assert "The first 1 are shown" in output


def test_one_item_is_decided_by_its_number(run: Run, reference: str) -> None:
    """A number accepts or rejects that item, and the decision is kept."""
    number, _ = _items(run, reference)["Over"]
    result = run("review", reference, "--reject", str(number))
    assert result.exit_code == 0
    assert "3 included, 1 left out, 1 to review." in result.output
    assert _items(run, reference)["Over"] == (number, "left out")


@pytest.mark.parametrize("order", [("--reject", "--accept"), ("--accept", "--reject")])
def test_a_word_about_one_item_counts_over_a_rule(
    run: Run, reference: str, order: tuple[str, str]
) -> None:
    """Who rejects one and accepts the rest means the rest, in whichever order."""
    number, _ = _items(run, reference)["Keramiek"]
    words = {"--reject": str(number), "--accept": "all"}
    run("review", reference, *(part for option in order for part in (option, words[option])))
    assert _items(run, reference)["Keramiek"][1] == "left out"
    assert _items(run, reference)["Over"][1] == "included"


def test_among_rules_the_latest_counts(run: Run, reference: str) -> None:
    """The order of --accept and --reject on the line is kept."""
    run("review", reference, "--accept", "all", "--reject=certainty=mention,source=kast")
    assert _items(run, reference)["Over"][1] == "left out"
    run("review", reference, "--reject", "all", "--accept", "certainty=mention")
    assert _items(run, reference)["Over"][1] == "included"


@pytest.mark.parametrize("selector", ["all", "1-999", "source=kast", "part=Post"])
def test_no_rule_takes_away_what_is_certain(run: Run, reference: str, selector: str) -> None:
    """`--reject all` means all that waits; an exact item goes only when it is named or certainty=exact is."""
    run("review", reference, "--reject", selector)
    items = _items(run, reference)
    assert items["Offerte"][1] == "included"
    assert items["Over"][1] == "left out"
    run("review", reference, "--reject", "certainty=exact,part=Post")
    assert _items(run, reference)["Offerte"][1] == "left out"
    assert _items(run, reference)["Klantkaart"][1] == "included"
    run("review", reference, "--reject", str(items["Klantkaart"][0]))
    assert _items(run, reference)["Klantkaart"][1] == "left out"


def test_a_rule_can_name_an_identifier(run: Run, reference: str) -> None:
    """identifier= takes what a person would type, and covers the items it matches."""
    run("review", reference, "--reject", "identifier=name:Sanne  van der Berg")
    assert _items(run, reference)["Keramiek"][1] == "left out"


@pytest.mark.parametrize(
    ("selector", "told"),
    [
        ("kleur=rood", "'kleur=rood' selects nothing (write 12, 12-40, all, or certainty=…"),
        ("mention", "'mention' selects nothing"),
        ("certainty=zeker", "there is no certainty 'zeker' (choose from exact, mention, possible)"),
        ("source=zolder", "there is no source 'zolder' (choose from kast)"),
        ("identifier=blub", "identifier=: it is not clear what kind"),
        ("12-3", "12-3 runs backwards (3-12)"),
        ("4711", "there is no item 4711"),
        ("", "'' selects nothing"),
    ],
)
def test_a_selector_that_is_none_says_the_choices(
    run: Run, reference: str, selector: str, told: str
) -> None:
    """A wrong selector is a usage error that names the right ones, and decides nothing."""
    result = run("review", reference, "--accept", "all", "--reject", selector)
    assert result.exit_code == 2
    assert told in result.stderr
    assert _items(run, reference)["Over"][1] == "awaiting review"


def test_a_request_that_is_not_there_is_a_usage_error(run: Run) -> None:
    """An unknown reference says how to list the known ones."""
    result = run("review", "2019-0007")
    assert result.exit_code == 2
    assert result.stderr == (
        "overdracht: there is no request 2019-0007 (`overdracht requests` lists them)\n"
    )


def test_the_list_of_requests_is_free_of_personal_data(run: Run, reference: str) -> None:
    """`requests` shows counts; whom they are about only with --show."""
    assert SANNE not in run("requests").output
    assert reference in run("requests").output
    assert SANNE in run("requests", "--show").output
    assert json.loads(run("requests", "--json").output)[0]["complete"] is True
