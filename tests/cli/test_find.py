"""`find` says who the person is, what there is, and what was not searched."""

import json

import pytest

from tests.cli import plugin
from tests.cli.conftest import SANNE, Home, Run


def test_a_search_shows_who_what_and_where(run: Run) -> None:
    """The identifiers with what led to them, the totals, the coverage and the next command are shown; all searched is exit 0."""
    result = run("find", SANNE)
    assert result.exit_code == 0, result.output
    for shown in (
        "Request 20",
        f"email:{SANNE}  (given)",
        "└ customer:k10023  (kast: customer of “Klantkaart Berg, S. van der”)",
        "weak, not looked for",
        "Complete for a quick search of 1 source: what is slow was left out.",
        "free text was not searched",
        "overdracht export ",
    ):
        assert shown in result.output


def test_json_says_the_same_for_scripts(run: Run) -> None:
    """`--json` gives one document, in ASCII, with the same facts."""
    result = run("find", SANNE, "--thorough", "--json")
    answer = json.loads(result.output)
    assert result.output.isascii()
    assert answer["complete"] is True
    assert {one["identifier"] for one in answer["identity"]} >= {
        f"email:{SANNE}",
        "phone:+31612345678",
    }
    assert answer["awaiting_review"] == {"mention": 2}
    assert answer["coverage"][0]["looked_at"] == 5
    assert {one["inclusion"] for one in answer["totals"]} == {"included", "awaiting review"}


def test_the_same_question_is_the_same_request(run: Run) -> None:
    """Asking again, in other words, continues the request; asking about another person begins one."""
    first = json.loads(run("find", SANNE, "--json").output)["reference"]
    assert json.loads(run("find", f"mailto:{SANNE.upper()}", "--json").output)["reference"] == first
    assert json.loads(run("find", first, "--json").output)["reference"] == first
    assert json.loads(run("find", "buurman@elders.example", "--json").output)["reference"] != first


def test_what_is_added_is_kept(run: Run) -> None:
    """`--add`, `--exclude` and `--shared` are kept with the request."""
    reference = json.loads(run("find", SANNE, "--json").output)["reference"]
    run("find", reference, "--add", "Sanne van der Berg", "--shared", "+31612345678")
    known = json.loads(run("find", reference, "--json").output)["identity"]
    standing = {one["identifier"]: one["standing"] for one in known}
    assert standing["name:Sanne van der Berg"] == "given"
    assert standing["phone:+31612345678"] == "shared"


@pytest.mark.parametrize("own", ["info@voorbeeld-ict.example", "mail.voorbeeld-ict.example"])
def test_the_organisations_own_identifier_is_refused(run: Run, home: Home, own: str) -> None:
    """Asking for the organisation itself, which would find everybody, is a usage error and opens no request."""
    for arguments in ((own,), (SANNE, "--add", own)):
        result = run("find", *arguments)
        assert result.exit_code == 2
        assert "the organisation's own" in result.stderr
        assert own not in result.stderr
    assert "There is no request yet." in run("requests").output


def test_a_source_that_is_not_asked_makes_it_incomplete(run: Run, home: Home) -> None:
    """With `--source` the others are named as not asked, and the exit code is 1."""
    home.configure(plugin.source("kast", "cabinet"), plugin.source("kelder", "cabinet"))
    result = run("find", SANNE, "--source", "kast")
    assert result.exit_code == 1
    assert "not searched: kelder: not asked in this run (--source)" in result.output
    assert "INCOMPLETE: kelder was not searched whole." in result.output
    home.configure(*(plugin.source(one, "cabinet") for one in ("kast", "kelder", "kluis")))
    several = run("find", SANNE, "--source", "kast").output
    assert "INCOMPLETE: kelder, kluis were not searched whole." in several
    wrong = run("find", SANNE, "--source", "zolder")
    assert wrong.exit_code == 2
    assert "there is no source zolder" in wrong.stderr


