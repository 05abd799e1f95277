"""Domains: list, show, lock, hand over and cancel, with all that hangs on them but the DNS."""

from http import HTTPStatus

from overdracht_transip.sandbox import contacts as whois
from overdracht_transip.sandbox import domain_life
from overdracht_transip.sandbox.bodies import (
    end_time,
    of_kind,
    required,
    sent_object,
    sent_objects,
    sent_text,
    target_account,
    texts,
)
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
from overdracht_transip.sandbox.tlds import tld_of


def domain(call: Call, name: str | None = None) -> Record:
    """Return the account's domain that the path names, or *name*."""
    name = call.name if name is None else name
    if "." not in name or any(sign in name for sign in "$/ @"):
        text = f"This is not a valid domain name: '{name}'"
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)
    record: Record | None = call.mine["domains"].get(name)
    if record is None or (record["status"] == "gone" and not call.settings["goneIsShown"]):
        raise Refusal(HTTPStatus.NOT_FOUND, f"Domain with name '{name}' not found")
    return record


def changeable(call: Call, name: str | None = None) -> Record:
    """Return the same domain, unless something is running on it."""
    record = domain(call, name)
    call.refuse_while_busy(f"domains/{record['name']}")
    return record


def need(record: Record, capability: str) -> None:
    """Refuse what the top-level domain of *record* cannot do."""
    if capability not in tld_of(record["name"])[1]["capabilities"]:
        text = f"Domain TLD doesn't support '{capability}' capability"
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, text)


def _shown(call: Call, record: Record) -> Record:
    include = {part for value in call.request.query.get("include", ()) for part in value.split(",")}
    result = shown(record)
    result["hasActionRunning"] = f"domains/{record['name']}" in call.busy
    if "nameservers" in include:
        result["nameservers"] = record["_nameservers"]
    if "contacts" in include:
        result["contacts"] = record["_contacts"]
    return result


def list_domains(call: Call) -> Answer:
    """GET /domains."""
    include = ",".join(call.request.query.get("include", ()))
    gone = "goneDomains" in include.split(",")
    tags = {tag for value in call.request.query.get("tags", ()) for tag in value.split(",")}
    return found(
        domains=[
            _shown(call, one)
            for _, one in sorted(call.mine["domains"].items())
            if (gone or one["status"] != "gone") and (not tags or tags & set(one["tags"]))
        ]
    )


def show(call: Call) -> Answer:
    """GET /domains/{}."""
    return found(domain=_shown(call, domain(call)))


def update(call: Call) -> Answer:
    """PUT /domains/{}: the lock, the tags, the automatic DNS."""
    record = changeable(call)
    sent = sent_object(call, "domain")
    of_kind(sent, isTransferLocked=bool, hasAutoDns=bool, isWhitelabel=bool)
    texts(sent, "tags")
    if record["status"] != "registered":
        text = f"Domain '{call.name}' is not registered, no modification is allowed"  # guessed
        raise Refusal(HTTPStatus.CONFLICT, text)
    if sent.get("isWhitelabel") and not record["isWhitelabel"]:
        text = "You do not have a whitelabel account yet, please order one first"
        raise Refusal(HTTPStatus.FORBIDDEN, text)
    if sent.get("isTransferLocked", record["isTransferLocked"]) != record["isTransferLocked"]:
        need(record, "canSetLock")
    for key in ("isTransferLocked", "hasAutoDns", "tags"):
        if key in sent:
            record[key] = sent[key]
    return done()


def hand_over(call: Call, name: str | None = None) -> Answer:
    """PATCH /domains/{}."""
    record = changeable(call, name)
    action = sent_text(call, "action")
    if action != "handover":
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Invalid action '{action}'")  # guessed
    record["_handover"] = target_account(call)
    return done()


def hand_over_named(call: Call) -> Answer:
    """PATCH /domains, the path that the PHP client uses."""
    return hand_over(call, sent_text(call, "domainName"))


def cancel(call: Call) -> Answer:
    """DELETE /domains/{}."""
    record = changeable(call)
    when = end_time(call.request.json())
    if record["cancellationDate"]:
        text = f"The domain '{call.name}' already has a cancellation pending"
        raise Refusal(HTTPStatus.CONFLICT, text)
    if record["_products"]:
        text = f"The domain '{call.name}' has additional products attached, and thus can't be cancelled"
        raise Refusal(HTTPStatus.FORBIDDEN, text)
    domain_life.cancel(record, when, call.now)
    return done()


