"""Take what one connector hands over, and put it into the bag, the tables, or the account of what is missing."""

from collections.abc import Callable, Iterable

from overdracht.errors import BundleError, OverdrachtError, PathRefused
from overdracht.export.encoding import encoded
from overdracht.export.ledger import Ledger
from overdracht.export.order import Bag, Exported
from overdracht.export.room import check_room
from overdracht.export.spool import Content, fetched
from overdracht.items import File, Gap, Line, Piece

Listener = Callable[[Exported], None]

_EVERY = 100
UNASKED = "the connector offered a file with items that were not asked for; it was left out"
UNFIT = "the connector offered a file under an unsafe name, or a second one of that name; it was left out"


class Delivery:
    """Takes the pieces of one source."""

    def __init__(
        self, bag: Bag, ledger: Ledger, source: str, folder: str, listen: Listener
    ) -> None:
        self._bag = bag
        self._ledger = ledger
        self._source = source
        self._folder = folder
        self._listen = listen
        self._tables: dict[str, int] = {}
        self._first = ledger.count
        self._files = self._size = 0

    def take(self, pieces: Iterable[Piece]) -> None:
        """Take all *pieces*, then write the tables."""
        for count, piece in enumerate(pieces, 1):
            if isinstance(piece, Gap):
                number = self._ledger.number(self._source, piece.key) if piece.key else None
                self._ledger.add_gap(self._source, piece.part, piece.reason, number)
            else:
                self._take(piece)
            if count % _EVERY == 0:
                self._tell(finished=False)
        for path, file in self._tables.items():
            self._table(file, path)
        self._tell(finished=True)

    def _tell(self, *, finished: bool) -> None:
        items = self._ledger.count - self._first
        self._listen(Exported(self._source, items, self._files, self._size, finished))

    def _take(self, piece: File | Line) -> None:
        numbers = [self._ledger.number(self._source, key) for key in piece.keys]
        asked = [number for number in numbers if number is not None]
        if len(asked) < len(numbers):
            self._refuse(piece, UNASKED)
        elif isinstance(piece, File):
            self._file(piece, asked)
        else:
            self._line(piece, asked)

    def _refuse(self, piece: File | Line, reason: str) -> None:
        self._ledger.add_gap(self._source, "", reason)
        if isinstance(piece, File) and not isinstance(piece.content, bytes):
            # A connector that streams counts on its chunks being read before it is asked for the next piece.
            try:
                for _ in piece.content:
                    pass
            except Exception as error:  # noqa: BLE001 - a connector may fault in any way
                self._ledger.add_gap(self._source, "", _fault(error))

    def _file(self, piece: File, numbers: list[int]) -> None:
        if isinstance(piece.content, bytes):
            self._whole(piece, piece.content, numbers)
            return
        with fetched(piece.content) as (content, fault):
            if fault is None:
                self._whole(piece, content, numbers)
            else:
                self._missing(_fault(fault), numbers)

    def _whole(self, piece: File, content: Content, numbers: list[int]) -> None:
        file = self._ledger.new_file()
        if self._write(file, piece.path, content, piece.media_type):
            self._ledger.hold(file, numbers)
        else:
            self._missing(UNFIT, numbers)

    def _missing(self, reason: str, numbers: list[int]) -> None:
        for number in numbers:
            self._ledger.add_gap(self._source, "", reason, number)
        if not numbers:
            self._ledger.add_gap(self._source, "", reason)

    def _write(self, file: int, path: str, content: Content, media_type: str) -> bool:
        """Write *file*, and say whether the bag takes a file under that name."""
        try:
            written = self._bag.add(f"data/{self._folder}/{path}", content)
        except PathRefused:
            return False
        self._files += 1
        self._size += written.size
        self._ledger.written(file, self._source, written, media_type)
        return True

    def _line(self, piece: Line, numbers: list[int]) -> None:
        try:
            content = encoded(piece.record) + b"\n"
        except (TypeError, ValueError) as error:
            self._missing(_fault(error), numbers)
            return
        if piece.path not in self._tables:
            self._tables[piece.path] = self._ledger.new_file()
        file = self._tables[piece.path]
        self._ledger.hold(file, numbers, self._ledger.add_line(file, content))

    def _table(self, file: int, path: str) -> None:
        if self._write(file, path, self._ledger.lines(file), "application/jsonl"):
            self._ledger.forget_lines(file)
        else:
            self._ledger.unwritten(file)
            self._ledger.add_gap(self._source, "", UNFIT)


def _fault(error: Exception) -> str:
    if isinstance(error, BundleError):
        raise error
    check_room(error)
    if isinstance(error, OverdrachtError):
        return str(error)
    return f"it could not be read to its end ({type(error).__name__})"
