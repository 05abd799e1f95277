"""Go through the texts of a table once, quickly, and give the rows in which somebody who is looked for may stand."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, column, select

from overdracht import Identifier, Mentions
from overdracht_accounting.mapping import Table
from overdracht_accounting.prefilter import may_hold
from overdracht_accounting.rows import Question, condition, from_table

ROWS = 2_000
"""Rows that are fetched at once."""
TOGETHER = 100
"""Rows whose texts are searched as one: nearly all hold nothing, and one look at a long text is cheaper than many at short ones."""

STREAMED = {"stream_results": True, "max_row_buffer": ROWS}
"""Lets a database server hand out rows as they are read; of one statement, for said of a connection it would hold for its changes too."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that may mention somebody: the *parents* that it is part of and its *texts*, by column."""

    key: str
    parents: dict[str, str]
    texts: dict[str, str]


class Scan:
    """The texts in the *columns* of *table*, and the columns *by* which its rows are part of others."""

    def __init__(
        self, table: Table, columns: Sequence[str], by: Sequence[str] = (), where: str = ""
    ) -> None:
        self._columns = tuple(columns)
        self._by = tuple(by)
        source = from_table(table)
        names = (table.key, *self._by, *self._columns)
        self._question: Question = select(*(column(name) for name in names)).select_from(source)
        if where:
            self._question = self._question.where(condition(where))

    def hits(
        self, connection: Connection, wanted: Iterable[Identifier], mentions: Mentions
    ) -> Iterator[Hit]:
        """Yield the rows in which one of *wanted* stands, which *mentions* finds, or seems to."""
        question = self._question
        possible = may_hold(self._columns, wanted, connection.dialect.name)
        if possible is not None:
            question = question.where(possible)
        first = 1 + len(self._by)
        with connection.execute(question, execution_options=STREAMED) as result:
            for rows in result.partitions(ROWS):
                for start in range(0, len(rows), TOGETHER):
                    some = rows[start : start + TOGETHER]
                    if any(mentions.found("\n".join([_joined(row[first:]) for row in some]))):
                        yield from self._in(some, mentions)

    def _in(self, rows: Sequence[Sequence[object]], mentions: Mentions) -> Iterator[Hit]:
        first = 1 + len(self._by)
        for row in rows:
            if any(mentions.found(_joined(row[first:]))):
                texts = {
                    name: str(value)
                    for name, value in zip(self._columns, row[first:], strict=True)
                    if value is not None
                }
                parents = {
                    name: str(value)
                    for name, value in zip(self._by, row[1:first], strict=True)
                    if value is not None
                }
                yield Hit(str(row[0]), parents, texts)


def _joined(values: Sequence[object]) -> str:
    return "\n".join([str(one) for one in values if one])
