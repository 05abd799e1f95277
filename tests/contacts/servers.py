"""Address books and calendars on a real Radicale as systems for the contract."""

import re
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from overdracht import Connector
from overdracht.testing import Record, RectifyingHarness
from overdracht_contacts.dav_settings import DavSettings
from overdracht_contacts.on_server import CalDavConnector, CardDavConnector, DavConnector
from tests.contacts.shelves import (
    APPOINTMENT_FIELDS,
    CARD_FIELDS,
    appointment,
    besides,
    calendar,
    card,
)
from tests.servers.radicale import PASSWORD, Radicale

UGLY = "Klanten 'Één' & <b>%41\\s;#?+"
"""As ugly a name as Radicale takes."""


class DavHarness(RectifyingHarness):
    """Two collections of a user's own."""

    many = 200
    most_at_once = 60
    secrets = (PASSWORD,)
    kind: ClassVar[type[DavConnector]]
    tag: ClassVar[str]
    suffix: ClassVar[str]
    fields: ClassVar[tuple[str, ...]]
    """The fields that can be corrected, and what the server sets itself."""

    def __init__(self, server: Radicale) -> None:
        self.server = server
        self.user = server.new_user()
        self.first = server.collection(self.user, "klanten", self.tag)
        self.second = server.collection(self.user, UGLY, self.tag)

    @abstractmethod
    def written(self, record: Record) -> bytes:
        """Return what a resource holds."""

    def connector(self) -> Connector[Any]:
        base = f"{self.server.url}{self.user}/"
        urls = (f"{base}klanten/", f"{base}{quote(UGLY)}/")
        settings = self.server.settings(self.user, url=urls)
        return self.kind("server", DavSettings.model_validate(settings))

    def fill(self, records: Iterable[Record]) -> None:
        for record in records:
            folder = self.second if record.second_part else self.first
            # The server itself takes no control characters in.
            content = re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", self.written(record))
            (folder / f"{record.token}{self.suffix}").write_bytes(content)

    @property
    def files(self) -> list[Path]:
        """All resources, in order."""
        return sorted((*self.first.glob(f"*{self.suffix}"), *self.second.glob(f"*{self.suffix}")))

    def snapshot(self) -> object:
        return {one.name: (one.read_bytes(), one.stat().st_mtime_ns) for one in self.files}

    def rest(self, tokens: Collection[str]) -> object:
        seen = self.snapshot()
        assert isinstance(seen, dict)
        return {name: state for name, state in seen.items() if Path(name).stem not in tokens}

    def held(self) -> frozenset[str]:
        return self.tokens(b"\n".join(one.read_bytes() for one in self.files))

    def _path(self, token: str) -> Path:
        return next(one for one in self.files if one.stem == token)

    def besides(self, token: str) -> object:
        return besides(self._path(token).read_bytes(), (*self.fields, "PRODID"))

    def remove(self, token: str) -> None:
        self._path(token).unlink()

    def change(self, token: str) -> None:
        path = self._path(token)
        path.write_bytes(
            path.read_bytes().replace(f":{token} ".encode(), f":{token} anders ".encode())
        )

    @contextmanager
    def break_part(self) -> Iterator[None]:
        self.server.permit(re.escape(UGLY).replace("%", "%%"))
        try:
            yield
        finally:
            self.server.permit()

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        self.server.stop()
        try:
            yield
        finally:
            self.server.start()

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": self._read_only}

    @contextmanager
    def _read_only(self) -> Iterator[None]:
        self.server.permit(permissions="Rr")
        try:
            yield
        finally:
            self.server.permit()


class CardDavHarness(DavHarness):
    """Address books."""

    kind = CardDavConnector
    tag = "VADDRESSBOOK"
    suffix = ".vcf"
    fields = CARD_FIELDS
    corrects = ("email", "phone", "customer", "name")
    known_by = ("email", "phone", "customer")
    holders = True

    def written(self, record: Record) -> bytes:
        return card(record)


class CalDavHarness(DavHarness):
    """Calendars."""

    kind = CalDavConnector
    tag = "VCALENDAR"
    suffix = ".ics"
    fields = APPOINTMENT_FIELDS
    corrects = ("email", "name")

    def written(self, record: Record) -> bytes:
        return calendar([appointment(record)])
