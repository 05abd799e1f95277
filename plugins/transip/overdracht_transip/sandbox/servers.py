"""Servers and what hangs on them; no answer shows that one was cancelled."""

import uuid
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.bodies import (
    end_time,
    of_kind,
    sent_object,
    sent_text,
    target_account,
    texts,
)
from overdracht_transip.sandbox.exchange import Answer, Call, Record, Refusal, done, found, shown
from overdracht_transip.sandbox.moments import moment_of, text_of

WIPING_TAKES = timedelta(minutes=5)
"""How long it takes from a cancellation's date until the server is gone."""

ACTIONS = frozenset({"start", "stop", "reset"})


def due(account: dict[str, Any], now: datetime) -> list[tuple[str, str]]:
    """Return the kind and name of what *account* has no longer: a cancelled server or disk goes, with its snapshots and backups."""
    return [
        (kind, name)
        for kind in ("vps", "storages")
        for name, record in account[kind].items()
        if record["_cancelledFor"] and now >= moment_of(record["_cancelledFor"]) + WIPING_TAKES
    ]


def advance(account: dict[str, Any], now: datetime) -> None:
    """Let the time until *now* pass for the servers of *account*."""
    for kind, name in due(account, now):
        del account[kind][name]


def hand_over(everyone: dict[str, Any], login: str, name: str) -> None:
    """Let the target of the pending hand-over of *login*'s server *name* accept it."""
    record = everyone[login]["vps"].pop(name)
    target = record.pop("_handover")
    everyone[target]["vps"][name] = {**record, "tags": []}


def server(call: Call) -> Record:
    """Return the account's server that the path names, by its name or its uuid."""
    for record in call.mine["vps"].values():
        if call.name in {record["name"], record["uuid"]}:
            result: Record = record
            return result
    raise Refusal(HTTPStatus.NOT_FOUND, f"VPS with identifier '{call.name}' not found")


def _free(call: Call) -> Record:
    """Return the same server, unless TransIP blocked it or something is running on it."""
    record = server(call)
    name = record["name"]
    if record["isBlocked"]:
        text = f"VPS '{name}' is blocked, no modification is allowed"
        raise Refusal(HTTPStatus.FORBIDDEN, text)
    if record["isLocked"]:
        raise Refusal(HTTPStatus.CONFLICT, f"Actions on VPS '{name}' are temporary disabled")
    call.refuse_while_busy(f"vps/{name}")
    return record


def changeable(call: Call) -> Record:
    """Return the same server, unless a person locked it."""
    record = _free(call)
    if record["isCustomerLocked"]:
        text = f"VPS '{record['name']}' is customer locked, no modification is allowed"
        raise Refusal(HTTPStatus.CONFLICT, text)
    return record


def list_servers(call: Call) -> Answer:
    """GET /vps."""
    tags = {tag for value in call.request.query.get("tags", ()) for tag in value.split(",")}
    servers = [one for _, one in sorted(call.mine["vps"].items())]
    return found(vpss=[shown(one) for one in servers if not tags or tags & set(one["tags"])])


def show(call: Call) -> Answer:
    """GET /vps/{}."""
    return found(vps=shown(server(call)))


def update(call: Call) -> Answer:
    """PUT /vps/{}: the description, the tags, the customer's lock, which alone can be changed while it is locked."""
    record = _free(call)
    sent = sent_object(call, "vps")
    of_kind(sent, description=str, isCustomerLocked=bool)
    texts(sent, "tags")
    if len(sent.get("description", "")) > 32:
        text = "The provided parameter 'description' can be 32 characters maximum"
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)
    if record["isCustomerLocked"] and sent.get("isCustomerLocked", True):
        changeable(call)
    for key in ("description", "tags", "isCustomerLocked"):
        if key in sent:
            record[key] = sent[key]
    return done()


def act(call: Call) -> Answer:
    """PATCH /vps/{}: start, stop, reset or hand over."""
    record = changeable(call)
    action = sent_text(call, "action")
    if action == "handover":
        record["_handover"] = target_account(call)
        record["status"] = "stopped"
    elif action in ACTIONS:
        record["status"] = "stopped" if action == "stop" else "running"
    else:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Invalid action '{action}'")  # guessed
    return done({"Content-Location": f"{call.request.origin}/v6/actions/{_started(call, action)}"})


def _started(call: Call, action: str) -> str:
    number = str(uuid.uuid4())
    call.mine["actions"][number] = {
        "uuid": number,
        "name": action,
        "actionStartTime": call.now.strftime(
            "%Y-%m-%d %H:%M"
        ),  # without seconds, so it is documented
        "status": "finished",
        "resourceType": "vps",
        "resourceIdentifier": call.name,
        "parentActionUuid": "",
        "metadata": {},
    }
    return number


def cancel(call: Call) -> Answer:
    """DELETE /vps/{}: at the end of the term where nothing is said."""
    cancel_product(changeable(call), call)
    return done()


def cancel_product(record: Record, call: Call) -> None:
    """Cancel *record*, a server or a disk, as the body of *call* says; nothing that is shown changes."""
    when = end_time(call.request.json(), default="end")
    if record["_cancelledFor"]:
        text = "Product already has cancellation pending"  # documented of other products
        raise Refusal(HTTPStatus.CONFLICT, text)
    record["_cancelledFor"] = record["_termEnds"] if when == "end" else text_of(call.now)
