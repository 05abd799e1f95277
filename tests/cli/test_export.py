"""`export` writes one file, says what is not in it, and `verify` and `open` take it from there."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from overdracht.seal import generate_identity, generate_passphrase
from tests.cli import plugin
from tests.cli.conftest import SANNE, Home, Run

# Of the form that needs no stretching, so that a test does not wait for it.
PASSPHRASE = generate_passphrase()


@pytest.fixture
def secret(home: Home) -> str:
    """A passphrase in a file, by its name."""
    (home.path / "wachtwoord").write_text(f"{PASSPHRASE}\n")
    (home.path / "wachtwoord").chmod(0o600)
    return "wachtwoord"


def _made(result: Result) -> Any:
    return json.loads(result.stdout)


def test_everything_searched_and_decided_is_complete(run: Run, home: Home, secret: str) -> None:
    """A person's identifiers lead to a bundle in one command; it is verified and opened with the same passphrase."""
    made = run("export", SANNE, "--quick", "--to", "uit.age", "--passphrase-file", secret)
    assert made.exit_code == 0, made.output
    assert "3 items in" in made.output
    assert "Passphrase, shown once" not in made.output
    assert stat.S_IMODE((home.path / "uit.age").stat().st_mode) == 0o600

    checked = run("verify", "uit.age", "--passphrase-file", secret)
    assert checked.exit_code == 0
    assert "this organisation's own key" in checked.output
    assert "All is as it was made." in checked.output

    opened = run("open", "uit.age", "--to", "uit", "--passphrase-file", secret)
    assert opened.exit_code == 0
    assert "Begin with uit/index.html" in opened.output
    overview = json.loads((home.path / "uit" / "overview.json").read_text())
    assert len(overview["items"]) == 3


def test_a_passphrase_is_made_and_shown_once(run: Run, home: Home) -> None:
    """Without another way to close it a passphrase is made, shown at the end, and opens the bundle."""
    made = _made(run("export", SANNE, "--to", "uit.age", "--json"))
    (home.path / "p").write_text(made["passphrase"])
    assert run("verify", "uit.age", "--passphrase-file", "p").exit_code == 0
    shown = run("export", SANNE, "--to", "nog-een.age").output
    assert shown.count("Passphrase, shown once and kept nowhere: ") == 1
    kept = [one for one in home.path.rglob("*") if one.is_file() and one.name != "p"]
    assert not [one for one in kept if made["passphrase"].encode() in one.read_bytes()]


def test_what_the_organisation_does_not_state_is_not_stated_for_it(
    run: Run, home: Home, secret: str
) -> None:
    """Without the keys the overview says that nothing was filled in and whom to ask, and export names them; with them it says what they say."""
    arguments = ("export", SANNE, "--quick", "--passphrase-file", secret, "--to")
    made = run(*arguments, "uit.age")
    assert "not filled in under [organisation], and so not stated to the person" in made.output
    assert "recipients, automated_decisions, transfers" in made.output
    run("open", "uit.age", "--to", "uit", "--passphrase-file", secret)
    overview = json.loads((home.path / "uit" / "overview.json").read_text())
    assert overview["automated_decisions"] is overview["transfers"] is None
    assert overview["controller"]["recipients"] is None
    page = (home.path / "uit" / "index.html").read_text()
    assert page.count("heeft de organisatie hier niet ingevuld. U kunt het haar vragen: ") == 2
    assert "verklaart" not in page
    assert "niemand buiten de organisatie" not in page
    english = (home.path / "uit" / "index.en.html").read_text()
    assert english.count("the organisation has not filled in here. You may ask it: ") == 2

    stated = 'recipients = []\nautomated_decisions = "none"\ntransfers = "Naar de VS, {art. 46}."'
    written = home.config.read_text().replace("[organisation]\n", f"[organisation]\n{stated}\n")
    home.config.write_text(written)
    again = run(*arguments, "weer.age", "--json")
    assert json.loads(again.stdout)["not_filled_in"] == []
    run("open", "weer.age", "--to", "weer", "--passphrase-file", secret)
    overview = json.loads((home.path / "weer" / "overview.json").read_text())
    assert overview["automated_decisions"]["nl"].startswith(
        "De organisatie verklaart dat zij over u geen"
    )
    assert overview["transfers"]["en"].endswith("states: Naar de VS, {art. 46}.")
    page = (home.path / "weer" / "index.html").read_text()
    assert "niet ingevuld" not in page
    assert "niemand buiten de organisatie" in page


