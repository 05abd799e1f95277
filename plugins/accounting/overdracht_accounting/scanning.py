"""Go through the texts of a table once, quickly, and give the rows in which somebody who is looked for may stand."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, column, func, select

from overdracht import Identifier
from overdracht_accounting.keys import key_of
from overdracht_accounting.labels import Finder
from overdracht_accounting.mapping import Table
from overdracht_accounting.prefilter import may_hold
from overdracht_accounting.rows import Question, condition, from_table, required
from overdracht_accounting.values import as_text, is_readable

ROWS = 2_000
"""Rows that are fetched at once."""
PACKED_ROWS = 16
"""The same where there are bytes in them, such as pictures: one may be large."""
TOGETHER = 100
"""Rows whose texts are searched as one: nearly all hold nothing, and one look at a long text is cheaper than many at short ones."""

STREAMED = {"stream_results": True}
"""Lets a database server hand out rows as they are read; of one statement, for said of a connection it would hold for its changes too."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that may mention somebody: the columns *by* which it is part of others and its *texts*, by column."""

    key: str
    by: dict[str, str | None]
    texts: dict[str, str]

    def parent(self, names: Sequence[str]) -> str | None:
        """Return the key in the columns *names* of what it is part of, None when there is none."""
        return key_of([self.by[one] for one in names])


class Scan:
    """The texts in the *columns* of *table*, and the columns *by* which its rows are part of others.

    Of the columns that are *packed* the database itself cannot search the text.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        by: Sequence[str] = (),
        where: str = "",
        packed: Collection[str] = (),
    ) -> None:
        self.unreadable: set[str] = set()
        """The columns that hold bytes which are no text; known when all has been gone through."""
        self._packed = frozenset(packed).intersection(columns)
        self._columns = tuple(columns)
        self._by = tuple(by)
        self._table = table
        self._key = len(table.key)
        source = from_table(table)
        names = (*table.key, *self._by, *self._columns)
        self._question: Question = select(*(column(name) for name in names)).select_from(source)
        if where:
            self._question = self._question.where(condition(where))

    def hits(
        self, connection: Connection, wanted: Iterable[Identifier], mentions: Finder
    ) -> Iterator[Hit]:
        """Yield the rows in which one of *wanted* stands, which *mentions* finds, or seems to."""
        question = self._question
        possible = may_hold(self._columns, wanted, connection.dialect.name, self._packed)
        if possible is not None:
            question = question.where(possible)
        first = self._key + len(self._by)
        size = PACKED_ROWS if self._packed else ROWS
        options = {**STREAMED, "max_row_buffer": size}
        with connection.execute(question, execution_options=options) as result:
            for rows in result.partitions(size):
                for start in range(0, len(rows), TOGETHER):
                    some = rows[start : start + TOGETHER]
                    text = _joined([one for row in some for one in row[first:]])
                    if self._packed or "\ufffd" in text:
                        self._note(some)
                    if any(mentions.found(text)):
                        yield from self._in(some, mentions)

    def _note(self, rows: Iterable[Sequence[object]]) -> None:
        """Note in which columns of *rows* there are bytes that are no text."""
        first = self._key + len(self._by)
        for row in rows:
            for name, value in zip(self._columns, row[first:], strict=True):
                if isinstance(value, bytes) and not is_readable(value):
                    self.unreadable.add(name)

    def _in(self, rows: Sequence[Sequence[object]], mentions: Finder) -> Iterator[Hit]:
        first = self._key + len(self._by)
        for row in rows:
            if any(mentions.found(_joined(row[first:]))):
                values = [_text(one) for one in row]
                texts = zip(self._columns, values[first:], strict=True)
                by = dict(zip(self._by, values[self._key : first], strict=True))
                found = {name: value for name, value in texts if value is not None}
                yield Hit(required(self._table, key_of(values[: self._key])), by, found)


def count(connection: Connection, table: Table) -> int:
    """Return how many rows *table* has."""
    asked = select(func.count()).select_from(from_table(table))
    return int(connection.execute(asked).scalar_one())


def _joined(values: Sequence[object]) -> str:
    try:
        return b"\n".join([one for one in values if one]).decode("utf-8", "replace")  # type: ignore[misc]
    except TypeError:
        return "\n".join([as_text(one) for one in values if one])


def _text(value: object) -> str | None:
    return None if value is None else as_text(value)
