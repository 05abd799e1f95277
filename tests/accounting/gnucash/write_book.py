#!/usr/bin/python3
"""Write a book with real GnuCash (python3-gnucash), as a small provider would have it: write_book.py URI. Everybody in it is invented."""

import datetime as dt
import sys

from gnucash import Account, GncNumeric, Session, SessionOpenMode, Split, Transaction
from gnucash import gnucash_core_c as core
from gnucash.gnucash_business import Customer, Entry, Invoice, Job, TaxTable, TaxTableEntry, Vendor

URI = sys.argv[1]
HOUR, STUFF = "Uren", "Materiaal"


def day(text):
    return dt.date.fromisoformat(text)


class Book:
    def __init__(self, book):
        self.book = book
        self.euro = book.get_table().lookup("CURRENCY", "EUR")
        root = book.get_root_account()
        self.bank = self.account(root, "Bank", core.ACCT_TYPE_BANK, "1100")
        self.debtors = self.account(root, "Debiteuren", core.ACCT_TYPE_RECEIVABLE, "1300")
        self.vat = self.account(root, "Af te dragen btw", core.ACCT_TYPE_LIABILITY, "1630")
        self.services = self.account(root, "Diensten", core.ACCT_TYPE_INCOME, "8000")
        self.hardware = self.account(root, "Hardware", core.ACCT_TYPE_INCOME, "8100")
        self.equity = self.account(root, "Eigen vermogen", core.ACCT_TYPE_EQUITY, "0500")
        rate = TaxTableEntry(self.vat, True, GncNumeric(2100000, 100000))
        self.taxes = TaxTable(book, "BTW 21%", rate)

    def account(self, parent, name, kind, code):
        one = Account(self.book)
        parent.append_child(one)
        one.SetName(name)
        one.SetType(kind)
        one.SetCommodity(self.euro)
        one.SetCode(code)
        return one

    def customer(self, number, name, lines, phone, email, notes=""):
        one = Customer(self.book, number, self.euro, name)
        one.BeginEdit()
        for address in (one.GetAddr(), one.GetShipAddr()):
            address.BeginEdit()
            address.SetName(name)
            address.SetAddr1(lines[0])
            address.SetAddr2(lines[1])
            address.SetPhone(phone)
            address.SetEmail(email)
            address.CommitEdit()
        one.SetNotes(notes)
        one.CommitEdit()
        return one

    def invoice(self, number, owner, when, lines, notes="", credit=False, post=True):
        one = Invoice(self.book, number, self.euro, owner, day(when))
        one.BeginEdit()
        one.SetNotes(notes)
        if credit:
            one.SetIsCreditNote(True)
        for text, account, quantity, price in lines:
            entry = Entry(self.book, one, day(when))
            entry.BeginEdit()
            entry.SetDescription(text)
            entry.SetInvAccount(account)
            entry.SetQuantity(GncNumeric(quantity * 100, 100))
            entry.SetInvPrice(GncNumeric(round(price * 100), 100))
            entry.SetInvTaxable(True)
            entry.SetInvTaxTable(self.taxes)
            entry.SetInvTaxIncluded(False)
            entry.SetAction(HOUR if account is self.services else STUFF)
            entry.CommitEdit()
        one.CommitEdit()
        if post:
            due = day(when) + dt.timedelta(days=14)
            memo = f"Factuur {number} {owner.GetName()}"
            one.PostToAccount(self.debtors, day(when), due, memo, True, False)
        return one

    def pay(self, invoice, when, memo):
        amount = invoice.GetTotal()
        invoice.ApplyPayment(None, self.bank, amount, GncNumeric(1, 1), day(when), memo, "")

    def line(self, when, text, memo, amount):
        one = Transaction(self.book)
        one.BeginEdit()
        one.SetCurrency(self.euro)
        date = day(when)
        one.SetDate(date.day, date.month, date.year)
        one.SetDescription(text)
        one.SetNotes(f"import camt.053 {memo}")
        for account, sign in ((self.bank, 1), (self.equity, -1)):
            split = Split(self.book)
            split.SetParent(one)
            split.SetAccount(account)
            split.SetMemo(memo if sign == 1 else "")
            value = GncNumeric(round(amount * 100) * sign, 100)
            split.SetValue(value)
            split.SetAmount(value)
        one.CommitEdit()


