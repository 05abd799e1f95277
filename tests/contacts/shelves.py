"""Address books, calendars and notes as systems for the contract."""

import hashlib
import os
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, ClassVar

from overdracht import Connector
from overdracht.testing import Record, RectifyingHarness
from overdracht_contacts.contentlines import content_lines, escaped, folded
from overdracht_contacts.on_disk import (
    CalendarFilesConnector,
    FilesConnector,
    NotesConnector,
    VcardFilesConnector,
)
from overdracht_contacts.places import FilesSettings
from tests.servers.permissions import unreadable, unwritable

UGLY = 'Klanten "Één" & <b>%s\\ \u202etxt.exe'
"""The name of the second part."""


def card(record: Record) -> bytes:
    """Return *record* as its person's card."""
    person = record.person
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{record.token}",
        f"FN:{escaped(person.name)}",
        f"N:{escaped(person.name)};;;;",
        *(f"EMAIL;TYPE=INTERNET:{one}" for one in person.emails),
        f"TEL;TYPE=CELL:{person.phone}" if person.phone else "",
        f"X-KLANTNUMMER:{person.customer}" if person.customer else "",
        f"TITLE:{escaped(record.title)}",
        f"NOTE:{escaped(record.token + ' ' + record.text)}",
        f"REV:{record.when.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        "END:VCARD",
    ]
    return b"".join(folded(line) for line in lines if line)


def appointment(record: Record) -> bytes:
    """Return *record* as an appointment with its person, as an entry of a calendar."""
    person = record.person
    lines = [
        "BEGIN:VEVENT",
        f"UID:{record.token}",
        f"DTSTAMP:{record.when.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{record.when.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{escaped(record.title)}",
        f'ATTENDEE;CN="{person.name}":mailto:{person.email}',
        f"DESCRIPTION:{escaped(record.token + ' ' + record.text)}",
        "END:VEVENT",
    ]
    return b"".join(folded(line) for line in lines)


def calendar(entries: Iterable[bytes]) -> bytes:
    """Return a calendar of *entries*."""
    return b"".join(
        (
            b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//kit//\r\n",
            b"BEGIN:VTIMEZONE\r\nTZID:Europe/Amsterdam\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\n",
            b"TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n",
            *entries,
            b"END:VCALENDAR\r\n",
        )
    )


def note(record: Record) -> bytes:
    """Return *record* as a note about its person."""
    person = record.person
    head = f"klant: {person.name} <{person.email}>\ndatum: {record.when.isoformat()}\n"
    return f"---\n{head}---\n\n# {record.title}\n\n{record.token}: {record.text}\n".encode()


def besides(content: bytes, names: Collection[str]) -> list[str]:
    """Return the lines of a card or calendar but for the fields of these *names*, however they are folded or ordered."""
    lines = content_lines(content)
    return sorted(
        f"{one.group}.{one.name}{sorted(one.given)}:{one.text}"
        for one in lines
        if one.name not in names and one.raw.strip()
    )


CARD_FIELDS = ("EMAIL", "TEL", "FN", "N", "X-KLANTNUMMER")
APPOINTMENT_FIELDS = ("ATTENDEE",)


class FolderHarness(RectifyingHarness):
    """A folder with a folder in it."""

    many = 250
    most_at_once = 60
    batch = 1 << 20
    """It holds a file at a time."""
    kind: ClassVar[type[FilesConnector]]

    def __init__(self, directory: Path) -> None:
        self.root = directory / "map"
        self.second = self.root / UGLY
        self.second.mkdir(parents=True)

    def connector(self) -> Connector[Any]:
        return self.kind("boek", FilesSettings.model_validate({"path": self.root}))

    def folder(self, record: Record) -> Path:
        """Return where *record* goes."""
        return self.second if record.second_part else self.root

    @property
    def files(self) -> list[Path]:
        """All files, in order."""
        return [one for one in sorted(self.root.rglob("*")) if one.is_file()]

    def snapshot(self) -> object:
        return {str(one.relative_to(self.root)): (_digest(one), *_times(one)) for one in self.files}

    def break_part(self) -> AbstractContextManager[None]:
        return unreadable(self.second)

    @contextmanager
    def break_whole(self) -> Iterator[None]:
        away = self.root.with_name("away")
        self.root.rename(away)
        try:
            yield
        finally:
            away.rename(self.root)

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"no permission": self._both_unwritable}

    @contextmanager
    def _both_unwritable(self) -> Iterator[None]:
        with unwritable(self.second, self.root):
            yield

    def held(self) -> frozenset[str]:
        return self.tokens(b"\n".join(map(_content, self.files)))


class OneEachHarness(FolderHarness):
    """A file for each record."""

    suffix: ClassVar[str]

    @abstractmethod
    def written(self, record: Record) -> bytes:
        """Return what a file holds."""

    def fill(self, records: Iterable[Record]) -> None:
        for record in records:
            (self.folder(record) / f"{record.token}{self.suffix}").write_bytes(self.written(record))

    def _path(self, token: str) -> Path:
        return next(self.root.rglob(f"{token}{self.suffix}"))

    def besides(self, token: str) -> object:
        return self.without_fields(_content(self._path(token)))

    @abstractmethod
    def without_fields(self, content: bytes) -> object:
        """Return *content* but for the fields that can be corrected."""

    def remove(self, token: str) -> None:
        self._path(token).unlink()

    def rest(self, tokens: Collection[str]) -> object:
        seen = self.snapshot()
        assert isinstance(seen, dict)
        return {name: state for name, state in seen.items() if Path(name).stem not in tokens}

    def change(self, token: str) -> None:
        path = self._path(token)
        path.write_bytes(path.read_bytes().replace(token.encode(), f"{token} anders".encode()).replace(f"UID:{token} anders".encode(), f"UID:{token}".encode()))  # fmt: skip


