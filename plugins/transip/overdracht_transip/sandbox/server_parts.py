"""What hangs on a server: addresses, snapshots, backups, the firewall, add-ons and monitors."""

from http import HTTPStatus

from overdracht_transip.sandbox.bodies import of_kind, required, sent_object, sent_text
from overdracht_transip.sandbox.exchange import Answer, Call, Record, Refusal, created, done, found
from overdracht_transip.sandbox.moments import text_of
from overdracht_transip.sandbox.servers import changeable, server


def list_addresses(call: Call) -> Answer:
    """GET /vps/{}/ip-addresses."""
    return found(ipAddresses=server(call)["_addresses"])


def _address(record: Record, call: Call) -> Record:
    for address in record["_addresses"]:
        if address["address"] == call.names[1]:
            result: Record = address
            return result
    raise Refusal(HTTPStatus.NOT_FOUND, f"Ip address '{call.names[1]}' not found")  # guessed


def show_address(call: Call) -> Answer:
    """GET /vps/{}/ip-addresses/{}."""
    return found(ipAddress=_address(server(call), call))


def add_address(call: Call) -> Answer:
    """POST /vps/{}/ip-addresses."""
    record = changeable(call)
    address = sent_text(call, "ipAddress")
    record["_addresses"].append({"address": address, "dnsResolvers": [], "reverseDns": ""})
    return created()


def change_address(call: Call) -> Answer:
    """PUT /vps/{}/ip-addresses/{}: its name in reverse DNS."""
    address = _address(changeable(call), call)
    address["reverseDns"] = _reverse(sent_object(call, "ipAddress"))
    return done()


def _reverse(sent: Record) -> str:
    of_kind(sent, reverseDns=str)
    return str(required(sent, "reverseDns"))


def remove_address(call: Call) -> Answer:
    """DELETE /vps/{}/ip-addresses/{}."""
    record = changeable(call)
    record["_addresses"].remove(_address(record, call))
    return done()


def list_snapshots(call: Call) -> Answer:
    """GET /vps/{}/snapshots."""
    return found(snapshots=server(call)["_snapshots"])


def _snapshot(record: Record, call: Call) -> Record:
    for snapshot in record["_snapshots"]:
        if snapshot["name"] == call.names[1]:
            result: Record = snapshot
            return result
    raise Refusal(HTTPStatus.NOT_FOUND, f"Snapshot '{call.names[1]}' not found")  # guessed


def show_snapshot(call: Call) -> Answer:
    """GET /vps/{}/snapshots/{}."""
    return found(snapshot=_snapshot(server(call), call))


def make_snapshot(call: Call) -> Answer:
    """POST /vps/{}/snapshots."""
    record = changeable(call)
    snapshot = {
        "name": str(int(call.now.timestamp())),
        "description": sent_text(call, "description"),
        "diskSize": record["diskSize"],
        "status": "active",
        "dateTimeCreate": text_of(call.now),
        "operatingSystem": record["operatingSystem"],
    }
    record["_snapshots"].append(snapshot)
    record["currentSnapshots"] = len(record["_snapshots"])
    return created()


def revert_snapshot(call: Call) -> Answer:
    """PATCH /vps/{}/snapshots/{}: put the server back as it was then."""
    _snapshot(changeable(call), call)
    return done()


def delete_snapshot(call: Call) -> Answer:
    """DELETE /vps/{}/snapshots/{}."""
    record = changeable(call)
    record["_snapshots"].remove(_snapshot(record, call))
    record["currentSnapshots"] = len(record["_snapshots"])
    return done()


def list_backups(call: Call) -> Answer:
    """GET /vps/{}/backups."""
    return found(backups=server(call)["_backups"])


def show_firewall(call: Call) -> Answer:
    """GET /vps/{}/firewall."""
    return found(vpsFirewall=server(call)["_firewall"])


def replace_firewall(call: Call) -> Answer:
    """PUT /vps/{}/firewall."""
    record = changeable(call)
    sent = sent_object(call, "vpsFirewall")
    of_kind(sent, isEnabled=bool, ruleSet=list)
    record["_firewall"] = {key: required(sent, key) for key in ("isEnabled", "ruleSet")}
    return done()


def show_addons(call: Call) -> Answer:
    """GET /vps/{}/addons."""
    return found(addons=server(call)["_addons"])


def list_monitors(call: Call) -> Answer:
    """GET /vps/{}/tcp-monitors."""
    return found(tcpMonitors=server(call)["_monitors"])
