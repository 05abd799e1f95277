"""Turn the format strings of web servers into regular expressions: nginx's `log_format`, Apache's `LogFormat`."""

import re

from overdracht_serverlogs import moments

_NGINX = re.compile(r"\$\{?(\w+)\}?")
_NGINX_TIMES = {"time_local": moments.CLF, "time_iso8601": moments.ISO, "msec": moments.EPOCH}

_APACHE = re.compile(r"%[<>]?(?:!?\d{3}(?:,\d{3})*)?(?:\{([^}]*)\})?[<>]?([a-zA-Z%])")
_APACHE_NAMES = {
    "h": "remote_addr", "a": "remote_addr", "l": "ident", "u": "remote_user", "t": "time", "r": "request",
    "s": "status", "b": "bytes", "B": "bytes", "O": "bytes_sent", "v": "vhost", "V": "vhost", "U": "path",
    "q": "query", "m": "method", "D": "microseconds", "T": "seconds", "p": "port", "P": "pid", "f": "file", "H": "protocol",
}  # fmt: skip


def from_nginx(text: str) -> bytes:
    """Return the pattern of nginx's format string *text*."""
    pieces: list[tuple[str, str]] = []
    place = 0
    for found in _NGINX.finditer(text):
        pieces.append((text[place : found.start()], found[1]))
        place = found.end()
    return _assembled(pieces, text[place:], _NGINX_TIMES)


def from_apache(text: str) -> bytes:
    """Return the pattern of Apache's format string *text*."""
    text = text.replace('\\"', '"')
    pieces: list[tuple[str, str]] = []
    place = 0
    before = ""
    for found in _APACHE.finditer(text):
        before += text[place : found.start()]
        place = found.end()
        argument, letter = found.groups()
        if letter == "%":
            before += "%"
            continue
        pieces.append((before, _apache_name(argument, letter)))
        before = ""
    return _assembled(pieces, before + text[place:], {"time": rb"\[" + moments.CLF + rb"\]"})


def _apache_name(argument: str | None, letter: str) -> str:
    if letter in "io" and argument:
        return re.sub(r"\W", "_", argument.lower())
    return _APACHE_NAMES.get(letter, f"field_{letter}")


def _assembled(pieces: list[tuple[str, str]], rest: str, times: dict[str, bytes]) -> bytes:
    """Return the pattern of *pieces*, each a literal text and the variable behind it, and the literal *rest*."""
    pattern, seen, timed = b"", set[str](), False
    for number, (literal, name) in enumerate(pieces):
        following = pieces[number + 1][0] if number + 1 < len(pieces) else rest
        pattern += re.escape(literal.encode())
        if name in times and not timed:
            timed = True
            pattern += _time_group(times[name])
        elif name in seen or not name.isidentifier():
            pattern += b"(?:" + _value(literal, following) + b")"
        else:
            seen.add(name)
            pattern += b"(?P<" + name.encode() + b">" + _value(literal, following) + b")"
    return pattern + re.escape(rest.encode()) + b"(?P<rest>.*)"


def _time_group(time: bytes) -> bytes:
    if time.startswith(rb"\["):
        return rb"\[(?P<time>" + time[2:-2] + rb")\]"
    return rb"(?P<time>" + time + rb")"


def _value(before: str, after: str) -> bytes:
    """Return what a variable may hold between the texts *before* and *after* it."""
    if before.endswith('"') and after.startswith('"'):
        return rb'(?:[^"\\]|\\.)*'
    if before.endswith("[") and after.startswith("]"):
        return rb"[^\]]*"
    if not after:
        return rb".*"
    if after.startswith(" ") or before.endswith(" "):
        # A user name may hold spaces; anything else ends at one.
        return rb"[^\[]*?" if after[:2] == " [" else rb"\S*"
    return rb"[^" + re.escape(after[0].encode()) + rb"]*"
