"""Servers and what hangs on them; no answer shows that one was cancelled."""

import uuid
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.exchange import (
    Answer,
    Call,
    Record,
    Refusal,
    done,
    end_time,
    found,
    required,
    shown,
    target_account,
)
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


def _changeable(call: Call) -> Record:
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
    sent = required(call.request.json(), "vps")
    if len(sent.get("description", "")) > 32:
        text = "The provided parameter 'description' can be 32 characters maximum"
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)
    if record["isCustomerLocked"] and sent.get("isCustomerLocked", True):
        _changeable(call)
    for key in ("description", "tags", "isCustomerLocked"):
        if key in sent:
            record[key] = sent[key]
    return done()


def act(call: Call) -> Answer:
    """PATCH /vps/{}: start, stop, reset or hand over."""
    record = _changeable(call)
    action = required(call.request.json(), "action")
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
    _cancel(_changeable(call), call)
    return done()


def _cancel(record: Record, call: Call) -> None:
    when = end_time(call.request.json(), default="end")
    if record["_cancelledFor"]:
        text = "Product already has cancellation pending"  # documented of other products
        raise Refusal(HTTPStatus.CONFLICT, text)
    record["_cancelledFor"] = record["_termEnds"] if when == "end" else text_of(call.now)


def list_addresses(call: Call) -> Answer:
    """GET /vps/{}/ip-addresses."""
    return found(ipAddresses=server(call)["_addresses"])


def change_address(call: Call) -> Answer:
    """PUT /vps/{}/ip-addresses/{}: its name in reverse DNS."""
    record = _changeable(call)
    sent = required(call.request.json(), "ipAddress")
    for address in record["_addresses"]:
        if address["address"] == call.names[1]:
            address["reverseDns"] = required(sent, "reverseDns")
            return done()
    raise Refusal(HTTPStatus.NOT_FOUND, f"Ip address '{call.names[1]}' not found")  # guessed


def list_snapshots(call: Call) -> Answer:
    """GET /vps/{}/snapshots."""
    return found(snapshots=server(call)["_snapshots"])


def delete_snapshot(call: Call) -> Answer:
    """DELETE /vps/{}/snapshots/{}."""
    record = _changeable(call)
    for snapshot in record["_snapshots"]:
        if snapshot["name"] == call.names[1]:
            record["_snapshots"].remove(snapshot)
            record["currentSnapshots"] = len(record["_snapshots"])
            return done()
    raise Refusal(HTTPStatus.NOT_FOUND, f"Snapshot '{call.names[1]}' not found")  # guessed


def list_backups(call: Call) -> Answer:
    """GET /vps/{}/backups."""
    return found(backups=server(call)["_backups"])


def show_firewall(call: Call) -> Answer:
    """GET /vps/{}/firewall."""
    return found(vpsFirewall=server(call)["_firewall"])


def replace_firewall(call: Call) -> Answer:
    """PUT /vps/{}/firewall."""
    record = _changeable(call)
    record["_firewall"] = required(call.request.json(), "vpsFirewall")
    return done()


def show_addons(call: Call) -> Answer:
    """GET /vps/{}/addons."""
    return found(addons=server(call)["_addons"])


def list_monitors(call: Call) -> Answer:
    """GET /vps/{}/tcp-monitors."""
    return found(tcpMonitors=server(call)["_monitors"])


def list_storages(call: Call) -> Answer:
    """GET /block-storages."""
    return found(blockStorages=[shown(one) for _, one in sorted(call.mine["storages"].items())])


def _storage(call: Call) -> Record:
    record: Record | None = call.mine["storages"].get(call.name)
    if record is None:
        text = f"Block storage with identifier '{call.name}' not found"
        raise Refusal(HTTPStatus.NOT_FOUND, text)
    return record


def show_storage(call: Call) -> Answer:
    """GET /block-storages/{}."""
    return found(blockStorage=shown(_storage(call)))


def update_storage(call: Call) -> Answer:
    """PUT /block-storages/{}: its description and the server it hangs on."""
    record = _storage(call)
    sent = required(call.request.json(), "blockStorage")
    for key in ("description", "vpsName"):
        if key in sent:
            record[key] = sent[key]
    return done()


def cancel_storage(call: Call) -> Answer:
    """DELETE /block-storages/{}: its backups elsewhere go too."""
    _cancel(_storage(call), call)
    return done()
