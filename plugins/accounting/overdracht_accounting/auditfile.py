"""Write a person's bookings as an XML Auditfile Financieel 4.0, which Dutch bookkeeping programs read.

One file for a financial year, with only the balanced transactions it is given, the accounts they are on and the customers they are of. Its
totals stand before its transactions, so those wait outside memory until all are known.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO

from overdracht_accounting.invoices import (
    ZERO,
    Account,
    Booking,
    BookingLine,
    Party,
)
from overdracht_accounting.markup import DECLARATION, element, one_line, wrapped
from overdracht_accounting.sums import CENT
from overdracht_accounting.ubl_parties import vat_number

NAMESPACE = (
    "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0"
)
SOFTWARE = "overdracht"
_IN_MEMORY = 1 << 18
_BLOCK = 1 << 16
_LONGEST_ID = 35
_LONGEST_CUSTOMER = 50
JOURNAL = "Memoriaal"


@dataclass(frozen=True, slots=True)
class FinancialYear:
    """The twelve months that a file is about."""

    first: date

    @classmethod
    def of(cls, day: date, first_month: int) -> "FinancialYear":
        """Return the year that *day* is in, when years begin on the first of *first_month*."""
        return cls(date(day.year - (day.month < first_month), first_month, 1))

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.first.year + 1, self.first.month, 1) - timedelta(days=1)

    @property
    def name(self) -> str:
        """As a file writes it: 2026, or 2026-2027 when it is no calendar year."""
        return (
            str(self.first.year) if self.first.month == 1 else f"{self.first.year}-{self.last.year}"
        )

    def period(self, day: date) -> int:
        """Return the number of the month that *day* is in."""
        return (day.month - self.first.month) % 12 + 1


def identifier(text: str) -> str:
    """Return *text* as an identification: 35 characters at most, a longer one told apart by its digest."""
    line = one_line(text)
    if len(line) <= _LONGEST_ID:
        return line or "-"
    from hashlib import sha256

    return f"{line[:24]}-{sha256(line.encode()).hexdigest()[:10]}"


@dataclass(slots=True)
class Auditfile:
    """The bookings of one year."""

    year: FinancialYear
    seller: Party
    currency: str
    created: date
    count: int = 0
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    _accounts: dict[str, Account] = field(default_factory=dict)
    _customers: set[str] = field(default_factory=set)
    _journals: "dict[str, IO[bytes]]" = field(default_factory=dict)

    def add(self, booking: Booking, stack: ExitStack) -> bool:
        """Add *booking*, kept until *stack* ends; say whether it could be: it must be in the file's currency and balance, in whole cents."""
        if booking.currency != self.currency:
            return False
        if not booking.lines or sum((one.amount for one in booking.lines), ZERO):
            return False
        if any(one.amount != one.amount.quantize(CENT) for one in booking.lines):
            return False
        name = booking.journal or JOURNAL
        if name not in self._journals:
            spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the stack closes it
            self._journals[name] = stack.enter_context(spool)
        self._journals[name].write(self._transaction(booking).encode())
        return True

    def _transaction(self, booking: Booking) -> str:
        lines = [
            self._line(str(number), one, booking) for number, one in enumerate(booking.lines, 1)
        ]
        return wrapped(
            "transaction",
            element("nr", identifier(booking.number)),
            element("desc", booking.description),
            f"<periodNumber>{self.year.period(booking.when)}</periodNumber>",
            f"<trDt>{booking.when}</trDt>",
            *lines,
        )

    def _line(self, number: str, line: BookingLine, booking: Booking) -> str:
        code = identifier(line.account.code)
        self._accounts.setdefault(code, line.account)
        self.count += 1
        if line.amount < 0:
            self.credit -= line.amount
        else:
            self.debit += line.amount
        customer = identifier(line.customer) if line.customer else ""
        if customer:
            self._customers.add(customer)
        return wrapped(
            "trLine",
            f"<nr>{number}</nr>",
            element("accID", code),
            element("docRef", one_line(line.invoice or booking.number, 255) or "-"),
            f"<effDate>{booking.when}</effDate>",
            element("desc", line.description),
            f"<amnt>{abs(line.amount).quantize(CENT):f}</amnt>",
            f"<amntTp>{'C' if line.amount < 0 else 'D'}</amntTp>",
            element("custSupID", customer),
            element("invRef", one_line(line.invoice, 255)),
            element("offsetBankAccNr", identifier(line.iban) if line.iban else ""),
        )

    def content(self, parties: Mapping[str, Party]) -> Iterator[bytes]:
        """Yield the file in blocks; *parties* tells who the customers are, by number."""
        known = {identifier(number): party for number, party in parties.items()}
        yield "".join(
            (DECLARATION, f'<auditfile xmlns="{NAMESPACE}">\n', *self._head(known))
        ).encode()
        for number, (name, spool) in enumerate(self._journals.items(), 1):
            yield f"<journal><jrnID>{number}</jrnID>{element('desc', name)}\n".encode()
            spool.seek(0)
            while block := spool.read(_BLOCK):
                yield block
            yield b"</journal>\n"
        yield b"</transactions>\n</company>\n</auditfile>\n"

    def _head(self, parties: Mapping[str, Party]) -> Iterator[str]:
        year = self.year
        yield wrapped(
            "header",
            f"<fiscalYear>{year.name}</fiscalYear>",
            f"<startDate>{year.first}</startDate><endDate>{year.last}</endDate>",
            f"<curCode>{self.currency}</curCode><dateCreated>{self.created}</dateCreated>",
            f"<softwareDesc>{SOFTWARE}</softwareDesc><softwareVersion>{_version()}</softwareVersion>",
        )
        yield "\n<company>"
        yield element("Commercenr", self.seller.kvk)
        yield element("companyName", one_line(self.seller.name, 255) or "-")
        yield f"<taxRegistrationCountry>{self.seller.address.country or 'NL'}</taxRegistrationCountry>"
        yield element("taxRegIdent", vat_number(self.seller)[:30] or "-")
        yield _address(self.seller)
        yield "\n"
        customers = (
            _customer(number, parties.get(number, Party(""))) for number in sorted(self._customers)
        )
        yield wrapped("customersSuppliers", *customers)
        accounts = (_account(code, one) for code, one in sorted(self._accounts.items()))
        yield wrapped("generalLedger", *accounts)
        yield wrapped("periods", *_periods(year))
        yield f"\n<transactions><linesCount>{self.count}</linesCount>"
        yield f"<totalDebit>{self.debit.quantize(CENT):f}</totalDebit>"
        yield f"<totalCredit>{self.credit.quantize(CENT):f}</totalCredit>\n"


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(SOFTWARE)[:20]
    except PackageNotFoundError:
        return "-"


