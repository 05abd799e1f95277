"""Names that somebody else chose become names that every system takes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht.names import LONGEST, LONGEST_PATH, SafeNames, SafePaths, alike, is_safe

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=200)
NASTY = st.text(
    st.sampled_from("aA.~ /\\:%\u202e\u200b\x00\x7f\ud800éÉe\uff21\u0301ßẞconCONnul123¹"),
    max_size=20,
)


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("offerte 2026.pdf", "offerte 2026.pdf"),
        ("Zoë Özdemir.vcf", "Zoë Özdemir.vcf"),
        ("..", "_"),
        ("", "_"),
        (" . . ", "_"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\win.ini", "C_Windows_win.ini"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("com1 .log", "_com1 .log"),
        ("console", "console"),
        ("factuur\u202efdp.exe", "factuur_fdp.exe"),
        ("50% korting?.html", "50_ korting_.html"),
        (".verborgen", "verborgen"),
        ("naam.\u3000", "naam"),
        ("regel\r\neinde", "regel_einde"),
        ("e\u0301t\u00e9", "été"),
    ],
)
def test_a_name_becomes_a_safe_one_that_is_still_recognised(raw: str, safe: str) -> None:
    """What is fit stays, what is unfit on some system becomes `_`."""
    assert SafeNames()(raw) == safe


def test_a_long_name_keeps_its_ending() -> None:
    """A name of 400 letters is cut in its middle, so that its `.eml` still says what it is, and no letter is cut in half."""
    name = SafeNames()("ö" * 400 + ".eml")
    assert name.endswith("ö.eml")
    assert LONGEST - 1 <= len(name.encode()) <= LONGEST


def test_names_that_some_system_takes_for_one_get_a_number() -> None:
    """Case, width and composition make no difference on some systems, so they are not what tells two files apart."""
    names = SafeNames()
    given_names = [
        names(raw)
        for raw in ("Brief.eml", "brief.EML", "BRIEF.eml", "brief~2.eml", "\uff22rief.eml")
    ]
    assert given_names == [
        "Brief.eml",
        "brief~2.EML",
        "BRIEF~3.eml",
        "brief~2~2.eml",
        "\uff22rief~4.eml",
    ]


def test_the_same_name_again_is_the_same() -> None:
    """Asking twice for one name gives one answer."""
    names = SafeNames()
    assert names("a/b") == names("a/b") != names("a:b")


@given(st.lists(st.one_of(ANYTHING, NASTY), max_size=30))
def test_whatever_is_offered_every_name_is_safe_and_its_own(raws: list[str]) -> None:
    """For any texts at all: each safe form passes `is_safe`, no two are alike, none is long, and a second run gives the same."""
    names = SafeNames()
    safe = [names(raw) for raw in raws]
    assert all(is_safe(name) for name in safe)
    assert all(len(name.encode()) <= LONGEST + 10 for name in safe)
    assert len({alike(name) for name in safe}) == len(set(raws))
    again = SafeNames()
    assert [again(raw) for raw in raws] == safe


@given(st.one_of(ANYTHING, NASTY))
def test_what_is_called_safe_is_one_plain_component(name: str) -> None:
    """Nothing with a separator, a control character, an outer space or dot, or a second spelling is called safe."""
    if is_safe(name):
        assert not set(name) & set('/\\:*?"<>|%\0\n')
        assert name == name.strip(" .") != ""
        assert name == unicodedata.normalize("NFC", name)
        name.encode()


def test_a_path_of_ordinary_folders_stays_as_it_is() -> None:
    """Only what would be too long is cut."""
    paths = SafePaths()
    assert paths(["INBOX"]) == "INBOX"
    levels = ["Archief", "Klanten A-K", "Bakkerij De Korenaar", "2024 verhuizing van de mail"]
    assert paths(levels) == "/".join(levels)
    assert paths([]) == ""


def test_a_deep_path_fits_on_windows() -> None:
    """Six levels of 68 letters, or forty of two, are cut to what leaves room for a file and for where the bundle is unpacked."""
    paths = SafePaths()
    six = [f"{letter} " + "map met een lange naam " * 3 for letter in "abcdef"]
    assert len("/".join(one[:68] for one in six)) > 400
    path = paths(six)
    assert len(path.encode()) <= LONGEST_PATH
    assert [one[:1] for one in path.split("/")][:4] == ["a", "b", "c", "d"]
    assert len(paths(["zo"] * 90).encode()) <= LONGEST_PATH


@given(st.lists(st.lists(st.one_of(ANYTHING, NASTY), min_size=1, max_size=9), max_size=12))
def test_no_two_folders_share_a_path(folders: list[list[str]]) -> None:
    """Whatever they are called and however deep they lie, each level is safe, equal folders stay equal, and all are short enough."""
    paths, given_paths = SafePaths(), dict[tuple[str, ...], str]()
    for raw in folders:
        levels = [one.replace("\0", "") for one in raw]
        given_paths[tuple(levels)] = path = paths(levels)
        assert path == paths(levels)
        assert all(is_safe(one) and SafeNames()(one) == one for one in path.split("/"))
        assert len(path.encode()) <= LONGEST_PATH + len("~99") * path.count("/") + len("~99")
    assert len({alike(path) for path in given_paths.values()}) == len(given_paths)
