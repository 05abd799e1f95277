"""Every error is one line and the right exit code, and shows nothing personal."""

import errno
import sqlite3
from pathlib import Path

import click
import pytest

from overdracht import errors
from overdracht.cli.failure import Interrupted, report
from tests.cli.conftest import SANNE, Home, Run


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (errors.UsageError("zo niet", remedy="maar zo"), 2, "zo niet (maar zo)"),
        (errors.IdentifierError("geen nummer"), 2, "geen nummer"),
        (errors.ConfigError("x.toml: a: b"), 2, "x.toml: a: b"),
        (errors.Refused("wrong password"), 1, "wrong password"),
        (errors.BundleError("\x1b[2J cut"), 1, "\\x1b[2J cut"),
        (click.UsageError("No such option: --x"), 2, "No such option: --x (overdracht --help)"),
        (sqlite3.OperationalError("database or disk is full"), 1, "the state file cannot be used: database or disk is full"),
        (OSError(errno.ENOSPC, "No space left on device", "/mail/Sanne"), 1, "the system refused: No space left on device (overdracht --debug … shows where)"),
        (KeyError(SANNE), 1, "a fault in overdracht (KeyError); run overdracht --debug … for the traceback"),
        (UnicodeDecodeError("utf-8", SANNE.encode(), 0, 1, SANNE), 1, "a fault in overdracht (UnicodeDecodeError); run overdracht --debug … for the traceback"),
        (Interrupted(), 130, "interrupted; no file is left half-written"),
        (Interrupted(searching=True), 130, "interrupted; what was found so far is kept, and no file is left half-written"),
        (MemoryError(), 1, "there is not enough memory"),
    ],
)  # fmt: skip
def test_an_error_is_one_line(
    error: Exception, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each error has its exit code and one line; one that nobody foresaw does not show its text, which may be personal."""
    assert report(error, debug=False) == code
    shown = capsys.readouterr()
    assert shown.err == f"overdracht: {line}\n"
    assert shown.out == ""


def test_a_wrong_configuration_has_a_line_for_each_mistake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of several mistakes each has its line, so that all can be mended at once."""
    report(errors.ConfigError("x.toml: a\nx.toml: b"), debug=False)
    assert capsys.readouterr().err == "overdracht: x.toml: a\noverdracht: x.toml: b\n"


def test_debug_shows_the_traceback(run: Run) -> None:
    """`--debug` asks for the traceback; the line and the exit code are the same."""
    plain, debug = run("stumble"), run("--debug", "stumble")
    assert plain.exit_code == debug.exit_code == 1
    assert plain.stderr == (
        "overdracht: a fault in overdracht (TypeError); run overdracht --debug … for the traceback\n"
    )
    assert "Traceback" in debug.stderr
    assert debug.stderr.endswith(plain.stderr)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fnd", SANNE), "No such command 'fnd'"),
        (("find",), "Missing argument 'PERSON...' (overdracht find --help)"),
        (("find", "--exclud", "x", SANNE), "No such option"),
        (("find", "blub"), "it is not clear what kind of identifier this is (write the kind in front"),
        (("find", "email:blub"), "not a valid e-mail address"),
        (("find", "mobiel:0612345678"), "an unknown kind of identifier"),
        (("find", "NL91ABNA0417164301"), "not a valid IBAN"),
        (("find", f"{SANNE}[2026-13-01/..]"), "a time window with a day that does not exist"),
        (("find", "2026-0001", SANNE), "a reference stands alone"),
        (("find", "2026-0001"), "there is no request 2026-0001"),
        (("check", "zolder"), "there is no source zolder (there are kast)"),
        (("connectors", "zolder"), "no connector zolder is installed"),
        (("review",), "Missing argument 'REFERENCE'"),
        (("export", SANNE), "Missing option '--to'"),
        (("verify", "uit.age", "--identity", "kast"), "kast: No such file or directory"),
    ],
)  # fmt: skip
def test_what_was_typed_wrong_is_one_line(run: Run, arguments: tuple[str, ...], told: str) -> None:
    """What cannot be used is told in one line with a remedy."""
    result = run(*arguments)
    assert result.exit_code == (1 if arguments[0] == "verify" else 2)
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("overdracht: ")
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[organisation\n", "overdracht.toml: not TOML: "),
        ("[organisation]\nname = 'x'\ncontact = 'y'\nnaam = 'z'\n", "organisation.naam: unknown key (did you mean name?)"),
        ("[organisation]\nname = 'x'\n", "organisation.contact: is missing"),
        ("[organisation]\nname = 'x'\ncontact = 'y'\n[sources.post]\nconnector = 'cabinet'\nsysteem = 1\n", "sources.post.systeem: unknown key (did you mean system?)"),
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_told(run: Run, home: Home, text: str, told: str) -> None:
    """A mistake in the configuration is exit code 2 with file, key and remedy."""
    home.config.write_text(text)
    result = run("check")
    assert result.exit_code == 2
    assert told in result.stderr
    assert str(home.config) in result.stderr


def test_a_configuration_that_is_not_there_is_told(run: Run, home: Home) -> None:
    """Without a configuration the remedy is init."""
    home.config.unlink()
    result = run("find", SANNE)
    assert result.exit_code == 2
    assert "overdracht init writes one" in result.stderr


def test_a_state_directory_that_others_read_is_told(run: Run, home: Home) -> None:
    """A key that others can read is refused with the command that mends it."""
    run("find", SANNE)
    key = home.path / "state" / "master.key"
    key.chmod(0o644)
    result = run("find", SANNE)
    assert result.exit_code == 1
    assert f"chmod 600 {key}" in result.stderr


def test_a_state_file_that_is_none_is_told(run: Run, home: Home) -> None:
    """A state file that is something else is one line."""
    (home.path / "state").mkdir()
    Path("state/overdracht.sqlite").write_text("geen database, maar iets heel anders\n" * 9)
    result = run("find", SANNE)
    assert result.exit_code == 1
    assert "overdracht.sqlite cannot be used" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_two_at_once_on_one_request_is_told(run: Run, home: Home) -> None:
    """A request that another process works on is left alone, with one line."""
    from overdracht.state import Store

    run("find", SANNE)
    with Store(home.path / "state") as store:
        reference = store.references()[0]
        with store.working_on(reference):
            result = run("find", SANNE)
    assert result.exit_code == 1
    assert f"another overdracht is working on request {reference}" in result.stderr
