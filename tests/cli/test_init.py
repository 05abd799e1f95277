"""`init` asks, checks each answer when it is given, and loses none of them."""

import stat
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from overdracht.cli.interview import Interview
from overdracht.cli.session import Session
from tests.cli.conftest import Home, Run

ABOUT = ("Voorbeeld ICT", "privacy@voorbeeld.example", "Havenweg 3, Voorbeeldstad")
OWN = ("voorbeeld.example +31251799001", "nl")
Init = Callable[..., Result]


@pytest.fixture
def init(run: Run, home: Home, monkeypatch: pytest.MonkeyPatch) -> Init:
    """Run `init` on what seems a terminal, with these lines as what is typed; then nothing more comes."""
    home.config.unlink()
    monkeypatch.setattr("overdracht.cli.init_command._on_a_terminal", lambda: True)

    def typed(*lines: str, options: tuple[str, ...] = ()) -> Result:
        return run("init", *options, answers="".join(f"{one}\n" for one in lines))

    return typed


def _written(home: Home) -> dict[str, Any]:
    return tomllib.loads(home.config.read_text())


def test_the_whole_of_it(init: Init, run: Run, home: Home) -> None:
    """The organisation, a source with what its connector requires, tried at once: the file is complete, its owner's only, and works."""
    done = init(*ABOUT, *OWN, "vault", "kluis", "safe.example", "8443", "klanten 'oude zaken'", "", "y", "")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "host (required): its name" in done.output
    assert "ok    reachable: safe.example" in done.output
    assert "Still open" not in done.output
    written = _written(home)
    assert written["organisation"]["address"] == ABOUT[2]
    assert written["organisation"]["own"] == ["voorbeeld.example", "+31251799001"]
    assert written["sources"]["kluis"] == {
        "connector": "vault",
        "host": "safe.example",
        "port": 8443,
        "drawers": [{"labels": ["klanten", "oude zaken"]}],
    }
    assert stat.S_IMODE(home.config.stat().st_mode) == 0o600
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("own: jan@voorbeeld", "", "number 1: likely a mistyped e-mail address"),
        ("own: 'x", "", "a quote is not closed"),
        ("language: fr", "", "should be 'nl' or 'en'"),
        ("host: GROOT", "safe.example", "should match pattern"),
        ("port: poort", "8443", "it is no number"),
        ("port: -1", "8443", "should be greater than 0"),
    ],
)
def test_a_wrong_answer_is_asked_again(
    init: Init, home: Home, wrong: str, right: str, told: str
) -> None:
    """The validator of the setting itself refuses it at once, with the reason; what was answered before stays."""
    key, _, text = wrong.partition(": ")
    lines = [*ABOUT]
    for name, good in (("own", OWN[0]), ("language", "nl"), ("", "vault"), ("", "kluis"),
                       ("host", "safe.example"), ("port", "8443")):  # fmt: skip
        lines += [text, good] if name == key else [good]
    done = init(*lines, "klanten", "", "n", "")
    assert done.exit_code == 0, done.output
    assert told in done.output
    assert _written(home)["sources"]["kluis"]["port"] == 8443


def test_what_the_whole_lacks_is_told_and_can_be_given(init: Init, home: Home) -> None:
    """A further setting makes another needed: that is said until it is there."""
    done = init(*ABOUT, *OWN, "vault", "kluis", "safe.example", "8443", "klanten",
                "zolder", "lock", "code", "password", "file geheim.txt", "", "n", "")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "it takes no such setting" in done.output
    assert done.output.count("still to do: a code needs a password") == 1
    assert _written(home)["sources"]["kluis"]["password"] == {"file": "geheim.txt"}


def test_a_password_is_not_written(init: Init, home: Home) -> None:
    """Who types the password itself is told how to say where it is; it is in no file and in no message of ours."""
    secret = "hunter2 correct"
    done = init(*ABOUT, *OWN, "vault", "kluis", "safe.example", "8443", "klanten", "password", secret)  # fmt: skip
    assert "a password itself does not belong here" in done.output
    assert [
        one for one in home.path.rglob("*") if one.is_file() and secret in one.read_text()
    ] == []
    # click's runner shows what was typed, once.
    assert done.output.count(secret) <= 1


