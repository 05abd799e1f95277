"""Values are corrected in each contact of a domain, and what was corrected is told so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from overdracht import ApprovedStep, Change, Kinds, Outcome, Result, Step, Subject
from overdracht.people import SANNE
from overdracht.testing.acting import approved
from overdracht.testing.watching import find
from overdracht_transip.sandbox import contact
from tests.transip.account_harness import LOGIN, Account

DOMAIN = "vanderberg.example"
OLD, NEW = "Havenweg 12, 1971 AB Voorbeeldstad", "Nieuwe Weg 7b, 1973 ZZ Voorbeeldstad"
HOME = {"street": "Havenweg", "number": "12", "postalCode": "1971 AB", "city": "Voorbeeldstad"}
KEYS = [f"domain/{DOMAIN}", f"contact/{DOMAIN}/administrative"]


@pytest.fixture
def transip(tmp_path: Path) -> Iterator[Account]:
    """The domain of an association, which has its seat at home with Sanne; she administers it."""
    account = Account(tmp_path)
    contacts = [
        contact(email="bestuur@vereniging.example", **HOME),
        contact("administrative", email=SANNE.email, **HOME),
        contact("technical", email="info@voorbeeld-ict.example"),
    ]
    account.world.add_domain(LOGIN, DOMAIN, contacts=contacts)
    yield account
    account.close()


@pytest.fixture
def steps(transip: Account) -> list[ApprovedStep]:
    """The address is another: what corrects the domain, and what corrects her contact."""
    kinds = Kinds()
    old, new = kinds.parse(f"address:{OLD}"), kinds.parse(f"address:{NEW}")
    subject = Subject("test", (kinds.parse(f"email:{SANNE.email}"), old))
    items = find(transip.connector(), subject, thorough=True).items
    told = list(transip.connector().corrections(iter(items), [Change(old, new, NEW)]))
    made = [approved(one) for one in told if isinstance(one, Step)]
    assert [one.item.key for one in made] == KEYS
    return made


def corrected(account: Account, *steps: ApprovedStep) -> list[Outcome]:
    """Have *steps* carried out by a new connector."""
    return list(account.connector().rectify(iter(steps)))


def test_two_contacts_of_a_domain_are_both_corrected(
    transip: Account, steps: list[ApprovedStep]
) -> None:
    """What corrects one contact of a domain does not make the correction of another look failed, nor the domain another than was
    planned when it is asked for again."""
    told = corrected(transip, *steps)
    assert [one.result for one in told] == [Result.RECTIFIED] * 2
    contacts = transip.objects["domains"][DOMAIN]["_contacts"]
    assert [one["postalCode"] == "1973 ZZ" for one in contacts] == [True, True, False]
    before = transip.objects
    assert list(transip.connector().prepare(iter(steps))) == []
    assert corrected(transip, *steps) == told
    assert corrected(transip, steps[0]) == told[:1]
    assert transip.objects == before


def test_a_domain_with_other_values_is_not_touched(
    transip: Account, steps: list[ApprovedStep]
) -> None:
    """A domain that is another than was planned, and does not hold the right values, is told as changed."""
    with transip.sandbox.state() as state:
        state["objects"][LOGIN]["domains"][DOMAIN]["_contacts"][0]["email"] = "koper@x.example"
    before = transip.objects
    assert len(list(transip.connector().prepare(iter(steps[:1])))) == 1
    assert corrected(transip, steps[0])[0].result is Result.CHANGED
    assert transip.objects == before
