"""`overdracht connector test`, as the author of a connector sees it."""

import json

from tests.cli.conftest import Home


def test_it_reports_every_promise_by_its_number(home: Home) -> None:
    """Kept and not tried; exit code 0, nothing changed, and the same as JSON."""
    process = home.start("demo", "world")
    process.communicate()
    words = ("--config", "world/overdracht.toml", "connector", "test", "post")
    shown = home.start(*words, "zoe@ozdemir-advies.example", "--other", "familie@dewit.example")
    out, err = shown.communicate()
    assert (shown.returncode, err) == (0, b"")
    assert b"0 promises broken" in out
    assert b"  R9   Every record" in out
    told = home.start(*words, "zoe@ozdemir-advies.example", "--json")
    answer = json.loads(told.communicate()[0])
    assert {one["result"] for one in answer} == {"kept", "not tried"}


def test_to_erase_the_source_is_named_twice(home: Home) -> None:
    """Another name is refused with one line before anything is tried."""
    home.start("demo", "world").communicate()
    refused = home.start(
        *("--config", "world/overdracht.toml", "connector", "test", "post"),
        *("zoe@ozdemir-advies.example", "--erase", "oud-archief"),
    )
    _, err = refused.communicate()
    assert refused.returncode == 2
    assert err.decode().count("\n") == 1
    assert "--erase post erases from it" in err.decode()
