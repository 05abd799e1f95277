"""Identifiers: one value for every spelling, and nothing personal in what goes wrong."""

import sys
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import (
    ALWAYS,
    Identifier,
    IdentifierError,
    Kind,
    Kinds,
    Period,
    base_address,
    fold,
    split_address,
    squeeze,
)
from overdracht.identifiers import BUILTIN_KINDS

KINDS = Kinds()
NAMES = st.sampled_from(KINDS.names)
MESSY = st.text() | st.text(alphabet="aZ0123456789@.+-:/[]()% \u00ad\u200b\u0130ßéxn", max_size=40)

SPELLINGS = [
    (
        "email:sanne@xn--bcher-kva.example",
        "sanne@xn--bcher-kva.example",
        "sanne@bücher.example",
        "Sanne@BÜCHER.example",
        " SANNE@Bücher.Example. ",
        "<sanne@bu\u0308cher.example>",
        "mailto:sanne@bücher.example",
        '"sanne"@bücher.example',
        "sanne@bücher。example",
    ),
    ("email:zoë@x.example", "zoe\u0308@x.example", "ZOË@X.EXAMPLE"),
    ("email:root@[192.0.2.1]", "ROOT@[192.0.2.1]"),
    (
        "phone:+31612345678",
        "06-12345678",
        "0612345678",
        "0031 6 1234 5678",
        "+31 (0)6 12 34 56 78",
        "tel:+31612345678",
        "\u202d+31 6 12345678\u202c",
        "+31\u00a06\u00a012345678",
    ),
    ("phone:+3225551212", "+32 2 555 12 12", "0032 2 5551212"),
    ("phone:+31201234567;ext=12", "020-1234567 ext. 12", "+31 20 123 45 67 x12"),
    (
        "iban:NL91ABNA0417164300",
        "NL91 ABNA 0417 1643 00",
        "nl91abna0417164300",
        "IBAN: NL91.ABNA.0417.1643.00",
        "NL91\u00a0ABNA\u00a00417\u00a01643\u00a000",
    ),
    ("customer:k-0042", "K-0042", " k-0042\n"),
    ("domain:xn--bcher-kva.example", "bücher.example", "BÜCHER.example.", "xn--BCHER-kva.example"),
    ("domain:_dmarc.jansen.example", "_dmarc.Jansen.example"),
    ("ip:203.0.113.7", "203.0.113.7/32", "::ffff:203.0.113.7", "[::ffff:cb00:7107]"),
    ("ip:203.0.113.0/24", "203.0.113.9/24", "::ffff:203.0.113.0/120"),
    ("ip:2001:db8::1", "2001:DB8:0:0::1", "2001:db8::1/128", "[2001:db8::1]", "2001:db8::1%eth0"),
    ("ip:2001:db8::/56", "2001:db8:0:0:1::/56"),
    ("username:zoë", "ZOË", "zoe\u0308"),
    ("name:Zoë van der Meer", "Zoe\u0308  van der\u00a0Meer ", "Zo\u00adë van der\nMeer"),
    ("address:Dorpsstraat 1 1234 AB Ons Dorp", "Dorpsstraat 1\n1234ab  Ons Dorp"),
    ("kvk:01234567", "01234567", "0123 4567", "KvK 01234567", "KvK-nummer: 01234567"),
]


@pytest.mark.parametrize(
    ("written", "spelling"), [(row[0], spelling) for row in SPELLINGS for spelling in row[1:]]
)
def test_every_spelling_is_one_value(written: str, spelling: str) -> None:
    """However people write an identifier, its value is the same bytes."""
    kind, _, value = written.partition(":")

    assert KINDS.identifier(kind, spelling).value == value


DIFFERENT = [
    ("email", "jan@x.example", "jan+nieuws@x.example"),
    ("email", "info@x.example", "otherinfo@x.example"),
    ("customer", "0042", "42"),
    ("phone", "020-1234567", "020-1234567 ext. 12"),
    ("domain", "x.example", "www.x.example"),
    ("ip", "203.0.113.7", "203.0.113.0/24"),
]


@pytest.mark.parametrize(("kind", "one", "other"), DIFFERENT)
def test_different_things_stay_different(kind: str, one: str, other: str) -> None:
    """What may be somebody else's is not taken for the same."""
    assert KINDS.identifier(kind, one) != KINDS.identifier(kind, other)