def test_it_is_closed_to_a_key(run: Run, home: Home) -> None:
    """A recipient's public key closes it and the secret key file opens it."""
    identity = generate_identity()
    (home.path / "sleutel").write_text(identity.secret)
    made = _made(
        run("export", SANNE, "--to", "uit.age", "--recipient", identity.recipient, "--json")
    )
    assert made["passphrase"] is None
    assert run("verify", "uit.age", "--identity", "sleutel").exit_code == 0
    shown = run("export", SANNE, "--to", "uit 2.age", "--recipient", identity.recipient).output
    assert "to open it: age -d -i KEYFILE -o bundle.zip 'uit 2.age', then unpack" in shown


def test_it_is_closed_as_a_zip(run: Run, home: Home) -> None:
    """--zip makes an encrypted zip file for who has no age."""
    made = _made(run("export", SANNE, "--to", "uit.zip", "--zip", "--json"))
    (home.path / "p").write_text(made["passphrase"])
    assert (home.path / "uit.zip").read_bytes().startswith(b"PK")
    assert run("open", "uit.zip", "--to", "uit", "--passphrase-file", "p").exit_code == 0


def test_what_waits_for_review_is_left_out_and_said(run: Run, home: Home, secret: str) -> None:
    """Items that nobody decided about are not in it, the answer says how many, and the exit code is 1."""
    reference = json.loads(run("find", SANNE, "--thorough", "--json").output)["reference"]
    arguments = ("export", reference, "--passphrase-file", secret, "--no-find", "--to")
    before = run(*arguments, "voor.age")
    assert before.exit_code == 1
    assert "not in it: 2 items to review" in before.output
    assert "INCOMPLETE" in before.output
    run("review", reference, "--accept", "all")
    after = run(*arguments, "na.age", "--json")
    assert after.exit_code == 0
    assert _made(after)["items"] == 5


def test_what_only_a_thorough_search_finds_stays(run: Run, home: Home, secret: str) -> None:
    """An export after a thorough search searches thoroughly again: what was found and accepted so is in the bundle."""
    reference = json.loads(run("find", SANNE, "--thorough", "--json").output)["reference"]
    run("review", reference, "--accept", "all")
    made = run("export", reference, "--to", "uit.age", "--passphrase-file", secret, "--json")
    assert made.exit_code == 0
    assert _made(made)["items"] == 5
    run("find", reference)
    assert len(json.loads(run("review", reference, "--all", "--json").output)) == 5


def test_a_gap_is_said_and_the_rest_is_there(run: Run, home: Home, secret: str) -> None:
    """A source that fails makes exit code 1 and is named; what the others hold is in the bundle."""
    home.configure(plugin.source("kast", "cabinet"), plugin.source("stuk", "refusing"))
    made = run("export", SANNE, "--to", "uit.age", "--passphrase-file", secret, "--json")
    assert made.exit_code == 1
    assert _made(made)["items"] == 3
    assert _made(made)["complete"] is False


def test_without_a_search_there_is_nothing_to_export(run: Run, secret: str) -> None:
    """--no-find on a request that was never searched is a usage error."""
    result = run("export", SANNE, "--to", "uit.age", "--passphrase-file", secret, "--no-find")
    assert result.exit_code == 2
    assert "has not been searched yet" in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--to", "overdracht.toml"), 1, "overdracht.toml exists already"),
        (("--to", "nergens/uit.age"), 1, "there is no folder"),
        (("--to", "u.age", "--recipient", "age1nep"), 2, "this is no age public key"),
        (("--to", "u.age", "--passphrase-file", "weg"), 2, "weg: No such file or directory"),
        (("--to", "u.age", "--passphrase-file", "kort"), 2, "too easy to guess"),
        (("--to", "u.age", "--passphrase-file", "open"), 2, "others can read the passphrase file"),
        (("--to", "u.age", "--passphrase"), 2, "there is no terminal to ask for a passphrase on"),
        (
            ("--to", "u.age", "--extra", "pdf"),
            2,
            "no source offers the extra pdf (there are: text)",
        ),
        (("--to", "u.age", "--purpose", "wissen"), 2, "'wissen' is not one of"),
    ],
)
def test_what_cannot_be_done_is_refused_before_the_search(
    run: Run, home: Home, options: tuple[str, ...], code: int, told: str
) -> None:
    """A wrong option is told in one line at once: nothing is searched, no request is opened, no file is left."""
    (home.path / "kort").write_text("geheim\n")
    (home.path / "kort").chmod(0o600)
    (home.path / "open").write_text(f"{PASSPHRASE}\n")
    (home.path / "open").chmod(0o644)
    before = home.names()
    result = run("export", SANNE, *options)
    assert result.exit_code == code
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert home.names() - before <= {"state"}
    assert "There is no request yet." in run("requests").output


