"""Take a FETCH answer apart: names and values, in any order, whatever their form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

DEEPEST = 500
"""Lists in lists: what a server tells of the structure of a message nests one or two for each level, of which Dovecot allows a hundred."""


class WireError(Exception):
    """The connection cannot be read on."""


class BadAnswer(WireError):
    """A FETCH answer that the protocol does not allow."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A literal that was too long to hold, read past; its *size* in bytes."""

    size: int


Value = bytes | Skipped | None | tuple["Value", ...]
"""A string or atom, a literal read past, NIL, or a list."""

_TOKEN = re.compile(
    rb"""\s*(?:
        (?P<open>\() | (?P<close>\))
        | "(?P<quoted>(?:[^"\\]|\\.)*)"
        | (?P<atom>[^\s()"\[]+(?:\[[^\]]*\][^\s()]*)?)
        | (?P<bracket>\[[^\s()]*)
    )""",
    re.VERBOSE | re.DOTALL,
)
# What nearly every answer looks like: numbers, a date and flags, and behind them one literal.
_VALUE = rb'(?:([0-9]+)|"([^"\\]*)"|\(((?:[^\s()"\[\]{}]+(?: [^\s()"\[\]{}]+)*)?)\))'
_PAIR = re.compile(rb"([A-Z][A-Z0-9.]*) " + _VALUE + rb" ", re.IGNORECASE)
_USUAL = re.compile(
    rb"\s*\(((?:[A-Z][A-Z0-9.]* " + _VALUE + rb" )*)(BODY\[[^\]]*\]) ?", re.IGNORECASE
)
# The same without a literal: what is asked about size and flags.
_FLAT = re.compile(rb"\s*\(((?:[A-Z][A-Z0-9.]* " + _VALUE + rb"(?: |(?=\))))+)\)\s*", re.IGNORECASE)
# The same in the words in which nearly every server says it.
_SIZED = re.compile(rb" ?\(UID (\d{1,10}) RFC822\.SIZE (\d{1,19}) FLAGS \(([^()\"{}]*)\)\)")
_LIST = 4
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_OPEN, _CLOSE = object(), object()


def attributes(parts: list[bytes | Skipped]) -> dict[bytes, Value]:
    """Return name → value of a FETCH answer's *parts*: text and literals in turns, from behind the word FETCH."""
    usual = _usual(parts)
    if usual is not None:
        return usual
    stack: list[list[Value]] = [[]]
    for token in _tokens(parts):
        if token is _OPEN:
            if len(stack) > DEEPEST:
                raise BadAnswer("a FETCH answer nested too deep")
            stack.append([])
        elif token is _CLOSE:
            if len(stack) == 1:
                raise BadAnswer("a FETCH answer with a parenthesis too many")
            closed = tuple(stack.pop())
            stack[-1].append(closed)
        else:
            stack[-1].append(token)  # type: ignore[arg-type]  # the two marks were handled
    if len(stack) != 1 or len(stack[0]) != 1 or not isinstance(stack[0][0], tuple):
        raise BadAnswer("a FETCH answer that is no list")
    flat = stack[0][0]
    if len(flat) % 2:
        raise BadAnswer("a FETCH answer in which a value is missing")
    return {_name(name): value for name, value in zip(flat[::2], flat[1::2], strict=True)}


def _usual(parts: list[bytes | Skipped]) -> dict[bytes, Value] | None:
    """Return what `attributes` would of an answer that has the usual form, and None of any other."""
    if isinstance(parts[0], Skipped):
        return None
    if len(parts) == 1:
        sized = _SIZED.fullmatch(parts[0])
        if sized is not None and b"NIL" not in sized[3].upper():
            uid, size, flags = sized.groups()
            return {b"UID": uid, b"RFC822.SIZE": size, b"FLAGS": tuple(flags.split())}
        flat = _FLAT.fullmatch(parts[0])
        return None if flat is None else _pairs(flat[1] + b" ")
    if len(parts) != 3 or parts[2] != b")":
        return None
    found = _USUAL.fullmatch(parts[0])
    values = None if found is None else _pairs(found[1])
    if found is not None and values is not None:
        values[_name(found[found.re.groups])] = parts[1]
    return values


def _pairs(text: bytes) -> dict[bytes, Value] | None:
    if b"NIL" in text.upper():
        return None
    values: dict[bytes, Value] = {}
    for pair in _PAIR.finditer(text):
        value = pair[pair.lastindex or 0]
        values[pair[1].upper()] = tuple(value.split()) if pair.lastindex == _LIST else value
    return values


def _name(name: Value) -> bytes:
    if not isinstance(name, bytes):
        raise BadAnswer("a FETCH answer in which a name is missing")
    word = name.upper()
    return b"BODY[HEADER.FIELDS]" if word.startswith(b"BODY[HEADER.FIELDS") else word


def _tokens(parts: list[bytes | Skipped]) -> Iterator[object]:
    for number, part in enumerate(parts):
        if number % 2 or isinstance(part, Skipped):
            yield part
            continue
        position, length = 0, len(part.rstrip())
        while position < length:
            found = _TOKEN.match(part, position)
            if found is None or found.end() == position:
                raise BadAnswer("a FETCH answer that cannot be read")
            position = found.end()
            yield _value(found)


def _value(found: re.Match[bytes]) -> object:
    if found["open"]:
        return _OPEN
    if found["close"]:
        return _CLOSE
    if found["quoted"] is not None:
        return _ESCAPED.sub(rb"\1", found["quoted"])
    word = found["atom"] or found["bracket"]
    return None if word.upper() == b"NIL" else word
