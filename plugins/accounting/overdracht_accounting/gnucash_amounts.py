"""What an entry of a GnuCash invoice comes to: its price without VAT, discount, amount and VAT, as GnuCash reckons them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from overdracht_accounting.invoices import NO_VAT, ZERO, InvoiceLine, Vat, VatCategory
from overdracht_accounting.sums import HUNDRED, cents

Fields = Mapping[str, Any]

_PERCENT = 2
"""The type of a tax table's entry; the other is a fixed amount."""
_BY_NAME = (
    (re.compile(r"verleg|reverse", re.IGNORECASE), VatCategory.REVERSE_CHARGE),
    (re.compile(r"\bicl\b|intra|binnen (?:de )?eu", re.IGNORECASE), VatCategory.WITHIN_EU),
    (re.compile(r"export|uitvoer|buiten (?:de )?eu", re.IGNORECASE), VatCategory.EXPORT),
    (re.compile(r"vrijgesteld|exempt", re.IGNORECASE), VatCategory.EXEMPT),
)


def ratio(numerator: Any, denominator: Any) -> Decimal:
    """Return the number that a book keeps as a fraction."""
    if not numerator or not denominator:
        return ZERO
    digits = str(denominator)
    if digits.strip("0") == "1":
        # Cents stay cents: 72.60 is not 72.6.
        return Decimal(numerator).scaleb(1 - len(digits))
    return Decimal(numerator) / Decimal(denominator)


@dataclass(frozen=True, slots=True)
class TaxTable:
    """A tax table: its name, its rate, and the accounts the tax is booked on."""

    name: str
    rate: Decimal
    accounts: frozenset[str]

    @classmethod
    def of(cls, name: str, rows: Iterable[Fields]) -> "TaxTable":
        """Return the table called *name* with the entries *rows*."""
        rows = tuple(rows)
        rate = sum(
            (
                ratio(row["amount_num"], row["amount_denom"])
                for row in rows
                if row["type"] == _PERCENT
            ),
            ZERO,
        )
        return cls(name, rate, frozenset(str(row["account"]) for row in rows))

    @property
    def vat(self) -> Vat:
        """The VAT that it stands for: a table without a rate tells by its name why."""
        if self.rate > 0:
            return Vat(VatCategory.STANDARD, self.rate.normalize() + 0)
        for pattern, category in _BY_NAME:
            if pattern.search(self.name):
                return Vat(category)
        return Vat(VatCategory.ZERO)


def line_of(entry: Fields, table: TaxTable | None, *, credit: bool) -> InvoiceLine:
    """Return *entry* as a line; on a credit note GnuCash keeps the quantity with its sign turned."""
    sign = -1 if credit else 1
    vat = table.vat if table is not None and entry["i_taxable"] else NO_VAT
    quantity = sign * ratio(entry["quantity_num"], entry["quantity_denom"]).normalize() + 0
    price = ratio(entry["i_price_num"], entry["i_price_denom"])
    if entry["i_taxincluded"] and vat.rate:
        price = price * HUNDRED / (HUNDRED + vat.rate)
    pretax = quantity * price
    discount = _discount(entry, pretax, vat.rate, sign)
    net = cents(pretax - discount)
    return InvoiceLine(
        description=entry["description"] or "",
        quantity=quantity,
        price=price,
        net=net,
        vat=vat,
        discount=cents(pretax) - net if discount else ZERO,
        unit=_unit(entry["action"] or ""),
        notes=entry["notes"] or "",
    )


def _discount(entry: Fields, pretax: Decimal, rate: Decimal, sign: int) -> Decimal:
    amount = ratio(entry["i_discount_num"], entry["i_discount_denom"])
    if entry["i_disc_type"] == "VALUE":
        return sign * amount
    base = pretax
    if entry["i_disc_how"] == "POSTTAX":
        base = pretax * (HUNDRED + rate) / HUNDRED
    return base * amount / HUNDRED


def _unit(action: str) -> str:
    """Return the unit that GnuCash's "action" stands for: hours, material, a project."""
    return "uur" if action.strip().lower() in {"uren", "uur", "hours", "hour"} else ""