def show_auth_code(call: Call) -> Answer:
    """GET /domains/{}/auth-code."""
    record = domain(call)
    tld, rules = tld_of(record["name"])
    if rules["_authCode"] != "given":
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"Tld '{tld}' does not allow this action")
    return found(authCode=record["authCode"])


def mail_auth_code(call: Call) -> Answer:
    """POST /domains/{}/auth-code: the registry mails it to whoever is the registrant now."""
    record = domain(call)
    tld, rules = tld_of(record["name"])
    if rules["_authCode"] != "mailed":
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"Tld '{tld}' does not allow this action")
    registrant = whois.registrant(record["_contacts"])
    record["_mailed"].append(registrant["email"] if registrant else "")
    return created()


def show_contacts(call: Call) -> Answer:
    """GET /domains/{}/contacts."""
    return found(contacts=domain(call)["_contacts"])


def replace_contacts(call: Call) -> Answer:
    """PUT /domains/{}/contacts."""
    record = changeable(call)
    contacts = whois.checked(call.request.json())
    if record["isTransferLocked"]:
        text = f"Domain '{call.name}' is locked, no modification is allowed"
        raise Refusal(HTTPStatus.CONFLICT, text)
    if whois.registrant(contacts) != whois.registrant(record["_contacts"]):
        need(record, "canSetOwner")
        domain_life.registrant_changed(record, call.now)
    need(record, "canSetContacts")
    record["_contacts"] = contacts
    return done()


def show_nameservers(call: Call) -> Answer:
    """GET /domains/{}/nameservers."""
    return found(nameservers=domain(call)["_nameservers"])


def replace_nameservers(call: Call) -> Answer:
    """PUT /domains/{}/nameservers."""
    record = changeable(call)
    servers = sent_objects(call, "nameservers")
    for server in servers:
        of_kind(server, hostname=str, ipv4=(str, type(None)), ipv6=(str, type(None)))
    record["_nameservers"] = [
        {key: required(server, key) for key in ("hostname", "ipv4", "ipv6")} for server in servers
    ]
    return done()


def show_action(call: Call) -> Answer:
    """GET /domains/{}/actions."""
    state = call.busy.get(f"domains/{domain(call)['name']}")
    name = state["name"] if state else None
    return found(action={"name": name, "message": "", "hasFailed": False})


def retry_action(call: Call) -> Answer:
    """PATCH /domains/{}/actions: try again what failed, with other data."""
    changeable(call)
    return done()


def cancel_action(call: Call) -> Answer:
    """DELETE /domains/{}/actions."""
    key = f"domains/{domain(call)['name']}"
    if key in call.busy and call.busy[key]["left"] < 0:
        text = f"Unable to cancel the running action for '{call.name}' at this time"
        raise Refusal(HTTPStatus.CONFLICT, text)
    call.busy.pop(key, None)
    return done()


def show_branding(call: Call) -> Answer:
    """GET /domains/{}/branding."""
    return found(branding=domain(call)["_branding"])


def replace_branding(call: Call) -> Answer:
    """PUT /domains/{}/branding."""
    record = changeable(call)
    sent = sent_object(call, "branding")
    of_kind(sent, **dict.fromkeys(record["_branding"], str))
    record["_branding"] = {key: sent.get(key, old) for key, old in record["_branding"].items()}
    return done()


def show_whois(call: Call) -> Answer:
    """GET /domains/{}/whois."""
    record = domain(call)
    lines = [f"Domain name: {record['name']}", f"Status: {record['status']}"]
    for contact in record["_contacts"]:
        name = f"{contact['firstName']} {contact['lastName']}".strip()
        lines += [f"{contact['type'].capitalize()}: {name}", f"  {contact['email']}"]
    return found(whois="\n".join(lines))


def show_certificates(call: Call) -> Answer:
    """GET /domains/{}/ssl."""
    return found(certificates=domain(call)["_ssl"])


def show_certificate(call: Call) -> Answer:
    """GET /domains/{}/ssl/{}."""
    for certificate in domain(call)["_ssl"]:
        if str(certificate["certificateId"]) == call.names[1]:
            return found(certificate=certificate)
    raise Refusal(HTTPStatus.NOT_FOUND, f"Certificate with id '{call.names[1]}' not found")