@pytest.fixture
def bundle(run: Run, home: Home, secret: str) -> Path:
    """A good bundle."""
    run("export", SANNE, "--to", "uit.age", "--passphrase-file", secret)
    return home.path / "uit.age"


def test_a_wrong_passphrase_is_one_line(run: Run, home: Home, bundle: Path) -> None:
    """A wrong passphrase opens nothing, leaves nothing, and is told in one line."""
    (home.path / "fout").write_text("een heel ander wachtwoord\n")
    (home.path / "fout").chmod(0o600)
    for arguments in (("verify", "uit.age"), ("open", "uit.age", "--to", "uit")):
        result = run(*arguments, "--passphrase-file", "fout")
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1, result.stderr
        assert not (home.path / "uit").exists()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign"])
def test_a_damaged_bundle_is_told(
    run: Run, home: Home, bundle: Path, secret: str, damage: str
) -> None:
    """A bundle that was cut, altered or is none is exit code 1 with the reason, and is not unpacked."""
    whole = bundle.read_bytes()
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    foreign = b"dit is geen bundel\n" * 50
    bundle.write_bytes(
        {"cut": whole[:-40], "flipped": bytes(changed), "empty": b"", "foreign": foreign}[damage]
    )
    checked = run("verify", "uit.age", "--passphrase-file", secret)
    assert checked.exit_code == 1
    assert "wrong: " in checked.output or checked.stderr.startswith("overdracht: ")
    opened = run("open", "uit.age", "--to", "uit", "--passphrase-file", secret)
    assert opened.exit_code == 1
    assert len(opened.stderr.splitlines()) == 1
    assert not (home.path / "uit").exists()


def test_a_bundle_of_somebody_else_is_not_ours(
    run: Run, home: Home, bundle: Path, secret: str
) -> None:
    """A bundle signed with another key is refused by verify unless that key is named, and open says what it is worth."""
    (home.path / "state" / "signing.key").unlink()
    run("export", SANNE, "--to", "ander.age", "--passphrase-file", secret)
    result = run("verify", "uit.age", "--passphrase-file", secret)
    assert result.exit_code == 1
    assert "signed with key" in result.output
    opened = run("open", "uit.age", "--to", "uit", "--passphrase-file", secret)
    assert "it shows that nothing changed since, not who made it" in opened.output
    named = run("verify", "uit.age", "--passphrase-file", secret, "--trusted", "uit/minisign.pub")
    assert named.exit_code == 0
    assert "the key you named" in named.output
    assert run("verify", "uit.age", "--trusted", "RWnep").exit_code == 2


def _letters(number: int) -> str:
    letters = "".join(
        f'{{ key = "{one}", part = "Post", title = "Aan allen {one:02}", fields = [{plugin.E}] }},'
        for one in range(number)
    )
    return f"system = [{letters}]"


def test_what_also_names_others_is_listed(run: Run, home: Home, secret: str) -> None:
    """Each has its number, source, kind and title; one that is rejected is neither in the bundle nor in the list."""
    home.configure(plugin.source("kring", "crowded", _letters(3)))
    arguments = ("export", SANNE, "--passphrase-file", secret, "--to")
    made = run(*arguments, "uit.age")
    assert made.exit_code == 0, made.output
    assert "3 items also name other people" in made.output
    (line,) = [one for one in made.output.splitlines() if "Aan allen 01" in one]
    assert line.split() == ["2", "kring", "correspondence", "Aan", "allen", "01", "2"]
    run("review", "2026-0001", "--reject", "2")
    again = run(*arguments, "weer.age", "--json")
    told = _made(again)
    assert [one["title"] for one in told["third_parties"]] == ["Aan allen 00", "Aan allen 02"]
    assert told["naming_third_parties"] == 2