WRONG = [
    ("email", "piet"),
    ("email", "piet@"),
    ("email", "@x.example"),
    ("email", "sanne de vries@x.example"),
    ("email", "a@b@c.example"),
    ("email", "sanne@x..example"),
    ("email", "sanne@x_y z.example"),
    ("phone", "06-1234"),
    ("phone", "bel mij"),
    ("iban", "NL91 ABNA 0417 1643 01"),
    ("iban", "NL92 ABNA"),
    ("iban", "ÑL91ABNA0417164300"),
    ("domain", "jansen"),
    ("domain", "192.0.2.1"),
    ("domain", "-x.example"),
    ("domain", "x" * 64 + ".example"),
    ("ip", "203.0.113.256"),
    ("ip", "0.0.0.0/0"),
    ("ip", "2000::/3"),
    ("kvk", "7654321"),
    ("kvk", "١٢٣٤٥٦٧٨"),
    ("name", "..."),
    ("name", ""),
    ("address", "--"),
    ("customer", " \u200b"),
    ("username", "jan\x00"),
    ("username", "jan\ud800"),
]


@pytest.mark.parametrize(("kind", "text"), WRONG)
def test_what_is_none_is_refused_without_being_repeated(kind: str, text: str) -> None:
    """The error names the kind and an example, exits with 2, and never holds the text: it may end in a log."""
    with pytest.raises(IdentifierError) as caught:
        KINDS.identifier(kind, text)

    example = KINDS.kind(kind).example
    assert KINDS.kind(kind).label_en in str(caught.value)
    assert f"{kind}:{example}" in str(caught.value)
    assert caught.value.exit_code == 2
    if text.strip(" .-"):
        assert text not in str(caught.value)


@given(NAMES, MESSY)
def test_a_value_is_its_own_normal_form(kind: str, text: str) -> None:
    """Normalising twice changes nothing, and nothing but IdentifierError comes out."""
    try:
        once = KINDS.identifier(kind, text)
    except IdentifierError:
        return
    assert KINDS.identifier(kind, once.value) == once
    once.value.encode()


@given(MESSY | st.builds("{}:{}".format, NAMES, MESSY))
def test_whatever_is_typed_gives_an_identifier_or_an_error(text: str) -> None:
    """The command line meets any text at all; only IdentifierError comes out."""
    try:
        found = KINDS.parse(text)
    except IdentifierError as error:
        assert len(str(error)) < 300
        return
    assert KINDS.identifier(found.kind, found.value) == found


@given(st.sampled_from(["sanne", "jan.de.vries", "zoë", "a+b"]), st.booleans(), st.booleans())
def test_case_and_composition_never_tell_addresses_apart(
    local: str, upper: bool, decomposed: bool
) -> None:
    """Upper case and loose accents are the same address: no provider tells them apart."""
    written = local.upper() if upper else local
    written = unicodedata.normalize("NFD" if decomposed else "NFC", written)

    assert KINDS.identifier("email", f"{written}@X.example").value == f"{local}@x.example"


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("Sanne@bloemen.example", "email"),
        ("mailto:sanne@bloemen.example", "email"),
        ("sanne@[192.0.2.1]", "email"),
        ("+31 6 12345678", "phone"),
        ("0612345678", "phone"),
        ("(020) 123 4567", "phone"),
        ("tel:+31612345678", "phone"),
        ("NL91 ABNA 0417 1643 00", "iban"),
        ("nl91abna0417164300", "iban"),
        ("BE68 5390 0754 7034", "iban"),
        ("bloemen.example", "domain"),
        ("bücher.nl", "domain"),
        ("xn--bcher-kva.xn--vermgensberatung-pwb", "domain"),
        ("203.0.113.7", "ip"),
        ("2001:db8::/56", "ip"),
        ("abcd::1", "ip"),
        ("fe:dc::1", "ip"),
        ("Sanne van den Berg", "name"),
        ("J.P. O'Neill-Özdemir", "name"),
    ],
)
def test_the_kind_is_told_by_its_looks(typed: str, kind: str) -> None:
    """What leaves no doubt needs no kind in front."""
    assert KINDS.parse(typed).kind == kind


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("12345678", ["kvk:", "customer:"]),
        ("08001234", ["phone:", "kvk:"]),
        ("42", ["customer:"]),
        ("sanne", ["username:", "name:"]),
        ("jan.jansen", ["username:", "domain:"]),
        ("@sanne", ["username:"]),
        ("Dorpsstraat 1, 1234 AB Ons Dorp", ["address:"]),
        ("Dorpsstraat 12", ["address:", "name:"]),
        ("0612", ["phone:", "customer:"]),
    ],
)
def test_doubt_is_not_guessed_away(typed: str, offered: list[str]) -> None:
    """A wrong guess would search for the wrong thing and find nothing, so the administrator writes the kind."""
    with pytest.raises(IdentifierError) as caught:
        KINDS.parse(typed)

    assert all(kind in caught.value.remedy for kind in offered)
    assert typed not in str(caught.value)