def _customer(number: str, party: Party) -> str:
    vat = vat_number(party)
    return wrapped(
        "customerSupplier",
        element("custSupID", number),
        element("custSupName", one_line(party.name, _LONGEST_CUSTOMER)),
        element("eMail", one_line(party.email)),
        element("commerceNr", one_line(party.kvk, 100)),
        f"<taxRegistrationCountry>{vat[:2]}</taxRegistrationCountry>" if vat else "",
        element("taxRegIdent", vat),
        "<custSupTp>C</custSupTp>",
        _address(party),
    )


def _address(party: Party) -> str:
    where = party.address
    return wrapped(
        "streetAddress",
        element("streetname", one_line(where.street, 100)),
        element("city", one_line(where.city, 50)),
        element("postalCode", one_line(where.postcode, 10)),
        element("country", where.country),
    )


def _account(code: str, account: Account) -> str:
    return wrapped(
        "ledgerAccount",
        element("accID", code),
        element("accDesc", one_line(account.name, 255) or "-"),
        f"<accTp>{account.kind}</accTp>",
    )


def _periods(year: FinancialYear) -> Iterator[str]:
    start = year.first
    for number in range(1, 13):
        after = date(start.year + start.month // 12, start.month % 12 + 1, 1)
        yield wrapped(
            "period",
            f"<periodNumber>{number}</periodNumber>",
            f"<startDatePeriod>{start}</startDatePeriod>",
            f"<endDatePeriod>{after - timedelta(days=1)}</endDatePeriod>",
        )
        start = after
