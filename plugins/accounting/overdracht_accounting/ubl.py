"""Write an invoice or a credit note as UBL 2.1, as the European standard EN 16931 has it.

A customer with a KvK number gets the Dutch form of it (NLCIUS, SI-UBL 2.0). That cannot describe a natural person: it wants a
register number (BR-NL-10) in the same element as the name. Such a customer gets the core standard.
"""

from decimal import Decimal

from overdracht_accounting.invoices import (
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Party,
    Vat,
    VatCategory,
    VatTotal,
)
from overdracht_accounting.markup import DECLARATION, element, one_line, wrapped
from overdracht_accounting.sums import CENT, Totals, Unfit, totals
from overdracht_accounting.ubl_parties import (
    VAT_SCHEME,
    check_parties,
    country_of,
    party,
    profile,
)
from overdracht_accounting.units import unit_code

_ROOT = (
    '<{0} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{0}-2"'
    ' xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"'
    ' xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">'
)
_LONGEST_NAME = 100
_PRICE_DECIMALS = Decimal("0.000001")
_CREDIT_TRANSFER = "30"

REASONS = {
    VatCategory.EXEMPT: "Vrijgesteld van btw",
    VatCategory.REVERSE_CHARGE: "Btw verlegd",
    VatCategory.WITHIN_EU: "Intracommunautaire levering",
    VatCategory.EXPORT: "Levering buiten de Europese Unie",
    VatCategory.OUTSIDE: "Geen btw van toepassing",
}
"""What stands for the reason that an invoice must give, where the books keep none."""
NO_TERM = "De boekhouding vermeldt geen betaaltermijn."


def ubl(invoice: Invoice, seller: Party) -> bytes:
    """Return *invoice*, which *seller* sent, as a UBL document; raise Unfit when there is none that would be valid and true."""
    if invoice.kind is InvoiceKind.BOOKED:
        raise Unfit("only its booking is here, not the invoice itself")
    if invoice.kind is InvoiceKind.DRAFT or invoice.issued is None:
        raise Unfit("it is a draft")
    check_parties(invoice, seller)
    sums = totals(invoice)
    credit = invoice.kind is InvoiceKind.CREDIT_NOTE
    root, line = ("CreditNote", "CreditNoteLine") if credit else ("Invoice", "InvoiceLine")
    money = _Money(invoice.currency)
    charged = any(one.vat.category is not VatCategory.OUTSIDE for one in sums.lines)
    blocks = (
        _ROOT.format(root),
        _head(invoice, seller, credit=credit),
        wrapped("cac:AccountingSupplierParty", party(seller, "", charged=charged)),
        wrapped(
            "cac:AccountingCustomerParty", party(invoice.buyer, country_of(seller), charged=charged)
        ),
        _delivery(invoice, sums),
        _payment(invoice, seller, credit=credit),
        _tax(sums, money),
        _monetary(sums, money),
        *(
            _line(str(number), one, line, money, credit=credit)
            for number, one in enumerate(sums.lines, 1)
        ),
        f"</{root}>\n",
    )
    return (DECLARATION + "\n".join(block for block in blocks if block)).encode()


class _Money:
    """Writes amounts in one currency."""

    def __init__(self, currency: str) -> None:
        self._attribute = f' currencyID="{currency}"'

    def __call__(self, name: str, amount: Decimal) -> str:
        return f"<cbc:{name}{self._attribute}>{amount.quantize(CENT) + 0:f}</cbc:{name}>"

    def price(self, amount: Decimal) -> str:
        shown = amount.quantize(CENT) if amount == amount.quantize(CENT) else amount
        if shown.as_tuple().exponent < _PRICE_DECIMALS.as_tuple().exponent:  # type: ignore[operator]
            shown = shown.quantize(_PRICE_DECIMALS)
        return f"<cbc:PriceAmount{self._attribute}>{shown:f}</cbc:PriceAmount>"


def _head(invoice: Invoice, seller: Party, *, credit: bool) -> str:
    code = (
        "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>"
        if credit
        else "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
    )
    due = "" if credit or invoice.due is None else f"<cbc:DueDate>{invoice.due}</cbc:DueDate>"
    reference = invoice.reference or invoice.buyer.number or invoice.number
    return "".join(
        (
            f"<cbc:CustomizationID>{profile(invoice, seller)}</cbc:CustomizationID>",
            element("cbc:ID", one_line(invoice.number)),
            f"<cbc:IssueDate>{invoice.issued}</cbc:IssueDate>",
            due,
            code,
            element("cbc:Note", invoice.notes),
            f"<cbc:DocumentCurrencyCode>{invoice.currency}</cbc:DocumentCurrencyCode>",
            element("cbc:BuyerReference", one_line(reference)),
            *(
                "<cac:BillingReference><cac:InvoiceDocumentReference>"
                f"{element('cbc:ID', one_line(number))}"
                "</cac:InvoiceDocumentReference></cac:BillingReference>"
                for number in invoice.corrects
                if number.strip()
            ),
        )
    )


