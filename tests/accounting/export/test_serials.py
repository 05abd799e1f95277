"""Serial numbers and warranties are read from the lines of invoices as people write them."""

from dataclasses import replace
from datetime import date

import pytest

from overdracht_accounting.invoices import Address, InvoiceKind
from overdracht_accounting.postal import address
from overdracht_accounting.serials import devices, serials, warranty
from overdracht_accounting.units import unit_code
from tests.accounting.export.samples import PLAIN, invoice, line


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FRITZ!Box 7590 SN-AVM-7590-0042", ["SN-AVM-7590-0042"]),
        ("Laptop, serienr. PF2XK9Q1 (gebruikt)", ["PF2XK9Q1"]),
        ("Switch S/N: 12A-3456/B", ["12A-3456/B"]),
        ("serienummer 000123456", ["000123456"]),
        ("Twee schijven: sn 1111A, SN: 2222B.", ["1111A", "2222B"]),
        ("Serial number=XX99", ["XX99"]),
        ("Onderhoud server en snoeren, serie gesprekken", []),
        ("Lesson 2026", []),
        ("sn 12", []),
    ],
)
def test_a_serial_number_is_found(text: str, found: list[str]) -> None:
    """What announces itself as a serial number is one, and nothing else."""
    assert [serial for serial, _ in serials(text)] == found


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("garantie tot 2-9-2027", date(2027, 9, 2)),
        ("Garantie tot en met 2027-09-02", date(2027, 9, 2)),
        ("2 jaar garantie", date(2026, 2, 28)),
        ("garantie 2 jaar", date(2026, 2, 28)),
        ("garantie: 6 mnd.", date(2024, 8, 29)),
        ("incl. 18 maanden fabrieksgarantie", date(2025, 8, 29)),
        ("garantie tot 31-2-2027", None),
        ("geen garantie", None),
    ],
)
def test_a_warranty_is_reckoned(text: str, until: date | None) -> None:
    """A warranty ends on the day that is written, or so many years or months after delivery; 29 February has its end too."""
    assert warranty(text, date(2024, 2, 29)) == until


def test_a_credit_note_delivers_nothing() -> None:
    """What a credit note takes back is no device that was delivered."""
    (device,) = devices(PLAIN)
    assert (device.serial, device.product) == ("SN-AVM-7590-0042", "FRITZ!Box 7590")
    assert (device.delivered, device.customer) == (date(2026, 2, 1), "K10023")
    assert list(devices(replace(PLAIN, kind=InvoiceKind.CREDIT_NOTE))) == []
    (told,) = devices(invoice(line("Laptop X1, serienr. SN-PF2X-9", "1", "1", "1.00")))
    assert (told.product, told.serial) == ("Laptop X1", "SN-PF2X-9")
    (named,) = devices(invoice(line("SN-1234-A is de router", "1", "1", "1.00")))
    assert named.product == "SN-1234-A is de router"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("Kerkstraat 12", "2511 AB Den Haag", "", "Nederland"),
            Address("Kerkstraat 12", "", "2511 AB", "Den Haag", "NL"),
        ),
        (
            ("Kerkstraat 12, 2511ab Den Haag",),
            Address("Kerkstraat 12", "", "2511 AB", "Den Haag", "NL"),
        ),
        (
            ("Huize Zeezicht", "Kade 1 bis", "1972 AB", "Voorbeeldstad"),
            Address("Kade 1 bis", "Huize Zeezicht", "1972 AB", "Voorbeeldstad", "NL"),
        ),
        (
            ("Kaai 4", "B-2000 Antwerpen", "België"),
            Address("Kaai 4", "", "2000", "Antwerpen", "BE"),
        ),
        (("Postbus 9",), Address("Postbus 9")),
        ((), Address()),
        (("", " "), Address()),
        (("Duitsland",), Address(country="DE")),
    ],
)
def test_an_address_is_taken_apart(lines: tuple[str, ...], expected: Address) -> None:
    """Lines as they stand on an envelope become street, postcode, town and country, and nothing of them is lost."""
    assert address(lines) == expected


def test_a_unit_has_a_code() -> None:
    """Hours are hours and what is no measure is counted in pieces."""
    assert [unit_code(one) for one in ("Uren", "uur", "stuks", "", "km.")] == [
        *("HUR", "HUR", "C62", "C62", "KMT")
    ]
