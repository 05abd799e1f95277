#!/usr/bin/env python3
"""Zet de berichten uit deze map op een IMAP-server, met vlaggen en ontvangstdatum. (English below.)

    python3 importeer_mail.py mail.voorbeeld.example jan@voorbeeld.example

Alleen Python 3.8 of nieuwer is nodig. Het wachtwoord wordt gevraagd, of staat in de omgevingsvariabele IMAP_PASSWORD. De verbinding
is versleuteld. Wordt het afgebroken, start het dan opnieuw: wat er al staat wordt overgeslagen.

Put the messages of this folder on an IMAP server, with their flags and the date of receipt. Needs nothing but Python 3.8 or newer. The
password is asked for, or taken from the environment variable IMAP_PASSWORD. When it breaks off, start it again: what is there is skipped.
"""
# ruff: noqa: T201, TRY301, UP006, UP031, UP035, UP045 - a program of its own: it prints, in one place says what stops it, fills in two languages, and runs on Python 3.8

from __future__ import annotations

import argparse
import base64
import getpass
import hashlib
import imaplib
import ipaddress
import json
import os
import re
import socket
import ssl
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

Record = Dict[str, Any]

INDEX = "index.jsonl"
KEYS = ("path", "folder", "flags", "internal_date", "message_id", "sha256", "size")
PLAIN_ID = re.compile(r"<[!-~]{3,900}>\Z")
FLAG = re.compile(r"\\?[A-Za-z0-9$_.&!#'+,/:;<=>?@^`|~-]+\Z")
setattr(imaplib, "_MAXLINE", 100_000_000)  # noqa: B010 - a folder with very many messages answers on one long line


class Failed(Exception):
    """What stops the whole import, in one line."""


def say(dutch: str, english: str) -> str:
    """Return a message in the language of the environment."""
    return dutch if os.environ.get("LANG", "nl").lower().startswith("nl") else english


def encoded(name: str) -> str:
    """Return a folder's name in modified UTF-7 (RFC 3501, 5.1.3)."""
    parts = []
    for plain, other in re.findall(r"([\x20-\x7e]+)|([^\x20-\x7e]+)", name):
        if plain:
            parts.append(plain.replace("&", "&-"))
        else:
            packed = base64.b64encode(other.encode("utf-16-be")).decode().rstrip("=")
            packed = packed.replace("/", ",")
            parts.append(f"&{packed}-")
    return "".join(parts)


