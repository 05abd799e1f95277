"""Who sends and who gets an invoice, as UBL has them, and what an invoice can be written by because of that."""

import re

from overdracht_accounting.invoices import Invoice, InvoiceKind, Party, VatCategory
from overdracht_accounting.markup import element, one_line, wrapped
from overdracht_accounting.postal import COUNTRIES
from overdracht_accounting.sums import Unfit

CORE = "urn:cen.eu:en16931:2017"
NLCIUS = "urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0"

VAT_SCHEME = "<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme>"
_SEPARATORS = re.compile(r"[\s.\-]")
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_VAT_NUMBER = re.compile(r"([A-Z]{2})(?=.*\d)[A-Z0-9]{2,13}", re.ASCII)


def profile(invoice: Invoice, seller: Party) -> str:
    """Return what *invoice* is written by: NLCIUS where all that it wants is known, the core standard otherwise."""
    complete = all(
        party.kvk and party.address.street and party.address.city and party.address.postcode
        for party in (invoice.buyer, seller)
    )
    dutch = country_of(seller) == "NL"
    payable = bool(seller.iban) or invoice.kind is InvoiceKind.CREDIT_NOTE
    return NLCIUS if complete and dutch and payable else CORE


def check_parties(invoice: Invoice, seller: Party) -> None:
    """Raise Unfit when what an invoice must say of *seller* or of its buyer is not known."""
    if not seller.name:
        raise Unfit("the settings do not say who sends the invoices (issuer)")
    if not invoice.buyer.name.strip():
        raise Unfit("its customer has no name")
    if not invoice.number.strip():
        raise Unfit("it has no number")
    if not _CURRENCY.fullmatch(invoice.currency):
        raise Unfit("its currency is none")
    charged = any(one.vat.category is not VatCategory.OUTSIDE for one in invoice.lines)
    if charged and not vat_number(seller):
        raise Unfit("the settings do not tell the VAT number of who sends the invoices (issuer)")
    if not charged and not seller.kvk:
        raise Unfit("the settings do not tell the KvK number of who sends the invoices (issuer)")
    known = vat_number(invoice.buyer) or invoice.buyer.kvk
    if not known and any(one.vat.category is VatCategory.REVERSE_CHARGE for one in invoice.lines):
        raise Unfit("its VAT is reverse charged, and the customer has no VAT number")
    if not vat_number(invoice.buyer) and any(
        one.vat.category is VatCategory.WITHIN_EU for one in invoice.lines
    ):
        raise Unfit("it is a supply within the EU, and the customer has no VAT number")


def vat_number(party: Party) -> str:
    """Return the VAT number of *party* as an invoice writes it, with its country; empty when it has none."""
    number = _SEPARATORS.sub("", party.vat_number).upper()
    found = _VAT_NUMBER.fullmatch(number)
    return number if found and (found[1] in COUNTRIES or found[1] == "EL") else ""


def country_of(party: Party) -> str:
    """Return the country of *party*, the Netherlands when it is not known."""
    return party.address.country or "NL"


def party(one: Party, country: str, *, charged: bool) -> str:
    """Write *one*, who is in *country* unless the address says otherwise; the VAT number stays out where no VAT applies (BR-O-02)."""
    where = one.address
    tax = element("cbc:CompanyID", vat_number(one) if charged else "")
    legal = element("cbc:CompanyID", one.kvk, ' schemeID="0106"')
    return wrapped(
        "cac:Party",
        wrapped("cac:PartyIdentification", element("cbc:ID", one_line(one.number))),
        wrapped(
            "cac:PostalAddress",
            element("cbc:StreetName", one_line(where.street)),
            element("cbc:AdditionalStreetName", one_line(where.extra)),
            element("cbc:CityName", one_line(where.city)),
            element("cbc:PostalZone", one_line(where.postcode)),
            "<cac:Country><cbc:IdentificationCode>"
            f"{where.country or country or 'NL'}</cbc:IdentificationCode></cac:Country>",
        ),
        f"<cac:PartyTaxScheme>{tax}{VAT_SCHEME}</cac:PartyTaxScheme>" if tax else "",
        wrapped("cac:PartyLegalEntity", element("cbc:RegistrationName", one_line(one.name)), legal),
        wrapped(
            "cac:Contact",
            element("cbc:Name", one_line(one.contact)),
            element("cbc:Telephone", one_line(one.phone)),
            element("cbc:ElectronicMail", one_line(one.email)),
        ),
    )