def test_a_mistyped_iban_is_called_an_iban() -> None:
    """One wrong digit gives the reason, and not a doubt about the kind."""
    with pytest.raises(IdentifierError, match="check digits"):
        KINDS.parse("NL91ABNA0417164301")


@pytest.mark.parametrize("typed", ["customer:0612345678", " Customer : 0612345678"])
def test_a_kind_in_front_decides(typed: str) -> None:
    """`kind:value` overrules the looks."""
    assert KINDS.parse(typed) == Identifier("customer", "0612345678")


def test_an_unknown_kind_is_met_with_the_nearest() -> None:
    """A typing error in the kind is pointed out; the text is not repeated."""
    with pytest.raises(IdentifierError, match="did you mean email") as caught:
        KINDS.parse("emial:sanne@bloemen.example")

    assert "sanne" not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "period"),
    [
        ("ip:203.0.113.7[2026-03-01/2026-05-31]", Period(date(2026, 3, 1), date(2026, 5, 31))),
        ("203.0.113.7[2026-03-01/..]", Period(since=date(2026, 3, 1))),
        ("bloemen.example [../2026-05-31]", Period(until=date(2026, 5, 31))),
        ("2001:db8::/56[../..]", ALWAYS),
        ("ip:[2001:db8::/56]", ALWAYS),
    ],
)
def test_a_time_window_follows_in_brackets(typed: str, period: Period) -> None:
    """A dynamic address was the person's for a while; either end may be left open."""
    found = KINDS.parse(typed)

    assert found.period == period
    assert KINDS.parse(str(found)).period == period


@pytest.mark.parametrize(
    "window", ["[2026-02-30/..]", "[2026-05-31/2026-03-01]", "[2026/2027]", "[31-05-2026/..]"]
)
def test_a_window_that_is_none_is_refused(window: str) -> None:
    """A day that does not exist, or an end before the beginning, is no window and no part of the value either."""
    with pytest.raises(IdentifierError, match="time window"):
        KINDS.parse(f"ip:203.0.113.7{window}")


PERIODS = st.builds(
    lambda ends, open_: Period(None if open_ & 1 else min(ends), None if open_ & 2 else max(ends)),
    st.tuples(st.dates(), st.dates()),
    st.integers(0, 3),
)


@given(PERIODS, PERIODS, st.dates())
def test_a_period_that_spans_two_covers_every_day_of_both(
    one: Period, other: Period, day: date
) -> None:
    """And includes both; whoever includes another covers what it covers."""
    both = one.spanning(other)
    assert both.includes(one)
    assert both.includes(other)
    assert both == other.spanning(one)
    assert both.covers(day) or not (one.covers(day) or other.covers(day))
    if one.includes(other):
        assert both == one
        assert one.covers(day) or not other.covers(day)


@given(NAMES, MESSY)
def test_what_is_printed_can_be_typed_again(kind: str, text: str) -> None:
    """`str(identifier)` is what the command line takes."""
    try:
        found = KINDS.identifier(kind, text)
    except IdentifierError:
        return
    if not found.value.endswith("]"):
        assert KINDS.parse(str(found)) == found


def test_strong_kinds_are_those_that_point_at_one_person() -> None:
    """Names, postal addresses and IP addresses are shared and reused; the others are not."""
    weak = {kind.name for kind in KINDS if not KINDS.strong(kind.name)}

    assert weak == {"name", "address", "ip"}


def test_a_plugin_adds_a_kind_and_takes_none() -> None:
    """Further kinds are used like the built-in ones; a name that is taken is refused."""
    plate = Kind("plate", "kenteken", "number plate", True, str.upper, "12-AB-34")
    extended = KINDS.with_([plate])

    assert extended.parse("plate:ab-12-cd") == Identifier("plate", "AB-12-CD")
    assert KINDS.names == tuple(kind.name for kind in BUILTIN_KINDS)
    with pytest.raises(ValueError, match="'plate'"):
        extended.with_([plate])


