"""What a GnuCash book (SQLite, PostgreSQL or MySQL, as GnuCash 3 to 5 keep it) holds of people.

GnuCash keeps no name or address on an invoice: the customer's row is the only place, so it stays as long as an invoice has to. It copies the
customer's name into the transaction of every invoice and payment, though, and the IBAN stands in the memos.
"""

from overdracht import Category
from overdracht_accounting.gnucash_invariants import INVARIANTS
from overdracht_accounting.gnucash_words import document_number, known_action
from overdracht_accounting.mapping import (
    Act,
    Column,
    DataMap,
    Hop,
    Link,
    Member,
    Record,
    Table,
)
from overdracht_accounting.register_numbers import register_numbers

GONE = "[gewist]"
GUID = ("guid",)

CONTACT, NOTE = (Category.CONTACT,), (Category.NOTE,)
INVOICE, PAYMENT = (Category.INVOICE,), (Category.PAYMENT,)
PARTY = (Category.CONTACT, Category.INVOICE)
"""Who it is: contact data that an invoice has to show."""
_JOB = (Category.NOTE, Category.INVOICE)

VERSIONS = {
    "billterms": {2},
    "budgets": {1},
    "customers": {2},
    "employees": {2},
    "entries": {3, 4},
    "invoices": {3, 4},
    "jobs": {1},
    "orders": {1},
    "slots": {3, 4},
    "splits": {4, 5},
    "transactions": {3, 4},
    "vendors": {1},
}
"""The versions of the tables that GnuCash 2.6 to 5 write, as its table `versions` has them."""


def _blank(*names: str, categories: tuple[Category, ...]) -> tuple[Column, ...]:
    return tuple(Column(name, categories, Act.TEXT) for name in names)


def _gone(*names: str, categories: tuple[Category, ...]) -> tuple[Column, ...]:
    return tuple(Column(name, categories, Act.TEXT, GONE) for name in names)


def _address(prefix: str) -> tuple[Column, ...]:
    lines = (f"{prefix}_{name}" for name in ("name", "addr1", "addr2", "addr3", "addr4"))
    reach = (f"{prefix}_{name}" for name in ("phone", "fax", "email"))
    return _blank(*lines, categories=PARTY) + _blank(*reach, categories=CONTACT)


def _identifies(*prefixes: str, name: str = "name") -> dict[str, tuple[tuple[str, ...], ...]]:
    lines = tuple(tuple(f"{one}_addr{line}" for line in (1, 2, 3, 4)) for one in prefixes)
    return {
        "customer": (("id",),),
        "email": tuple((f"{one}_email",) for one in prefixes),
        "phone": tuple((f"{one}_{line}",) for one in prefixes for line in ("phone", "fax")),
        "name": ((name,), *((f"{one}_name",) for one in prefixes)),
        "address": lines,
    }


_SLOTS = Member(
    Table("slots", ("id",), _gone("string_val", categories=PAYMENT)),
    (("obj_guid",),),
    # What GnuCash itself goes by; all else is written by people or by a bank: notes, import texts, the path of a scanned document.
    where="slot_type = 4 AND name NOT IN ('trans-txn-type', 'trans-read-only', 'split-type')"
    " AND name NOT LIKE 'sched-xaction/%'",
)


_ID = Column("id", PARTY, Act.PSEUDONYM, searched=False)
_NOTES = (
    Column("notes", NOTE, Act.TEXT, keeps=register_numbers),
    # An invoice shows the buyer's VAT number, and GnuCash has no other place for it. It goes when all of the notes may.
    Column("notes", (Category.NOTE, *PARTY), Act.TEXT, searched=False),
)

CUSTOMERS = Record(
    "customers",
    Table(
        "customers",
        GUID,
        (
            *_gone("name", categories=PARTY),
            _ID,
            *_address("addr"),
            *_address("shipaddr"),
            *_NOTES,
        ),
    ),
    Category.CONTACT,
    title=("id", "name"),
    identifies=_identifies("addr", "shipaddr"),
)
VENDORS = Record(
    "vendors",
    Table(
        "vendors",
        GUID,
        (
            *_gone("name", categories=PARTY),
            _ID,
            *_address("addr"),
            *_NOTES,
        ),
    ),
    Category.CONTACT,
    title=("id", "name"),
    identifies=_identifies("addr"),
)
EMPLOYEES = Record(
    "employees",
    Table(
        "employees",
        GUID,
        (*_gone("username", categories=PARTY), _ID, *_address("addr")),
        hidden=frozenset({"acl"}),
    ),
    Category.CONTACT,
    title=("id", "username"),
    identifies=_identifies("addr", name="addr_name") | {"username": (("username",),)},
)
_OWNERS = ("customers", "vendors", "employees")

