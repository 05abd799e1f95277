"""Export messages as the server holds them, one `.eml` each, with a line in the index that can put them back."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import groupby, islice
from pathlib import PurePosixPath

from overdracht import File, Gap, Item, Line, Piece, SafeNames, SourceError, Unreachable
from overdracht_imap.answers import body, fingerprint, flags, internal_date, is_large, size_of
from overdracht_imap.archive import Archive
from overdracht_imap.download import Download, Lost
from overdracht_imap.faults import LoginRefused
from overdracht_imap.folders import Folder, numbers_in
from overdracht_imap.headers import fields, section_end, shown
from overdracht_imap.mailitems import INDEX, Measured, index_record
from overdracht_imap.session import State
from overdracht_imap.wire import Fetched

ITEMS = b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"
HELD = 2_000
"""So many items are looked up together."""
MEDIA_TYPE = "message/rfc822"
GONE = "the message is not there any more"
CHANGED = "the message is no longer the one that was found"


class EmlExport:
    """Yields the pieces of the *items* it is given, each in a file or a gap."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._names: dict[tuple[str, ...], SafeNames] = {}
        self._gone = ""
        """Why the server cannot be asked any more, once that is clear."""

    def pieces(self, items: Iterator[Item]) -> Iterator[Piece]:
        """Yield the pieces of *items*, which come grouped by folder."""
        folders: dict[str, Folder] | None = None
        for part, group in groupby(items, key=lambda item: item.part):
            while held := tuple(islice(group, HELD)):
                waiting = {item.key: item for item in held}
                try:
                    if self._gone:
                        raise Unreachable(self._gone)
                    if folders is None:
                        folders = {folder.name: folder for folder in self._archive.folders()}
                    yield from self._folder(folders.get(part), waiting)
                except SourceError as error:
                    if isinstance(error, Unreachable | LoginRefused):
                        self._gone = error.message
                    yield from (Gap(part, error.message, key) for key in waiting)

    def _folder(self, folder: Folder | None, waiting: dict[str, Item]) -> Iterator[Piece]:
        """Yield the pieces of the items *waiting* in *folder*, taking each out as it is done."""
        if folder is None:
            yield from _gaps(waiting, tuple(waiting), "the folder is not there any more")
            return
        state = self._archive.examine(folder)
        download = Download(self._archive, folder, state)
        keys: dict[int, str] = {}
        for key in tuple(waiting):
            uidvalidity, uid = numbers_in(key)
            if uidvalidity == state.uidvalidity:
                keys[uid] = key
            else:
                yield from _gaps(waiting, (key,), "the folder was made anew since the message was found")
        large: list[Fetched] = []
        for answer in download.messages(tuple(keys), ITEMS):
            key = keys[answer.uid]
            if isinstance(answer, Lost):
                yield from _gaps(waiting, (key,), answer.reason or GONE)
            elif _differs(waiting[key], state, answer):
                yield from _gaps(waiting, (key,), CHANGED)
            elif is_large(answer):
                large.append(answer)
            else:
                yield from self._small(folder, answer, key)
                del waiting[key]
        for answer in large:
            yield from self._large(download, folder, answer, keys[answer.uid])
            del waiting[keys[answer.uid]]

    def _small(self, folder: Folder, answer: Fetched, key: str) -> Iterator[Piece]:
        message = body(answer)
        path = self._path(folder, answer.uid)
        yield File(path, message, MEDIA_TYPE, (key,))
        digest = sha256(message).hexdigest()
        yield self._line(folder, answer, key, path, (digest, len(message), message))

    def _large(self, download: Download, folder: Folder, answer: Fetched, key: str) -> Iterator[Piece]:
        path = self._path(folder, answer.uid)
        parts = download.whole(answer.uid)
        first = next(parts, b"")
        measured = Measured(_after(first, parts))
        yield File(path, measured, MEDIA_TYPE, (key,))
        yield self._line(folder, answer, key, path, (measured.digest, measured.size, first))

    def _line(self, folder: Folder, answer: Fetched, key: str, path: str, seen: tuple[str, int, bytes]) -> Line:
        digest, size, beginning = seen
        record = index_record(
            path=path,
            folder=folder.name,
            uid=answer.uid,
            flags=flags(answer),
            internal_date=internal_date(answer),
            message_id=message_id(beginning),
            digest=digest,
            size=size,
        )
        return Line(INDEX, record, (key,))

    def _path(self, folder: Folder, uid: int) -> str:
        path: tuple[str, ...] = ()
        for level in folder.levels:
            safe = self._names.setdefault(path, SafeNames())
            # A folder must not take the name of a message beside it.
            path = (*path, safe(f"{level}_" if PurePosixPath(level).suffix == ".eml" else level))
        return "/".join((*path, f"{uid}.eml"))


def message_id(message: bytes) -> str:
    """Return the Message-ID in the header section of *message*, which may be only its beginning."""
    end = section_end(message, 0, len(message))
    found = fields(message if end < 0 else message[:end], ("message-id",))
    return shown(found.get("message-id", [""])[0], 998)


def _differs(item: Item, state: State, answer: Fetched) -> bool:
    return item.fingerprint != fingerprint(state.uidvalidity, answer.uid, size_of(answer))


def _after(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _gaps(waiting: dict[str, Item], keys: Sequence[str], reason: str) -> Iterator[Gap]:
    for key in keys:
        yield Gap(waiting.pop(key).part, reason, key)
