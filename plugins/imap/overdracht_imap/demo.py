"""Write the mail part of the demo's world: a Maildir as Dovecot keeps one, and an older archive in mbox files."""

import os
import random
from collections.abc import Iterable
from datetime import datetime
from itertools import chain, groupby
from pathlib import Path

from imapclient.imap_utf7 import encode

from overdracht import World
from overdracht_imap.demo_conversations import Mail, calls, conversations, newsletters
from overdracht_imap.demo_oddities import oddities

EMPTY = ("Ongewenst", "Klanten.Nog niemand")
AGE_OF_ARCHIVE = 900
"""Days after which mail was moved to the mbox files."""

SOURCES = """\
# The mail server's own storage: every folder of the mailbox.
[sources.post]
connector = "mailfiles"
path = "post"

# What was put away years ago, one mbox file a year.
[sources.oud-archief]
connector = "mailfiles"
path = "oud-archief"
"""


def write_mail(world: World) -> str:
    """Write the archive below `world.directory` and return the TOML of the sources that read it."""
    chance = random.Random("Voorbeeld ICT")  # noqa: S311 - the same world every time is what is wanted
    mail = sorted(
        chain(
            conversations(world, chance),
            newsletters(world, chance),
            calls(world, chance),
            oddities(world, chance),
        ),
        key=lambda one: (one.when, one.content),
    )
    boundary = world.moment(AGE_OF_ARCHIVE)
    _write_maildir(world.directory / "post", [one for one in mail if one.when >= boundary])
    _write_mboxes(world.directory / "oud-archief", [one for one in mail if one.when < boundary])
    return SOURCES


def _write_maildir(root: Path, mail: Iterable[Mail]) -> None:
    for name in ("INBOX", *EMPTY):
        _folder(root, name)
    for number, one in enumerate(mail):
        file = f"{one.when.timestamp():.0f}.M{number:06}P77.voorbeeld,S={len(one.content)}"
        path = _folder(root, one.folder) / (
            f"cur/{file}:2,{one.flags}" if one.flags else f"new/{file}"
        )
        path.write_bytes(one.content)
        os.utime(path, (one.when.timestamp(),) * 2)


def _folder(root: Path, name: str) -> Path:
    """Return the Maildir of a folder, made if need be: Maildir++ keeps `A.B` in `.A.B`, in modified UTF-7."""
    folder = root if name == "INBOX" else root / f".{encode(name).decode()}"
    for inside in ("cur", "new", "tmp"):
        (folder / inside).mkdir(parents=True, exist_ok=True)
    return folder


def _write_mboxes(root: Path, mail: Iterable[Mail]) -> None:
    root.mkdir()
    for year, letters in groupby(mail, key=lambda one: one.when.year):
        path, last = root / f"{year}.mbox", 0.0
        with path.open("wb") as file:
            for one in letters:
                file.write(_mboxrd(one.content, one.when))
                last = one.when.timestamp()
        os.utime(path, (last, last))


def _mboxrd(content: bytes, when: datetime) -> bytes:
    lines = (
        b">" + line if line.lstrip(b">").startswith(b"From ") else line
        for line in content.splitlines(keepends=True)
    )
    return (
        f"From archief@voorbeeld-ict.example {when:%a %b %d %H:%M:%S %Y}\n".encode()
        + b"".join(lines)
        + b"\n"
    )