def test_many_that_name_others_are_cut_and_can_be_listed(run: Run, home: Home, secret: str) -> None:
    """The first twenty are shown with the command that lists all; --json has all."""
    home.configure(plugin.source("kring", "crowded", _letters(25)))
    made = run("export", SANNE, "--passphrase-file", secret, "--to", "uit.age")
    assert made.output.count("Aan allen") == 20
    assert "and 5 more: " in made.output
    listed = run("review", "2026-0001", "--others")
    assert listed.output.count("Aan allen") == 25
    told = run("export", SANNE, "--passphrase-file", secret, "--to", "weer.age", "--json")
    assert len(_made(told)["third_parties"]) == 25


@pytest.mark.parametrize("command", [("verify",), ("open", "--to", "uit")])
@pytest.mark.parametrize("written", [None, "[organisation]\nnaam = 1\n"])
def test_a_configuration_that_cannot_be_read_stops_a_check(
    run: Run, home: Home, bundle: Path, secret: str, command: tuple[str, ...], written: str | None
) -> None:
    """A wrong `--config`, or a fault in the one that is here, is exit code 2: the signer would not be looked at, and all seem well."""
    options = ("--config", "typefout.toml") if written is None else ()
    if written is not None:
        home.config.write_text(written)
    for last in ((), ("--json",)):
        result = run(*options, *command, "uit.age", "--passphrase-file", secret, *last)
        assert result.exit_code == 2, result.output
        assert ("typefout.toml" if written is None else "overdracht.toml") in result.stderr
        assert not result.stdout
    assert not (home.path / "uit").exists()


def test_a_receiver_needs_no_configuration(run: Run, home: Home, bundle: Path, secret: str) -> None:
    """Where there is none, a bundle is checked all the same, and what the signature is worth is said; a named key needs none either."""
    key = json.loads(
        run("export", SANNE, "--to", "nog.age", "--passphrase-file", secret, "--json").stdout
    )
    home.config.rename(home.path / "weg.toml")
    checked = run("verify", "uit.age", "--passphrase-file", secret)
    assert checked.exit_code == 0, checked.output
    assert "a key you have not named" in checked.output
    home.config.write_text("niet leesbaar")
    named = run("verify", "uit.age", "--passphrase-file", secret, "--trusted", key["public_key"])
    assert named.exit_code == 0, named.output
    assert "the key you named" in named.output


def test_opening_answers_a_script(run: Run, home: Home, bundle: Path, secret: str) -> None:
    """`open --json` prints what `verify --json` prints, and where it was unpacked to; nothing else."""
    checked = json.loads(run("verify", "uit.age", "--passphrase-file", secret, "--json").stdout)
    opened = run("open", "uit.age", "--to", "uit", "--passphrase-file", secret, "--json")
    assert opened.exit_code == 0
    answer = json.loads(opened.stdout)
    assert answer.pop("to") == "uit"
    assert answer.pop("trusted") is not checked.pop("trusted") is True
    assert answer == checked
    assert (home.path / "uit" / "index.html").is_file()


def test_a_passphrase_that_others_can_read_opens_and_is_told(
    run: Run, home: Home, bundle: Path, secret: str
) -> None:
    """Whoever receives a bundle can open it with the file as they saved it; one line on standard error says how to close that."""
    (home.path / secret).chmod(0o644)
    for arguments in (
        ("verify", "uit.age", "--json"),
        ("open", "uit.age", "--to", "uit", "--json"),
    ):
        result = run(*arguments, "--passphrase-file", secret)
        assert result.exit_code == 0
        assert json.loads(result.stdout)["ok"] is True
        assert result.stderr == (
            "overdracht: warning: others can read the passphrase file wachtwoord (chmod 600 wachtwoord)\n"
        )


def test_a_passphrase_may_come_through_a_pipe(run: Run, home: Home) -> None:
    """What a password manager writes into a pipe is in no file, and is not asked who can read it."""
    reading, writing = os.pipe()
    os.write(writing, f"{PASSPHRASE}\n".encode())
    os.close(writing)
    made = run(
        "export", SANNE, "--quick", "--to", "uit.age", "--passphrase-file", f"/dev/fd/{reading}"
    )
    os.close(reading)
    assert (made.exit_code, made.stderr) == (0, ""), made.output
