"""Write a TransIP contact as a vCard 3.0, which every address book reads (RFC 2426)."""

from typing import Any

from overdracht_transip.client import Contact


def vcard(contact: Contact) -> bytes:
    """Return *contact* as a vCard."""
    import vobject

    card = vobject.vCard()
    name = " ".join(_line(one) for one in (contact.first_name, contact.last_name) if one)
    company = _line(contact.company_name)
    _add(
        card,
        "n",
        vobject.vcard.Name(family=_line(contact.last_name), given=_line(contact.first_name)),
    )
    _add(card, "fn", name or company or contact.type)
    if company:
        _add(card, "org", [company])
    street = f"{contact.street} {contact.number}".strip()
    if street or contact.city:
        address = vobject.vcard.Address(
            street=_line(street),
            city=_line(contact.city),
            code=_line(contact.postal_code),
            country=_line(contact.country).upper(),
        )
        _add(card, "adr", address)
    _add_text(card, "email", contact.email, "INTERNET")
    _add_text(card, "tel", contact.phone_number, "VOICE")
    _add_text(card, "tel", contact.fax_number, "FAX")
    if contact.company_kvk:
        _add(card, "note", f"KvK {_line(contact.company_kvk)}")
    text: str = card.serialize()
    return text.encode()


def _add_text(card: Any, kind: str, value: str, sort: str) -> None:
    if value.strip():
        _add(card, kind, _line(value)).type_param = sort


def _add(card: Any, kind: str, value: Any) -> Any:
    line = card.add(kind)
    line.value = value
    return line


def _line(text: str) -> str:
    """Return *text* on one line and without control characters, which a vCard cannot hold."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())
