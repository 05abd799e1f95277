"""Export messages as the server holds them, one `.eml` each, with a line in the index that can put them back."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, nullcontext
from itertools import chain, groupby, islice

from overdracht import File, Gap, Item, Line, Piece, SourceError, Unreachable
from overdracht_imap import download, mboxrd
from overdracht_imap.answers import body, fingerprint, flags, internal_date, is_large, size_of
from overdracht_imap.archive import Archive, Moved
from overdracht_imap.disk_export import Tree
from overdracht_imap.download import Download, Lost, Vanished
from overdracht_imap.faults import LoginRefused
from overdracht_imap.folders import Folder, numbers_in
from overdracht_imap.headers import Fields, fields, section_end, shown
from overdracht_imap.mailitems import INDEX, Measured, index_record
from overdracht_imap.session import State
from overdracht_imap.wire import Fetched

ITEMS = b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"
LARGE_ITEMS = b"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.1>)"
CHUNK = 1 << 18
HELD = 2_000
"""So many items are looked up together."""
MEDIA_TYPE = "message/rfc822"
GONE = "the message is not there any more"
CHANGED = "the message is no longer the one that was found"


class EmlExport:
    """Yields the pieces of the items it is given, each in a file or a gap; with *mbox* one mboxrd file a folder as well."""

    def __init__(self, archive: Archive, *, mbox: bool = False) -> None:
        self._archive = archive
        self._mbox = mbox
        self._tree = Tree()
        self._gone = ""
        """Why the server cannot be asked any more, once that is clear."""

    def pieces(self, items: Iterable[Item]) -> Iterator[Piece]:
        """Yield the pieces of *items*, which come grouped by folder."""
        folders: dict[str, Folder] = {}
        for part, group in groupby(items, key=lambda item: item.part):
            with closing(mboxrd.Mbox()) if self._mbox else nullcontext() as extra:
                path = ""
                while held := tuple(islice(group, HELD)):
                    waiting = {item.key: item for item in held}
                    try:
                        folder = self._found(part, folders)
                        path = self._tree.folder(folder.levels)
                        yield from _Messages(self._archive, folder, path, extra).pieces(waiting)
                    except SourceError as error:
                        if isinstance(error, Unreachable | LoginRefused):
                            self._gone = error.message
                        yield from (Gap(part, error.message, key) for key in waiting)
                if extra is not None and path:
                    name = path.rpartition("/")[2]
                    yield File(f"{path}/{name}.mbox", extra.content(), mboxrd.MEDIA_TYPE)

    def _found(self, part: str, folders: dict[str, Folder]) -> Folder:
        if self._gone:
            raise Unreachable(self._gone)
        if not folders:
            folders.update((folder.name, folder) for folder in self._archive.folders())
        if part not in folders:
            raise Moved("the folder is not there any more")
        return folders[part]


class _Messages:
    """Exports messages of one folder into *path*, and copies them to *extra*."""

    def __init__(
        self, archive: Archive, folder: Folder, path: str, extra: mboxrd.Mbox | None
    ) -> None:
        self._archive = archive
        self._folder = folder
        self._path = path
        self._extra = extra

    def pieces(self, waiting: dict[str, Item]) -> Iterator[Piece]:
        """Yield the pieces of the items *waiting*, taking each out as it is done."""
        state = self._archive.examine(self._folder)
        source = Download(self._archive, self._folder, state)
        large: list[Fetched] = []
        keys: dict[int, str] = {}
        for key in tuple(waiting):
            uidvalidity, uid = numbers_in(key)
            if uidvalidity == state.uidvalidity:
                keys[uid] = key
            else:
                yield _gap(waiting, key, "the folder was made anew since the message was found")
        small = [uid for uid, key in keys.items() if (waiting[key].size or 0) <= download.SMALL]
        for uids, items in ((small, ITEMS), (sorted(keys.keys() - set(small)), LARGE_ITEMS)):
            for answer in source.messages(uids, items):
                key = keys[answer.uid]
                if isinstance(answer, Lost):
                    yield _gap(waiting, key, answer.reason or GONE)
                elif _differs(waiting[key], state, answer):
                    yield _gap(waiting, key, CHANGED)
                elif items is LARGE_ITEMS or is_large(answer):
                    large.append(answer)
                else:
                    message = body(answer)
                    yield from self._message(answer, key, message, iter((message,)))
                    del waiting[key]
        for answer in large:
            yield from self._large(source, answer, keys[answer.uid], waiting)

    def _large(
        self, source: Download, answer: Fetched, key: str, waiting: dict[str, Item]
    ) -> Iterator[Piece]:
        """Yield a message by way of a file: no piece must begin that the connection may not let end."""
        with tempfile.TemporaryFile() as file:
            try:
                for part in source.whole(answer.uid, size_of(answer)):
                    file.write(part)
            except Vanished as error:
                yield _gap(waiting, key, error.message)
                return
            file.seek(0)
            first = file.read(CHUNK)
            rest = iter(lambda: file.read(CHUNK), b"")
            yield from self._message(answer, key, first, chain((first,), rest))
        del waiting[key]

    def _message(
        self, answer: Fetched, key: str, beginning: bytes, parts: Iterator[bytes]
    ) -> Iterator[Piece]:
        """Yield a message and its line; *beginning* is its first part, or all of it."""
        found = _fields(beginning)
        received = internal_date(answer)
        chunks: Iterable[bytes | memoryview] = parts
        if self._extra is not None:
            sender = found.get("return-path", [""])[-1].strip("<> ")
            chunks = self._extra.copy(parts, sender, received)
        measured = Measured(chunks)
        path = f"{self._path}/{answer.uid}.eml"
        yield File(path, measured, MEDIA_TYPE, (key,))
        for _ in measured:
            pass  # what the receiver left: the digest is that of the whole
        record = index_record(
            path=path,
            folder=self._folder.name,
            uid=answer.uid,
            flags=flags(answer),
            internal_date=received,
            message_id=shown(found.get("message-id", [""])[0], 998),
            digest=measured.digest,
            size=measured.size,
        )
        # Another server may separate the levels of a folder's name otherwise.
        yield Line(INDEX, record | {"separator": self._folder.separator}, (key,))


def _fields(beginning: bytes) -> Fields:
    end = section_end(beginning, 0, len(beginning))
    return fields(beginning if end < 0 else beginning[:end], ("message-id", "return-path"))


def _differs(item: Item, state: State, answer: Fetched) -> bool:
    return item.fingerprint != fingerprint(state.uidvalidity, answer.uid, size_of(answer))


def _gap(waiting: dict[str, Item], key: str, reason: str) -> Gap:
    return Gap(waiting.pop(key).part, reason, key)
