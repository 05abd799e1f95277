"""The database's own filter never leaves out a row that the real search would find."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.pool import StaticPool

from overdracht import Identifier, Mentions
from overdracht_accounting.changes import mask
from overdracht_accounting.prefilter import may_hold
from tests.accounting.asking import KINDS

IDENTIFIERS = tuple(
    KINDS.parse(one)
    for one in (
        "sanne@vanderberg.example",
        "+31612345678",
        "iban:NL91ABNA0417164300",
        "customer:K-0042",
        "kvk:90000008",
        "name:Zoë van der Özdemir",
        "address:Kerkstraat 12, 2511 AB Den Haag",
        "domain:bücher.example",
        "domain:van_der-berg.example",
        "username:sanne_b%",
    )
)
WRITTEN = (
    "Sanne@VanDerBerg.EXAMPLE",
    "sanne @ vanderberg.example",
    "sanne%40vanderberg.example",
    "06-12 34 56 78",
    "(0031) 6 1234.5678",
    "06/1 2 3 4 5 6 7 8",
    "NL91 ABNA 0417 1643 00",
    "nl91.abna.0417.1643.00",
    "K 0042",
    "k0042",
    "9000.0008",
    "Ozdemir, Zoe van der",
    "ZOË VAN DER ÖZDEMIR",
    "Kerkstraat 12 2511AB DEN HAAG",
    "www.bücher.example",
    "xn--bcher-kva.example",
    "sanne_b%",
)
texts = st.lists(st.sampled_from(WRITTEN) | st.text(max_size=12), max_size=5).map(" ".join)


def passes(identifier: Identifier, value: str) -> bool:
    """Say whether SQLite lets a row with this text through."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    try:
        with engine.connect() as connection:
            connection.execute(text("CREATE TABLE t (a TEXT, b TEXT)"))
            connection.execute(text("INSERT INTO t VALUES (NULL, :b)"), {"b": value})
            possible = may_hold(["a", "b"], [identifier], "sqlite")
            if possible is None:
                return True
            asked = select(text("1")).select_from(sql_table("t")).where(possible)
            return connection.execute(asked).first() is not None
    finally:
        engine.dispose()


@settings(max_examples=150, deadline=None)
@given(texts)
@example("\u017fanne@vanderberg.example")
@example("sanne\u00ad@vanderberg.example")
def test_what_would_be_found_passes(value: str) -> None:
    """Whatever way an identifier is written, a text in which it is found passes."""
    value = value.replace("\0", "").encode("utf-8", "ignore").decode()
    for identifier in IDENTIFIERS:
        if any(Mentions([identifier]).found(value)):
            assert passes(identifier, value)


def test_what_holds_nothing_of_it_does_not_pass() -> None:
    """An ordinary line passes for none of them: the filter filters."""
    line = "Onderhoud en hosting, regel 3 van opdracht 12"
    assert [one.kind for one in IDENTIFIERS if passes(one, line)] == []


@settings(max_examples=100, deadline=None)
@given(texts)
def test_masking_leaves_nothing_to_find_and_the_rest_as_it_was(value: str) -> None:
    """A masked text mentions the person no more, and what mentions nobody is not touched."""
    value = value.replace("\ufffd", "")
    for identifier in IDENTIFIERS:
        masked = mask(value, [identifier])
        assert (masked == value) == (not any(Mentions([identifier]).found(value)))
        assert not any(Mentions([identifier]).found(masked))


def test_masking_takes_the_words_and_no_more() -> None:
    """Punctuation, a remark and what others wrote around it stay."""
    (email, phone, *_) = IDENTIFIERS
    said = "Bel (06-12 345 678) of mail <sanne@vanderberg.example>, niet info@vanderberg.example."
    assert mask(said, [email, phone]) == (
        "Bel ([gewist]) of mail <[gewist]>, niet info@vanderberg.example."
    )
