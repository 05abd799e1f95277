"""Keys lead back to what they were made of, titles stay on their line, and values keep the form in which TransIP has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import Change, Kinds
from overdracht_transip.client import Contact, MonitoringContact
from overdracht_transip.holding import key_of, names_of
from overdracht_transip.values import Value, kept, values_of, with_values

KINDS = Kinds()
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_a_key_leads_back_to_its_names(names: list[str]) -> None:
    """Whatever stands in a name: slashes, percent signs, spaces; and no two things have one key."""
    key = key_of("dns", *names)
    assert names_of(key) == ("dns", *names)
    assert key.count("/") == len(names)


def change(kind: str, old: str, new: str) -> Change:
    """Return a change from *old* to *new*."""
    return Change(KINDS.identifier(kind, old), KINDS.identifier(kind, new), new)


@pytest.mark.parametrize(
    ("where", "kind", "text", "new", "form"),
    [
        ("registrant phoneNumber", "phone", "+31 612345678", "06-87654321", "+31 687654321"),
        ("telephone", "phone", "+31612345678", "06-87654321", "+31687654321"),
        ("telephone", "phone", "06-12345678", "06 87654321", "06 87654321"),
        ("registrant email", "email", "A@b.example", "New@B.example", "new@b.example"),
        ("registrant name", "name", "Jan Jansen", "Jan de Vries", "Jan de Vries"),
        ("registrant name", "name", "Jan Jansen", "Prince", None),
        ("name", "name", "Jan Jansen", "Prince", "Prince"),
        ("registrant address", "address", "Dorp 1, 1234 AB X", "Nieuwe Weg 7b, 1973 ZZ Y", "Nieuwe Weg 7b, 1973 ZZ Y"),
        ("registrant address", "address", "Dorp 1, 1234 AB X", "Postbus, ergens", None),
    ],
)  # fmt: skip
def test_a_right_value_takes_the_form_of_the_wrong_one(
    where: str, kind: str, text: str, new: str, form: str | None
) -> None:
    """Or none, where it cannot be put into the fields there are; then it is to be done by hand."""
    assert kept(Value(where, kind, text), change(kind, text, new)) == form


def test_values_go_where_they_came_from() -> None:
    """Every value of a contact can be replaced, and put back; the rest stays as it is."""
    before = Contact(
        "registrant",
        first_name="Sanne",
        last_name="van der Berg",
        company_kvk="90000001",
        street="Kerkstraat",
        number="12",
        postal_code="1972 BC",
        city="Voorbeeldstad",
        phone_number="+31 612345678",
        fax_number="+31 251799001",
        email="sanne@vanderberg.example",
        country="nl",
    )
    new = {
        "registrant email": "nieuw@vanderberg.example",
        "registrant phoneNumber": "+31 687654321",
        "registrant faxNumber": "+31 251799002",
        "registrant companyKvk": "90000002",
        "registrant name": "Sanne 't Hooft",
        "registrant address": "Nieuwe Weg 7b, 1973 ZZ Elders",
    }
    old = {value.where: value.text for value in values_of(before)}
    assert set(old) == set(new)
    after = with_values(before, new)
    assert {value.where: value.text for value in values_of(after)} == new
    assert (after.last_name, after.number, after.country) == ("'t Hooft", "7b", "nl")
    assert with_values(after, old) == before


def test_a_monitoring_contact_keeps_its_number() -> None:
    """Only what was wrong is another."""
    before = MonitoringContact(7, "Sanne", "06-12345678", "sanne@vanderberg.example")
    after = with_values(before, {"email": "nieuw@vanderberg.example"})
    assert (after.id, after.name, after.telephone) == (7, "Sanne", "06-12345678")
