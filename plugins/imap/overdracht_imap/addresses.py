"""Take the addresses out of an address field, whatever a mailer made of its grammar.

The grammar (RFC 5322) is followed where the field follows it. Where it does not, nothing that looks like an address is lost: it is
kept apart, as one that stands *in a name*, which says less about whom the mail is for.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from overdracht import IdentifierError, Kinds
from overdracht_imap.encoded_words import RUN, decode_run

# No pattern here may be tried at many places and run far from each: a header section is hostile, and may be large.
_PIECE = re.compile(r'<[^<>]*>|["(),;:]|[^"<(),;:]+|.', re.DOTALL)
_REST_OF_QUOTED = re.compile(r'(?:[^"\\]|\\.)*"', re.DOTALL)
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)
_PLAIN = re.compile(r"[a-z0-9._+=-]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
# No part of it may hold what gives another part its meaning, so it reads a value in one way or not at all.
_PLAIN_MAILBOX = re.compile(
    r"""\s*(?:(?:"([\w .'&/+-]{0,200})"|(=\?[\w-]{1,60}\?[bBqQ]\?[\w.=+/'-]{0,200}\?=)|([\w .'-]{0,200}?))\s*"""
    r"<([\w.+=-]{1,200}@[\w.-]{1,200})>|([\w.+=-]{1,200}@[\w.-]{1,200}))\s*(?:,|\Z)",
)
_AT = re.compile(r"\s?@\s?")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.){0,256}"|[^\s"<>(),;:]+|.', re.DOTALL)
_ADDRESS = re.compile(r"[^\[\]]+@(?:\[[^\[\]]{1,80}\]|[^@\[\]]+)")
_ROUTE = re.compile(r"^@[^:]*:")
_HELD = re.compile("\0([0-9]+)\0")
_WRAPPERS = "'\u2018\u2019`"
_LONGEST = 1000
"""Characters of an address or a name that are looked at: far more than either has."""
_SHORT = 200
_DEEPEST = 20
"""Comments may be nested; deeper ones are a mischief."""

_kinds = Kinds()


class Mailbox(NamedTuple):
    """One sender or recipient: a display name, an address, and the addresses that the name itself holds."""

    name: str
    address: str
    in_name: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def normal(address: str) -> str:
    """Return *address* in the form that identifiers have, or as it is, in lower case, when it is none."""
    if len(address) > _LONGEST:
        return address.lower()
    lowered = address.strip().lower().rstrip(".")
    if _PLAIN.fullmatch(lowered):
        return lowered
    tidy = _ROUTE.sub("", re.sub(r"\s*@\s*", "@", address.strip())).rstrip(".")
    if tidy[:1] in _WRAPPERS and tidy[-1:] in _WRAPPERS:
        tidy = tidy[1:-1]
    try:
        return _kinds.identifier("email", tidy).value
    except IdentifierError:
        return tidy.lower()


@dataclass(slots=True)
class _Draft:
    """A mailbox while it is read."""

    text: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    angle: str | None = None

    def is_bare_name(self) -> bool:
        return self.angle is None and "@" not in "".join(self.text)


class _Reader:
    """Reads one field's value; *held* are the texts of its encoded words, kept out of the grammar's sight."""

    def __init__(self, value: str, depth: int = 0) -> None:
        self._held: list[str] = []
        self._depth = depth
        self._value = RUN.sub(self._hold, value.replace("\0", " "))

    def _hold(self, found: re.Match[str]) -> str:
        self._held.append(decode_run(found[0]).replace("\0", " "))
        return f"\0{len(self._held) - 1}\0"

    def _shown(self, text: str) -> str:
        return _HELD.sub(lambda found: self._held[int(found[1])], text)

    def mailboxes(self) -> Iterator[Mailbox]:
        for draft in self._drafts():
            yield from self._finished(draft)

    def _pieces(self) -> Iterator[str]:
        """Yield the value in pieces: quoted strings, comments and what stands in angle brackets whole, separators, and text."""
        value, position = self._value, 0
        closed = {'"': True, "(": True}
        while found := _PIECE.match(value, position):
            piece, position = found[0], found.end()
            if closed.get(piece):
                end = (
                    _quoted_end(value, position) if piece == '"' else _comment_end(value, position)
                )
                # Once one is never closed, the others are not looked for: they are text.
                closed[piece] = bool(end)
                if end:
                    piece, position = piece + value[position:end], end
            yield piece

    def _drafts(self) -> Iterator[_Draft]:
        draft, carried = _Draft(), ""
        for piece in self._pieces():
            if piece[0] == "(" and len(piece) > 1:
                draft.comments.append(piece[1:-1])
            elif piece[0] == "<" and len(piece) > 1:
                if draft.angle is not None:
                    yield draft
                    draft = _Draft()
                draft.angle = piece[1:-1]
                # `De Vries, Jan <jan@x.nl>`: a comma in a name that nobody quoted.
                draft.text.insert(0, carried)
                carried = ""
            elif piece in ",;" or (piece == ":" and draft.is_bare_name()):
                bare = draft.is_bare_name()
                carried = "".join(draft.text) + ", " if bare and piece == "," else ""
                if (not bare or piece == ";" or "\0" in carried) and piece != ":":
                    yield draft
                draft = _Draft()
            else:
                draft.text.append(piece)
        yield draft

    def _finished(self, draft: _Draft) -> Iterator[Mailbox]:
        text = "".join(draft.text)
        comment = self._shown(" ".join(draft.comments)).strip()
        if draft.angle is not None:
            address = normal(re.sub(r"\s+", "", self._shown(draft.angle)))
            name = _unquoted(self._shown(text)) or comment
            if address or name:
                yield Mailbox(name[:_LONGEST], address, addresses_in(f"{name} {comment}"))
            return
        shown = " ".join(self._shown(text).split())
        if "\0" in text and "@" in shown and "@" not in text and self._depth == 0:
            # A mailer that encoded the whole mailbox, angle brackets and all.
            yield from _Reader(shown, depth=1).mailboxes()
            return
        found, rest = _taken_apart(shown)
        name = _unquoted(rest) or comment
        for address in found:
            shown_name = name[:_LONGEST] if len(found) == 1 else ""
            yield Mailbox(shown_name, normal(address), addresses_in(comment))
        if not found and name:
            yield Mailbox(name[:_LONGEST], "", addresses_in(f"{name} {comment}"))


def _quoted_end(value: str, position: int) -> int:
    """Return where the quoted string that was opened before *position* ends, or 0 when it never does."""
    found = _REST_OF_QUOTED.match(value, position)
    return found.end() if found else 0


def _comment_end(value: str, position: int) -> int:
    """Return where the comment that was opened before *position* ends, or 0 when it never does."""
    depth = 1
    for found in _IN_COMMENT.finditer(value, position):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth -= 1
        if depth == 0:
            return found.end()
        if depth > _DEEPEST:
            return 0
    return 0


def _unquoted(text: str) -> str:
    if '"' in text:
        text = re.sub(r'\\(.)|"', r"\1", text)
    return " ".join(text.split()).strip(f" {_WRAPPERS}")


def _taken_apart(text: str) -> tuple[list[str], str]:
    """Return the addresses in running *text*, and the rest of it."""
    found: list[str] = []
    rest: list[str] = []
    local = ""
    for token in _TOKEN.findall(_AT.sub("@", text)):
        if token[0] == '"' and len(token) > 1:
            rest.append(local)
            local = token
            continue
        # What is quoted directly before an @ is the local part.
        whole = local + token if token[0] == "@" else token
        if local and whole is token:
            rest.append(local)
        local = ""
        # Greedy on purpose: in `a@b@c` the address is at c, and neither a@b nor b@c.
        if "@" in whole and len(whole) <= _LONGEST and (address := _ADDRESS.match(whole)):
            found.append(address[0])
        else:
            rest.append(whole)
    rest.append(local)
    return found, "".join(rest)


def addresses_in(text: str) -> tuple[str, ...]:
    """Return what looks like an address in running *text*, normalised."""
    if "@" not in text:
        return ()
    return tuple(dict.fromkeys(map(normal, _taken_apart(text)[0])))


def mailboxes(value: str) -> Iterable[Mailbox]:
    """Return the mailboxes of an address field's *value*, unfolded and not yet decoded."""
    # The same few write and are written to again and again.
    return _remembered(value) if len(value) <= _SHORT else _mailboxes(value)


def _mailboxes(value: str) -> Iterable[Mailbox]:
    plain = _plain_mailboxes(value)
    return _Reader(value).mailboxes() if plain is None else plain


@lru_cache(maxsize=4096)
def _remembered(value: str) -> tuple[Mailbox, ...]:
    return tuple(_mailboxes(value))


def _plain_mailboxes(value: str) -> list[Mailbox] | None:
    """Return the mailboxes of a *value* that is as plain as nearly all are, None when it takes the whole grammar to read it."""
    found: list[Mailbox] = []
    position = 0
    while position < len(value):
        one = _PLAIN_MAILBOX.match(value, position)
        if one is None:
            return None
        quoted, encoded, bare, angled, address = one.groups()
        if encoded is None:
            found.append(Mailbox(_unquoted(quoted or bare or ""), normal(angled or address)))
        else:
            name = _unquoted(decode_run(encoded).replace("\0", " "))
            found.append(Mailbox(name, normal(angled), addresses_in(name)))
        position = one.end()
    return found