@pytest.mark.parametrize("kind", BUILTIN_KINDS, ids=lambda kind: kind.name)
def test_every_example_is_valid(kind: Kind) -> None:
    """The example that an error shows can be typed as it stands."""
    assert KINDS.parse(f"{kind.name}:{kind.example}").kind == kind.name


def test_an_identifier_keeps_its_value_out_of_its_repr() -> None:
    """A traceback may show an identifier's kind, not its value."""
    assert "sanne" not in repr(KINDS.parse("sanne@bloemen.example"))


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("jan+nieuws@x.example", "jan@x.example"),
        ("jan+a+b@x.example", "jan@x.example"),
        ("jan@x.example", "jan@x.example"),
        ("+jan@x.example", "+jan@x.example"),
        ('"jan+x"@x.example', '"jan+x"@x.example'),
        ("jan+nieuws", "jan+nieuws"),
    ],
)
def test_the_base_of_a_plus_address(address: str, base: str) -> None:
    """What follows a plus is the person's own label; the mail arrives at what stands before it."""
    assert base_address(address) == base


def test_an_address_splits_at_its_last_at() -> None:
    """A quoted local part may hold an @ of its own."""
    assert split_address('"a@b"@x.example') == ('"a@b"', "x.example")
    assert split_address("sanne") == ("sanne", "")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Zoë   ÖZDEMİR\n", "zoe ozdemir"),
        ("O\u0308zdemir", "ozdemir"),
        ("Łódź Straße ŒUVRE Ærø", "lodz strasse oeuvre aero"),
        ("Þór Đorđe ð ıĳ", "thor dorde d iij"),
        ("\ufb01ets \uff26ull", "fiets full"),
        ("On\u00adder\u200bweg", "onderweg"),
        ("\u00a0a\u2003b\t", "a b"),
    ],
)
def test_folding_takes_away_case_accents_and_space(text: str, folded: str) -> None:
    """Two spellings that a person would call the same name fold to the same text."""
    assert fold(text) == folded


def test_squeezing_leaves_letters_and_digits() -> None:
    """The form in which an IBAN written with spaces is still that IBAN."""
    assert squeeze(" NL91 ABNA-0417.1643_00 ") == "nl91abna0417164300"
    assert squeeze("+31 (0)6-1234") == "31061234"


@given(st.text())
def test_folding_and_squeezing_twice_change_nothing(text: str) -> None:
    """Both are normal forms, and squeezing is at home with folding."""
    assert fold(fold(text)) == fold(text)
    assert squeeze(squeeze(text)) == squeeze(text)
    assert squeeze(fold(text)) == squeeze(text)


def test_folding_is_idempotent_on_every_character() -> None:
    """Hypothesis meets few of the characters whose folding is odd, so all of them are tried."""
    odd = [
        code
        for code in range(sys.maxunicode + 1)
        if fold(fold(f"a{chr(code)}b")) != fold(f"a{chr(code)}b")
    ]
    assert not odd


@given(st.text())
def test_folding_does_not_feel_composition(text: str) -> None:
    """Composed and decomposed text fold alike."""
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("jan@vdberg", "no ending such as .nl"),
        ("jan@localhost", "no ending such as .nl"),
        ("jan@192.0.2.7", "no ending such as .nl"),
        ("+31 6 98", "too few or too many digits"),
        ("+31 6 1234567", "no such telephone number"),
        ("NL91 ABNA 0417 1643 01", "check digits"),
    ],
)
def test_a_likely_typing_error_is_refused(typed: str, told: str) -> None:
    """What a person types is not searched for in vain: the reason is said, and the text is not repeated."""
    with pytest.raises(IdentifierError, match=told) as caught:
        KINDS.typed(typed)
    assert typed not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("email:jan@intranet", "email"),
        ("phone:+31 6 1234567", "phone"),
        ("jan@[192.0.2.7]", "email"),
        ("jan@x.nl", "email"),
        ("+31 6 12345678", "phone"),
        ("+49 30 901820", "phone"),
        ("customer:jan@x", "customer"),
    ],
)
def test_a_kind_in_front_says_that_it_is_right(typed: str, kind: str) -> None:
    """A local address and a number in a new range exist: whoever writes the kind in front means it."""
    assert KINDS.typed(typed).kind == kind