def test_what_is_broken_off_is_written_and_gone_on_with(init: Init, home: Home) -> None:
    """In the middle of a source the input ends: all answers so far stand in the file, which says so; the next `init` asks only the rest."""
    broken = init(*ABOUT, *OWN, "vault", "kluis", "safe.example", "poort")
    assert broken.exit_code == 1
    assert "Written so far: overdracht.toml" in broken.stderr
    assert home.config.read_text().startswith("# Not finished")
    assert _written(home)["organisation"]["name"] == ABOUT[0]
    assert _written(home)["sources"]["kluis"] == {"connector": "vault", "host": "safe.example"}
    assert home.names() == {"overdracht.toml"}

    done = init("8443", "klanten", "", "n", "")
    assert done.exit_code == 0, done.output
    assert "contact (required)" not in done.output
    assert "kluis, as it was begun" in done.output
    assert not home.config.read_text().startswith("# Not finished")
    assert _written(home)["sources"]["kluis"]["port"] == 8443
    assert Session(explicit=home.config).config.organisation.contact == ABOUT[1]
    assert init("").exit_code == 2


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("#most = 0.3", "most = 0.5"),
        ("[state]", '[sources.x]\nconnector = "zolder"\n[state]'),
        ("[state]", "[state]\ndirectory = 1"),
        ("[organisation]", "sources = 1\n[organisation]"),
    ],
)
def test_a_file_that_was_edited_since_is_left_alone(
    init: Init, home: Home, was: str, now: str
) -> None:
    """What somebody wrote into the unfinished file is not thrown away."""
    init(*ABOUT)
    text = home.config.read_text().replace(was, now)
    home.config.write_text(text)
    refused = init("")
    assert refused.exit_code == 2
    assert "has been edited since" in refused.stderr
    assert home.config.read_text() == text


def test_a_source_that_cannot_be_reached_can_be_changed(init: Init, home: Home) -> None:
    """The failed check is shown, a setting is asked again, and it is tried again."""
    done = init(*ABOUT, *OWN, "vault", "kluis", "weg.example", "8443", "klanten", "",
                "y", "y", "host", "safe.example", "", "y", "")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "FAIL  reachable: weg.example" in done.output
    assert "ok    reachable: safe.example" in done.output
    assert _written(home)["sources"]["kluis"]["host"] == "safe.example"


def test_what_is_left_open_is_named(init: Init, home: Home) -> None:
    """A required setting without an answer stays behind a # and is named at the end."""
    done = init(*ABOUT, *OWN, "vault", "kluis", "safe.example", "", "", "", "")
    assert done.exit_code == 0, done.output
    assert "sources.kluis.port: is missing" in done.output
    assert "#port = " in home.config.read_text()


def test_nothing_answered_leaves_no_file(init: Init, home: Home) -> None:
    """Broken off before the first answer there is nothing to keep."""
    assert init().exit_code == 1
    assert home.names() == set()


def test_two_sources_of_a_kind_have_names_of_their_own(init: Init, home: Home) -> None:
    """A taken name and one that is none are refused; another is proposed."""
    done = init(*ABOUT, *OWN, "vault", "", "a.example", "1", "x", "", "n",
                "vault", "vault", "met spatie", "", "b.example", "2", "y", "", "n", "")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert sorted(_written(home)["sources"]) == ["vault", "vault-2"]


def test_a_configuration_that_came_meanwhile_stays_and_so_do_the_answers(
    init: Init, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else wrote one while questions were asked: theirs stays as it is, and the answers are in a file beside it."""
    ask = Interview.about_sources

    def meanwhile(self: Interview, *chosen: Any) -> None:
        home.config.write_text("# theirs")
        ask(self, *chosen)

    monkeypatch.setattr(Interview, "about_sources", meanwhile)
    done = init(*ABOUT, *OWN, "")
    assert done.exit_code == 0, done.output
    assert "Written: overdracht-2.toml" in done.output
    assert home.config.read_text() == "# theirs"
    assert ABOUT[0] in (home.path / "overdracht-2.toml").read_text()


def test_where_nothing_can_be_written_nothing_is_asked(init: Init, home: Home) -> None:
    """A folder that is not there is told before the first question."""
    refused = init(*ABOUT, options=("--to", "weg/n.toml"))
    assert refused.exit_code == 2
    assert "cannot be written there" in refused.stderr
    assert "name (required)" not in refused.output
