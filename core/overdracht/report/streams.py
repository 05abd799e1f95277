"""The long parts of the documents for machines: items with their files and files with their items, streamed."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import orjson

from overdracht.export import Haul
from overdracht.export.ledger import Entry
from overdracht.report.encoding import Json
from overdracht.report.facts import Facts

_BLOCK = 1 << 16


def separated(pieces: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """Yield the elements of a JSON array, each given in *pieces*."""
    for number, piece in enumerate(pieces):
        yield b",\n" if number else b"\n"
        yield from piece


def in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield *pieces* joined to blocks of a size worth writing."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def item_records(facts: Facts) -> Iterator[tuple[bytes]]:
    """Yield each item with the files it is in."""
    for entry, held in with_files(facts.haul):
        record = orjson.dumps(
            {
                "id": entry.id,
                "source": entry.source,
                "category": entry.category,
                "title": entry.title,
                "when": entry.at,
                "size": entry.size,
                "certainty": entry.certainty,
                "origin": entry.origin,
                "may_go_from": facts.ends(entry),
                "files": held,
            }
        )
        yield (record,)


def with_files(haul: Haul) -> Iterator[tuple[Entry, list[Json]]]:
    """Yield each item with the files that hold it: two sorted streams, merged."""
    holds = groupby(
        haul.ledger.rows(
            "SELECT h.item, f.path, h.line FROM holds h JOIN file f ON f.n = h.file ORDER BY h.item, f.lines IS NOT NULL, h.file, h.line"
        ),
        key=itemgetter(0),
    )
    number, same = next(holds, (None, iter(())))
    for entry in haul.ledger.entries():
        held: list[Json] = []
        if number == entry.n:
            held = [
                {"path": path} if line is None else {"path": path, "line": line}
                for _, path, line in same
            ]
            number, same = next(holds, (None, iter(())))
        yield entry, held


def file_records(haul: Haul) -> Iterator[Iterator[bytes]]:
    """Yield each file with the items it holds, in pieces: a table may hold them all."""
    holds = groupby(
        haul.ledger.rows(
            "SELECT h.file, i.id FROM holds h JOIN item i ON i.n = h.item ORDER BY h.file, h.item"
        ),
        key=itemgetter(0),
    )
    number, same = next(holds, (None, iter(())))
    for file in haul.ledger.files():
        record = {
            "path": file.path,
            "source": file.source,
            "media_type": file.media_type,
            "size": file.size,
            "sha512": file.sha512,
            **({} if file.lines is None else {"lines": file.lines}),
        }
        mine = number == file.n
        # Several lines of a table may be of one item, which then comes several times in a row.
        ids = (one for one, _ in groupby(row[1] for row in same)) if mine else iter(())
        yield _file(orjson.dumps(record)[:-1], ids)
        if mine:
            number, same = next(holds, (None, iter(())))


def _file(record: bytes, ids: Iterator[str]) -> Iterator[bytes]:
    yield record + b',"items":['
    for position, one in enumerate(ids):
        yield f'{"," if position else ""}"{one}"'.encode()
    yield b"]}"
