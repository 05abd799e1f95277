"""A book with one of everything that goes wrong with real customers, on both sides of the seven years."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from overdracht_accounting.demo_book import JOB, VENDOR, BookWriter, Sold

ANNA, OLD, NEVER = "anna@devries.example", "oud@klant.example", "nooit@klant.example"
ANNA_IBAN, OLD_IBAN = "NL91ABNA0417164300", "NL44RABO0123456789"
MENTION = "Storing bij de bakker, op verwijzing van W. Oudeklant (oud@klant.example), 1 uur"


@dataclass(frozen=True, slots=True)
class Shop:
    """The book and the keys of its customers."""

    path: Path
    keys: dict[str, str]


def sold(text: str, price: str = "65", account: str = "services") -> list[Sold]:
    """Return one line of an invoice."""
    return [Sold(text, 1, Decimal(price), account)]


def open_shop(directory: Path) -> Shop:
    """Write the book into *directory*."""
    path = directory / "boek.gnucash"
    writer = BookWriter(path)
    keys = _customers(writer)
    _invoices(writer, keys)
    _loose(writer, keys)
    writer.close()
    return Shop(path, keys)


def _customers(writer: BookWriter) -> dict[str, str]:
    def add(number: str, name: str, email: str, phone: str = "", notes: str = "") -> str:
        address = ("Kerkstraat 12", "2511 AB Den Haag")
        return writer.customer(number, name, address, phone=phone, email=email, notes=notes)

    keys = {
        "anna": add(
            "000001",
            "Anna de Vries-Özdemir",
            "Anna@DeVries.example",
            "06 - 1234 5678",
            "Belt liever na 17 uur",
        ),
        "old": add("000004", "W. Oudeklant", OLD, "015-2123456 (werk)", "verhuisd"),
        "never": add("000005", "Nooit Gekocht", NEVER, notes="offerte 2019"),
        "baker": add(
            "000003", "Bakkerij Jansen", "info@bakkerijjansen.example; jan@bakkerijjansen.example"
        ),
        "piet": add("000006", "Piet de Wit", "familie@dewit.example"),
        "annelies": add("000007", "Annelies de Wit", "familie@dewit.example"),
        "namesake": add("000008", "W. Oudeklant", "ander@oudeklant.example"),
    }
    keys["vendor"] = writer.vendor(
        "V01", "Zeno Zelfstandig", email="zeno@zzp.example", phone="06-11112222"
    )
    return keys


def _invoices(writer: BookWriter, keys: dict[str, str]) -> None:
    def paid(
        number: str, who: str, day: date, lines: list[Sold], memo: str, notes: str = ""
    ) -> None:
        invoice = writer.invoice(number, keys[who], day, lines, notes=notes)
        writer.pay(invoice, 8, memo, day)

    paid(
        "2017-0003",
        "old",
        date(2017, 3, 1),
        sold("Hosting voor W. Oudeklant"),
        f"{OLD_IBAN} W OUDEKLANT factuur 2017-0003",
        "per post",
    )
    paid("2019-0004", "anna", date(2019, 12, 31), sold("Advies"), f"{ANNA_IBAN} A DE VRIES OZDEMIR")
    paid(
        "2025-0040",
        "anna",
        date(2025, 9, 2),
        [
            *sold("Domein devries.example"),
            *sold("FRITZ!Box 7590 SN-AVM-7590-0042", "219", "hardware"),
        ],
        f"{ANNA_IBAN} A DE VRIES OZDEMIR",
        "Bedankt, Anna!",
    )
    job = writer.job("J-0001", "Aanleg wifi Kerkstraat", keys["anna"], "offerte Anna de Vries")
    writer.invoice("2026-0007", job, date(2026, 2, 1), sold("Onderhoud wifi"), owner_type=JOB)
    writer.invoice("2016-0008", keys["baker"], date(2016, 2, 3), sold(MENTION))
    writer.invoice("2026-0008", keys["baker"], date(2026, 2, 3), sold(MENTION))
    writer.invoice("2026-0011", keys["piet"], date(2026, 5, 1), sold("Concept"), posted=False)
    writer.invoice("Z-9", keys["vendor"], date(2024, 5, 1), sold("Inhuur"), owner_type=VENDOR)


def _loose(writer: BookWriter, keys: dict[str, str]) -> None:
    writer.bank_line(
        date(2017, 4, 1),
        "Teruggave borg W. Oudeklant",
        f"{OLD_IBAN} W OUDEKLANT borg",
        Decimal(-50),
        notes=f"import camt.053 {OLD_IBAN}",
    )
    writer.bank_line(date(2026, 1, 1), "Startkapitaal", "", Decimal(2500), "equity")
    # A payment that is set against no invoice yet: only its lot says whose it is.
    advance = writer.bank_line(
        date(2018, 6, 1), "W. Oudeklant", f"{OLD_IBAN} voorschot", Decimal(10), "debtors"
    )
    lot, frame = writer.guid(), writer.guid()
    writer.db.execute("INSERT INTO lots VALUES (?, ?, -1)", (lot, writer.accounts["debtors"]))
    writer.db.execute(
        "UPDATE splits SET lot_guid = ? WHERE tx_guid = ? AND account_guid = ?",
        (lot, advance, writer.accounts["debtors"]),
    )
    writer.slot(lot, "gncOwner", 9, guid=frame)
    writer.slot(frame, "gncOwner/owner-guid", 5, guid=keys["old"])
    writer.slot(frame, "gncOwner/owner-type", 1, number=2)
    writer.slot(
        writer.accounts["bank"],
        f"import-map-bayes/{OLD_IBAN}/{writer.accounts['costs']}",
        1,
        number=3,
    )
    writer.slot(
        writer.accounts["bank"],
        "notes",
        4,
        text="Vaste tegenrekening van oud@klant.example, niet gebruiken",
    )
