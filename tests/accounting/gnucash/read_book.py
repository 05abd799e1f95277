#!/usr/bin/python3
"""Open a book with real GnuCash and tell, as JSON, all that it says of amounts, invoices and customers: read_book.py URI."""

import json
import sys

from gnucash import Query, Session, SessionOpenMode
from gnucash.gnucash_business import Customer, Invoice


def number(value):
    return f"{value.num()}/{value.denom()}"


def accounts(root):
    for one in root.get_descendants():
        yield one.GetName(), number(one.GetBalance())


def found(book, kind, make):
    query = Query()
    query.search_for(kind)
    query.set_book(book)
    things = [make(instance=one) for one in query.run()]
    query.destroy()
    return things


def invoice(one):
    lot = one.GetPostedLot()
    return {
        "posted": one.IsPosted(),
        "paid": one.IsPaid(),
        "credit": one.GetIsCreditNote(),
        "total": number(one.GetTotal()),
        "tax": number(one.GetTotalTax()),
        "lot": number(lot.get_balance()) if lot else None,
        "owner": one.GetOwner().GetName(),
        "lines": [entry.GetDescription() for entry in one.GetEntries()],
    }


with Session(sys.argv[1], SessionOpenMode.SESSION_NORMAL_OPEN) as session:
    book = session.book
    root = book.get_root_account()
    told = {
        "accounts": dict(accounts(root)),
        "invoices": {one.GetID(): invoice(one) for one in found(book, "gncInvoice", Invoice)},
        "customers": {
            one.GetID(): [one.GetName(), number(one.GetBalanceInCurrency(None))]
            for one in found(book, "gncCustomer", Customer)
        },
        "transactions": sum(len(one.GetSplitList()) for one in root.get_descendants()),
        "imbalance": [
            one.GetName() for one in root.get_descendants() if "mbalance" in one.GetName()
        ],
        "dirty": book.session_not_saved(),
    }
print(json.dumps(told), file=sys.stdout)
