"""Export messages from folders on disk: one `.eml` each, byte for byte, in a tree like that of the folders."""

import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import groupby, islice

from overdracht import File, Gap, Item, Line, Piece, SafePaths
from overdracht_imap import mbox
from overdracht_imap.disk import Place
from overdracht_imap.headers import fields, section_end, shown
from overdracht_imap.maildir import Listing, Maildir, fingerprint, flags, key_name
from overdracht_imap.mailitems import INDEX, Measured, index_record
from overdracht_imap.mboxrd import MEDIA_TYPE, Mbox
from overdracht_imap.packed import is_packed, unpacked
from overdracht_imap.reading import chunks, opened, why

_SMALL = 1 << 20
"""A message up to this many bytes is handed over whole."""
HELD = 5_000
"""So many messages are looked up together: the names of a large folder take more memory than they do."""
_CHANGED = "the message is no longer the one that was found"
_GONE = "the message is not there any more"


class Tree:
    """Gives folders their paths in an export, and messages their file names."""

    def __init__(self) -> None:
        self._paths = SafePaths()

    def folder(self, levels: Iterable[str]) -> str:
        """Return the path of the folder that lies at *levels*."""
        # Messages and mbox files stand beside the folders below, whose names must not be theirs.
        taken = (".eml", ".mbox", ".jsonl", ".py")
        return self._paths(f"{one}\0" if one.lower().endswith(taken) else one for one in levels)


class FolderExport:
    """Exports from *folders*, part → place; with *mboxrd* one such file a folder as well."""

    def __init__(self, folders: dict[str, Place], *, mboxrd: bool) -> None:
        self._folders = folders
        self._mboxrd = mboxrd
        self._tree = Tree()

    def pieces(self, items: Iterable[Item]) -> Iterator[Piece]:
        """Yield the files and index lines of the *items*, which come grouped by part."""
        for part, group in groupby(items, key=lambda item: item.part):
            place = self._folders.get(part)
            if place is None:
                yield from (
                    Gap(part, "the folder is not there any more", item.key) for item in group
                )
                continue
            path = self._tree.folder(part.split("/"))
            extra = Mbox() if self._mboxrd else None
            try:
                yield from _Messages(part, place, path, extra).pieces(group)
                if extra is not None:
                    name = path.rpartition("/")[2]
                    yield File(f"{path}/{name}.mbox", extra.content(), MEDIA_TYPE)
            finally:
                if extra is not None:
                    extra.close()


class _Messages:
    """Exports the messages of one folder."""

    def __init__(self, part: str, place: Place, path: str, extra: Mbox | None) -> None:
        self._part = part
        self._place = place
        self._path = path
        self._extra = extra
        self._number = 0

    def pieces(self, items: Iterable[Item]) -> Iterator[Piece]:
        export = self._from_maildir if self._place.form == "maildir" else self._from_mbox
        try:
            with ExitStack() as stack:
                yield from export(items, stack)
        except OSError as error:
            reason = f"the folder {why(error)}"
            yield from (Gap(self._part, reason, item.key) for item in items)

    def _from_maildir(self, items: Iterable[Item], _: ExitStack) -> Iterator[Piece]:
        folder, remaining = Maildir(self._place.path), iter(items)
        keywords = folder.keywords()
        while held := deque(islice(remaining, HELD)):
            try:
                yield from self._held(folder, held, keywords)
            except OSError as error:
                reason = f"the folder {why(error)}"
                yield from (Gap(self._part, reason, item.key) for item in held)

    def _held(
        self, folder: Maildir, held: deque[Item], keywords: dict[str, str]
    ) -> Iterator[Piece]:
        """Yield the pieces of the items *held*, taking each out as it is done; raise OSError when the folder cannot be read."""
        wanted = frozenset(map(key_name, held))
        listing = Listing(folder, wanted)
        while held:
            item = held[0]
            found = listing.find(key_name(item))
            if found is None:
                listing = Listing(folder, wanted)  # its flags may have changed just now
                found = listing.find(key_name(item))
            held.popleft()
            if found is None:
                yield Gap(self._part, _GONE, item.key)
            else:
                yield from self._from_file(item, *found, keywords)

    def _from_file(
        self, item: Item, directory: str, name: str, keywords: dict[str, str]
    ) -> Iterator[Piece]:
        try:
            with opened(os.path.join(directory, name)) as descriptor:  # noqa: PTH118 - a path a message is too slow
                status = os.fstat(descriptor)
                if fingerprint(name, status.st_size) != item.fingerprint:
                    yield Gap(self._part, _CHANGED, item.key)
                    return
                received = datetime.fromtimestamp(int(status.st_mtime), UTC)
                yield from self._message(
                    item, descriptor, (0, status.st_size), flags(name, keywords), received
                )
        except OSError as error:
            yield Gap(self._part, f"a message {why(error)}", item.key)

    def _from_mbox(self, items: Iterable[Item], stack: ExitStack) -> Iterator[Piece]:
        descriptor = stack.enter_context(opened(str(self._place.path)))
        index = mbox.Index(descriptor)
        for item in items:
            place = index.find(item)
            if not isinstance(place, mbox.Bounds):
                yield Gap(self._part, place or _GONE, item.key)
                continue
            span = (place.start, place.end)
            yield from self._message(
                item, descriptor, span, _status_flags(descriptor, place), place.received
            )

    def _message(
        self,
        item: Item,
        descriptor: int,
        span: tuple[int, int],
        found_flags: list[str],
        received: datetime | None,
    ) -> Iterator[Piece]:
        start, end = span
        content: Iterable[bytes | memoryview] = chunks(descriptor, start, end)
        first = os.pread(descriptor, min(_SMALL, end - start), start)
        if self._place.form == "maildir" and is_packed(first):
            first = unpacked(b"".join(chunks(descriptor, start, end)))
            content = (first,)
        elif end - start <= _SMALL:
            content = (first,)
        header_end = section_end(first, 0, len(first))
        known = fields(
            first[: header_end if header_end >= 0 else len(first)], ("message-id", "return-path")
        )
        if self._extra is not None:
            sender = shown(known.get("return-path", [""])[-1]).strip("<> ")
            content = self._extra.copy(content, sender, received)
        measured = Measured(content)
        self._number += 1
        path = f"{self._path}/{self._number:06}.eml"
        yield File(path, measured, "message/rfc822", (item.key,))
        record = index_record(
            path=path,
            folder=self._part,
            uid=None,
            flags=found_flags,
            internal_date=received,
            message_id=shown(known.get("message-id", [""])[0], 998),
            digest=measured.digest,
            size=measured.size,
        )
        yield Line(INDEX, record, (item.key,))


_STATUS = {"R": "\\Seen", "A": "\\Answered", "F": "\\Flagged", "T": "\\Draft", "D": "\\Deleted"}


def _status_flags(descriptor: int, place: mbox.Bounds) -> list[str]:
    """Return the flags that mail programs keep in the header sections of an mbox (Status, X-Status)."""
    header = os.pread(descriptor, min(8192, place.end - place.start), place.start)
    end = section_end(header, 0, len(header))
    found = fields(header[: end if end >= 0 else len(header)], ("status", "x-status"))
    letters = "".join(value for values in found.values() for value in values)
    return [flag for letter, flag in _STATUS.items() if letter in letters]
