"""Find the address books or calendars behind the addresses that the administrator gave."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import unquote, urlsplit

from overdracht import Misbehaving, one_line
from overdracht_contacts.dav import Server, Status, why
from overdracht_contacts.multistatus import DAV, Dialect, Garbled, Response, responses

_TYPE = f"{DAV}resourcetype"
_PRINCIPAL = f"{DAV}current-user-principal"
NONE_THERE = "no address book or calendar was found there"


@dataclass(frozen=True, slots=True)
class Place:
    """One collection on the server, or the reason why it cannot be read."""

    part: str
    href: str
    reason: str = ""


def path_of(href: str) -> str:
    """Return the path in *href*, as the server writes it."""
    if href.startswith("/") and not href.startswith("//") and "#" not in href:
        return href
    parts = urlsplit(href)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _last(href: str) -> str:
    return one_line(unquote(path_of(href).rstrip("/").rpartition("/")[2]), 100)


def ask(server: Server, href: str, question: bytes, depth: str) -> list[Response]:
    """Return the answer to the PROPFIND *question* about *href*, read to its end."""
    with server.asked("PROPFIND", href, question, Depth=depth) as answer:
        return list(responses(answer.iter_bytes()))


def places(
    server: Server, urls: tuple[str, ...], dialect: Dialect, exclude: tuple[str, ...]
) -> Iterator[Place]:
    """Yield the collections behind *urls*, each once and by a name of its own."""
    seen: set[str] = set()
    names: set[str] = set()
    for url in urls:
        for one in _behind(server, path_of(url) or "/", dialect):
            if one.href in seen or any(fnmatchcase(one.part, each) for each in exclude):
                continue
            seen.add(one.href)
            name = one.part if one.part not in names else f"{one.part} ({_last(one.href)})"
            number = 1
            while name in names:
                number += 1
                name = f"{one.part}~{number}"
            names.add(name)
            yield Place(name, one.href, one.reason)


def _behind(server: Server, href: str, dialect: Dialect) -> Iterator[Place]:
    try:
        found = list(_collections(server, href, dialect))
    except Status as error:
        yield Place(_last(href) or "/", href, why(error.code))
    except Garbled as error:
        raise Misbehaving(f"the server's answer cannot be read: {error}") from error
    else:
        yield from found or [Place(_last(href) or "/", href, NONE_THERE)]


def _collections(server: Server, href: str, dialect: Dialect) -> Iterator[Place]:
    about = _about(server, href, dialect)
    if about is not None and _is_collection(about, dialect):
        yield Place(_last(href), href)
        return
    home = _home(server, href, about, dialect)
    for one in ask(server, home, dialect.about(), "1"):
        if _is_collection(one, dialect):
            name = one_line(one.text(f"{DAV}displayname"), 100) or _last(one.href)
            yield Place(name, path_of(one.href))


def _about(server: Server, href: str, dialect: Dialect) -> Response | None:
    try:
        return next(iter(ask(server, href, dialect.about(), "0")), None)
    except Status as error:
        if error.code in {404, 405} and href == "/":
            return next(iter(ask(server, dialect.well_known, dialect.about(), "0")), None)
        raise


def _is_collection(one: Response, dialect: Dialect) -> bool:
    kind = one.properties.get(_TYPE)
    return kind is not None and kind.find(dialect.collection) is not None


def _home(server: Server, href: str, about: Response | None, dialect: Dialect) -> str:
    """Return where the user's collections are: as the server says, else at *href*."""
    if about is None:
        return href
    home = _inside(about, dialect.home)
    if not home and (principal := _inside(about, _PRINCIPAL)):
        told = next(iter(ask(server, principal, dialect.about(), "0")), None)
        home = _inside(told, dialect.home) if told is not None else ""
    return home or href


def _inside(one: Response, name: str) -> str:
    found = one.properties.get(name)
    return path_of(found.findtext(f"{DAV}href", "").strip()) if found is not None else ""
