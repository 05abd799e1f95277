"""Other people on somebody's lines are hidden, the person and all else stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import Identifier, Kinds
from overdracht_accounting.masking import HIDDEN, Mask

OTHERS = (
    "Anna de Vries-Özdemir",
    "J. Jansen",
    "Sanne van der Berg",
    "Piet",
    "Roeivereniging De Oude Haven",
    "van der Berg",
    "",
)
KINDS = Kinds()


def _own(*texts: str) -> set[Identifier]:
    return {KINDS.parse(text) for text in texts}


def _mask() -> Mask:
    mask = Mask(OTHERS)
    mask.spare(["Sanne van der Berg"])
    return mask


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("op verwijzing van Anna de Vries", f"op verwijzing van {HIDDEN}"),
        ("Voor ANNA DE VRIES-OZDEMIR!", f"Voor {HIDDEN}!"),
        ("mevr. A. de Vries, tel.", f"mevr. {HIDDEN}, tel."),
        ("Storing bij J. Jansen, en J Jansen", f"Storing bij {HIDDEN}, en {HIDDEN}"),
        ("roeivereniging\nde oude haven", HIDDEN),
        ("bel anna@devries.example even", f"bel {HIDDEN} even"),
        ("NL91 ABNA 0417 1643 00 A DE VRIES", HIDDEN + " " + HIDDEN),
        ("NL91ABNA0417164300.", f"{HIDDEN}."),
        ("bel 06-11223344 of +31 6 11223344", f"bel {HIDDEN} of {HIDDEN}"),
    ],
)
def test_somebody_else_is_hidden(text: str, hidden: str) -> None:
    """A whole name of somebody else in the books, as it is written or with an initial, an e-mail address, a number and an account go."""
    assert _mask().hide(text, _own("sanne@vanderberg.example")) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "Sanne van der Berg, Kerkstraat 12",
        "Aan: S. van der Berg",
        "sanne@vanderberg.example of 06 1234 5678",
        "NL10 VICT 0000 1234 56 SANNE VAN DER BERG",
        "Jansens hek; Annabel de Vriesland",
        "Factuur 2026-0007, SN-AVM-7590-0042, 2511 AB",
        "piet",
        "FRITZ!Box 7590 AX12345678901234567",
        "   ",
    ],
)
def test_the_person_and_other_words_stay(text: str) -> None:
    """The person's own name, addresses and accounts stay, and so do words and numbers that only look like somebody else."""
    own = _own("sanne@vanderberg.example", "06-12345678", "NL10VICT0000123456")
    assert _mask().hide(text, own) == text


@given(st.text(), st.text())
def test_nothing_else_changes(before: str, after: str) -> None:
    """What stands around a name is the same to the character."""
    mask = Mask(["Zebulon Quist-Veldkamp"])
    text = f"{before} Zebulon Quist-Veldkamp {after}"
    shown = mask.hide(text)
    assert "Veldkamp" not in shown
    assert mask.hide(before) == before or HIDDEN in mask.hide(before)


def test_fifty_thousand_names_are_no_burden() -> None:
    """The names of a large administration are searched for at once, and the right one is hidden."""
    names = [f"Klant{number} van Achternaam{number}" for number in range(50_000)]
    mask = Mask(iter(names))
    assert mask.hide("bij klant4711 van achternaam4711 langs") == f"bij {HIDDEN} langs"
