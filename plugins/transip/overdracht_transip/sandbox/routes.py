"""Which handler answers which request, and the links and pages of lists."""

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from overdracht_transip.sandbox import (
    account,
    dns,
    domains,
    mail,
    registry,
    server_parts,
    servers,
    storages,
)
from overdracht_transip.sandbox.account import Handler
from overdracht_transip.sandbox.exchange import Answer, Refusal, Request

DOMAIN = "/domains/{}"
VPS = "/vps/{}"

ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/domains"): domains.list_domains,
    ("POST", "/domains"): registry.register,
    ("PATCH", "/domains"): domains.hand_over_named,
    ("GET", DOMAIN): domains.show,
    ("PUT", DOMAIN): domains.update,
    ("PATCH", DOMAIN): domains.hand_over,
    ("DELETE", DOMAIN): domains.cancel,
    ("GET", DOMAIN + "/auth-code"): domains.show_auth_code,
    ("GET", DOMAIN + "/authCode"): domains.show_auth_code,
    ("POST", DOMAIN + "/auth-code"): domains.mail_auth_code,
    ("POST", DOMAIN + "/authCode"): domains.mail_auth_code,
    ("GET", DOMAIN + "/contacts"): domains.show_contacts,
    ("PUT", DOMAIN + "/contacts"): domains.replace_contacts,
    ("GET", DOMAIN + "/nameservers"): domains.show_nameservers,
    ("PUT", DOMAIN + "/nameservers"): domains.replace_nameservers,
    ("GET", DOMAIN + "/actions"): domains.show_action,
    ("PATCH", DOMAIN + "/actions"): domains.retry_action,
    ("DELETE", DOMAIN + "/actions"): domains.cancel_action,
    ("GET", DOMAIN + "/branding"): domains.show_branding,
    ("PUT", DOMAIN + "/branding"): domains.replace_branding,
    ("GET", DOMAIN + "/whois"): domains.show_whois,
    ("GET", DOMAIN + "/ssl"): domains.show_certificates,
    ("GET", DOMAIN + "/ssl/{}"): domains.show_certificate,
    ("GET", DOMAIN + "/dns"): dns.show,
    ("POST", DOMAIN + "/dns"): dns.add,
    ("PUT", DOMAIN + "/dns"): dns.replace,
    ("PATCH", DOMAIN + "/dns"): dns.change,
    ("DELETE", DOMAIN + "/dns"): dns.remove,
    ("GET", DOMAIN + "/dnssec"): dns.show_keys,
    ("PUT", DOMAIN + "/dnssec"): dns.replace_keys,
    ("GET", "/domain-defaults/contacts"): registry.show_defaults,
    ("PUT", "/domain-defaults/contacts"): registry.replace_defaults,
    ("GET", "/domain-availability"): registry.list_availability,
    ("GET", "/domain-availability/{}"): registry.show_availability,
    ("GET", "/tlds"): registry.list_tlds,
    ("GET", "/tlds/{}"): registry.show_tld,
    ("GET", "/vps"): servers.list_servers,
    ("GET", VPS): servers.show,
    ("PUT", VPS): servers.update,
    ("PATCH", VPS): servers.act,
    ("DELETE", VPS): servers.cancel,
    ("GET", VPS + "/ip-addresses"): server_parts.list_addresses,
    ("POST", VPS + "/ip-addresses"): server_parts.add_address,
    ("GET", VPS + "/ip-addresses/{}"): server_parts.show_address,
    ("DELETE", VPS + "/ip-addresses/{}"): server_parts.remove_address,
    ("PUT", VPS + "/ip-addresses/{}"): server_parts.change_address,
    ("GET", VPS + "/snapshots"): server_parts.list_snapshots,
    ("POST", VPS + "/snapshots"): server_parts.make_snapshot,
    ("GET", VPS + "/snapshots/{}"): server_parts.show_snapshot,
    ("PATCH", VPS + "/snapshots/{}"): server_parts.revert_snapshot,
    ("DELETE", VPS + "/snapshots/{}"): server_parts.delete_snapshot,
    ("GET", VPS + "/backups"): server_parts.list_backups,
    ("GET", VPS + "/firewall"): server_parts.show_firewall,
    ("PUT", VPS + "/firewall"): server_parts.replace_firewall,
    ("GET", VPS + "/addons"): server_parts.show_addons,
    ("GET", VPS + "/tcp-monitors"): server_parts.list_monitors,
    ("GET", "/block-storages"): storages.list_storages,
    ("GET", "/block-storages/{}"): storages.show_storage,
    ("PUT", "/block-storages/{}"): storages.update_storage,
    ("DELETE", "/block-storages/{}"): storages.cancel_storage,
    ("PUT", "/private-networks/{}"): storages.update_network,
    ("PATCH", "/private-networks/{}"): storages.act_on_network,
    ("DELETE", "/private-networks/{}"): storages.cancel_network,
    ("GET", "/email"): mail.list_packages,
    ("GET", "/email/{}/mail-addons"): mail.list_addons,
    **account.ROUTES,
}
for _kind in mail.KINDS:
    ROUTES |= {
        ("GET", f"/email/{{}}/{_kind}"): mail.show_all,
        ("POST", f"/email/{{}}/{_kind}"): mail.add,
        ("GET", f"/email/{{}}/{_kind}/{{}}"): mail.show,
        ("PUT", f"/email/{{}}/{_kind}/{{}}"): mail.change,
        ("DELETE", f"/email/{{}}/{_kind}/{{}}"): mail.delete,
    }

