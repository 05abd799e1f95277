"""Logs as a system for the contract: an access log and a mail log, plain or packed, written as nginx and rsyslog write them."""

import bz2
import gzip
import lzma
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

import zstandard

from overdracht import Connector
from overdracht.testing import ErasingHarness, Record
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.settings import ServerLogsSettings
from tests.serverlogs.entry_harness import TOKEN, away, read, state
from tests.servers.permissions import unreadable, unwritable

UGLY = 'mail "Één" & <b>%s\\ \u202e.log'

PACK: Mapping[str, Callable[[bytes], bytes]] = {
    "": lambda text: text,
    ".1.gz": gzip.compress,
    ".1.zst": zstandard.ZstdCompressor().compress,
    ".1.xz": lambda text: lzma.compress(text, preset=0),
    ".1.bz2": bz2.compress,
}
UNPACK: Mapping[str, Callable[[bytes], bytes]] = {
    "": lambda packed: packed,
    ".1.gz": gzip.decompress,
    ".1.zst": lambda packed: (
        zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True).read()
    ),
    ".1.xz": lzma.decompress,
    ".1.bz2": bz2.decompress,
}


def escaped(text: str) -> str:
    """Return *text* as nginx writes what a visitor sent."""
    return "".join(
        f"\\x{byte:02X}" if byte < 32 or byte > 126 or byte in b'"\\' else chr(byte)
        for byte in text.encode("utf-8", "replace")
    )


def access_line(record: Record) -> bytes:
    """Return *record* as a request of a person who had logged in."""
    person = record.person
    return (
        f"192.0.2.{int(record.token[3:]) % 250} - {person.email} [{record.when:%d/%b/%Y:%H:%M:%S %z}]"
        f' "GET /{record.token}?t={escaped(record.title).replace(" ", "+")} HTTP/1.1" 200 512'
        f' "-" "{escaped(record.text)}"\n'
    ).encode()


def mail_line(record: Record) -> bytes:
    """Return *record* as a mail that a person handed in."""
    text = record.text.replace("\n", "#012").replace("\r", "#015")
    return (
        f"{record.when.isoformat()} mx1 postfix/smtpd[77]: {record.token}: client=unknown[192.0.2.9],"
        f" sasl_method=LOGIN, sasl_username={record.person.email} {text}\n"
    ).encode("utf-8", "replace")


class LogsHarness(ErasingHarness):
    """Two logs; the first has the suffix *suffix*, which says how it is packed."""

    parties = False
    batch: ClassVar[int] = 8 << 20
    """It searches a megabyte at a time, and reads packed text in stretches."""

    def __init__(self, directory: Path, suffix: str = "") -> None:
        self.root = directory / "log"
        self.root.mkdir()
        self.suffix = suffix
        self.files = (self.root / f"access.log{suffix}", self.root / UGLY)
        self.files[0].write_bytes(PACK[suffix](b"") if suffix else b"")
        self.files[1].touch()

    def fill(self, records: Iterable[Record]) -> None:
        records = tuple(records)
        first = b"".join(access_line(one) for one in records if not one.second_part)
        if first:
            with self.files[0].open("ab") as file:
                file.write(PACK[self.suffix](first))
        with self.files[1].open("ab") as file:
            file.write(b"".join(mail_line(one) for one in records if one.second_part))

    def connector(self) -> Connector[Any]:
        family = {"paths": [str(self.root / "*.log*")]}
        return ServerLogs("logs", ServerLogsSettings.model_validate({"logs": [family]}))

    def snapshot(self) -> object:
        return state(self.root)

    def _texts(self) -> list[bytes]:
        return [UNPACK[self.suffix](read(self.files[0])), read(self.files[1])]

    def _write(self, made: Callable[[bytes], bytes]) -> None:
        for path, text, pack in zip(
            self.files, self._texts(), (PACK[self.suffix], PACK[""]), strict=True
        ):
            after = b"".join(map(made, text.splitlines(keepends=True)))
            if after != text:
                path.write_bytes(pack(after))

    def remove(self, token: str) -> None:
        self._write(lambda line: b"" if token.encode() in line else line)

    def change(self, token: str) -> None:
        self._write(lambda line: line.replace(token.encode(), token.encode() + b"x"))

    def held(self) -> frozenset[str]:
        return frozenset(one.decode() for text in self._texts() for one in TOKEN.findall(text))

    def rest(self, tokens: Collection[str]) -> object:
        gone = [one.encode() for one in tokens]
        return [
            [one for one in text.splitlines(keepends=True) if not any(t in one for t in gone)]
            for text in self._texts()
        ]

    def obstacles(self) -> Mapping[str, Callable[[], AbstractContextManager[None]]]:
        return {"read-only": lambda: unwritable(self.root)}

    def break_part(self) -> AbstractContextManager[None]:
        return unreadable(self.files[1])

    def break_whole(self) -> AbstractContextManager[None]:
        return away(self.root)