def quoted(name: str) -> str:
    """Return a name as an IMAP string."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def records(directory: Path) -> Iterator[Record]:
    """Yield the lines of the index."""
    try:
        with (directory / INDEX).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    record = json.loads(line)
                    missing = [key for key in KEYS if key not in record]
                    if missing:
                        raise ValueError(missing[0])
                    yield record
                except (ValueError, TypeError):
                    raise Failed(
                        say("regel %d van %s is beschadigd", "line %d of %s is damaged")
                        % (number, INDEX)
                    ) from None
    except OSError as error:
        raise Failed(
            say("%s kan niet worden gelezen: %s", "%s cannot be read: %s") % (INDEX, error.strerror)
        ) from None


def content(directory: Path, record: Record) -> bytes:
    """Return the message of a record, which must be the one that was exported."""
    path: Path = (directory / record["path"]).resolve()
    if directory.resolve() not in path.parents:
        raise Failed(say("%r ligt buiten deze map", "%r is outside this folder") % record["path"])
    try:
        message = path.read_bytes()
    except OSError as error:
        raise Failed("%s: %s" % (record["path"], error.strerror)) from None
    if hashlib.sha256(message).hexdigest() != record["sha256"]:
        raise Failed(say("%s is beschadigd", "%s is damaged") % record["path"])
    return message


class Server:
    """The account the messages go to."""

    def __init__(self, options: argparse.Namespace) -> None:
        context = ssl.create_default_context(cafile=options.ca_file)
        port = options.port or (993 if options.tls == "tls" else 143)
        self.imap: Any  # the answers of imaplib are of many shapes
        if options.tls == "tls":
            self.imap = imaplib.IMAP4_SSL(options.host, port, ssl_context=context)
        else:
            self.imap = imaplib.IMAP4(options.host, port)
            if options.tls == "starttls":
                self.imap.starttls(context)
        self.separator = "/"

    def login(self, username: str, password: str) -> None:
        """Log in; in base64 where the server takes that, since LOGIN is for ASCII only."""
        if "AUTH=PLAIN" in self.imap.capabilities:
            self.imap.authenticate("PLAIN", lambda _: ("\0%s\0%s" % (username, password)).encode())
        else:
            self.imap.login(username, password)
        status, answer = self.imap.list('""', '""')
        found = (
            re.match(rb'\([^)]*\) (?:"(\\?.)"|NIL)', answer[0] or b"") if status == "OK" else None
        )
        if found and found.group(1):
            self.separator = found.group(1)[-1:].decode("latin-1")

    def open(self, folder: str) -> str:
        """Make the folder if it is not there, and return its messages: size and digest → how many."""
        name = quoted(encoded(folder))
        if self.imap.select(name, readonly=True)[0] != "OK":
            self.imap.create(name)
            self.imap.subscribe(name)
            status, answer = self.imap.select(name, readonly=True)
            if status != "OK":
                raise Failed(
                    say("map %r kan niet worden gemaakt: %r", "folder %r cannot be made: %r")
                    % (folder, answer[0])
                )
        return name

    def present(self) -> Iterator[Tuple[str, int, str]]:
        """Yield UID, size and Message-ID of each message in the open folder; an empty id when it has no plain one."""
        _, answer = self.imap.uid(
            "FETCH", "1:*", "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])"
        )
        for at, part in enumerate(answer):
            if not isinstance(part, tuple):
                continue
            # What does not come before the header section comes after it.
            told = part[0] + (answer[at + 1] if isinstance(answer[at + 1], bytes) else b"")
            uid, size = re.search(rb"UID (\d+)", told), re.search(rb"RFC822\.SIZE (\d+)", told)
            if uid and size:
                _, _, value = part[1].decode("latin-1").partition(":")
                yield (
                    uid.group(1).decode(),
                    int(size.group(1)),
                    value.strip() if PLAIN_ID.match(value.strip()) else "",
                )

    def digest(self, uid: str) -> str:
        """Return the digest of a message of the open folder."""
        answer = self.imap.uid("FETCH", uid, "(BODY.PEEK[])")[1]
        return next(
            (hashlib.sha256(part[1]).hexdigest() for part in answer if isinstance(part, tuple)), ""
        )

    def append(self, name: str, record: Record, message: bytes) -> None:
        """Put a message in a folder."""
        flags = [
            flag for flag in record["flags"] if FLAG.match(flag) and flag.lower() != "\\recent"
        ]
        date = internal_date(record["internal_date"])
        status, answer = self.literally(name, flags, date, message)
        if status != "OK" and any(not flag.startswith("\\") for flag in flags):
            # Not every server keeps keywords of one's own.
            flags = [flag for flag in flags if flag.startswith("\\")]
            status, answer = self.literally(name, flags, date, message)
        if status != "OK":
            raise Failed(
                say("%s wordt geweigerd: %r", "%s is refused: %r") % (record["path"], answer[0])
            )

    def literally(
        self, name: str, flags: List[str], date: Optional[str], message: bytes
    ) -> Tuple[str, List[Any]]:
        """Append the bytes as they are: imaplib's own `append` would change single CR and LF."""
        self.imap.literal = message
        parts = [name, f"({' '.join(flags)})"] + ([date] if date else [])
        status, answer = self.imap._simple_command("APPEND", *parts)  # noqa: SLF001 - see above
        return status, answer