class CardFolderHarness(OneEachHarness):
    """A folder with a card a file."""

    kind = VcardFilesConnector
    corrects = ("email", "phone", "customer", "name")
    suffix = ".vcf"
    known_by = ("email", "phone", "customer")
    holders = True

    def without_fields(self, content: bytes) -> object:
        return besides(content, CARD_FIELDS)

    def written(self, record: Record) -> bytes:
        return card(record)


class NotesHarness(OneEachHarness):
    """A folder of notes."""

    kind = NotesConnector
    corrects = ("email", "name")
    suffix = ".md"

    def without_fields(self, content: bytes) -> object:
        return [one for one in content.splitlines() if not one.startswith(b"klant:")]

    def written(self, record: Record) -> bytes:
        return note(record)


class AppointmentFolderHarness(OneEachHarness):
    """A folder with an appointment a file, as vdirsyncer keeps one."""

    kind = CalendarFilesConnector
    corrects = ("email", "name")
    suffix = ".ics"

    def without_fields(self, content: bytes) -> object:
        return besides(content, APPOINTMENT_FIELDS)

    def written(self, record: Record) -> bytes:
        return calendar([appointment(record)])


class BundledHarness(FolderHarness):
    """One file with many things in each folder."""

    name: ClassVar[str]
    begin: ClassVar[bytes]
    end: ClassVar[bytes]

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        for folder in (self.root, self.second):
            (folder / self.name).write_bytes(self.joined([]))

    @abstractmethod
    def joined(self, things: list[bytes]) -> bytes:
        """Return a file of *things*."""

    @abstractmethod
    def written(self, record: Record) -> bytes:
        """Return one thing."""

    @abstractmethod
    def without_fields(self, content: bytes) -> object:
        """Return *content* but for the fields that can be corrected."""

    def besides(self, token: str) -> object:
        (thing,) = (
            one
            for folder in (self.root, self.second)
            for one in self.things(folder)
            if token.encode() in one
        )
        return self.without_fields(thing)

    def things(self, folder: Path) -> list[bytes]:
        """Return the things in the file of *folder*."""
        path = folder / self.name
        parts = _content(path).split(self.begin)[1:] if path.exists() else []
        return [self.begin + one.partition(self.end)[0] + self.end for one in parts]

    def _write(self, folder: Path, things: list[bytes]) -> None:
        (folder / self.name).write_bytes(self.joined(things))

    def fill(self, records: Iterable[Record]) -> None:
        more: dict[Path, list[bytes]] = {self.root: [], self.second: []}
        for record in records:
            more[self.folder(record)].append(self.written(record))
        for folder, things in more.items():
            if things:
                self._write(folder, self.things(folder) + things)

    def remove(self, token: str) -> None:
        for folder in (self.root, self.second):
            there = self.things(folder)
            kept = [one for one in there if token.encode() not in one]
            if len(kept) < len(there):
                self._write(folder, kept)

    def rest(self, tokens: Collection[str]) -> object:
        return {
            str(folder): [one for one in self.things(folder) if not self.tokens(one) & set(tokens)]
            for folder in (self.root, self.second)
        }

    def change(self, token: str) -> None:
        for folder in (self.root, self.second):
            there = self.things(folder)
            changed = [
                one.replace(f":{token} ".encode(), f":{token} anders ".encode()) for one in there
            ]
            if changed != there:
                self._write(folder, changed)


class CardFileHarness(BundledHarness):
    """A file with many cards in each folder."""

    kind = VcardFilesConnector
    corrects = ("email", "phone", "customer", "name")
    known_by = ("email", "phone", "customer")
    holders = True
    name = "kaarten.vcf"
    begin, end = b"BEGIN:VCARD\r\n", b"END:VCARD\r\n"

    def joined(self, things: list[bytes]) -> bytes:
        return b"".join(things)

    def without_fields(self, content: bytes) -> object:
        return besides(content, CARD_FIELDS)

    def written(self, record: Record) -> bytes:
        return card(record)


class CalendarFileHarness(BundledHarness):
    """A file with many appointments in each folder."""

    kind = CalendarFilesConnector
    corrects = ("email", "name")
    name = "agenda.ics"
    begin, end = b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n"

    def joined(self, things: list[bytes]) -> bytes:
        return calendar(things)

    def without_fields(self, content: bytes) -> object:
        return besides(content, APPOINTMENT_FIELDS)

    def written(self, record: Record) -> bytes:
        return appointment(record)


def _times(path: Path) -> tuple[int, ...]:
    status = path.stat()
    return status.st_ino, status.st_mode, status.st_mtime_ns, status.st_atime_ns


def _digest(path: Path) -> str:
    return hashlib.sha256(_content(path)).hexdigest()


def _content(path: Path) -> bytes:
    """Return what is in a file without changing the time of its last reading."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOATIME", 0))
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
