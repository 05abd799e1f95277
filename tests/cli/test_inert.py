"""What is printed of a source shows, and controls nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht.cli.inert import inert
from overdracht.cli.screen import Plain, Terminal


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J\x1b[31mrood", "\\x1b[2J\\x1b[31mrood"),
        ("\x9b31m", "\\x9b31m"),
        ("\x1b]0;titel\x07", "\\x1b]0;titel\\x07"),
        ("factuur\u202efdp.exe", "factuur\\u202efdp.exe"),
        ("een\u2066twee\u2069", "een\\u2066twee\\u2069"),
        ("a\rb\nc\td", "a b c d"),
        ("regel\u2028regel", "regel\\u2028regel"),
        ("half\ud800paar", "half\\ud800paar"),
        ("\U000e0041", "\\U000e0041"),
        ("zacht\xadkoppelteken", "zacht\\xadkoppelteken"),
    ],
)
def test_what_controls_is_written_out(hostile: str, shown: str) -> None:
    """Control characters, escapes, bidirectional controls, invisible characters and broken text are shown as escapes."""
    assert inert(hostile) == shown


@pytest.mark.parametrize(
    "plain",
    ["", "Offerte", "Zoë Özdemir, François, 't Hooft", "价格 цена السعر", "👩\u200d🌾", "[bold]"],
)
def test_plain_text_stays(plain: str) -> None:
    """Whatever only shows is left as it is, in any script."""
    assert inert(plain) == plain


@given(st.text())
def test_nothing_controls_whatever_it_was(text: str) -> None:
    """Of any text nothing is left that a terminal could act on."""
    shown = inert(text)
    assert shown.replace("\u200c", "").replace("\u200d", "").isprintable()
    assert inert(shown) == shown


def test_every_way_to_the_screen_goes_through_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines and cells are made inert, plain and on a terminal, and rich's markup is text like any other."""
    for out in (Plain(), Terminal()):
        out.line("\x1b[2J [red]x[/red] :smile:")
        out.table(("a", "b"), [("\x1b[2J", "[red]x[/red] :smile:")])
        shown = capsys.readouterr().out
        assert "\x1b[2J" not in shown
        assert shown.count("\\x1b[2J") == 2
        assert shown.count("[red]x[/red] :smile:") == 2


def test_columns_align(capsys: pytest.CaptureFixture[str]) -> None:
    """A plain table has one line a row, its columns under one another and numbers to the right."""
    Plain().table(("what", "times"), [("mail", "7"), ("correspondence", "1,204")], right={1})
    assert capsys.readouterr().out == (
        "  what            times\n  mail                7\n  correspondence  1,204\n"
    )
