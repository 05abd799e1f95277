"""Disks that can be hung on a server, and networks between servers."""

from http import HTTPStatus

from overdracht_transip.sandbox.bodies import end_time, of_kind, required, sent_object, sent_text
from overdracht_transip.sandbox.exchange import Answer, Call, Record, Refusal, done, found, shown
from overdracht_transip.sandbox.servers import cancel_product


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
    sent = sent_object(call, "blockStorage")
    of_kind(sent, description=str, vpsName=str)
    for key in ("description", "vpsName"):
        if key in sent:
            record[key] = sent[key]
    return done()


def cancel_storage(call: Call) -> Answer:
    """DELETE /block-storages/{}: its backups elsewhere go too."""
    cancel_product(_storage(call), call)
    return done()


def _network(call: Call) -> Record:
    record: Record | None = call.mine["privateNetworks"].get(call.name)
    if record is None:
        text = f"PrivateNetwork with name '{call.name}' not found"
        raise Refusal(HTTPStatus.NOT_FOUND, text)
    if record.get("isBlocked"):
        text = f"PrivateNetwork '{call.name}' is blocked, no modification is allowed"
        raise Refusal(HTTPStatus.FORBIDDEN, text)
    if record.get("isLocked"):
        text = f"The PrivateNetwork '{call.name}' is already locked to another action"
        raise Refusal(HTTPStatus.CONFLICT, text)
    return record


def update_network(call: Call) -> Answer:
    """PUT /private-networks/{}: its description."""
    record = _network(call)
    sent = sent_object(call, "privateNetwork")
    of_kind(sent, description=str)
    record["description"] = required(sent, "description")
    return done()


def act_on_network(call: Call) -> Answer:
    """PATCH /private-networks/{}: hang a server on it, or take one off."""
    record, name = _network(call), sent_text(call, "vpsName")
    names = [one for one in record.get("vpsNames", ()) if one != name]
    match sent_text(call, "action"):
        case "attachvps":
            record["vpsNames"] = [*names, name]
        case "detachvps":
            record["vpsNames"] = names
        case other:
            raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Invalid action '{other}'")  # guessed
    return done()


def cancel_network(call: Call) -> Answer:
    """DELETE /private-networks/{}, which takes effect at once whatever is said: nothing hangs on it."""
    _network(call)
    end_time(call.request.json())
    del call.mine["privateNetworks"][call.name]
    return done()
