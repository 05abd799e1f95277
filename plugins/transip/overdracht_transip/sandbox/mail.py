"""Mail settings: what is deleted stays a while, locked."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.bodies import of_kind, required, texts
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
from overdracht_transip.sandbox.moments import moment_of, text_of

DELETING_TAKES = timedelta(minutes=10)

KINDS = {
    "mailboxes": ("mailboxes", "Mailboxes not found", "Mailbox not found", "Mailbox Locked, Modification not allowed"),
    "mail-forwards": ("forwards", "Mail forwards not found", "Mail forward not found", "Mail forward locked, modification not allowed"),
    "mail-lists": ("mailLists", "Mail lists not found", "Mail list not found", "Mail list Locked, modification not allowed"),
}  # fmt: skip
"""By path: the key of the list, and the texts for none, for not this one, and for locked."""

SINGLE = {"mailboxes": "mailbox", "mail-forwards": "forward", "mail-lists": "mailList"}
CHANGED = {
    "mailboxes": ("forwardTo", "maxDiskUsage"),
    "mail-forwards": ("localPart", "forwardTo"),
    "mail-lists": ("name", "emailAddress", "entries"),
}


def due(account: dict[str, Any], now: datetime) -> list[tuple[str, str, str]]:
    """Return the domain, kind and key of what was to be deleted from the mail of *account* and is gone by now."""
    return [
        (domain, kind, key)
        for domain, package in account["mail"].items()
        for kind in KINDS
        for key, one in package[kind].items()
        if one["_deletedAt"] and now >= moment_of(one["_deletedAt"]) + DELETING_TAKES
    ]


def advance(account: dict[str, Any], now: datetime) -> None:
    """Let the time until *now* pass for the mail of *account*."""
    for domain, kind, key in due(account, now):
        del account["mail"][domain][kind][key]


def list_packages(call: Call) -> Answer:
    """GET /email."""
    return found(
        packages=[
            {"domain": name, "status": "created"} for name, _ in sorted(call.mine["mail"].items())
        ]
    )


def _kind(call: Call) -> str:
    return call.request.path.split("/")[4]


def _all(call: Call) -> dict[str, Record]:
    package = call.mine["mail"].get(call.name)
    if package is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "Account not found")
    result: dict[str, Record] = package[_kind(call)]
    return result


def _one(call: Call) -> Record:
    record = _all(call).get(call.names[1])
    if record is None:
        raise Refusal(HTTPStatus.NOT_FOUND, KINDS[_kind(call)][2])
    return record


def _changeable(call: Call) -> Record:
    record = _one(call)
    if record["isLocked"]:
        raise Refusal(HTTPStatus.CONFLICT, KINDS[_kind(call)][3])
    return record


def show_all(call: Call) -> Answer:
    """GET /email/{}/mailboxes, mail-forwards or mail-lists."""
    key, none, *_ = KINDS[_kind(call)]
    records = [shown(one) for _, one in sorted(_all(call).items())]
    if not records and call.settings["emptyMailIsNotFound"]:
        raise Refusal(HTTPStatus.NOT_FOUND, none)
    return found(**{key: records})


def show(call: Call) -> Answer:
    """GET one of them."""
    return found(**{SINGLE[_kind(call)]: shown(_one(call))})


def _sent(call: Call) -> Record:
    body = call.request.json()
    of_kind(body, localPart=str, forwardTo=str, name=str, emailAddress=str, maxDiskUsage=int)
    texts(body, "entries")
    return body


def add(call: Call) -> Answer:
    """POST a mailbox, forward or list."""
    body, kind, records = _sent(call), _kind(call), _all(call)
    record: Record = {"status": "created", "isLocked": False, "_deletedAt": ""}
    if kind == "mail-lists":
        record |= {key: required(body, key) for key in ("name", "emailAddress", "entries")}
    else:
        local = required(body, "localPart")
        record |= {"localPart": local, "domain": call.name, "forwardTo": body.get("forwardTo", "")}
        if kind == "mail-forwards" and any(one["localPart"] == local for one in records.values()):
            raise Refusal(HTTPStatus.NOT_ACCEPTABLE, "Mail forward already exists")
    if kind == "mailboxes":
        record["identifier"] = f"{record['localPart']}@{call.name}"
        records[record["identifier"]] = record
    else:
        record["id"] = 1 + max((int(key) for key in records), default=0)
        records[str(record["id"])] = record
    return created()


def change(call: Call) -> Answer:
    """PUT a mailbox, forward or list."""
    record, body = _changeable(call), _sent(call)
    for key in CHANGED[_kind(call)]:
        if key in body:
            record[key] = body[key]
    return done()


def delete(call: Call) -> Answer:
    """DELETE a mailbox, forward or list, which happens later."""
    record = _changeable(call)
    record["_deletedAt"] = text_of(call.now)
    record["isLocked"] = True
    record["status"] = "deleting"
    return done()


def list_addons(call: Call) -> Answer:
    """GET /email/{}/mail-addons."""
    package = call.mine["mail"].get(call.name)
    if package is None:
        raise Refusal(HTTPStatus.NOT_FOUND, "Account not found")
    return found(addons=package["addons"])
