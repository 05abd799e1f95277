"""Make invoices out of a database that says in two SELECTs what its invoices are."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Connection, bindparam, text

from overdracht import Misbehaving
from overdracht_accounting.invoice_queries import InvoiceQueries
from overdracht_accounting.invoices import (
    NO_VAT,
    ZERO,
    Address,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    Party,
    Record,
    Vat,
    VatCategory,
)
from overdracht_accounting.keys import key_of, parts_of
from overdracht_accounting.mapping import key_names
from overdracht_accounting.postal import country_code
from overdracht_accounting.sums import cents

Fields = Mapping[str, Any]


class SqlInvoices:
    """Reads invoices by *connection*, as *queries* tell them."""

    complete = False
    """The rows leave as well: a SELECT may leave out what they hold."""

    def __init__(self, connection: Connection, queries: InvoiceQueries, width: int = 1) -> None:
        """Read by *connection*; the key of an invoice is *width* columns."""
        self._connection = connection
        self._queries = queries
        self._key = key_names("record", width)

    def of(self, wanted: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], list[Record]]:
        """Return, by part and key, the invoices among *wanted*."""
        keys = {key for part, key in wanted if part == self._queries.part}
        if not keys:
            return {}
        lines: dict[str, list[InvoiceLine]] = defaultdict(list)
        for key, row in self._rows(self._queries.lines, keys):
            lines[key].append(_line(row))
        return {
            (self._queries.part, key): [self._invoice(key, row, lines[key])]
            for key, row in self._rows(self._queries.head, keys)
        }

    def _rows(self, query: str, keys: Collection[str]) -> Iterator[tuple[str, Fields]]:
        # The SELECT is the administrator's own; the keys are compared as text, whatever the column is.
        kind = "CHAR" if self._connection.dialect.name in {"mysql", "mariadb"} else "TEXT"
        where = f"CAST(told.{self._key[0]} AS {kind}) IN :keys"
        asked = text(f"SELECT * FROM ({query}) AS told WHERE {where}")  # noqa: S608
        bound = asked.bindparams(bindparam("keys", expanding=True))
        first = sorted({parts_of(key, len(self._key))[0] for key in keys})
        for values in self._connection.execute(bound, {"keys": first}).mappings():
            row = {name.lower(): value for name, value in values.items()}
            key = key_of([row[name] for name in self._key])
            if key is not None and key in keys:
                yield key, row

    def _invoice(self, key: str, row: Fields, lines: Sequence[InvoiceLine]) -> Invoice:
        issued, total = _day(row.get("issued")), row.get("total")
        kind = InvoiceKind.CREDIT_NOTE if row.get("credit") else InvoiceKind.INVOICE
        corrects = _text(row, "corrects")
        return Invoice(
            key=f"{self._queries.part}:{key}",
            number=_text(row, "number"),
            kind=InvoiceKind.DRAFT if issued is None else kind,
            issued=issued,
            buyer=_buyer(row),
            lines=tuple(lines),
            currency=_text(row, "currency") or "EUR",
            due=_day(row.get("due")),
            total=None if total is None else cents(_decimal(total)),
            reference=_text(row, "reference"),
            corrects=(corrects,) if corrects else (),
            notes=_text(row, "notes"),
        )


def _text(row: Fields, name: str) -> str:
    value = row.get(name)
    return "" if value is None else str(value)


def _decimal(value: object) -> Decimal:
    try:
        # A database that keeps amounts as binary fractions shows them as they were meant.
        return Decimal(str(value))
    except InvalidOperation as error:
        raise Misbehaving(
            "an amount of an invoice is no number", remedy="check `head` and `lines` of `invoices`"
        ) from error


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or not value:
        return value if isinstance(value, date) else None
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise Misbehaving(
            "a day of an invoice is none", remedy="check `head` and `lines` of `invoices`"
        ) from error


def _line(row: Fields) -> InvoiceLine:
    quantity, price = _decimal(row.get("quantity") or 0), _decimal(row.get("price") or 0)
    discount, rate = _decimal(row.get("discount") or 0), _decimal(row.get("vat_rate") or 0)
    net = row.get("net")
    return InvoiceLine(
        description=_text(row, "description"),
        quantity=quantity.normalize() + 0,
        price=price,
        net=cents(quantity * price - discount) if net is None else cents(_decimal(net)),
        vat=Vat(VatCategory.STANDARD, rate.normalize() + 0) if rate > ZERO else NO_VAT,
        discount=discount,
        unit=_text(row, "unit"),
        when=_day(row.get("day")),
        notes=_text(row, "notes"),
    )


def _buyer(row: Fields) -> Party:
    return Party(
        name=_text(row, "name"),
        number=_text(row, "customer"),
        contact=_text(row, "contact"),
        address=Address(
            _text(row, "street"),
            postcode=_text(row, "postcode"),
            city=_text(row, "city"),
            country=country_code(_text(row, "country")),
        ),
        email=_text(row, "email"),
        phone=_text(row, "phone"),
        kvk=_text(row, "kvk"),
        vat_number=_text(row, "vat_number"),
    )
