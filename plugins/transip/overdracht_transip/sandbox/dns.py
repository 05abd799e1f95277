"""A domain's DNS records and DNSSEC keys."""

from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.bodies import of_kind, required, sent_objects
from overdracht_transip.sandbox.domains import domain
from overdracht_transip.sandbox.exchange import Answer, Call, Record, Refusal, created, done, found

TYPES = {
    "A",
    "AAAA",
    "ALIAS",
    "CAA",
    "CNAME",
    "DS",
    "MX",
    "NAPTR",
    "NS",
    "SRV",
    "SSHFP",
    "TLSA",
    "TXT",
}

Entry = dict[str, Any]


def _zone(call: Call) -> list[Entry]:
    record = domain(call)
    call.refuse_while_busy(f"dns/{record['name']}")
    entries: list[Entry] = record["_dns"]
    return entries


def _changeable(call: Call) -> list[Entry]:
    entries = _zone(call)
    call.refuse_while_busy(f"domains/{call.name}")
    return entries


def _entry(value: Any) -> Entry:
    if not isinstance(value, dict):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "A DNS entry is no object")
    entry = {key: required(value, key) for key in ("name", "expire", "type", "content")}
    of_kind(entry, name=str, expire=int, type=str, content=str)
    if entry["type"] not in TYPES:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Invalid DNS entry type '{entry['type']}'")
    if not entry["name"] or not entry["content"]:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Invalid DNS entry '{entry['name']}'")  # guessed
    return entry


def _sent(call: Call) -> Entry:
    return _entry(required(call.request.json(), "dnsEntry"))


def show(call: Call) -> Answer:
    """GET /domains/{}/dns."""
    return found(dnsEntries=_zone(call))


def add(call: Call) -> Answer:
    """POST /domains/{}/dns."""
    entries = _changeable(call)
    entries.append(_sent(call))
    return created()


def replace(call: Call) -> Answer:
    """PUT /domains/{}/dns: all of it, which cannot be undone."""
    entries = _changeable(call)
    entries[:] = [_entry(one) for one in sent_objects(call, "dnsEntries")]
    return done()


def change(call: Call) -> Answer:
    """PATCH /domains/{}/dns: the content of the one entry with this name, time and type."""
    entries, sent = _changeable(call), _sent(call)
    key = ("name", "expire", "type")
    matching = [one for one in entries if all(one[part] == sent[part] for part in key)]
    if len(matching) != 1:
        count = "Multiple" if matching else "No"
        text = (
            f"{count} matches found for DNS entry '{sent['name']} {sent['expire']} {sent['type']}'"
        )
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)
    matching[0]["content"] = sent["content"]
    return done()


def remove(call: Call) -> Answer:
    """DELETE /domains/{}/dns: one entry that is the same in all four."""
    entries, sent = _changeable(call), _sent(call)
    if sent not in entries:
        text = f"DNS entry '{sent['name']} {sent['expire']} {sent['type']}' not found"  # guessed
        raise Refusal(HTTPStatus.NOT_FOUND, text)
    entries.remove(sent)
    return done()


def show_keys(call: Call) -> Answer:
    """GET /domains/{}/dnssec."""
    return found(dnsSecEntries=domain(call)["_dnssec"])


def replace_keys(call: Call) -> Answer:
    """PUT /domains/{}/dnssec."""
    record: Record = domain(call)
    call.refuse_while_busy(f"domains/{call.name}")
    if record["_dnssecIsTransips"]:
        text = f"DNSSEC Entries for domain '{call.name}' cannot be edited."
        raise Refusal(HTTPStatus.CONFLICT, text)
    record["_dnssec"] = [_key(one) for one in sent_objects(call, "dnsSecEntries")]
    record["hasDnsSec"] = bool(record["_dnssec"])
    return done()


def _key(value: Entry) -> Entry:
    of_kind(value, keyTag=int, flags=int, algorithm=int, publicKey=str)
    return {part: required(value, part) for part in ("keyTag", "flags", "algorithm", "publicKey")}
