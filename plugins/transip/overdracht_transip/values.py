"""The values in a record that can be corrected: which there are, how TransIP keeps them, and the record with others in their place."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from overdracht import Change
from overdracht_transip.client import Contact, Domain, MonitoringContact, OpenStackUser

_ADDRESS = re.compile(r"(.+?) (\d[^,]*), ?(\d{4} ?[A-Z]{2}) (.+)")
"""Street, number, postcode and city, as a Dutch address is written on one line."""


@dataclass(frozen=True, slots=True)
class Value:
    """A *text* of *kind* in the field *where*."""

    where: str
    kind: str
    text: str


def values_of(record: object) -> Iterator[Value]:
    """Yield what in *record* can be corrected."""
    if isinstance(record, Domain):
        for contact in _of_registrant(record):
            yield from _of_contact(contact)
    elif isinstance(record, Contact):
        yield from _of_contact(record)
    elif isinstance(record, MonitoringContact):
        yield Value("name", "name", record.name)
        yield Value("email", "email", record.email)
        yield Value("telephone", "phone", record.telephone)
    elif isinstance(record, OpenStackUser):
        yield Value("email", "email", record.email)


def _of_registrant(domain: Domain) -> Iterator[Contact]:
    """Yield the contacts of *domain* that are the registrant: who has the same address and another mailbox is somebody else."""
    holder = next((one for one in domain.contacts or () if one.type == "registrant"), None)
    for one in domain.contacts or ():
        if holder is not None and one.email.casefold() == holder.email.casefold():
            yield one


def _of_contact(contact: Contact) -> Iterator[Value]:
    for name, (kind, read, _) in _CONTACT.items():
        yield Value(f"{contact.type} {name}", kind, read(contact))


def _address_of(contact: Contact) -> str:
    return f"{contact.street} {contact.number}, {contact.postal_code} {contact.city}"


def _with_name(contact: Contact, text: str) -> Contact:
    first, _, last = text.partition(" ")
    return replace(contact, first_name=first, last_name=last)


def _with_address(contact: Contact, text: str) -> Contact:
    parts = _ADDRESS.fullmatch(text)
    assert parts is not None  # noqa: S101 - seen to before it became an edit
    street, number, code, city = parts.groups()
    return replace(contact, street=street, number=number, postal_code=code, city=city)


_CONTACT: Mapping[str, tuple[str, Callable[[Contact], str], Callable[[Contact, str], Contact]]] = {
    "email": ("email", lambda one: one.email, lambda one, text: replace(one, email=text)),
    "phoneNumber": (
        "phone",
        lambda one: one.phone_number,
        lambda one, text: replace(one, phone_number=text),
    ),
    "faxNumber": (
        "phone",
        lambda one: one.fax_number,
        lambda one, text: replace(one, fax_number=text),
    ),
    "companyKvk": (
        "kvk",
        lambda one: one.company_kvk,
        lambda one, text: replace(one, company_kvk=text),
    ),
    "name": ("name", lambda one: f"{one.first_name} {one.last_name}", _with_name),
    "address": ("address", _address_of, _with_address),
}


def with_values(record: Any, values: Mapping[str, str]) -> Any:
    """Return *record* with *values*, field → text, in the place of what it has there."""
    if isinstance(record, Domain):
        contacts = tuple(_contact_with(one, values) for one in record.contacts or ())
        return replace(record, contacts=contacts)
    if isinstance(record, Contact):
        return _contact_with(record, values)
    return replace(record, **dict(values))


def _contact_with(contact: Contact, values: Mapping[str, str]) -> Contact:
    for name, (_, _, write) in _CONTACT.items():
        text = values.get(f"{contact.type} {name}")
        if text is not None:
            contact = write(contact, text)
    return contact


def kept(value: Value, change: Change) -> str | None:
    """Return the right value of *change* in the form in which *value* is kept; None when it does not go in there."""
    if value.kind == "phone":
        return _phone_like(value.text, change)
    if value.kind == "name":
        # A contact needs a last name as well as a first.
        return change.written if " " in change.written or value.where == "name" else None
    if value.kind == "address":
        return change.written if _ADDRESS.fullmatch(change.written) else None
    return change.new.value


def _phone_like(text: str, change: Change) -> str:
    """Write a number as the old one was: `+31 612345678`, as TransIP has it of contacts, `+31612345678`, or as it was given."""
    if not text.startswith("+"):
        return change.written
    if " " not in text:
        return change.new.value
    import phonenumbers

    number = phonenumbers.parse(change.new.value)
    return f"+{number.country_code} {phonenumbers.national_significant_number(number)}"
