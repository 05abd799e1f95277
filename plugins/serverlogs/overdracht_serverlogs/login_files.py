"""btmp, wtmp and their rotations as a store of entries."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from overdracht import Unreachable
from overdracht_serverlogs import packed, utmp
from overdracht_serverlogs.cuts import Cuts
from overdracht_serverlogs.entries import Entry, Unreadable
from overdracht_serverlogs.exchanging import Meanwhile
from overdracht_serverlogs.live import recover, rewrite_live
from overdracht_serverlogs.logs import base_of
from overdracht_serverlogs.obstacles import in_the_way
from overdracht_serverlogs.rewriting import held, rewrite

_BUFFER = utmp.SIZE * 512
MISSING = "the file is not there"


class LoginFiles:
    """The files at *paths* of the source called *source*."""

    noun = ("login", "logins")

    def __init__(self, paths: Iterable[Path], source: str) -> None:
        self._paths = [str(path) for path in paths]
        self._source = source

    def parts(self) -> Iterator[str]:
        """Yield the paths; the rotations of each belong to it."""
        if not any(map(self._files, self._paths)):
            raise Unreachable(
                "none of the files is there", remedy=f"check `paths` of source {self._source}"
            )
        yield from self._paths

    @staticmethod
    def _files(part: str) -> list[Path]:
        """Return the files of *part*, the oldest first and the one that is written last."""
        path = Path(part)
        try:
            names = os.listdir(path.parent)  # noqa: PTH208 - names are all that is wanted
        except OSError:
            return []
        files = [
            path.with_name(one) for one in names if base_of(str(path.with_name(one)))[0] == part
        ]
        return sorted(files, key=lambda one: (one == path, _modified(one), one.name))

    def entries(self, part: str) -> Iterator[Entry]:
        """Yield every login in the files of *part*."""
        files = self._files(part)
        if not files:
            raise Unreadable(MISSING)
        for path in files:
            yield from (entry for _, entry in _entries(path))

    def state(self, part: str) -> str:
        """Return inodes, sizes and times of the files."""
        try:
            states = [path.stat() for path in self._files(part)]
        except OSError:
            return ""
        return ",".join(f"{one.st_ino}:{one.st_size}:{one.st_mtime_ns}" for one in states)

    def obstacle(self, part: str) -> str:
        """Return why one of the files of *part* cannot be written anew."""
        files = self._files(part)
        return next(filter(None, map(in_the_way, files)), "") if files else MISSING

    def remove(self, part: str, planned: Callable[[Entry], str | None]) -> None:
        """Write the files of *part* anew without the planned logins."""
        try:
            for path in self._files(part):
                recover(path, None)
            for path, listed in [(one, one.stat()) for one in self._files(part)]:
                _cut(path, listed, planned, live=str(path) == part)
        except OSError as error:
            raise Unreadable(f"the file stays as it is: {_why(error)}") from error


def _cut(
    path: Path, listed: os.stat_result, planned: Callable[[Entry], str | None], *, live: bool
) -> None:
    """Write the file at *path* anew without the *planned* logins; raise Meanwhile when it is not the one that was *listed*."""
    cuts = Cuts()
    with held(path) as (descriptor, method):
        for place, entry in _entries(path):
            if planned(entry):
                cuts.add(place, place + utmp.SIZE)
        held_now = os.fstat(descriptor)
        # Rotated, the places may be those of another file, and the logins that are sought in one that is not gone through.
        if not all(os.path.samestat(held_now, one) for one in (listed, path.stat())):
            raise Meanwhile
        if not cuts:
            return
        if live and method == "plain":
            # Who logs somebody in opens it, writes one record and closes it: there is nobody to be told.
            rewrite_live(path, descriptor, cuts, None, unit=utmp.SIZE)
        else:
            rewrite(path, descriptor, cuts, method)


def _entries(path: Path) -> Iterator[tuple[int, Entry]]:
    """Yield every login in the file at *path*, each with its place in the text."""
    place, view = 0, memoryview(bytearray(_BUFFER))
    try:
        with packed.opened(str(path)) as reader:
            filled = 0
            while count := reader.readinto(view[filled:]):
                filled += count
                whole = filled - filled % utmp.SIZE
                for login in utmp.records(bytes(view[:whole])):
                    yield place, _entry(login)
                    place += utmp.SIZE
                view[: filled - whole] = bytes(view[whole:filled])
                filled -= whole
    except packed.Unreadable as error:
        raise Unreadable(str(error)) from error


def _entry(login: utmp.Login) -> Entry:
    user = (("user", login.user),) if login.of_person and login.user else ()
    addresses = [("addr", login.address)] if login.address else []
    if login.host and login.host != login.address:
        addresses.append(("host", login.host))
    record = {"kind": login.kind, "user": login.user, "line": login.line, "host": login.host}
    if login.address:
        record["address"] = login.address
    text = login.host if any(one.isalpha() for one in login.host) else ""
    return Entry(login.raw, login.when, user, tuple(addresses), text, record)


def _modified(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _why(error: OSError) -> str:
    return error.strerror or str(error)
