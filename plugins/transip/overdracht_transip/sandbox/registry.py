"""The registries: what is free, what a top-level domain can do, registering, and the contacts that new domains get."""

from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox import contacts as whois
from overdracht_transip.sandbox.bodies import of_kind, required, sent_text, texts
from overdracht_transip.sandbox.exchange import (
    Answer,
    Call,
    Record,
    Refusal,
    created,
    done,
    found,
    shown,
)
from overdracht_transip.sandbox.moments import DAY
from overdracht_transip.sandbox.samples import domain_record
from overdracht_transip.sandbox.tlds import TLDS


def show_tld(call: Call) -> Answer:
    """GET /tlds/{}."""
    if call.name not in TLDS:
        raise Refusal(HTTPStatus.NOT_FOUND, f"Tld with name '{call.name}' not found")
    return found(tld={"name": call.name, **shown(TLDS[call.name])})


def list_tlds(_call: Call) -> Answer:
    """GET /tlds."""
    return found(tlds=[{"name": name, **shown(rules)} for name, rules in TLDS.items()])


def show_availability(call: Call) -> Answer:
    """GET /domain-availability/{}."""
    return found(availability=_availability(call, call.name))


def list_availability(call: Call) -> Answer:
    """GET /domain-availability, which has a body."""
    body = call.request.json()
    texts(body, "domainNames")
    return found(availability=[_availability(call, one) for one in required(body, "domainNames")])


def _availability(call: Call, name: str) -> dict[str, Any]:
    status = _status(call, name)
    actions = {"free": ["register"], "internalpull": ["internalpull"]}
    actions["internalpush"] = ["internalpush"]
    return {"domainName": name, "status": status, "actions": actions.get(status, [])}


def _status(call: Call, name: str) -> str:
    holders = [
        (login, one)
        for login, account in call.everyone.items()
        if (one := account["domains"].get(name)) is not None
    ]
    today = call.now.strftime(DAY)
    for login, one in holders:
        if one["status"] != "gone" and one.get("_handover") == call.login:
            return "internalpull"
        if one["status"] != "gone" and login == call.login:
            return "internalpush" if "_handover" in one else "inyouraccount"
    if any(one["status"] != "gone" or today < one["_quarantineUntil"] for _, one in holders):
        return "unavailable"
    return "free"


def register(call: Call) -> Answer:
    """POST /domains: register one that is free, or have one transferred here with its auth code."""
    body = call.request.json()
    name = sent_text(call, "domainName")
    of_kind(body, authCode=str, contacts=list, nameservers=list, dnsEntries=list)
    status = _status(call, name)
    if body.get("authCode"):
        if status == "free":
            text = f"The domain '{name}' is not registered and thus cannot be transferred"
            raise Refusal(HTTPStatus.CONFLICT, text)
    elif status != "free":
        text = f"The domain '{name}' is not free and thus cannot be registered"
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)
    given = {key: body[key] for key in ("contacts", "nameservers") if body.get(key)}
    given["dns"] = body.get("dnsEntries") or []
    if "contacts" not in given and call.mine["defaults"].get("contacts"):
        given["contacts"] = call.mine["defaults"]["contacts"]
    call.mine["domains"][name] = domain_record(name, given)
    return created()


def show_defaults(call: Call) -> Answer:
    """GET /domain-defaults/contacts."""
    return found(contacts=_defaults(call)["contacts"])


def replace_defaults(call: Call) -> Answer:
    """PUT /domain-defaults/contacts."""
    _defaults(call)["contacts"] = whois.checked(call.request.json())
    return done()


def _defaults(call: Call) -> Record:
    defaults: Record = call.mine["defaults"]
    if not defaults.get("contacts"):
        text = "No default domain contacts were found for this account"
        raise Refusal(HTTPStatus.NOT_FOUND, text)
    return defaults
