"""A shelf of files in folders: each folder is a part, each card, calendar object or note in its files an entry."""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from overdracht import Gap, Outcome, Text, Unreachable
from overdracht_contacts import disk_erase, files
from overdracht_contacts.containers import Container
from overdracht_contacts.contents import UNREADABLE, Contents
from overdracht_contacts.shelves import Entry, Rewrite, nothing_named

_SETTLED = 2.0
"""Seconds after which a file's times tell that it did not change: some systems count whole ones."""
_SKIPPED = frozenset({".git", ".svn", ".hg", "node_modules"})


@dataclass(frozen=True, slots=True)
class _Folder:
    """One folder, or one file that was named by itself."""

    path: str
    only: str = ""
    top: bool = False
    """The administrator named it."""


class DiskShelf:
    """Files with the suffixes of *container* in and below *roots*."""

    def __init__(
        self,
        roots: Iterable[Path],
        container: Container,
        exclude: Iterable[str],
    ) -> None:
        self._roots = tuple(roots)
        self._container = container
        self._exclude = tuple(exclude)
        self._folders: dict[str, _Folder] | None = None
        self._gaps: list[Gap] = []
        self._cursor = ""
        self._last: Contents | None = None

    def parts(self) -> Iterator[str | Gap]:
        """Yield the folders with such files in them, and those that cannot be read."""
        yield from self._listed()
        yield from self._gaps

    def _listed(self) -> dict[str, _Folder]:
        if self._folders is None:
            self._folders, self._gaps = {}, []
            for root in self._roots:
                name = files.printable(root.name or "map")
                if root.is_dir():
                    self._walk(str(root), name, top=True)
                elif not root.exists():
                    raise Unreachable("a path of the source does not exist", remedy="check `path`")
                else:
                    self._add(name, _Folder(str(root.parent), root.name))
        return self._folders

    def _add(self, part: str, folder: _Folder) -> None:
        assert self._folders is not None  # noqa: S101 - the caller has begun
        name, number = part, 1
        while name in self._folders:
            number += 1
            name = f"{part}~{number}"
        self._folders[name] = folder

    def _walk(self, path: str, part: str, *, top: bool = False) -> None:
        from fnmatch import fnmatchcase

        if any(part == one or fnmatchcase(part, one) for one in self._exclude):
            return
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda one: one.name)
        except OSError as error:
            self._gaps.append(Gap(part, f"the folder cannot be read: {files.why(error)}"))
            return
        if top or any(self._is_ours(one.name) for one in entries):
            self._add(part, _Folder(path, top=top))
        for one in entries:
            below = f"{part}/{files.printable(one.name)}"
            if one.is_dir(follow_symlinks=False):
                if one.name not in _SKIPPED:
                    self._walk(one.path, below)
            elif one.is_symlink() and (self._is_ours(one.name) or Path(one.path).is_dir()):
                self._gaps.append(Gap(below, "it is a link to elsewhere, name its own path"))

    def _is_ours(self, name: str) -> bool:
        return name.lower().endswith(self._container.suffixes) and not name.endswith(
            ".overdracht-new"
        )

    def _names(self, folder: _Folder) -> list[str]:
        if folder.only:
            return [folder.only]
        with os.scandir(folder.path) as listing:
            return sorted(
                one.name
                for one in listing
                if self._is_ours(one.name) and not one.is_symlink() and not one.is_dir()
            )

    def _state(self, folder: _Folder) -> tuple[str, bool]:
        """Return what tells the folder's present state from any other, and whether it has been so for a while."""
        told, newest = hashlib.sha256(), 0.0
        for name in self._names(folder):
            status = os.stat(os.path.join(folder.path, name), follow_symlinks=False)  # noqa: PTH116, PTH118 - a path a file is too slow
            newest = max(newest, status.st_mtime, status.st_ctime)
            state = (name, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            told.update(repr(state).encode("utf-8", "backslashreplace"))
        return told.hexdigest()[:32], newest < time.time() - _SETTLED

    def folder(self, part: str) -> str:
        """Return the path of the folder *part*; nothing when it is a file, or was named by the administrator."""
        folder = self._listed().get(part)
        return "" if folder is None or folder.only or folder.top else folder.path

    def hollow(self, part: str, cursor: str) -> str:
        """Say that nothing is in a folder which at *cursor* was another one, with files in it: it may not be mounted."""
        folder = self._listed()[part]
        _, _, count, place = ("0 0 0 " + cursor).split(" ")[-4:]
        if (
            not folder.top
            or count == "0"
            or place == self._place(folder)
            or self.vacancy(part) is None
        ):
            return ""
        return f"it is another folder than before, and {nothing_named(self._container.suffixes).en}"

    def vacancy(self, part: str) -> Text | None:
        """Say that a folder that was named holds nothing of ours, nor does a folder in it: it may be empty, or the wrong one."""
        folder = self._listed()[part]
        below = folder.path.rstrip("/") + "/"
        if (
            not folder.top
            or self._names(folder)
            or any(one.path.startswith(below) for one in self._listed().values())
        ):
            return None
        return nothing_named(self._container.suffixes)

    @staticmethod
    def _place(folder: _Folder) -> str:
        """Return what tells this folder from another of its name, such as one on which nothing is mounted."""
        status = os.stat(folder.path)  # noqa: PTH116 - as for the files in it
        return f"{status.st_dev}-{status.st_ino}"

    def unchanged(self, part: str, cursor: str) -> int | None:
        """Compare the times of the files."""
        try:
            word, state, count, place = cursor.split(" ")
            folder = self._listed()[part]
            same = self._state(folder)[0] == state and self._place(folder) == place
            if word == "files" and same:
                return int(count)
        except (OSError, ValueError):
            return None
        return None

    def entries(self, part: str) -> Iterator[Entry | Gap]:
        """Read file after file."""
        self._cursor = ""
        folder = self._listed()[part]
        count = 0
        try:
            before, settled = self._state(folder)
            names = self._names(folder)
        except OSError as error:
            yield Gap(part, f"the folder cannot be read: {files.why(error)}")
            return
        for name in names:
            for one in self._in_file(part, folder, name):
                count += isinstance(one, Entry)
                yield one
        try:
            same = self._state(folder)[0] == before
        except OSError:
            same = False
        self._cursor = f"files {before} {count} {self._place(folder)}" if same and settled else ""

    def _in_file(self, part: str, folder: _Folder, name: str) -> Iterator[Entry | Gap]:
        key = f"{part}/{files.printable(name)}"
        try:
            contents = self._taken_apart(folder, name)
        except FileNotFoundError:
            return
        except OSError as error:
            yield Gap(part, f"a file cannot be read: {files.why(error)}", key)
            return
        for held in contents.held.values():
            yield Entry(f"{key}{held.name}", held.content(contents.file), _stem(name))
        if not contents.is_readable:
            yield Gap(part, UNREADABLE, key)

    def _wanted(
        self, part: str, folder: _Folder, name: str, keys: Iterable[str]
    ) -> Iterator[Entry | Gap]:
        prefix = f"{part}/{files.printable(name)}"
        try:
            contents = self._taken_apart(folder, name)
        except FileNotFoundError:
            return
        except OSError as error:
            reason = f"a file cannot be read: {files.why(error)}"
            yield from (Gap(part, reason, key) for key in sorted(keys))
            return
        for key in sorted(keys):
            called = key.removeprefix(prefix)
            if there := contents.get(called):
                yield Entry(key, there.content(contents.file), _stem(name))
            elif reason := contents.doubt(called):
                yield Gap(part, reason, key)

    def _taken_apart(self, folder: _Folder, name: str) -> Contents:
        """Return what is in a file; that of the last one is kept, for who asks for a few things at a time."""
        file = files.read(os.path.join(folder.path, name))  # noqa: PTH118 - a path a file is too slow
        if self._last is None or self._last.file != file:
            self._last = Contents(file, self._container)
        return self._last

    def cursor(self) -> str:
        """Return the state of the folder that was read."""
        return self._cursor

    def fetch(self, part: str, keys: Iterable[str]) -> Iterator[Entry | Gap]:
        """Read the files of these keys once more."""
        folder = self._listed().get(part)
        if folder is None:
            if reason := self._unread(part):
                yield Gap(part, reason)
            return
        try:
            by_file = self._by_file(part, folder, keys)
        except OSError as error:
            yield Gap(part, f"the folder cannot be read: {files.why(error)}")
            return
        for name, wanted in by_file.items():
            yield from self._wanted(part, folder, name, wanted)

    def _unread(self, part: str) -> str:
        """Return why *part*, which is not among the folders, is not known to be gone."""
        for one in self._gaps:
            if part == one.part or part.startswith(f"{one.part}/"):
                return one.reason
        return ""

    def _by_file(
        self, part: str, folder: _Folder, keys: Iterable[str]
    ) -> dict[str, frozenset[str]]:
        """Return the file in which each of *keys* stands, of those that are there."""
        os.stat(folder.path + "/.")  # noqa: PTH116 - a folder that cannot be entered is no folder without files
        odd: dict[str, str] | None = None
        found: dict[str, set[str]] = {}
        for key in keys:
            rest = key.removeprefix(f"{part}/")
            ends = [at for at, sign in enumerate(rest) if sign == "#"] + [len(rest)]
            for name in (rest[:end] for end in ends):
                if "\\x" in name:
                    odd = odd or {files.printable(one): one for one in self._names(folder)}
                    name = odd.get(name, name)  # noqa: PLW2901 - the file's own name
                if self._is_ours(name) and os.path.lexists(f"{folder.path}/{name}"):
                    found.setdefault(name, set()).add(key)
                    break
        return {name: frozenset(wanted) for name, wanted in sorted(found.items())}

    def obstacle(self, part: str) -> str:
        """Say whether the folder's files can be replaced and removed."""
        folder = self._listed().get(part)
        unreadable = {one.part: one.reason for one in self._gaps}
        if part in unreadable:
            return unreadable[part]
        if folder is not None and not files.may_write(folder.path, os.W_OK | os.X_OK):
            return (
                "its files cannot be replaced or removed: no permission, or a read-only file system"
            )
        return ""

    def carry_out(self, part: str, changes: list[Rewrite]) -> Iterator[Outcome]:
        """Write the files of the *changes* anew, each once, or remove those in which nothing is left."""
        by_key = {one.entry.key: one for one in changes}
        folder = self._listed()[part]
        for name, keys in self._by_file(part, folder, by_key).items():
            prefix = f"{part}/{files.printable(name)}"
            mine = {key.removeprefix(prefix): by_key.pop(key) for key in sorted(keys)}
            path = os.path.join(folder.path, name)  # noqa: PTH118 - a path a file is too slow
            yield from disk_erase.carry_out(path, self._container, mine)
        yield from disk_erase.vanished(by_key.values())


def _stem(name: str) -> str:
    return files.printable(name).rpartition(".")[0]
