"""Two collections in a real Kinto, seen by its administrator; the connector has an account of its own."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

from overdracht import Category, Connector
from overdracht.testing import ErasingHarness, Record
from overdracht_rest.connector import RestConnector
from overdracht_rest.settings import RestSettings
from tests.servers.kinto import Kinto
from tests.servers.proxy import Proxy

ACCOUNT = ("overdracht", "wachtwoord-van-de-proef")
VARIABLE = "OVERDRACHT_TEST_KINTO"
FIRST, SECOND = "klanten", "oude-klanten"
UGLY = '../Oude klanten: "één" & co'
"""What the configuration calls the second collection."""


def resource(path: str, **more: Any) -> dict[str, Any]:
    """Return the configuration of a collection at *path*."""
    return {
        "list": path,
        "items": "data",
        "item": f"{path}/{{id}}",
        "object": "data",
        "paging": {"by": "header", "name": "Next-Page"},
        "category": Category.CONTACT,
        "fields": {
            "email": "person.email",
            "customer": "number",
            "phone": "phones",
            "name": "person.name",
        },
        "text": ("notes", "title"),
        "title": "title",
        "when": "written",
        "holder": "customer",
        "delete": {},
        "may_change": {"path": path.removesuffix("/records"), "place": "permissions.write"},
        "blank": {"method": "PATCH", "body": {"data": {"notes": "", "phones": []}}},
        **more,
    }


class KintoHarness(ErasingHarness):
    """Customers, each a record with an object and a list in it."""

    known_by = ("email", "customer", "phone")
    holders = True
    most_at_once = 1
    many: ClassVar[int] = 120
    batch: ClassVar[int] = 1 << 20
    """A page of 200 records, as text and taken apart."""
    secrets = (ACCOUNT[1],)

    def __init__(self, server: Kinto, way: Proxy, **settings: Any) -> None:
        self.server, self.way = server, way
        self.bucket = server.bucket()
        self.principal = server.principal(ACCOUNT)
        self.settings = settings
        for name in (FIRST, SECOND):
            self.allow(name, "write")

    def path(self, name: str) -> str:
        """Return where the collection *name* is."""
        return f"{self.bucket}/collections/{name}/records"

    def allow(self, name: str, *rights: str) -> None:
        """Give the connector's account these *rights* on a collection, and no others."""
        permissions: dict[str, list[str]] = {"read": [], "write": []}
        for right in rights:
            permissions[right] = [self.principal]
        self.server.call("PUT", f"{self.bucket}/collections/{name}", permissions=permissions)

    def connector(self) -> Connector[Any]:
        settings = RestSettings.model_validate(
            {
                "url": f"http://127.0.0.1:{self.way.port}/v1",
                "username": ACCOUNT[0],
                "password": {"env": VARIABLE},
                "etags": True,
                "timeout": 20,
                "resources": {
                    FIRST: resource(self.path(FIRST)),
                    UGLY: resource(self.path(SECOND)),
                },
                **self.settings,
            }
        )
        return RestConnector("portaal", settings)

    def fill(self, records: Iterable[Record]) -> None:
        waiting = list(records)
        for at in range(0, len(waiting), 25):
            requests = [self._request(one) for one in waiting[at : at + 25]]
            body = {"defaults": {"method": "PUT"}, "requests": requests}
            self.server.client.post("batch", json=body).raise_for_status()

    def _request(self, record: Record) -> dict[str, Any]:
        person = record.person
        path = self.path(SECOND if record.second_part else FIRST)
        data = {
            "person": {"email": person.email, "name": person.name},
            "number": person.customer,
            "phones": [person.phone] if person.phone else [],
            "title": f"{record.token} {record.title}",
            "notes": record.text,
            "written": record.when.isoformat(),
        }
        return {"path": f"/v1/{path}/{record.token}", "body": {"data": data}}

    def records(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every record with its collection."""
        for name in (FIRST, SECOND):
            address = f"{self.path(name)}?_sort=id"
            while address:
                response = self.server.client.get(address)
                response.raise_for_status()
                yield from ((name, one) for one in response.json()["data"])
                address = response.headers.get("Next-Page", "")

    def snapshot(self) -> object:
        return list(self.records())

    def remove(self, token: str) -> None:
        for name, one in list(self.records()):
            if one["id"] == token:
                self.server.call("DELETE", f"{self.path(name)}/{token}")

    def change(self, token: str) -> None:
        for name, one in list(self.records()):
            if one["id"] == token:
                notes = f"{one['notes']} (gewijzigd)"
                self.server.call("PATCH", f"{self.path(name)}/{token}", {"notes": notes})

    def held(self) -> frozenset[str]:
        return frozenset(str(one["id"]) for _, one in self.records())

    def rest(self, tokens: Collection[str]) -> object:
        return [(name, one) for name, one in self.records() if one["id"] not in tokens]

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": self._read_only}

    @contextmanager
    def _read_only(self) -> Iterator[None]:
        for name in (FIRST, SECOND):
            self.allow(name, "read")
        yield
        for name in (FIRST, SECOND):
            self.allow(name, "write")

    @contextmanager
    def break_part(self) -> Iterator[None]:
        self.allow(SECOND)
        yield
        self.allow(SECOND, "write")

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        self.way.closed = True
        yield
        self.way.closed = False
