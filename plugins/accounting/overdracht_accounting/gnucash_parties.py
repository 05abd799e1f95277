"""Who a row of a GnuCash book is: a customer or a vendor."""

from overdracht_accounting import postal
from overdracht_accounting.gnucash_tables import Fields
from overdracht_accounting.invoices import Customer, Party
from overdracht_accounting.register_numbers import kvk_number, vat_number


def party(row: Fields) -> Party:
    """Return who *row* is; GnuCash has no field for register numbers, so those are read from the notes."""
    lines = (row[f"addr_addr{number}"] or "" for number in (1, 2, 3, 4))
    notes = row["notes"] or ""
    contact = row["addr_name"] or ""
    return Party(
        name=row["name"],
        number=row["id"],
        contact="" if contact == row["name"] else contact,
        address=postal.address(lines),
        email=row["addr_email"] or "",
        phone=row["addr_phone"] or "",
        kvk=kvk_number(notes),
        vat_number=vat_number(notes),
    )


def customer(key: str, row: Fields) -> Customer:
    """Return *row* as a customer record; the address for deliveries is told where it differs."""
    further = {
        name: str(value)
        for name, value in row.items()
        if name.startswith("shipaddr_") and value and value != row[name.removeprefix("ship")]
    }
    if row["addr_fax"]:
        further["fax"] = row["addr_fax"]
    return Customer(key, party(row), row["notes"] or "", further=further)