def _delivery(invoice: Invoice, sums: Totals) -> str:
    """Write when and whereto was delivered: only a supply within the EU must say so (BR-IC-11, BR-IC-12)."""
    if not any(one.vat.category is VatCategory.WITHIN_EU for one in sums.lines):
        return ""
    when = max((one.when for one in sums.lines if one.when), default=invoice.issued)
    return (
        f"<cac:Delivery><cbc:ActualDeliveryDate>{when}</cbc:ActualDeliveryDate>"
        "<cac:DeliveryLocation><cac:Address><cac:Country><cbc:IdentificationCode>"
        f"{country_of(invoice.buyer)}"
        "</cbc:IdentificationCode></cac:Country></cac:Address></cac:DeliveryLocation></cac:Delivery>"
    )


def _payment(invoice: Invoice, seller: Party, *, credit: bool) -> str:
    account = one_line(seller.iban).replace(" ", "")
    means = (
        f"<cac:PaymentMeans><cbc:PaymentMeansCode>{_CREDIT_TRANSFER}</cbc:PaymentMeansCode>"
        f"{element('cbc:PaymentID', one_line(invoice.number))}"
        f"<cac:PayeeFinancialAccount>{element('cbc:ID', account)}</cac:PayeeFinancialAccount>"
        "</cac:PaymentMeans>"
        if account and not credit
        else ""
    )
    terms = "" if invoice.due is not None else NO_TERM
    if credit and invoice.due is not None:
        terms = f"Vervalt op {invoice.due}"
    return means + wrapped("cac:PaymentTerms", element("cbc:Note", terms))


def _tax(sums: Totals, money: _Money) -> str:
    return wrapped(
        "cac:TaxTotal",
        money("TaxAmount", sums.tax),
        *(_subtotal(one, money) for one in sums.vat),
    )


def _subtotal(one: VatTotal, money: _Money) -> str:
    category = one.vat.category
    reason = one.vat.reason or REASONS.get(category, "")
    if category in {VatCategory.STANDARD, VatCategory.ZERO}:
        reason = ""
    return wrapped(
        "cac:TaxSubtotal",
        money("TaxableAmount", one.taxable),
        money("TaxAmount", one.amount),
        "<cac:TaxCategory>",
        _category(one.vat),
        element("cbc:TaxExemptionReason", one_line(reason)),
        VAT_SCHEME,
        "</cac:TaxCategory>",
    )


def _category(vat: Vat) -> str:
    percent = (
        "" if vat.category is VatCategory.OUTSIDE else f"<cbc:Percent>{vat.rate:f}</cbc:Percent>"
    )
    return f"<cbc:ID>{vat.category}</cbc:ID>{percent}"


def _monetary(sums: Totals, money: _Money) -> str:
    return wrapped(
        "cac:LegalMonetaryTotal",
        money("LineExtensionAmount", sums.net),
        money("TaxExclusiveAmount", sums.net),
        money("TaxInclusiveAmount", sums.gross),
        money("PayableRoundingAmount", sums.rounding) if sums.rounding else "",
        money("PayableAmount", sums.payable),
    )


def _line(number: str, line: InvoiceLine, name: str, money: _Money, *, credit: bool) -> str:
    quantity, price = line.quantity, line.price
    if price < 0:
        # A price may not be below nothing (BR-27); a quantity may.
        quantity, price = -quantity, -price
    counted = "CreditedQuantity" if credit else "InvoicedQuantity"
    day = (
        f"<cac:InvoicePeriod><cbc:StartDate>{line.when}</cbc:StartDate>"
        f"<cbc:EndDate>{line.when}</cbc:EndDate></cac:InvoicePeriod>"
        if line.when
        else ""
    )
    description = one_line(line.description)
    title = one_line(description, _LONGEST_NAME) or "-"
    return wrapped(
        f"cac:{name}",
        f"<cbc:ID>{number}</cbc:ID>",
        element("cbc:Note", line.notes),
        f'<cbc:{counted} unitCode="{unit_code(line.unit)}">{quantity:f}</cbc:{counted}>',
        money("LineExtensionAmount", line.net),
        day,
        _discount(line, money),
        wrapped(
            "cac:Item",
            element("cbc:Description", line.description if line.description != title else ""),
            element("cbc:Name", title),
            f"<cac:ClassifiedTaxCategory>{_category(line.vat)}{VAT_SCHEME}</cac:ClassifiedTaxCategory>",
        ),
        wrapped("cac:Price", money.price(price)),
    )


def _discount(line: InvoiceLine, money: _Money) -> str:
    if not line.discount:
        return ""
    charge = line.discount < 0
    return wrapped(
        "cac:AllowanceCharge",
        f"<cbc:ChargeIndicator>{'true' if charge else 'false'}</cbc:ChargeIndicator>",
        f"<cbc:AllowanceChargeReason>{'Toeslag' if charge else 'Korting'}</cbc:AllowanceChargeReason>",
        money("Amount", abs(line.discount)),
    )
