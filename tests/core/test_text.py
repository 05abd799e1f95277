"""What somebody else wrote is one harmless line before it is a title."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import one_line

HARMFUL = {"Cc", "Cs", "Zl", "Zp"}
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}
JOINERS = "\u200c\u200d"
NASTY = st.text(
    st.one_of(
        st.sampled_from("\x00\n\r\t\x1b\x85\u200b\u200e\u202e\u2028\u2066\ufeff\ud800\U000e0041 é"),
        st.characters(),
    ),
    max_size=600,
)


@given(NASTY, st.integers(1, 300))
def test_it_is_one_harmless_line(text: str, longest: int) -> None:
    """Whatever stands in it: nothing controls a terminal or turns the text around it, it is no longer than asked, and doing it again changes nothing."""
    line = one_line(text, longest)
    assert len(line) <= longest
    assert line == line.strip()
    assert len(line.splitlines()) <= 1
    for one in line:
        assert unicodedata.category(one) not in HARMFUL
        assert unicodedata.bidirectional(one) not in TURNING or one in JOINERS
    assert one_line(line, longest) == line


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=200))
def test_what_shows_is_kept(text: str) -> None:
    """Letters, digits and signs of any script stay as they are."""
    assert one_line(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Offerte\r\n Bcc: x", "Offerte Bcc: x"),
        ("\x1b[2Jweg", "[2Jweg"),
        ("\u202egpj.exe", "gpj.exe"),
        ("co\u00adordi\u00adneren", "coordineren"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2,
        ("a" * 201, "a" * 199 + "…"),
        ("\u200b \x00", ""),
    ],
)
def test_by_example(text: str, line: str) -> None:
    """A folded subject, an escape, a turned file name, a word with soft hyphens, a Persian one, a long one, and nothing."""
    assert one_line(text) == line
