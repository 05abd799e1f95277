"""How a line is written: where its time stands, which fields it has, and which of them say whom it is about."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache

from overdracht_serverlogs import moments
from overdracht_serverlogs.layouts import from_apache, from_nginx
from overdracht_serverlogs.owners import Owner, json_addresses, told

OWNING = frozenset({"remote_user", "user", "username", "login", "email", "auth_user", "u"})
"""The fields that say whom a line is about: who logged in."""

_QUOTED = rb'"(?P<%s>(?:[^"\\]|\\.)*)"'
_REQUEST = (
    rb"(?:(?P<vhost>[^\s:]+:\d+) )?(?P<remote_addr>\S+) (?P<ident>\S+) (?P<remote_user>[^\[]*?) \[(?P<time>"
    + moments.CLF
    + rb")\] "
    + _QUOTED % b"request"
    + rb" (?P<status>\d{3}|-) (?P<bytes>\d+|-)"
)
_PROGRAM = rb"(?P<host>\S+) (?P<program>[^\s:\[]+)(?:\[(?P<pid>[^\]\s]*)\])?: ?(?P<message>.*)"

_HEADS: Mapping[str, bytes] = {
    "combined": _REQUEST
    + rb" "
    + _QUOTED % b"referer"
    + rb" "
    + _QUOTED % b"user_agent"
    + rb"(?P<rest>.*)",
    "common": _REQUEST + rb"(?P<rest>.*)",
    "json": rb'(?P<json>\{.*?(?<!\\)"(?:time_iso8601|time_local|timestamp|@timestamp|time|datetime|date|msec|ts)"\s*:\s*"?(?P<time>'
    + b"|".join((moments.CLF, moments.ISO, moments.EPOCH))
    + rb").*)",
    "rfc5424": rb"(?:<(?P<priority>\d{1,3})>)?1 (?P<time>"
    + moments.ISO
    + rb") (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) (?P<msgid>\S+) (?P<structured>-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(?P<message>.*)",
    "dovecot": rb"(?P<time>"
    + moments.BSD
    + rb"|"
    + moments.ISO
    + rb") (?P<program>[^\s:(<\[]+)(?:\((?:\d+\)(?!<)|(?P<user>[^\s(),]+)[^)]*\)))?(?:<(?P<pid>\d*)><(?P<session>[^>]*)>)?:"
    rb" (?P<level>Debug|Info|Warning|Error|Fatal|Panic): (?P<message>.*)",
    "rfc3164": rb"(?:<(?P<priority>\d{1,3})>)?(?P<time>"
    + moments.BSD
    + rb"|"
    + moments.ISO
    + rb") "
    + _PROGRAM,
    "nginx-error": rb"(?P<time>"
    + moments.SLASHED
    + rb") \[(?P<level>\w+)\] (?P<pid>\d+)#\d+: (?P<message>.*)",
    "apache-error": rb"\[(?P<time>" + moments.LONG + rb")\] (?P<message>.*)",
    "php-error": rb"\[(?P<time>" + moments.DASHED + rb")\] (?P<message>.*)",
    "squid": rb"(?P<time>\d{10}\.\d{3}) +(?P<elapsed>-?\d+) (?P<remote_addr>\S+) (?P<result>[A-Z_]+)/(?P<status>\d{3}) (?P<bytes>\d+)"
    rb" (?P<request>\S+ \S+) (?P<remote_user>\S+) (?P<rest>.*)",
    "bind": rb"(?P<time>" + moments.DASHED.partition(rb"(?: ")[0] + rb") (?P<message>.*)",
    "ctime": rb"(?P<time>"
    + moments.LONG
    + rb") (?:\[pid \d+\] )?(?:\[(?P<user>[^\]\s]{1,320})\] )?(?P<message>.*)",
    "epoch": rb"\[?(?P<time>(?<=\[)\d{10}(?=\])|\d{10}\.\d{3,9})\]? (?P<message>.*)",
    "iso": rb"[\[(]?(?P<time>" + moments.ISO + rb")[\])]?(?P<message>.*)",
    "bsd": rb"(?P<time>" + moments.BSD + rb") (?P<message>.*)",
}
_MULTILINE = frozenset({"nginx-error", "apache-error", "php-error", "iso"})
"""In these a line without a time goes on with the record before it; in the others it is a line that was broken."""
_AUTO = (
    "combined", "common", "json", "rfc5424", "dovecot", "rfc3164", "nginx-error", "apache-error", "php-error", "squid", "bind", "ctime",
    "bsd", "epoch", "iso",
)  # fmt: skip

_AUTHENTICATED = re.compile(
    rb"\bsasl_username=|\bLogin: user=|\bAccepted \w|\blogged in\b|\bauthenticated\b", re.IGNORECASE
)
_NEAR = re.compile(
    rb"\brip=([0-9A-Fa-f:.]{2,45})|\bfrom ([0-9A-Fa-f:.]{2,45}) port |\bclient=[^\[\s]*\[([0-9A-Fa-f:.]{2,45})\]|\b(?:rhost|client|ip|addr)[=:] ?\[?([0-9A-Fa-f:.]{2,45})"
)


class Layout(Enum):
    """Where in a line it says whom it is about."""

    MESSAGE = "message"
    """In running text, and maybe in fields."""
    FIELDS = "fields"
    """In fields alone: what a visitor writes into a request says nothing about whom it is."""
    EARLY = "early"
    """In fields in front of the time."""
    JSON = "json"


@dataclass(frozen=True)
class Format:
    """One way of writing lines."""

    name: str
    head: re.Pattern[bytes]
    """Matches the first line of a record, with a group `time` if it has one."""
    start: re.Pattern[bytes]
    """The same up to the time: quicker."""
    multiline: bool = False
    strptime: str = ""
    layout: Layout = Layout.MESSAGE
    owning: tuple[str, ...] = ()
    """The groups of `head` that say whom a line is about; all of them stand in `start` when the layout is early."""

    @cached_property
    def _has_message(self) -> bool:
        return "message" in self.head.groupindex

    @cached_property
    def _has_user(self) -> bool:
        return "remote_user" in self.head.groupindex

    def stamp(self, line: bytes | bytearray, start: int, end: int) -> bytes | None:
        """Return the time in the line between *start* and *end*; None when no record begins there."""
        found = self.start.match(line, start, end)
        return None if found is None else found["time"]

    def fields(self, line: bytes) -> dict[str, str]:
        """Return the fields of a record by name; nothing when it is written otherwise."""
        first, _, rest = line.partition(b"\n")
        found = self.head.match(first)
        if found is None:
            return {}
        if self.layout is Layout.JSON:
            return _json_fields(found["json"])
        fields = {
            name: _text(value)
            for name, value in found.groupdict().items()
            if value is not None and not (name == "rest" and not value)
        }
        if rest.strip():
            fields["continued"] = _text(rest.rstrip(b"\r\n"))
        return fields

    def field_at(self, line: bytes, place: int) -> str:
        """Return the name of the field in which the byte at *place* of a record stands; `line` when that cannot be told."""
        found = self.head.match(line.partition(b"\n")[0])
        if found is None:
            return "line"
        inside = [
            (found.end(name) - found.start(name), name)
            for name in found.groupdict()
            if found.start(name) <= place < found.end(name)
        ]
        return min(inside)[1] if inside else "line"

    def owners(self, line: bytes) -> list[Owner]:
        """Return the stretches of a record that say whom it is about."""
        if self.layout is Layout.JSON:
            return list(_json_owners(line))
        found = (self.start if self.layout is Layout.EARLY else self.head).match(line)
        if found is None:
            return [] if self.layout is Layout.EARLY else list(told(line, 0))
        owners = [
            Owner(name, *found.span(name))
            for name in self.owning
            if found[name] not in {None, b"", b"-"}
        ]
        if self.layout is Layout.MESSAGE:
            told_ones = told(
                line, found.start("message") if self._has_message else found.end("time")
            )
            return owners + told_ones if owners else told_ones
        return owners

    def addresses(self, line: bytes) -> Iterator[tuple[str, str]]:
        """Yield the addresses from which the one whom the line is about logged in, with their field; nothing without a login."""
        if self.layout is Layout.JSON:
            yield from json_addresses(line)
        elif self._has_user:
            found = self.head.match(line)
            if found is None or found["remote_user"] in {None, b"", b"-"}:
                return
            fields = found.groupdict()
            refused = (fields.get("status") or b"200").startswith(b"4")
            if fields.get("remote_addr") and not refused:
                yield "remote_addr", _text(found["remote_addr"])
        elif _may_be_authenticated(line) and _AUTHENTICATED.search(line):
            for one in _NEAR.finditer(line):
                yield "login", _text(next(filter(None, one.groups())))


def _may_be_authenticated(line: bytes) -> bool:
    """Say quickly whether *line* may be about a login; of most it is plain that it is not."""
    lower = line.lower()
    return (
        b"sasl_username=" in lower
        or b"login: user=" in lower
        or b"accepted " in lower
        or b"logged in" in lower
        or b"authenticated" in lower
    )


_JSON_OWNER = re.compile(
    rb'(?<!\\)"(remote_user|user|username|login|email|auth_user|sasl_username)"\s*:\s*"((?:[^"\\]|\\.)*)"'
)


def _json_owners(line: bytes) -> Iterator[Owner]:
    for one in _JSON_OWNER.finditer(line):
        if one[2] not in {b"", b"-"}:
            yield Owner(_text(one[1]), *one.span(2))


def _json_fields(line: bytes) -> dict[str, str]:
    import json

    try:
        told = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return {
        str(name): value if isinstance(value, str) else json.dumps(value)
        for name, value in told.items()
    }


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _format(name: str, head: bytes, *, multiline: bool = False, strptime: str = "") -> Format:
    whole, start = re.compile(head, re.DOTALL), re.compile(_up_to_time(head))
    owning = tuple(sorted(OWNING & whole.groupindex.keys()))
    layout = Layout.MESSAGE
    if "json" in whole.groupindex:
        layout = Layout.JSON
    elif "request" in whole.groupindex or "status" in whole.groupindex:
        early = set(owning) <= start.groupindex.keys()
        layout = Layout.EARLY if early else Layout.FIELDS
    return Format(name, whole, start, multiline, strptime, layout, owning)


def _up_to_time(head: bytes) -> bytes:
    """Return the part of the pattern *head* that ends with its time."""
    at = head.index(b"(?P<time>")
    depth, place = 0, at
    while place < len(head):
        if head[place : place + 1] == b"\\":
            place += 2
            continue
        depth += (head[place : place + 1] == b"(") - (head[place : place + 1] == b")")
        place += 1
        if depth == 0:
            break
    cut = head[:place]
    opened = _open_groups(cut)
    return cut + b")" * opened


def _open_groups(pattern: bytes) -> int:
    bare = re.sub(rb"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", b"", pattern, flags=re.DOTALL)
    return bare.count(b"(") - bare.count(b")")


@lru_cache(maxsize=64)
def named(name: str) -> Format:
    """Return the format that the settings call *name*."""
    return _format(name, _HEADS[name], multiline=name in _MULTILINE)


@lru_cache(maxsize=64)
def written(log_format: str) -> Format:
    """Return the format of nginx's or Apache's format string *log_format*."""
    head = from_nginx(log_format) if "$" in log_format else from_apache(log_format)
    return _format("log_format", head)


@lru_cache(maxsize=64)
def matching(regex: str, time_format: str) -> Format:
    """Return the format whose records begin with *regex*."""
    return _format("regex", regex.encode(), multiline=True, strptime=time_format)


_FITTING = 0.2
"""Of so many of its lines the format of a log can be told, at least."""
UNKNOWN = Format("unknown", re.compile(rb"(?!)(?P<time>)"), re.compile(rb"(?!)(?P<time>)"))
"""Lines without a time that could be told."""


def looks_like(lines: Iterable[bytes]) -> Format:
    """Return the format that most of the *lines* are written in."""
    lines = [line for line in lines if line.strip(b"\0 \t\r\n")]
    beginning = sum(line[:1] not in b" \t" for line in lines)
    best, most = UNKNOWN, 0
    for name in _AUTO:
        candidate = named(name)
        fitting = sum(candidate.head.match(line) is not None for line in lines)
        # A line that is indented goes on with the record before it, where records have several lines.
        if fitting > max(most, _FITTING * (beginning if candidate.multiline else len(lines))):
            best, most = candidate, fitting
        if fitting == len(lines):
            break  # no other fits more, and to make it ready takes time
    return best
