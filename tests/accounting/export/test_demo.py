"""What leaves the demo's book can be opened: every document, table and audit file, of every customer."""

import re
from datetime import date
from pathlib import Path

import pytest
import pyxaf

from overdracht import Certainty, File, Item, Kinds, Person, Question, Subject, World
from overdracht.people import PEOPLE
from overdracht_accounting.demo import write_book
from overdracht_accounting.gnucash import GnuCashConnector
from overdracht_accounting.settings import GnuCashSettings
from tests.accounting.export.rulebook import en16931, nlcius, schema_errors
from tests.accounting.export.samples import CLUB, SELLER

CUSTOMERS = [one for one in PEOPLE if one.customer]
ISSUER = {
    "name": SELLER.name,
    "street": SELLER.address.street,
    "postcode": SELLER.address.postcode,
    "city": SELLER.address.city,
    "kvk": SELLER.kvk,
    "vat": SELLER.vat_number,
    "iban": SELLER.iban,
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's book."""
    directory = tmp_path_factory.mktemp("demo")
    write_book(World(directory, PEOPLE, date(2026, 11, 24)))
    return directory / "boekhouding.gnucash"


def _files(book: Path, person: Person) -> dict[str, bytes]:
    settings = GnuCashSettings.model_validate({"book": book, "issuer": ISSUER})
    connector = GnuCashConnector("boekhouding", settings)
    subject = Subject("t", (Kinds().identifier("customer", person.customer),))
    found = connector.find(Question(subject))
    items = [one for one in found if isinstance(one, Item) and one.certainty is Certainty.EXACT]
    files = {}
    for piece in connector.export(items):
        if isinstance(piece, File):
            content = piece.content
            files[piece.path] = (
                content if isinstance(content, bytes) else b"".join(map(bytes, content))
            )
    return files


@pytest.mark.parametrize("person", CUSTOMERS, ids=lambda one: one.id)
def test_what_leaves_the_demo_is_valid(book: Path, tmp_path: Path, person: Person) -> None:
    """Of each customer of the demo every invoice passes the rules of its form, and every audit file the official schema; nobody else's
    e-mail address, account or number is in any of them."""
    files = _files(book, person)
    for path, content in files.items():
        if path.startswith("facturen/"):
            rules = nlcius() if b"nlcius" in content else en16931()
            assert schema_errors(content) == []
            assert rules.verdict(content).failed == ()
        elif path.endswith(".xaf"):
            file = tmp_path / path.rpartition("/")[2]
            file.write_bytes(content)
            codes = {one.code for one in pyxaf.validate(file, xsd=True).findings}
            assert codes <= {"XAF7006"}
    everything = b"\n".join(files.values()).decode()
    own = {*person.emails, person.iban, person.customer, SELLER.iban}
    for other in CUSTOMERS:
        for secret in {*other.emails, other.iban, other.customer} - own - {""}:
            whole = re.compile(rf"(?<![\w.]){re.escape(secret)}(?![\w.])")
            assert not whole.search(everything), (person.id, other.id)


def test_a_company_of_the_demo_gets_nlcius(book: Path) -> None:
    """The demo has a customer with a KvK number, whose invoices are Dutch ones."""
    club = next(one for one in PEOPLE if one.name == CLUB.name)
    files = _files(book, club)
    documents = [content for path, content in files.items() if path.startswith("facturen/")]
    assert documents
    assert all(b"nlcius" in one for one in documents)
