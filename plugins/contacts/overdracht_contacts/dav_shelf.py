"""A shelf on a CardDAV or CalDAV server: each address book or calendar is a part, each resource in it an entry."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

from overdracht import Gap, Misbehaving, Outcome, Text
from overdracht_contacts import dav_erase
from overdracht_contacts.dav import Server, Status, why
from overdracht_contacts.dav_places import Place, ask, path_of, places
from overdracht_contacts.dav_settings import DavSettings
from overdracht_contacts.multistatus import DAV, Dialect, Garbled, Response, responses
from overdracht_contacts.shelves import Entry, Rewrite

_ETAG = f"{DAV}getetag"
_AT_ONCE = 50
"""Resources that are asked for by name in one question."""
_GONE = frozenset({404, 410})
_WRITING = frozenset({"all", "write", "unbind"})


class DavShelf:
    """What *server* holds of the kind that *dialect* names."""

    def __init__(self, server: Server, settings: DavSettings, dialect: Dialect) -> None:
        self._server = server
        self._settings = settings
        self._dialect = dialect
        self._places: dict[str, Place] | None = None
        self._cursor = ""

    def parts(self) -> Iterator[str | Gap]:
        """Yield the collections, and those that cannot be read."""
        for one in self._known().values():
            yield Gap(one.part, one.reason) if one.reason else one.part

    def _known(self) -> dict[str, Place]:
        if self._places is None:
            settings = self._settings
            found = places(self._server, settings.url, self._dialect, settings.exclude)
            self._places = {one.part: one for one in found}
        return self._places

    def hollow(self, part: str, cursor: str) -> str:  # noqa: ARG002 - a server tells an empty collection from one that is not there
        """Take a collection that the server says is empty as that."""
        return ""

    def vacancy(self, part: str) -> Text | None:  # noqa: ARG002 - as above
        """A collection that the server names is the right one."""
        return None

    def unchanged(self, part: str, cursor: str) -> int | None:
        """Compare the ETags of all that is there, without its content."""
        words = cursor.split(" ")
        if len(words) != 3 or words[0] != "etags":
            return None
        seen = _Etags()
        try:
            for one in self._listing(self._known()[part].href):
                seen.add(path_of(one.href), one.text(_ETAG))
        except (Status, Garbled):
            return None
        return seen.count if str(seen) == cursor else None

    def _listing(self, href: str) -> Iterator[Response]:
        with self._server.asked("PROPFIND", href, self._dialect.listing(), Depth="1") as answer:
            for one in responses(answer.iter_bytes()):
                kind = one.properties.get(f"{DAV}resourcetype")
                if kind is None or kind.find(f"{DAV}collection") is None:
                    yield one

    def entries(self, part: str) -> Iterator[Entry | Gap]:
        """Read everything in one question; by name where the server cannot answer that."""
        self._cursor = ""
        href = self._known()[part].href
        seen = _Etags()
        whole = True
        try:
            for one in self._everything(href):
                if one is None:
                    whole = False
                elif seen.add(one.key, one.tag):
                    yield one
        except Status as error:
            if error.code in {403, 404, 410}:
                yield Gap(part, why(error.code))
                return
            whole = False
        except Garbled:
            whole = False
        if not whole:
            yield from self._one_by_one(part, href, seen)
        self._cursor = str(seen) if whole else ""

    def _everything(self, href: str) -> Iterator[Entry | None]:
        """Yield all entries of the collection at *href*, and None for what is missing in the answer."""
        question = self._dialect.everything()
        with self._server.asked("REPORT", href, question, Depth="1") as answer:
            for one in responses(answer.iter_bytes(1 << 16)):
                entry = self._entry(one)
                if entry is not None:
                    yield entry
                elif path_of(one.href).rstrip("/") != href.rstrip("/") or one.status != 200:
                    yield None  # cut off (507), or a resource without its content

    def _entry(self, one: Response) -> Entry | None:
        content = one.properties.get(self._dialect.data)
        if content is None or not content.text or one.status != 200:
            return None
        return Entry(path_of(one.href), _as_stored(content.text), tag=one.text(_ETAG))

    def _one_by_one(self, part: str, href: str, seen: "_Etags") -> Iterator[Entry | Gap]:
        try:
            keys = [path_of(one.href) for one in self._listing(href)]
        except (Status, Garbled) as error:
            reason = why(error.code) if isinstance(error, Status) else str(error)
            yield Gap(part, f"it cannot be listed: {reason}")
            return
        left = (key for key in keys if not seen.knows(key) and key.rstrip("/") != href.rstrip("/"))
        for one in self.fetch(part, left):
            if isinstance(one, Gap) or seen.add(one.key, one.tag):
                yield one

    def cursor(self) -> str:
        """Return the sum of the ETags of the part that was read."""
        return self._cursor

    def fetch(self, part: str, keys: Iterable[str]) -> Iterator[Entry | Gap]:
        """Ask for these by name, some at a time."""
        rest = iter(keys)
        while batch := tuple(islice(rest, _AT_ONCE)):
            place = self._known().get(part)
            if place is not None and place.reason:
                yield Gap(part, place.reason)
                return
            href = place.href if place is not None else batch[0].rpartition("/")[0] + "/"
            try:
                found, left = self._batch(href, batch)
            except Status as error:
                if error.code not in _GONE:
                    yield Gap(part, why(error.code))
                    return
                found, left = (
                    [],
                    batch,
                )  # it is the place that is gone: what was in it may have moved
            except Garbled:
                found, left = [], batch
            yield from found
            yield from self._each(part, left)

    def _batch(self, href: str, keys: tuple[str, ...]) -> tuple[list[Entry], tuple[str, ...]]:
        """Return those of *keys* that the server gives, and those that it neither gives nor says to be gone."""
        question = self._dialect.these(keys)
        wanted = {path_of(key): key for key in keys}
        with self._server.asked("REPORT", href, question, Depth="1") as answer:
            told = list(responses(answer.iter_bytes()))
        entries = [self._entry(one) for one in told]
        found = {one.key: one for one in entries if one is not None and one.key in wanted}
        known = {*found, *(path_of(one.href) for one in told if one.status in _GONE)}
        return list(found.values()), tuple(key for path, key in wanted.items() if path not in known)

    def _each(self, part: str, keys: Iterable[str]) -> Iterator[Entry | Gap]:
        """Ask for each by itself: the server left it out, or one of them holds what no XML may hold."""
        for key in keys:
            try:
                with self._server.asked("GET", key) as answer:
                    content = answer.read()
            except Status as error:
                if error.code not in _GONE:
                    yield Gap(part, why(error.code), key)
                continue
            if content.strip():
                yield Entry(key, content, tag=answer.headers.get("ETag", ""))
            else:
                yield Gap(part, "the server gives it without its content", key)

    def obstacle(self, part: str) -> str:
        """Ask the server what this user may do."""
        place = self._known().get(part)
        if place is None:
            return ""
        if place.reason:
            return place.reason
        try:
            told = ask(self._server, place.href, self._dialect.privileges(), "0")
        except Status as error:
            return why(error.code)
        except Garbled as error:
            raise Misbehaving(f"the server's answer cannot be read: {error}") from error
        granted = next(
            (one.properties.get(f"{DAV}current-user-privilege-set") for one in told), None
        )
        if granted is None or not len(granted):
            return ""  # it does not tell
        named = {one.tag.rpartition("}")[2] for one in granted.iterfind(f"{DAV}privilege/*")}
        return "" if named & _WRITING else "the account may read it and not change it"

    def carry_out(self, part: str, changes: list[Rewrite]) -> Iterator[Outcome]:
        """Make each change on the condition that the resource is still the one that was looked at."""
        for change in changes:
            yield dav_erase.carry_out(
                self._server, self._dialect, change, lambda key: self._again(part, key)
            )

    def _again(self, part: str, key: str) -> Entry | None:
        found = next(iter(self.fetch(part, (key,))), None)
        return found if isinstance(found, Entry) else None


class _Etags:
    """What was seen, as a sum that does not depend on the order."""

    def __init__(self) -> None:
        self._sum = 0
        self._keys: set[int] = set()

    @property
    def count(self) -> int:
        return len(self._keys)

    def knows(self, key: str) -> bool:
        return hash(key) in self._keys

    def add(self, key: str, etag: str) -> bool:
        """Take one in; False when it was seen before."""
        if self.knows(key):
            return False
        self._keys.add(hash(key))
        told = hashlib.blake2b(f"{key}\n{etag}".encode(), digest_size=16).digest()
        self._sum = (self._sum + int.from_bytes(told)) % (1 << 128)
        return True

    def __str__(self) -> str:
        return f"etags {self._sum:032x} {self.count}"


def _as_stored(text: str) -> bytes:
    """Return *text* with the line ends that it has on the server: XML gives them all as one."""
    content = text.encode()
    return content if b"\r\n" in content else content.replace(b"\n", b"\r\n")
