"""What belongs to the account as a whole: monitoring contacts, OpenStack users, keys, certificates, invoices."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from overdracht_transip.sandbox.bodies import of_kind, sent_object
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

Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Collection:
    """Objects that can be listed, shown and, some of them, changed and deleted: *path* ends in *key*s, each a *single*."""

    path: str
    store: str
    key: str
    single: str
    missing: str
    """The text of a 404, with the object's name in the place of `{}`."""
    changed: tuple[str, ...] = ()
    """What a PUT changes."""
    bare: bool = False
    """Whether a PUT or POST has its keys at the top and not under `single`."""
    can_delete: bool = False

    def routes(self) -> dict[tuple[str, str], Handler]:
        """Return what can be done with them."""
        one = self.path + "/{}"
        result: dict[tuple[str, str], Handler] = {
            ("GET", self.path): self._list,
            ("GET", one): lambda call: found(**{self.single: shown(self._one(call))}),
        }
        if self.changed:
            result["PUT", one] = self._change
        if self.can_delete:
            result["DELETE", one] = self._delete
            result["POST", self.path] = self._add
        return result

    def _list(self, call: Call) -> Answer:
        return found(**{self.key: [shown(one) for one in call.mine[self.store].values()]})

    def _one(self, call: Call) -> Record:
        record: Record | None = call.mine[self.store].get(call.name)
        if record is None:
            raise Refusal(HTTPStatus.NOT_FOUND, self.missing.format(call.name))
        return record

    def _sent(self, call: Call) -> dict[str, Any]:
        body = call.request.json()
        sent: dict[str, Any] = body if self.bare else sent_object(call, self.single)
        of_kind(sent, **dict.fromkeys(self.changed, str))
        if sent.get("email") and "@" not in str(sent["email"]):
            raise Refusal(HTTPStatus.NOT_ACCEPTABLE, "Provided email address is invalid")
        return sent

    def _change(self, call: Call) -> Answer:
        record = self._one(call)
        record.update({k: v for k, v in self._sent(call).items() if k in self.changed})
        return done()

    def _add(self, call: Call) -> Answer:
        body = call.request.json()
        records = call.mine[self.store]
        number = 1 + max((int(key) for key in records if key.isdecimal()), default=0)
        records[str(number)] = {"id": number, **body}
        return created()

    def _delete(self, call: Call) -> Answer:
        self._one(call)
        del call.mine[self.store][call.name]
        return done()


COLLECTIONS = (
    Collection("/monitoring-contacts", "monitoringContacts", "contacts", "contact",
               "Contact with id '{}' not found", ("name", "telephone", "email"), can_delete=True),
    Collection("/openstack/users", "openstackUsers", "users", "user",
               "User with id '{}' not found", ("description", "email"), can_delete=True),
    Collection("/openstack/projects", "openstackProjects", "projects", "project",
               "Project with id '{}' not found"),
    Collection("/ssh-keys", "sshKeys", "sshKeys", "sshKey",
               "SSH key with id '{}' not found", ("description",), bare=True, can_delete=True),
    Collection("/ssl-certificates", "certificates", "certificates", "certificate",
               "Certificate with id '{}' not found"),
    Collection("/invoices", "invoices", "invoices", "invoice",
               "Invoice with number '{}' not found"),
    Collection("/private-networks", "privateNetworks", "privateNetworks", "privateNetwork",
               "PrivateNetwork with name '{}' not found"),
    Collection("/actions", "actions", "actions", "action", "Action with uuid '{}' not found"),
    Collection("/haips", "haips", "haips", "haip", "HA-IP with name '{}' not found"),
)  # fmt: skip


def _certificate_details(call: Call) -> Answer:
    record = call.mine["certificates"].get(call.name)
    if record is None:
        raise Refusal(HTTPStatus.NOT_FOUND, f"Certificate with id '{call.name}' not found")
    return found(certificateDetails=record["_details"])


def _invoice_items(call: Call) -> Answer:
    record = call.mine["invoices"].get(call.name)
    if record is None:
        raise Refusal(HTTPStatus.NOT_FOUND, f"Invoice with number '{call.name}' not found")
    return found(invoiceItems=record["_items"])


def _zones(_call: Call) -> Answer:
    return found(availabilityZones=[{"name": "ams0", "country": "nl", "isDefault": True}])


def _products(_call: Call) -> Answer:
    product = {
        "name": "vps-bladevps-x1",
        "description": "A small server",
        "price": 499,
        "recurringPrice": 799,
    }
    return found(products={"vps": [product]})


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/api-test"): lambda _call: found(ping="pong"),
    ("GET", "/availability-zones"): _zones,
    ("GET", "/products"): _products,
    ("GET", "/ssl-certificates/{}/details"): _certificate_details,
    ("GET", "/invoices/{}/invoice-items"): _invoice_items,
}
for _collection in COLLECTIONS:
    ROUTES |= _collection.routes()
