"""Bundles to test with: small ones with a little of everything, for fictitious people."""

import random
from datetime import UTC, datetime
from pathlib import Path

from overdracht.bundle import BagWriter, create
from overdracht.seal import Lock, NoLock, SigningKey

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TOP = "inzage-2026-014"
PASSPHRASE = "de zeven kalme reigers"
ZIP_PASSWORD = "zeven-kalme-reigers-2026"

LETTER = "From: Zoë Özdemir <zoe@reigershof.example>\r\nSubject: Opzegging\r\n\r\nGraag per 1 januari.\r\n".encode()
FILES: dict[str, bytes] = {
    "LEESMIJ.txt": b"Dit is een inzage, geen factuur.\n",
    "overview.json": b"{}\n",
    "data/mailarchief/INBOX/000001.eml": LETTER,
    "data/mailarchief/Verzonden items/000002.eml": LETTER * 40,
    "data/mailarchief/Verzonden items/index.jsonl": b'{"uid": 2}\n',
    "data/mailarchief/café Zoë/leeg.eml": b"",
}


def clock() -> datetime:
    """Tell the one time of these tests."""
    return WHEN


def fill(bag: BagWriter) -> None:
    """Put a little of everything into *bag*."""
    for path, content in FILES.items():
        bag.add(path, content)


def make(destination: Path, lock: Lock | None = None, signer: SigningKey | None = None) -> Path:
    """Make a bundle at *destination*; without a *lock* it is a plain zip."""
    with create(
        destination,
        TOP,
        signer=signer or SigningKey.generate(),
        lock=lock or NoLock(),
        clock=clock,
    ) as bag:
        fill(bag)
    return destination


def dice(seed: int) -> random.Random:
    """Return dice that fall the same at every run."""
    return random.Random(seed)  # noqa: S311 - chooses what to break, protects nothing
