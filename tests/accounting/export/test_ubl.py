"""Invoices leave as UBL that the official schemas and rules accept, and that says what was booked."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from overdracht_accounting.invoices import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Party,
    Vat,
    VatCategory,
    VatTotal,
)
from overdracht_accounting.issuer import IssuerSettings
from overdracht_accounting.sums import Unfit, cents, totals
from overdracht_accounting.ubl import ubl
from overdracht_accounting.ubl_parties import CORE, NLCIUS, profile
from tests.accounting.export.rulebook import en16931, nlcius, schema_errors
from tests.accounting.export.samples import (
    CLUB,
    DUTCH,
    HIGH,
    LOW,
    PLAIN,
    SELLER,
    VALID,
    WORK,
    invoice,
    line,
)

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
FEWEST = 30
"""Rules that fire on the smallest invoice there is; fewer means that the rules did not look."""


def _amount(document: bytes, name: str) -> Decimal:
    found = next(etree.fromstring(document).iter(f"{CBC}{name}"))
    return Decimal(found.text or "")


@pytest.mark.parametrize("name", VALID)
def test_an_invoice_is_valid(name: str) -> None:
    """Every kind of invoice and credit note passes UBL's XSD and the rules of EN 16931 without a warning, and the rules looked at it."""
    document = ubl(VALID[name], SELLER)
    assert schema_errors(document) == []
    verdict = en16931().verdict(document)
    assert verdict.failed == ()
    assert verdict.warned == ()
    assert len(verdict.fired) > FEWEST


@pytest.mark.parametrize("name", DUTCH)
def test_a_customer_with_a_register_number_gets_nlcius(name: str) -> None:
    """What is written for a customer with a KvK number passes the Dutch rules too, without a warning."""
    document = ubl(VALID[name], SELLER)
    assert NLCIUS.encode() in document
    verdict = nlcius().verdict(document)
    assert verdict.failed == ()
    assert verdict.warned == ()
    assert any(
        "AccountingCustomerParty/cac:Party/cac:PartyLegalEntity" in one for one in verdict.fired
    )


def test_a_natural_person_gets_the_core_standard() -> None:
    """A person without a KvK number cannot be described by NLCIUS: marked as it, her invoice breaks BR-NL-10 and nothing else."""
    document = ubl(PLAIN, SELLER)
    assert profile(PLAIN, SELLER) == CORE
    pretended = document.replace(f">{CORE}<".encode(), f">{NLCIUS}<".encode())
    assert nlcius().verdict(pretended).failed == ("BR-NL-10",)


@pytest.mark.parametrize(
    ("buyer", "seller"),
    [
        (replace(CLUB, address=replace(CLUB.address, street="")), SELLER),
        (CLUB, replace(SELLER, kvk="")),
        (CLUB, replace(SELLER, iban="")),
    ],
)
def test_nlcius_only_where_all_that_it_wants_is_known(buyer: Party, seller: Party) -> None:
    """Without the customer's address, or our own KvK number or account, the core standard is used, and holds."""
    document = ubl(invoice(WORK, buyer=buyer), seller)
    assert profile(invoice(WORK, buyer=buyer), seller) == CORE
    assert en16931().verdict(document).failed == ()


@pytest.mark.parametrize("name", ["TaxAmount", "PayableAmount", "LineExtensionAmount"])
def test_the_rules_notice_a_cent(name: str) -> None:
    """The check is able to fail: an amount that is one cent more breaks a rule."""
    document = ubl(PLAIN, SELLER)
    amount = _amount(document, name)
    tampered = document.replace(
        f">{amount}</cbc:{name}>".encode(), f">{amount + Decimal('0.01')}</cbc:{name}>".encode(), 1
    )
    assert tampered != document
    assert en16931().verdict(tampered).failed


def test_the_amounts_are_the_booked_ones() -> None:
    """The total, the VAT and what was rounded off are those of the books, to the cent."""
    off = ubl(VALID["VAT a cent off"], SELLER)
    assert _amount(off, "TaxAmount") == Decimal("27.31")
    assert _amount(off, "PayableAmount") == Decimal("157.31")
    rounded = ubl(VALID["rounded to five cents"], SELLER)
    assert _amount(rounded, "TaxInclusiveAmount") == Decimal("12.11")
    assert _amount(rounded, "PayableRoundingAmount") == Decimal("-0.01")
    by_line = ubl(VALID["rounded by line"], SELLER)
    assert _amount(by_line, "TaxAmount") == Decimal("0.03")


def test_nothing_is_never_less_than_nothing() -> None:
    """An amount of minus nought, as books give for VAT that was not charged, is written 0.00."""
    free = replace(
        PLAIN,
        lines=(line("Gratis advies", "1", "0.00", "0.00"),),
        vat=(VatTotal(HIGH, Decimal("0.00"), Decimal("-0.00")),),
        total=Decimal("-0.00"),
    )
    document = ubl(free, SELLER)
    assert b"TaxAmount" in document
    assert b"-0.00" not in document


def test_a_credit_note_names_what_it_takes_back() -> None:
    """A credit note is a UBL CreditNote with positive amounts, and refers to the invoices it corrects."""
    root = etree.fromstring(ubl(VALID["credit note"], SELLER))
    assert etree.QName(root).localname == "CreditNote"
    references = root.iter("{*}InvoiceDocumentReference")
    assert [one.findtext(f"{CBC}ID") for one in references] == ["2026-0003", "2026-0004"]


