"""Identifiers in the fields of a record that say whose they are: they need not be hidden in its texts."""

from collections.abc import Iterable, Iterator

from overdracht import Identifier, IdentifierError, Kinds
from overdracht_accounting.invoices import Booking, Customer, Invoice, Party, Payment, Record

_KINDS = Kinds()


def identifiers(record: Record) -> Iterator[Identifier]:
    """Yield the e-mail addresses, telephone numbers and accounts in the fields of *record*."""
    if isinstance(record, Invoice):
        yield from of_party(record.buyer)
    elif isinstance(record, Customer):
        yield from of_party(record.party)
        yield from _made("phone", record.further.values())
    elif isinstance(record, Payment):
        yield from _made("iban", [record.iban])
    elif isinstance(record, Booking):
        yield from _made("iban", {line.iban for line in record.lines})


def of_party(party: Party) -> Iterator[Identifier]:
    """Yield what *party* can be reached and paid by."""
    yield from _made("email", [party.email])
    yield from _made("phone", [party.phone])
    yield from _made("iban", [party.iban])


def _made(kind: str, texts: Iterable[str]) -> Iterator[Identifier]:
    for text in texts:
        if text:
            try:
                yield _KINDS.identifier(kind, text)
            except IdentifierError:
                continue
