"""Serial numbers and warranties out of the lines of an invoice, for books that have no list of devices."""

import re
from collections.abc import Iterator
from datetime import date

from overdracht_accounting.invoices import Device, Invoice, InvoiceKind, InvoiceLine

_SERIAL = re.compile(
    r"(?<!\w)(?:s/?n|serie(?:nummer|nr|no)?|serial(?: ?(?:number|no|nr))?)\b(?:[\s.:#=-]|nr){1,4}"
    r"(?P<serial>(?=[A-Z0-9./-]*\d)[A-Z0-9](?:[A-Z0-9./-]*[A-Z0-9])?)",
    re.IGNORECASE | re.ASCII,
)
_ANNOUNCED = re.compile(
    r"[\s,;:(]*(?:s/?n|serie(?:nummer|nr|no)?|serial(?: ?(?:number|no|nr))?)[\s.:#=-]*$",
    re.IGNORECASE,
)
_PREFIXED = re.compile(r"(?<!\w)SN-(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]*[A-Z0-9]", re.ASCII)
"""A number that carries the mark in itself: SN-AVM-7590-0042."""
_SHORTEST = 4
_UNTIL = re.compile(
    r"garantie(?:\s+loopt)?\s+(?:tot(?:\s+en\s+met)?|t/m|t\.m\.)\s+"
    r"(?:(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})|(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4}))",
    re.IGNORECASE | re.ASCII,
)
_TERM = r"(?<!\d)(?:(\d{{1,3}})\s*(?:{0})\s+(?:fabrieks)?garantie|garantie:?\s+(\d{{1,3}})\s*(?:{0})(?!\w))"
_YEARS = re.compile(_TERM.format(r"jaar|jr\.?"), re.IGNORECASE | re.ASCII)
_MONTHS = re.compile(_TERM.format(r"maanden|mnd\.?"), re.IGNORECASE | re.ASCII)


def devices(invoice: Invoice) -> Iterator[Device]:
    """Yield the devices with a serial number that *invoice* delivers; what a credit note takes back is none."""
    if invoice.kind is not InvoiceKind.INVOICE:
        return
    for line in invoice.lines:
        text = f"{line.description}\n{line.notes}"
        delivered = line.when or invoice.issued
        for serial, where in serials(text):
            yield Device(
                key=invoice.key,
                serial=serial,
                product=_product(line, where),
                delivered=delivered,
                warranty_until=warranty(text, delivered),
                invoice=invoice.number,
                customer=invoice.buyer.number,
            )


def serials(text: str) -> Iterator[tuple[str, int]]:
    """Yield each serial number in *text*, and where it begins with what announces it."""
    taken: list[tuple[int, int]] = []
    for pattern in (_PREFIXED, _SERIAL):
        for found in pattern.finditer(text):
            serial = found.groupdict().get("serial") or found[0]
            inside = any(found.start() < last and first < found.end() for first, last in taken)
            if len(serial) >= _SHORTEST and not inside:
                taken.append(found.span())
                yield serial, found.start()


def warranty(text: str, delivered: date | None) -> date | None:
    """Return until when *text* says there is a warranty on what was *delivered*."""
    until = _UNTIL.search(text)
    if until:
        parts = (until["year"], until["month"], until["day"])
        year, month, day = map(int, parts if parts[0] else (until["y"], until["m"], until["d"]))
        return _day(year, month, day)
    years, months = _YEARS.search(text), _MONTHS.search(text)
    if delivered is None or not (years or months):
        return None
    count = 12 * int(years[1] or years[2]) if years else 0
    count += int(months[1] or months[2]) if months and not years else 0
    years_on, month = divmod(delivered.month - 1 + count, 12)
    # A month has 28 days at least; the last of a longer one ends the term in a shorter one.
    for day in range(delivered.day, 27, -1) if delivered.day > 28 else (delivered.day,):
        found = _day(delivered.year + years_on, month + 1, day)
        if found:
            return found
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _product(line: InvoiceLine, where: int) -> str:
    """Return what stands before the serial number on its line, or the whole line."""
    before = line.description[:where].splitlines()[-1:] if where <= len(line.description) else []
    named = _ANNOUNCED.sub("", "".join(before)).strip(" ,;:(-")
    return named or " ".join(line.description.split())