DISPUTED: dict[tuple[str, str], str] = {
    ("GET", DOMAIN + "/auth-code"): "spec",
    ("POST", DOMAIN + "/auth-code"): "spec",
    ("PATCH", DOMAIN): "spec",
    ("GET", DOMAIN + "/authCode"): "php",
    ("POST", DOMAIN + "/authCode"): "php",
    ("PATCH", "/domains"): "php",
}
"""Paths on which TransIP's description and its PHP client differ."""

_PATTERNS = [
    (method, path, re.compile(path.replace("{}", "([^/]+)")), handler)
    for (method, path), handler in ROUTES.items()
]


def match(request: Request, disputed: str) -> tuple[Handler, str, tuple[str, ...]]:
    """Return the handler for *request*, its path and the names in it; *disputed* says which paths exist: `spec`, `php` or `both`."""
    prefix, _, rest = request.path.partition("/v6")
    if prefix or not rest.startswith("/"):
        raise Refusal(HTTPStatus.BAD_REQUEST, "Invalid API version or URL")  # guessed
    known = False
    for method, path, pattern, handler in _PATTERNS:
        names = pattern.fullmatch(rest.rstrip("/"))
        if names is None or disputed not in {"both", DISPUTED.get((method, path), disputed)}:
            continue
        if method == request.method:
            return handler, path, tuple(unquote(name) for name in names.groups())
        known = True
    if known:
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed")  # guessed
    raise Refusal(HTTPStatus.NOT_FOUND, "Not found")  # guessed


def paged(answer: Answer, request: Request, path: str) -> Answer:
    """Return *answer* with its links: an object where pages were asked for, a list elsewhere."""
    if request.method != "GET" or not isinstance(answer.body, dict):
        return answer
    size = request.first("pageSize")
    key, values = next(iter(answer.body.items()))
    url = request.origin + request.path
    if size is None or not isinstance(values, list):
        return Answer(answer.status, {**answer.body, "_links": _links(url, path)}, answer.headers)
    number = _positive(request.first("page") or "1")
    width = _positive(size)
    last = max(1, -(-len(values) // width))
    pages = {"first": 1, "previous": number - 1, "next": number + 1, "last": last}
    shown = {
        rel: page
        for rel, page in pages.items()
        if (rel in {"previous", "next"} and 1 <= page <= last)
        or (rel in {"first", "last"} and page != number)
    }
    links = [
        {"rel": rel, "link": f"{url}?pageSize={width}&page={page}"} for rel, page in shown.items()
    ]
    body = {key: values[(number - 1) * width : number * width], "_links": {"pages": links}}
    return Answer(answer.status, body, answer.headers)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise Refusal(HTTPStatus.NOT_ACCEPTABLE, f"Invalid page '{text}'")  # guessed
    return int(text)


def _links(url: str, path: str) -> list[dict[str, Any]]:
    links = [{"rel": "self", "link": url}]
    if path == DOMAIN:
        parts = ("branding", "contacts", "dns", "nameservers", "actions", "zone-file")
        links += [{"rel": part, "link": f"{url}/{part}"} for part in parts]
    elif path.startswith(DOMAIN):
        links.append({"rel": "domain", "href": url.rpartition("/")[0]})  # so it was recorded
    return links
