"""What an invoice comes to: its VAT by category, its totals, and whether they are what was booked.

Programs round in different places: per line, per rate, over the whole. What leaves must be what the customer got, to the cent,
so the booked amounts win where the books tell them, and an invoice that does not come out is refused rather than made to fit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from overdracht_accounting.invoices import (
    ZERO,
    Invoice,
    InvoiceLine,
    Vat,
    VatCategory,
    VatTotal,
)

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
SLACK = Decimal("0.02")
"""How far quantity times price may be from a line's amount: prices without VAT are rounded too."""
ROUNDED_BY = Decimal(1)
"""EN 16931 takes a VAT amount less than this from what the rate makes of it (BR-S-09), for those who round by line."""
NOTHING_CHARGED = "Geen btw in rekening gebracht"


class Unfit(ValueError):
    """An invoice cannot be written as one; the message says why, in one line without personal data."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What an invoice comes to."""

    lines: tuple[InvoiceLine, ...]
    """Its lines, each with a VAT that may stand beside the others'."""
    vat: tuple[VatTotal, ...]
    net: Decimal
    tax: Decimal
    rounding: Decimal
    """What was rounded off on the whole."""

    @property
    def gross(self) -> Decimal:
        """With VAT."""
        return self.net + self.tax

    @property
    def payable(self) -> Decimal:
        """What is to be paid."""
        return self.gross + self.rounding


def cents(amount: Decimal) -> Decimal:
    """Return *amount* rounded to the cent as people round, never minus nothing."""
    return amount.quantize(CENT, ROUND_HALF_UP) + 0


def totals(invoice: Invoice) -> Totals:
    """Return what *invoice* comes to; raise Unfit when that is not what was booked."""
    lines = _compatible(invoice.lines)
    if not lines:
        raise Unfit("it has no lines")
    for line in lines:
        _check(line)
    net = sum((line.net for line in lines), ZERO)
    vat = _booked(invoice, lines) if invoice.vat else _computed(invoice, lines, net)
    tax = sum((one.amount for one in vat), ZERO)
    rounding = ZERO if invoice.total is None else cents(invoice.total - net - tax)
    if abs(rounding) >= ROUNDED_BY:
        raise Unfit("its lines do not add up to the amount that was booked")
    return Totals(lines, vat, net, tax, rounding)


def _compatible(lines: tuple[InvoiceLine, ...]) -> tuple[InvoiceLine, ...]:
    """Return *lines* with "no VAT applies" as an exemption where VAT is charged beside it: the two cannot stand on one invoice (BR-O-11)."""
    if len({line.vat.category is VatCategory.OUTSIDE for line in lines}) < 2:
        return lines
    return tuple(
        replace(line, vat=Vat(VatCategory.EXEMPT, ZERO, line.vat.reason or NOTHING_CHARGED))
        if line.vat.category is VatCategory.OUTSIDE
        else line
        for line in lines
    )


def _check(line: InvoiceLine) -> None:
    if line.net != cents(line.net):
        raise Unfit("a line has a part of a cent")
    if (line.vat.category is VatCategory.STANDARD) != (line.vat.rate > 0):
        raise Unfit("a line has a VAT rate that its category does not have")
    if abs(line.quantity * line.price - line.discount - line.net) > SLACK:
        raise Unfit("a line's quantity and price do not make its amount")


def _by_vat(lines: Iterable[InvoiceLine]) -> dict[Vat, Decimal]:
    taxable: dict[Vat, Decimal] = {}
    for line in lines:
        taxable[line.vat] = taxable.get(line.vat, ZERO) + line.net
    return taxable


def _merged(vat: Iterable[VatTotal]) -> tuple[VatTotal, ...]:
    """Return one total for each category and rate, with the first reason given (BG-23)."""
    merged: dict[tuple[VatCategory, Decimal], VatTotal] = {}
    for one in vat:
        kind = (one.vat.category, one.vat.rate)
        known = merged.get(kind)
        merged[kind] = (
            one
            if known is None
            else VatTotal(known.vat, known.taxable + one.taxable, known.amount + one.amount)
        )
    return tuple(merged.values())


def _computed(invoice: Invoice, lines: Iterable[InvoiceLine], net: Decimal) -> tuple[VatTotal, ...]:
    """Return the VAT that the rates make of the lines, as it was rounded when the books tell only the whole amount."""
    lines = tuple(lines)
    vat = _merged(
        VatTotal(one, taxable, cents(taxable * one.rate / HUNDRED))
        for one, taxable in _by_vat(lines).items()
    )
    if invoice.total is None or net + sum(one.amount for one in vat) == invoice.total:
        return vat
    by_line = _merged(
        VatTotal(line.vat, line.net, cents(line.net * line.vat.rate / HUNDRED)) for line in lines
    )
    return by_line if net + sum(one.amount for one in by_line) == invoice.total else vat


def _booked(invoice: Invoice, lines: Iterable[InvoiceLine]) -> tuple[VatTotal, ...]:
    """Return the VAT that was booked; raise Unfit when the lines have other rates or amounts."""
    computed = {
        (one.vat.category, one.vat.rate): one
        for one in _merged(VatTotal(vat, taxable, ZERO) for vat, taxable in _by_vat(lines).items())
    }
    booked = {(one.vat.category, one.vat.rate): one for one in _merged(invoice.vat)}
    if booked.keys() - computed.keys() or any(
        one.amount for kind, one in booked.items() if kind[0] is not VatCategory.STANDARD
    ):
        raise Unfit("VAT was booked that no line bears")
    return tuple(_agreed(one, booked.get(kind)) for kind, one in computed.items())


def _agreed(lines: VatTotal, booked: VatTotal | None) -> VatTotal:
    if booked is None:
        if lines.vat.category is VatCategory.STANDARD and lines.taxable:
            raise Unfit("a line bears VAT that was not booked")
        return lines
    expected = cents(lines.taxable * lines.vat.rate / HUNDRED)
    if booked.taxable != lines.taxable or abs(booked.amount - expected) >= ROUNDED_BY:
        raise Unfit("the VAT that was booked is not what its lines bear")
    return replace(lines, amount=booked.amount)