def test_text_is_text() -> None:
    """Markup, control characters and half characters in a text stay inside their element, as text."""
    root = etree.fromstring(ubl(VALID["hostile"], SELLER))
    names = [one.findtext(f"{CBC}Name") for one in root.iter("{*}Item")]
    assert str(names[0]).startswith('</cbc:Name><x a="1">&evil; ]]>\ufffd\ufffd\ufffd')
    buyer = [one.text for one in root.iter(f"{CBC}RegistrationName")][1]
    assert buyer == "<b>Sanne</b> & \ufffdZn."
    assert root.findtext(f"{CBC}ID") == "../../<F>&1"


UNFIT: dict[str, tuple[Invoice, Party, str]] = {
    "draft": (replace(PLAIN, kind=InvoiceKind.DRAFT), SELLER, "draft"),
    "no day": (replace(PLAIN, issued=None), SELLER, "draft"),
    "booked": (replace(PLAIN, kind=InvoiceKind.BOOKED), SELLER, "only its booking"),
    "no lines": (replace(PLAIN, lines=()), SELLER, "no lines"),
    "no number": (replace(PLAIN, number=" "), SELLER, "no number"),
    "no name": (replace(PLAIN, buyer=Party("")), SELLER, "no name"),
    "no seller": (PLAIN, Party(""), "issuer"),
    "no VAT number": (PLAIN, replace(SELLER, vat_number="geen"), "VAT number"),
    "no number of ours": (VALID["no VAT at all"], replace(SELLER, kvk=""), "KvK number"),
    "no currency": (replace(PLAIN, currency="euro"), SELLER, "currency"),
    "reverse charge to nobody": (
        invoice(line("x", "1", "1", "1.00", Vat(VatCategory.REVERSE_CHARGE))),
        SELLER,
        "reverse charged",
    ),
    "EU supply to nobody": (
        invoice(line("x", "1", "1", "1.00", Vat(VatCategory.WITHIN_EU)), buyer=CLUB),
        SELLER,
        "within the EU",
    ),
    "another total": (replace(PLAIN, total=Decimal(500)), SELLER, "do not add up"),
    "another line": (invoice(line("x", "2", "10", "25.00")), SELLER, "quantity and price"),
    "part of a cent": (invoice(line("x", "1", "1.005", "1.005")), SELLER, "part of a cent"),
    "a rate of nothing": (
        invoice(line("x", "1", "1", "1.00", Vat(VatCategory.ZERO, Decimal(9)))),
        SELLER,
        "rate",
    ),
    "other VAT": (
        replace(PLAIN, vat=(VatTotal(LOW, Decimal(349), Decimal("31.41")),)),
        SELLER,
        "no line bears",
    ),
    "too much VAT": (
        replace(PLAIN, vat=(VatTotal(HIGH, Decimal(349), Decimal(80)),)),
        SELLER,
        "not what its lines bear",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_would_not_be_true_is_refused(name: str) -> None:
    """An invoice that cannot be written validly and truly is refused with a reason, which names nobody."""
    one, seller, reason = UNFIT[name]
    with pytest.raises(Unfit, match=reason) as refused:
        ubl(one, seller)
    assert "Sanne" not in str(refused.value)


_CENTS = st.integers(-100_000, 100_000).map(lambda number: Decimal(number) / 100)
_QUANTITIES = st.integers(-4_000, 4_000).filter(bool).map(lambda number: Decimal(number) / 100)
_VATS = st.sampled_from(
    [HIGH, LOW, Vat(VatCategory.ZERO), Vat(VatCategory.EXEMPT), Vat(VatCategory.OUTSIDE)]
)


@st.composite
def _lines(draw: st.DrawFn) -> InvoiceLine:
    quantity, price = draw(_QUANTITIES), draw(_CENTS)
    discount = draw(st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("5.5")]))
    net = cents(quantity * price - discount)
    return InvoiceLine(draw(st.text(max_size=30)), quantity, price, net, draw(_VATS), discount)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(_lines(), min_size=1, max_size=6),
    credit=st.booleans(),
    notes=st.text(max_size=40),
)
def test_any_invoice_is_valid_and_adds_up(
    lines: list[InvoiceLine], credit: bool, notes: str
) -> None:
    """Whatever quantities, prices, discounts, rates and texts: the document is valid, and the amounts come from the lines exactly."""
    kind = InvoiceKind.CREDIT_NOTE if credit else InvoiceKind.INVOICE
    one = replace(invoice(*lines), kind=kind, notes=notes)
    document = ubl(one, SELLER)
    assert schema_errors(document) == []
    assert en16931().verdict(document).failed == ()
    sums = totals(one)
    assert sums.net == sum(each.net for each in lines)
    assert _amount(document, "PayableAmount") == sums.net + sums.tax


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_a_text_comes_back_as_it_was(text: str) -> None:
    """What XML can hold of a text comes out of the document as it went in, white space at its ends apart."""
    one = replace(PLAIN, notes=text)
    note = etree.fromstring(ubl(one, SELLER)).findtext(f"{CBC}Note") or ""
    legal = "".join(
        char
        if char in "\t\n\r"
        or (char >= " " and not "\ud800" <= char <= "\udfff" and char not in "\ufffe\uffff")
        else "\ufffd"
        for char in text.strip()
    )
    assert note == legal


@pytest.mark.parametrize("country", ["NLD", "", "XX", "1"])
def test_a_country_is_two_letters_that_exist(country: str) -> None:
    """Who sends the invoices is in a country that there is: the settings say so before an export does."""
    assert IssuerSettings(name="x", country="be").party().address.country == "BE"
    with pytest.raises(ValidationError, match="ISO 3166"):
        IssuerSettings(name="x", country=country)