def internal_date(text: Optional[str]) -> Optional[str]:
    """Return a date as IMAP writes it; the names of months are English whatever the locale."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[moment.month - 1]  # noqa: SIM905
    offset = moment.strftime("%z") or "+0000"
    return '"%02d-%s-%04d %02d:%02d:%02d %s"' % (
        moment.day, month, moment.year, moment.hour, moment.minute, moment.second, offset[:5],
    )  # fmt: skip


class Present:
    """What the open folder holds already: each message stands for one of the index."""

    def __init__(self, server: Server) -> None:
        self.counts: Counter[Tuple[str, int]] = Counter()
        unnamed = []
        for uid, size, message_id in server.present():
            if message_id:
                self.counts[message_id, size] += 1
            else:
                unnamed.append((uid, size))
        for uid, size in unnamed:
            self.counts[server.digest(uid), size] += 1

    def take(self, record: Record) -> bool:
        """Say whether the record's message is there, and do not count it again."""
        name = (
            record["message_id"] if PLAIN_ID.match(record["message_id"] or "") else record["sha256"]
        )
        there = self.counts[name, record["size"]] > 0
        self.counts[name, record["size"]] -= there
        return there


def folder_name(record: Record, separator: str) -> str:
    """Return the folder of a record as this server separates its levels."""
    own = record.get("separator", "/")
    levels = record["folder"].split(own) if own else [record["folder"]]
    return (separator or "/").join(
        level.replace(separator, "_") if separator else level for level in levels
    )


def import_all(directory: Path, server: Server, prefix: str) -> Tuple[int, int]:
    """Import what is not there yet; return how many were added and how many were there."""
    by_folder: Dict[str, List[Record]] = {}
    for record in records(directory):
        by_folder.setdefault(folder_name(record, server.separator), []).append(record)
    added = there = 0
    for folder in sorted(by_folder):
        name = server.open(prefix + folder)
        present = Present(server)
        missing = []
        for record in by_folder[folder]:
            if present.take(record):
                there += 1
            else:
                missing.append(record)
        for record in missing:
            server.append(name, record, content(directory, record))
            added += 1
        print(
            "%s: %d" % (folder.encode("unicode_escape").decode(), len(by_folder[folder])),
            file=sys.stderr,
        )
    return added, there


def is_loopback(host: str) -> bool:
    """Say whether the host is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def arguments(given: Optional[List[str]]) -> argparse.Namespace:
    """Return what was asked on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("host", help="de mailserver / the mail server")
    parser.add_argument("username", help="de gebruikersnaam / the user name")
    parser.add_argument("--port", type=int)
    parser.add_argument(
        "--tls", choices=("tls", "starttls", "none"), default="tls",
        help="none: onversleuteld, alleen op deze computer / in the clear, only on this machine",
    )  # fmt: skip
    parser.add_argument(
        "--ca-file",
        help="certificaat van een eigen instantie (PEM) / certificate of an authority of your own",
    )
    parser.add_argument(
        "--prefix",
        default="",
        help="komt voor elke mapnaam / goes before every folder's name, e.g. Import/",
    )
    options = parser.parse_args(given)
    if options.tls == "none" and not is_loopback(options.host):
        parser.error(
            say(
                "--tls none mag alleen naar deze computer zelf",
                "--tls none is only for this machine itself",
            )
        )
    return options


def main(given: Optional[List[str]] = None) -> int:
    """Import, and say in one line how it ended."""
    options = arguments(given)
    socket.setdefaulttimeout(300)
    directory = Path(__file__).resolve().parent
    try:
        server = Server(options)
        try:
            asked = say("Wachtwoord: ", "Password: ")
            server.login(
                options.username, os.environ.get("IMAP_PASSWORD") or getpass.getpass(asked)
            )
            added, there = import_all(directory, server, options.prefix)
        finally:
            server.imap.shutdown()
    except (Failed, OSError, imaplib.IMAP4.error) as error:
        print(say("Mislukt: %s", "Failed: %s") % error, file=sys.stderr)
        print(
            say("Start het opnieuw om verder te gaan.", "Start it again to go on."), file=sys.stderr
        )
        return 1
    print(
        say("%d toegevoegd, %d stonden er al.", "%d added, %d were there already.") % (added, there)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