@pytest.mark.parametrize(
    ("connector", "reason"),
    [
        ("faulty", "the connector failed with TypeError, a fault of its own"),
        ("refusing", "the server says \\x1b[2Jno (check the password)"),
        ("brievenbus", "no connector brievenbus is installed"),
    ],
)
def test_a_source_that_fails_is_a_gap_and_no_other_suffers(
    run: Run, home: Home, connector: str, reason: str
) -> None:
    """A source that fails or is not there is named with the reason, the others are searched, and the exit code is 1."""
    home.configure(plugin.source("kast", "cabinet"), plugin.source("stuk", connector))
    result = run("find", SANNE)
    assert result.exit_code == 1
    assert f"not searched: stuk: {reason}" in result.output
    assert "Klantkaart" in result.output
    assert "INCOMPLETE: stuk was not searched whole." in result.output
    assert "is no number" not in result.output + result.stderr


def test_a_hostile_title_stays_inert(run: Run) -> None:
    """Escapes and markup in a title are shown as text."""
    reference = json.loads(run("find", SANNE, "--thorough", "--json").output)["reference"]
    listed = run("review", reference).output
    assert "\x1b" not in listed
    assert "\u202e" not in listed
    assert "[bold]van de naamgenoot[/bold]" in listed


def test_suggestions_are_counted_and_cut(run: Run, home: Home) -> None:
    """Of many identifiers that stand beside the person's the twenty most frequent are shown, and the number of the rest."""
    many = "".join(
        f'{{ kind = "email", value = "lid{number:02}@club.example" }},' for number in range(30)
    )
    home.configure(
        plugin.source(
            "kast",
            "cabinet",
            f'system = [{{ key = "1", part = "Post", title = "Aan allen", fields = [{many} {plugin.E}] }},'
            f'{{ key = "2", part = "Post", title = "Aan een", fields = [{{ kind = "email", value = "lid29@club.example" }}, {plugin.E}] }}]',
        )
    )
    output = run("find", SANNE).output
    assert "      2  email:lid29@club.example" in output
    assert output.count("@club.example") == 20
    assert "and 10 more, seen less often" in output


def test_nothing_found_offers_no_export(run: Run) -> None:
    """There is nothing to export: whether the person is known by something else is what to ask next."""
    output = run("find", "niemand@elders.example").output
    assert "overdracht export" not in output
    assert "--add ID" in output


def test_what_waits_comes_before_the_export(run: Run) -> None:
    """While items wait for review the next command is `review`, and no export is offered; nor when all was left out."""
    output = run("find", SANNE, "--thorough").output
    assert "2 items to review (2 mention): " in output
    assert "overdracht review 20" in output
    assert "overdracht export" not in output
    reference = output.split()[1]
    rejected = run("review", reference, "--reject", "certainty=exact", "--reject", "all").output
    assert "overdracht export" not in rejected
    assert "Nothing is the person's" in rejected


def test_with_a_gap_the_search_comes_again_first(run: Run, home: Home) -> None:
    """What was not searched is to be mended and searched again; the export of what there is stays possible."""
    home.configure(plugin.source("kast", "cabinet"), plugin.source("stuk", "refusing"))
    output = run("find", SANNE).output
    assert "When that is mended: " in output
    assert output.index("overdracht find 20") < output.index("overdracht export")


def test_a_mistyped_identifier_is_refused_and_says_which(run: Run) -> None:
    """One line names the number of the identifier, never the text; no request is opened, and --add takes none either."""
    for arguments in ((SANNE, "jan@vdberg"), (SANNE, "+31 6 98")):
        result = run("find", *arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith("overdracht: identifier 2: ")
        assert arguments[1] not in result.stderr
    assert "There is no request yet." in run("requests").output
    for option in ("--add", "--exclude", "--shared"):
        result = run("find", SANNE, option, "jan@vdberg")
        assert result.exit_code == 2
        assert result.stderr.startswith(f"overdracht: {option}: likely a mistyped e-mail address")


def test_a_quick_search_ends_as_one(run: Run, home: Home) -> None:
    """The last word of a search that left out what is slow is not that everything was searched; that of a thorough one is."""
    quick = run("find", SANNE).output
    assert "searched whole." not in quick
    assert "Complete for a quick search of 1 source: what is slow was left out." in quick
    assert " --thorough" in quick
    assert "Complete: 1 source searched whole." in run("find", SANNE, "--thorough").output