def write(book):
    anna = book.customer(
        "000001",
        "Anna de Vries-Özdemir",
        ("Kerkstraat 12", "2511 AB Den Haag"),
        "+31 6 12345678",
        "anna@devries.example",
        "Belt liever na 17 uur.",
    )
    club = book.customer(
        "000002",
        "Schaakvereniging De Toren",
        ("Torenlaan 3", "2624 CD Delft"),
        "+31 15 2123456",
        "bestuur@detoren.example",
        "KvK 40398765, btw-nummer NL 0012.34.567.B01. Penningmeester Joop belt zelf.",
    )
    baker = book.customer(
        "000003",
        "Bakkerij Jansen",
        ("Markt 1", "2611 GP Delft"),
        "015-7654321",
        "info@bakkerijjansen.example",
    )
    old = book.customer(
        "000004",
        "W. Oudeklant",
        ("Laan 99", "2600 AA Delft"),
        "06-10000000",
        "oud@klant.example",
        "verhuisd",
    )
    book.customer(
        "000005",
        "Nooit Gekocht",
        ("Weg 5", "2600 AB Delft"),
        "06-10000005",
        "nooit@klant.example",
        "offerte 2019",
    )
    job = Job(book.book, "J-0001", anna, "Aanleg wifi Kerkstraat 12")
    job.SetReference("offerte Anna de Vries")
    services, hardware = book.services, book.hardware
    book.pay(
        book.invoice(
            "2017-0003",
            old,
            "2017-03-01",
            [("Hosting voor W. Oudeklant", services, 1, 60.0)],
            "per post",
        ),
        "2017-03-09",
        "NL44RABO0123456789 W Oudeklant factuur 2017-0003\nLaan 99 Delft\nbellen op 06-10000000",
    )
    book.pay(
        book.invoice(
            "2021-0011", club, "2021-06-01", [("Webhosting detoren.example", services, 1, 95.0)]
        ),
        "2021-06-10",
        "NL20INGB0001234567 SV De Toren",
    )
    lines = [
        ("Aanleg wifi", services, 3, 65.0),
        ("FRITZ!Box 7590 SN-AVM-7590-0042", hardware, 1, 219.0),
    ]
    book.pay(
        book.invoice("2025-0040", anna, "2025-09-02", lines, "Bedankt, Anna!"),
        "2025-09-10",
        "NL91ABNA0417164300 A DE VRIES OZDEMIR",
    )
    book.pay(
        book.invoice("2026-0007", job, "2026-02-01", [("Onderhoud wifi", services, 2, 65.0)]),
        "2026-02-05",
        "NL91ABNA0417164300 A DE VRIES OZDEMIR",
    )
    mention = "Storing verholpen, op verwijzing van W. Oudeklant (oud@klant.example)"
    book.invoice(
        "2016-0008",
        baker,
        "2016-02-03",
        [("Domein bakkerijjansen.example", services, 1, 12.5), (mention, services, 1, 65.0)],
    )
    book.invoice(
        "2026-0009",
        anna,
        "2026-03-03",
        [("Correctie uren 2026-0007", services, 1, 65.0)],
        "creditnota",
        credit=True,
    )
    book.invoice(
        "2026-0010",
        club,
        "2026-11-01",
        [("Concept", services, 1, 65.0)],
        "nog niet geboekt",
        post=False,
    )
    Vendor(book.book, "V0001", book.euro, "TransIP B.V.")
    book.line(
        "2017-04-01", "Teruggave borg W. Oudeklant", "NL44RABO0123456789 W OUDEKLANT borg", -50.0
    )
    book.line("2026-01-01", "Startkapitaal", "", 2500.0)


# An SQL book is made and closed in one session and filled in a second: in one, GnuCash writes the book's own row twice.
session = Session(URI, SessionOpenMode.SESSION_NEW_STORE)
session.save()
session.end()
with Session(URI, SessionOpenMode.SESSION_NORMAL_OPEN) as session:
    write(Book(session.book))