JOBS = Record(
    "jobs",
    Table(
        "jobs",
        GUID,
        (*_gone("name", categories=_JOB), *_blank("reference", categories=_JOB)),
    ),
    Category.NOTE,
    title=("id", "name"),
    links=tuple(Link(one, by=("owner_guid",)) for one in _OWNERS),
)
ORDERS = Record(
    "orders",
    Table("orders", GUID, _blank("notes", "reference", categories=NOTE)),
    Category.NOTE,
    title=("id",),
    date="date_opened",
    links=tuple(Link(one, by=("owner_guid",)) for one in _OWNERS),
)
_ENTRIES = Member(
    Table(
        "entries",
        GUID,
        (
            *_gone("description", categories=INVOICE),
            Column("action", INVOICE, Act.TEXT, keeps=known_action),
            *_blank("notes", categories=NOTE),
        ),
    ),
    (("invoice",), ("bill",)),
)
INVOICES = Record(
    "invoices",
    Table(
        "invoices",
        GUID,
        (*_blank("notes", categories=NOTE), *_blank("billing_id", categories=INVOICE)),
    ),
    Category.INVOICE,
    title=("id",),
    date="date_posted",
    links=tuple(Link(one, by=("owner_guid",)) for one in (*_OWNERS, "jobs")),
    members=(_ENTRIES, _SLOTS),
    stays=True,
    is_contact=True,
)
_LOT = Hop("splits", "lot_guid", "tx_guid")
_BY_INVOICE = (Hop("invoices", "guid", "post_lot"), _LOT)
_BY_LOT = (
    Hop("slots", "guid_val", "obj_guid", where="name = 'gncOwner/owner-guid'"),
    Hop("slots", "guid_val", "obj_guid", where="name = 'gncOwner'"),
    _LOT,
)
"""A payment that is not yet set against an invoice: its lot names the customer."""

TRANSACTIONS = Record(
    "transactions",
    Table(
        "transactions",
        GUID,
        (
            *_gone("description", categories=PAYMENT),
            Column("num", PAYMENT, Act.TEXT, keeps=document_number),
        ),
    ),
    Category.PAYMENT,
    title=("num", "description"),
    date="post_date",
    links=(
        Link("invoices", hops=_BY_INVOICE),
        *(Link(one, hops=_BY_LOT) for one in (*_OWNERS, "jobs")),
    ),
    members=(
        Member(
            Table(
                "splits",
                GUID,
                (
                    *_gone("memo", categories=PAYMENT),
                    Column("action", PAYMENT, Act.TEXT, keeps=known_action),
                ),
            ),
            (("tx_guid",),),
            (_SLOTS,),
        ),
        _SLOTS,
    ),
    stays=True,
    is_contact=True,
)
ELSEWHERE = (
    Record(
        "slots",
        Table(
            "slots",
            ("id",),
            (
                *_gone("string_val", categories=NOTE),
                Column("name", NOTE, Act.TEXT, GONE, words_after="import-map"),
            ),
        ),
        Category.NOTE,
        title=("name",),
        where="slot_type = 4 OR name LIKE 'import-map%'",
        stays=True,
        only_masked=True,
    ),
    Record(
        "accounts",
        Table("accounts", GUID, _gone("name", "description", categories=PAYMENT)),
        Category.PAYMENT,
        title=("code", "name"),
        stays=True,
        only_masked=True,
    ),
    Record(
        "schedxactions",
        Table("schedxactions", GUID, _gone("name", categories=NOTE)),
        Category.NOTE,
        title=("name",),
        stays=True,
        only_masked=True,
    ),
    *(
        Record(
            name,
            Table(name, GUID, _gone("name", "description", categories=NOTE)),
            Category.NOTE,
            title=("name",),
            stays=True,
            only_masked=True,
        )
        for name in ("billterms", "budgets")
    ),
)
"""Where people are only mentioned: the notes of an account, the words by which a bank import guesses, a scheduled transaction, a term of
payment, a budget."""

GNUCASH = DataMap(
    (CUSTOMERS, VENDORS, EMPLOYEES, JOBS, ORDERS, INVOICES, TRANSACTIONS, *ELSEWHERE),
    INVARIANTS,
    reviewed=frozenset(
        {
            "books",
            "commodities",
            "gnclock",
            "lots",
            "prices",
            "recurrences",
            "taxtables",
            "versions",
        }
    ),
)
