"""Tell by their names which files beside a book are its logs and copies, and which look like one and nobody can be sure."""

import re
from collections.abc import Iterator
from pathlib import Path

DATED = re.compile(r".+\.(\d{14})\.(log|gnucash|xac)")
"""A log or a copy, as GnuCash names them."""
_OWN = re.compile(r"-(?:wal|shm|journal)|\.LCK|\.\w+\.LNK|\.LNK")
"""What SQLite and GnuCash lay beside a book while it is open, behind its name."""
_MADE = r"(?:[~#]+|[.~_-](?:bak|backup|old|orig|save|kopie|copy|gz|bz2|xz|zst|zip|7z|age|gpg|\d+))+"
_LIKE = re.compile(rf".*(?:\.gnucash|\.xac|\.\d{{14}}\.log){_MADE}", re.IGNORECASE)
_SAME_STEM = re.compile(
    rf"(?:\W.*)?(?:\.gnucash|\.xac|\.xml|\.sqlite3?)(?:{_MADE})?|{_MADE}", re.IGNORECASE
)


def known(book: Path | None, logs: Path | None) -> Iterator[Path]:
    """Yield the logs and copies of *book*, also from when it was kept in a file of another kind, and those in the directory *logs*."""
    if book is not None:
        for path in _in(book.parent):
            if path.name.startswith(f"{book.stem}.") and DATED.fullmatch(path.name):
                yield path
    if logs is not None and (book is None or logs != book.parent):
        yield from (one for one in _in(logs) if DATED.fullmatch(one.name))


def unsure(book: Path | None, logs: Path | None) -> Iterator[Path]:
    """Yield the files that look like a log or a copy of a book and are not among the known ones."""
    taken = {book, *known(book, logs)}
    directories = dict.fromkeys(one for one in (book.parent if book else None, logs) if one)
    for directory in directories:
        for path in _in(directory):
            if path not in taken and _looks_like_one(path, book):
                yield path


def _looks_like_one(path: Path, book: Path | None) -> bool:
    name = path.name
    if DATED.fullmatch(name) or _LIKE.fullmatch(name):
        return True
    if book is None or not name.startswith(book.stem):
        return False
    if name.startswith(book.name) and _OWN.fullmatch(name.removeprefix(book.name)):
        return False
    return _SAME_STEM.fullmatch(name.removeprefix(book.stem)) is not None


def _in(directory: Path) -> Iterator[Path]:
    yield from (one for one in sorted(directory.iterdir()) if not one.is_dir())
