"""The account of an export: which items, which files, which item in which file, and what is missing.

It lies in a temporary database that has no name: SQLite makes it readable by this user alone, removes its name at once, and
the system frees it with the process, however that ends. So memory is the same for ten items and for a hundred thousand.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib.resources import files as resources
from itertools import islice
from typing import Any, NamedTuple, Self

from overdracht.export.encoding import encodable
from overdracht.export.order import Written
from overdracht.items import Item

_BATCH = 500
_REMEMBERED = 2_000
"""How many items a piece can come after and its item still be known without asking the database."""

_INSERT = {
    "item": "INSERT INTO item VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "file": "INSERT INTO file VALUES (?,?,?,?,?,?,?)",
    "holds": "INSERT INTO holds VALUES (?,?,?)",
    "line": "INSERT INTO line VALUES (?,?)",
}


class Entry(NamedTuple):
    """One item of the export."""

    n: int
    id: str
    source: str
    part: str
    category: str
    title: str
    at: str | None
    day: str | None
    size: int | None
    origin: str
    certainty: str
    third_parties: int
    ends: str | None


class FileEntry(NamedTuple):
    """One file of the export; *lines* is None when it is no table."""

    n: int
    path: str
    source: str
    media_type: str
    size: int
    sha512: str
    lines: int | None


class Listed(NamedTuple):
    """One item as a list shows it, with the file that was made for it."""

    day: str | None
    title: str
    part: str
    category: str
    size: int | None
    path: str | None


_LISTED = (
    "SELECT i.day, i.title, i.part, i.category, i.size, f.path FROM item i"
    " LEFT JOIN first_file o ON o.item = i.n LEFT JOIN file f ON f.n = o.file"
    " WHERE i.source = ? ORDER BY i.moment IS NULL, i.moment DESC, i.n LIMIT ?"
)
# A file of the item's own comes before a table that holds many.
_FIRST_FILES = (
    "INSERT INTO first_file SELECT h.item, min(h.file + (f.lines IS NOT NULL) * 4294967296) % 4294967296"
    " FROM holds h JOIN file f ON f.n = h.file GROUP BY h.item"
)
_ENTRY = (
    "n, id, source, part, category, title, at, day, size, origin, certainty, third_parties, ends"
)
_FILE = "n, path, source, media_type, size, sha512, lines"


def item_id(source: str, key: str) -> str:
    """Return what the item *key* of *source* is called in the bundle: always the same, and telling nothing."""
    named = f"{source}\0{key}".encode(errors="surrogatepass")
    return hashlib.sha256(named).hexdigest()[:20]


class Ledger:
    """Writes down an export as it happens, and tells it in any order afterwards. Close it when done."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(
            "PRAGMA temp_store=FILE; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-2048;"
        )
        schema = resources("overdracht.export").joinpath("schema.sql").read_text(encoding="utf-8")
        self._db.executescript(schema)
        self._db.execute("BEGIN")
        self._waiting: dict[str, list[tuple[object, ...]]] = {table: [] for table in _INSERT}
        self._recent: dict[tuple[str, str], int] = {}
        self._lines: dict[int, int] = {}
        self._covered = bytearray()
        self._files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add_item(self, source: str, item: Item, day: date | None, ends: date | None) -> int:
        """Write down *item* of *source*, which is of *day* and may go at *ends*; return its number."""
        number = len(self._covered)
        self._covered.append(0)
        if len(self._recent) >= _REMEMBERED:
            for old in list(islice(self._recent, _REMEMBERED // 2)):
                del self._recent[old]
        self._recent[source, item.key] = number
        when = item.when
        self._put(
            "item",
            number,
            item_id(source, item.key),
            source,
            encodable(item.part),
            item.category.value,
            encodable(item.title),
            when.isoformat() if when else None,
            day.isoformat() if day else None,
            when.timestamp() if when else None,
            item.size,
            item.origin.value,
            item.certainty.value,
            item.third_parties,
            item.is_contact,
            ends.isoformat() if ends else None,
        )
        return number

    def _put(self, table: str, *row: object) -> None:
        rows = self._waiting[table]
        rows.append(row)
        if len(rows) >= _BATCH:
            self._db.executemany(_INSERT[table], rows)
            rows.clear()

    def _settle(self) -> None:
        for table, rows in self._waiting.items():
            self._db.executemany(_INSERT[table], rows)
            rows.clear()

    def number(self, source: str, key: str) -> int | None:
        """Return the number of the item *key* of *source*, None when it is not part of the export."""
        found = self._recent.get((source, key))
        if found is None:
            self._settle()
            self._db.execute("CREATE INDEX IF NOT EXISTS item_id ON item (id)")
            row = self._db.execute(
                "SELECT n FROM item WHERE id=?", (item_id(source, key),)
            ).fetchone()
            found = None if row is None else int(row[0])
        return found

    def new_file(self) -> int:
        """Return the number of a file to be; `written` tells that it is there."""
        self._files += 1
        return self._files

    def written(self, file: int, source: str, written: Written, media_type: str) -> None:
        """Write down that *file*, made from *source*, stands in the bag."""
        lines = self._lines.pop(file, None)
        row = (written.path, source, encodable(media_type), written.size, written.sha512, lines)
        self._put("file", file, *row)

    def unwritten(self, file: int) -> None:
        """Write down that *file* did not come to be, after `hold` said what it would hold."""
        self._settle()
        self._db.execute("DELETE FROM holds WHERE file=?", (file,))
        self.forget_lines(file)

    def hold(self, file: int, numbers: Iterable[int], line: int | None = None) -> None:
        """Write down that *file* (in *line*, counted from 1) holds the items of these *numbers*."""
        for number in numbers:
            self._covered[number] = 1
            self._put("holds", number, file, line)

    def add_line(self, file: int, content: bytes) -> int:
        """Keep one line of the table *file* for `lines`, and return its number, counted from 1."""
        number = self._lines.get(file, 0) + 1
        self._lines[file] = number
        self._put("line", file, content)
        return number

    def lines(self, file: int) -> Iterator[bytes]:
        """Yield the lines of the table *file* in blocks."""
        self._settle()
        rows = self._db.execute("SELECT content FROM line WHERE file=? ORDER BY rowid", (file,))
        while block := rows.fetchmany(_BATCH):
            yield b"".join(row[0] for row in block)

    def forget_lines(self, file: int) -> None:
        """Let go of the lines of *file*."""
        self._lines.pop(file, None)
        self._db.execute("DELETE FROM line WHERE file=?", (file,))

    def add_gap(self, source: str, part: str, reason: str, item: int | None = None) -> None:
        """Write down that something of *source* could not be handed over."""
        if item is not None:
            self._covered[item] = 1
        self._db.execute(
            "INSERT INTO gap VALUES (?,?,?,?)", (source, encodable(part), encodable(reason), item)
        )

    def uncovered(self, since: int) -> Iterator[int]:
        """Yield the items from number *since* on that no file holds and no gap explains."""
        position = self._covered.find(0, since)
        while position >= 0:
            yield position
            position = self._covered.find(0, position + 1)

    @property
    def count(self) -> int:
        """How many items there are."""
        return len(self._covered)

    def delivered(self) -> dict[str, int]:
        """Return how many items of each source a file holds; a source without one is not named."""
        held = (
            "SELECT source, count(*) FROM item WHERE n IN (SELECT item FROM holds) GROUP BY source"
        )
        return dict(self.rows(held))

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield what the query *sql* gives."""
        self._settle()
        return iter(self._db.execute(sql, values))

    def entries(self, clause: str = "ORDER BY n", values: Sequence[object] = ()) -> Iterator[Entry]:
        """Yield the items that *clause* (of this program, never of a source) asks for."""
        sql = f"SELECT {_ENTRY} FROM item {clause}"  # noqa: S608 - columns and clauses are constants
        return map(Entry._make, self.rows(sql, values))

    def newest(self, source: str, most: int = -1) -> Iterator[Listed]:
        """Yield the items of *source*, newest first, *most* of them; call it when all files are written down."""
        if not next(self.rows("SELECT count(*) FROM first_file"))[0]:
            self.rows(_FIRST_FILES)
        return map(Listed._make, self.rows(_LISTED, (source, most)))

    def files(self) -> Iterator[FileEntry]:
        """Yield the files in the order in which they came."""
        return map(FileEntry._make, self.rows(f"SELECT {_FILE} FROM file ORDER BY n"))  # noqa: S608 - columns are constants
