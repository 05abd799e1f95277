"""An account at TransIP as a system for the contract: a sandbox on a port of this machine, seen past its API."""

import functools
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import httpx

from overdracht import Connector, Person
from overdracht.testing import Record, RectifyingHarness
from overdracht_transip.client import KeyLogin
from overdracht_transip.connector import TransipConnector
from overdracht_transip.sandbox import Fault, Kind, Sandbox, World, contact, new_key_pair
from overdracht_transip.sandbox.samples import domain_record, server_record
from overdracht_transip.sandbox.server import SandboxServer
from overdracht_transip.settings import TransipSettings

LOGIN = "voorbeeldict"
HOLDER = {
    "first_name": "Karin",
    "last_name": "Bakker",
    "company_name": "Voorbeeld ICT",
    "street": "Havenweg",
    "number": "3",
    "postal_code": "1971 AA",
    "city": "Voorbeeldstad",
    "phone_number": "+31 251799001",
    "email": "administratie@voorbeeld-ict.example",
}
key_pair = functools.cache(new_key_pair)


class Impatient(TransipConnector):
    """Tries again at once."""

    @staticmethod
    def pause(seconds: float) -> None:
        """Wait no moment."""


class Account:
    """An account on a sandbox of its own, reached over HTTP."""

    def __init__(self, directory: Path, **settings: Any) -> None:
        private, public = key_pair()
        self.sandbox = Sandbox()
        self.world = World(self.sandbox)
        self.world.add_account(LOGIN, public)
        self.world.set(rateLimit=1_000_000)
        self.server = SandboxServer(self.sandbox)
        self.server.start()
        self._directory = directory
        self.key = directory / "transip.pem"
        self.key.touch(mode=0o600)
        self.key.write_text(private)
        self.settings: dict[str, Any] = {
            "login": LOGIN,
            "private_key": {"file": self.key},
            "url": self.server.url,
            "customer_tag": "klant-{}",
            "replacement": HOLDER,
            **settings,
        }

    def connector(self, **changes: Any) -> TransipConnector:
        """Return a new connector, with *changes* to the settings."""
        settings = TransipSettings.model_validate(self.settings | changes)
        return Impatient("transip", settings)

    def close(self) -> None:
        """Stop serving."""
        self.server.stop()

    @property
    def objects(self) -> dict[str, Any]:
        """All that is in the account."""
        return self.world.objects(LOGIN)

    def sent(self, method: str, path: str = "") -> list[dict[str, Any]]:
        """Return the requests of *method* that were meant in earnest, for a path with *path* in it."""
        return [
            one
            for one in self.world.requests()
            if one["method"] == method and not one["test"] and path in one["path"]
        ]

    @contextmanager
    def away(self) -> Iterator[None]:
        """Have nothing listen on the port."""
        port = self.server.port
        self.server.stop()
        try:
            yield
        finally:
            self.server = SandboxServer(self.sandbox, port)
            self.server.start()

    @contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """Let *fault* happen."""
        self.world.break_down(fault)
        try:
            yield
        finally:
            self.world.mend()

    @contextmanager
    def reading_only(self) -> Iterator[None]:
        """Have a token from the control panel that may only read, in the place of the key."""
        request = KeyLogin(LOGIN, key_pair()[0]).token_request(read_only=True)
        headers = {"Signature": request.signature, "Content-Type": "application/json"}
        answer = httpx.post(f"{self.server.url}/auth", content=request.body, headers=headers)
        path = self._directory / "token"
        path.touch(mode=0o600)
        path.write_text(answer.json()["token"])
        before = self.settings
        self.settings = {key: one for key, one in before.items() if key != "private_key"}
        self.settings["token"] = {"file": path}
        try:
            yield
        finally:
            self.settings = before

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Take this machine off the whitelist."""
        with self.sandbox.state() as state:
            state["accounts"][LOGIN]["whitelist"] = ["198.51.100.1"]
        try:
            yield
        finally:
            with self.sandbox.state() as state:
                state["accounts"][LOGIN]["whitelist"] = ["127.0.0.1"]


class AccountHarness(RectifyingHarness):
    """Two collections of an account."""

    collections: ClassVar[tuple[str, str]]
    broken_path: ClassVar[str]
    batch = 40 << 20
    """The API gives a list in one answer, whatever its length."""
    dated = False
    most_at_once = 40
    """It takes twenty steps at a time."""

    def __init__(self, directory: Path) -> None:
        self.account = Account(directory)

    @property
    def secrets(self) -> tuple[str, ...]:  # type: ignore[override]
        return (key_pair()[0], key_pair()[0].splitlines()[1])

    def connector(self) -> Connector[Any]:
        return self.account.connector()

    def fill(self, records: Iterable[Record]) -> None:
        with self.account.sandbox.state() as state:
            objects = state["objects"][LOGIN]
            for record in records:
                kind, name, made = self.made(record)
                objects[kind][name] = made

    def made(self, record: Record) -> tuple[str, str, dict[str, Any]]:
        """Return the collection in which *record* stands, its name there, and what stands there."""
        raise NotImplementedError

    def snapshot(self) -> object:
        return self.account.objects, self.account.world.changes()

    def _each(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for kind in self.collections:
            for name, one in self.account.objects[kind].items():
                yield kind, name, one

    def held(self) -> frozenset[str]:
        return frozenset(re.findall(r"tok\d{5}", json.dumps(list(self._each()))))

    def rest(self, tokens: Collection[str]) -> object:
        return [one for one in self._each() if not any(token in str(one) for token in tokens)]

    def remove(self, token: str) -> None:
        (kind, name, _), *_ = (one for one in self._each() if token in str(one))
        with self.account.sandbox.state() as state:
            del state["objects"][LOGIN][kind][name]

    def change(self, token: str) -> None:
        (kind, name, _), *_ = (one for one in self._each() if token in str(one))
        with self.account.sandbox.state() as state:
            self.altered(state["objects"][LOGIN][kind][name])

    def altered(self, one: dict[str, Any]) -> None:
        """Change *one* as somebody in the control panel would."""
        raise NotImplementedError

    def besides(self, token: str) -> object:
        return next(_besides(one) for _, _, one in self._each() if token in str(one))

    def break_part(self) -> AbstractContextManager[None]:
        return self.account.failing(Fault(Kind.STATUS, path=self.broken_path, times=-1))

    def break_whole(self) -> AbstractContextManager[None]:
        return self.account.away()

    def throttled(self) -> AbstractContextManager[None]:
        return self.account.failing(
            Fault(Kind.STATUS, "GET", times=3, status=429, text="Rate limit exceeded")
        )

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {
            "a token that may only read": self.account.reading_only,
            "an address that is not whitelisted": self.account.elsewhere,
        }


class PeopleHarness(AccountHarness):
    """Monitoring contacts and OpenStack users."""

    collections = ("monitoringContacts", "openstackUsers")
    corrects = ("email", "phone")
    broken_path = "/v6/openstack/users*"

    def made(self, record: Record) -> tuple[str, str, dict[str, Any]]:
        number = str(int(record.token[3:]))
        person = record.person
        if record.second_part:
            text = f"{record.title} {record.text} {record.token}"
            user = {"id": number, "username": f"u{number}", "email": person.email}
            return "openstackUsers", number, user | {"description": text}
        named = {"id": int(number), "name": f"{person.name} {record.title} {record.token}"}
        return (
            "monitoringContacts",
            number,
            named | {"email": person.email, "telephone": person.phone},
        )

    def altered(self, one: dict[str, Any]) -> None:
        one["email"] = f"x{one['email']}"


class SubscriptionsHarness(AccountHarness):
    """Domains, which are their registrant's, and servers, which are whose their tag says."""

    known_by = ("email", "customer")
    corrects = ("email", "phone", "name", "address")
    collections = ("domains", "vps")
    broken_path = "/v6/vps*"
    dated = True
    many = 40
    """A domain takes seven requests to export."""

    def made(self, record: Record) -> tuple[str, str, dict[str, Any]]:
        tags = [f"klant-{record.person.customer}"]
        if record.second_part:
            name = f"{record.token}-vps"
            text = f"{record.title} {record.text}"
            made = {"createdAt": f"{record.when:%Y-%m-%d %H:%M:%S}"}
            return "vps", name, server_record(name, {"description": text, "tags": tags} | made)
        name = f"{record.token}.example"
        changes = {
            "tags": tags,
            "contacts": contacts_of(record.person, record.title),
            "registrationDate": f"{record.when:%Y-%m-%d}",
        }
        return "domains", name, domain_record(name, changes)

    def altered(self, one: dict[str, Any]) -> None:
        if "uuid" in one:
            one["description"] = "van een ander"
        else:
            one["_contacts"][0]["email"] = "koper@elders.example"


def contacts_of(person: Person, title: str = "") -> list[dict[str, str]]:
    """Return the contacts of a domain of *person*'s, which the provider looks after."""
    first, _, last = person.name.partition(" ")
    street, _, number = person.address.partition(",")[0].rpartition(" ")
    registrant = contact(
        firstName=first,
        lastName=last,
        companyName=title,
        email=person.email,
        phoneNumber=person.phone,
        street=street,
        number=number,
    )
    provider = {"email": "info@voorbeeld-ict.example", "lastName": "ICT"}
    return [registrant, contact("administrative", **provider), contact("technical", **provider)]


CORRECTED = frozenset({"email", "phoneNumber", "telephone", "firstName", "lastName"}) | frozenset(
    {"street", "number", "postalCode", "city", "_ownerLockUntil"}
)
"""The fields that a correction changes, and what the registry makes of it."""


def _besides(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _besides(one) for key, one in value.items() if key not in CORRECTED}
    return [_besides(one) for one in value] if isinstance(value, list) else value
