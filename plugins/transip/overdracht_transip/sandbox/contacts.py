"""Check a domain's contacts as TransIP does."""

from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.bodies import of_kind, required
from overdracht_transip.sandbox.exchange import Refusal

REQUIRED = (
    "type",
    "firstName",
    "lastName",
    "companyName",
    "companyKvk",
    "companyType",
    "street",
    "number",
    "postalCode",
    "city",
    "phoneNumber",
    "email",
    "country",
)
TYPES = ("registrant", "administrative", "technical")
COMPANY_TYPES = {"", "BV", "BVI/O", "COOP", "CV", "EENMANSZAAK", "KERK", "NV", "OWM", "REDR"} | {
    "STICHTING",
    "VERENIGING",
    "VOF",
    "BEG",
    "BRO",
    "EESV",
    "ANDERS",
}


def checked(body: dict[str, Any]) -> list[dict[str, str]]:
    """Return the contacts in *body*, or refuse them."""
    contacts = required(body, "contacts")
    if not isinstance(contacts, list) or not contacts:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, "Please supply the 'contacts' parameter")
    return [_checked(contact) for contact in contacts]


def _checked(contact: Any) -> dict[str, str]:
    if not isinstance(contact, dict):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "A contact is no object")
    for key in REQUIRED:
        required(contact, key)
    of_kind(contact, **dict.fromkeys((*REQUIRED, "faxNumber"), (str, type(None))))
    result = {key: contact.get(key) or "" for key in (*REQUIRED, "faxNumber")}
    if result["type"] not in TYPES:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Invalid contact type '{result['type']}'")
    if result["companyType"] not in COMPANY_TYPES:
        text = f"Invalid company type '{result['companyType']}'"
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)
    if "@" not in result["email"]:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, "Provided email address is invalid")
    if len(result["country"]) != 2 or result["country"] != result["country"].lower():
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Invalid country '{result['country']}'")
    return result


def registrant(contacts: list[dict[str, str]]) -> dict[str, str] | None:
    """Return the registrant among *contacts*."""
    return next((one for one in contacts if one["type"] == "registrant"), None)
