"""Decide which of a subject's identifiers a message's header section holds, and in which field.

Addresses are taken whole and compared normalised: `info@x.nl` is neither `otherinfo@x.nl` nor `info@x.nl.example`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from overdracht import (
    Certainty,
    Identifier,
    Match,
    Mentions,
    Revealed,
    base_address,
    bases,
    belongs,
    fold,
    split_address,
)
from overdracht_imap.addresses import Mailbox, mailboxes
from overdracht_imap.headers import LONGEST, Fields, fields, shown
from overdracht_imap.scanning import Scanner

ADDRESS_FIELDS: tuple[str, ...] = (
    "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Return-Path",
    "Resent-From", "Resent-Sender", "Resent-Reply-To", "Resent-To", "Resent-Cc", "Resent-Bcc",
)  # fmt: skip
"""The fields that say whom a message is from or for."""
AUTOMATIC_FIELDS: tuple[str, ...] = (
    "Auto-Submitted", "Precedence", "List-Id", "List-Unsubscribe", "Content-Type", "X-Auto-Response-Suppress",
)  # fmt: skip
"""The fields that tell a letter from an automatic message."""
OTHER_FIELDS: tuple[str, ...] = ("Subject", "Date", "Message-ID")
FIELDS: tuple[str, ...] = ADDRESS_FIELDS + AUTOMATIC_FIELDS + OTHER_FIELDS
"""All that `Matcher.read` looks at; a header section may be reduced to these."""

_WANTED = tuple(name.lower() for name in FIELDS)
_ADDRESSES = tuple((name.lower(), name) for name in ADDRESS_FIELDS)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_AFTER_NAME = re.compile(r"\s(?:via|namens|\||/|[-\u2013\u2014])\s.*|\|.*", re.IGNORECASE)
_BULK = frozenset({"bulk", "list", "junk", "auto_reply", "auto-reply"})
_MOST_REVEALED = 20
_STRENGTH = {certainty: place for place, certainty in enumerate(Certainty)}

NameKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the header section of one message tells about the subject."""

    matches: tuple[Match, ...]
    reveals: tuple[Revealed, ...] = ()
    third_parties: int = 0
    automatic: bool = False
    sent_by_subject: bool = False
    subject: str = ""
    """The decoded subject line, fit to show."""
    date: str = ""
    message_id: str = ""
    content_type: str = ""


NOTHING = Letterhead(())


def name_keys(name: str) -> set[NameKey]:
    """Return the forms in which the display name *name* is compared: without case, accents, order, and what is said beside it."""
    name = name[:1000]
    bare = _ASIDE.sub(" ", name)
    keys = {
        tuple(sorted(re.findall(r"[^\W_]+", fold(form))))
        for form in (name, bare, _AFTER_NAME.sub("", bare))
    }
    return keys - {()}


class Matcher:
    """Matches header sections against *identifiers*; *excluded* are known to be somebody else's, *own* the organisation's."""

    def __init__(
        self,
        identifiers: Iterable[Identifier],
        excluded: Iterable[Identifier] = (),
        own: frozenset[Identifier] = frozenset(),
    ) -> None:
        identifiers = tuple(dict.fromkeys(identifiers))
        self._bases = bases(identifiers)
        self._domains = {one.value: one for one in identifiers if one.kind == "domain"}
        self._usernames = {fold(one.value): one for one in identifiers if one.kind == "username"}
        self._names: dict[NameKey, Identifier] = {}
        for one in identifiers:
            if one.kind == "name":
                self._names.update((key, one) for key in name_keys(one.value))
        # What ends in none of these is at no domain that counts; that is told faster than an address is taken apart.
        self._ends = (
            *{f"@{split_address(base)[1]}" for base in self._bases},
            *(f"{before}{domain}" for domain in self._domains for before in "@."),
        )
        # A name without the longest word of a sought one is another name; that is told faster than its forms are made.
        self._name_tokens = {max(key, key=len) for key in self._names}
        self._excluded = frozenset(one.value for one in excluded if one.kind == "email")
        self._own = own
        self._mentions = Mentions(identifiers)
        self._scanner = Scanner(identifiers)

    def candidates(self, block: bytes | bytearray | memoryview) -> Iterator[int]:
        """Yield where in a *block* of many header sections something might match, in order; a section with no such place matches nothing."""
        return iter(self._scanner.places(block))

    def match(self, header: bytes) -> tuple[Match, ...]:
        """Return what one *header* section holds of the identifiers."""
        return self.read(header).matches

    def read(self, header: bytes, mentions: Iterable[Match] = ()) -> Letterhead:
        """Return what one *header* section tells, and that the message has *mentions* elsewhere; without matches nothing else is told."""
        found = fields(header, _WANTED)
        desk = _Desk()
        for key, name in _ADDRESSES:
            for value in found.get(key, ()):
                for mailbox in mailboxes(value):
                    self._weigh(mailbox, name, desk)
        self._answered(found, desk)
        for value in found.get("subject", ()):
            desk.add(*self._mentions.matches(shown(value, LONGEST), "Subject"))
        desk.add(*mentions)
        matches = tuple(desk.matches)
        if not matches or self._is_somebody_elses(desk):
            return NOTHING
        return Letterhead(
            matches,
            tuple(desk.reveals)[:_MOST_REVEALED],
            self._strangers(desk.others - desk.own),
            is_automatic(found),
            any(
                one.certainty is Certainty.EXACT and one.where in {"From", "Sender"}
                for one in matches
            ),
            shown(found.get("subject", [""])[0]),
            *(
                shown(found.get(key, [""])[0], 998)
                for key in ("date", "message-id", "content-type")
            ),
        )

    def _answered(self, found: Fields, desk: "_Desk") -> None:
        """Reveal the other addresses under which the sender of a letter sends it, and wants to be answered."""
        if not desk.is_exact("From") or is_automatic(found):
            return
        for key, name in (("reply-to", "Reply-To"), ("sender", "Sender")):
            for value in found.get(key, ()):
                for mailbox in mailboxes(value):
                    if mailbox.address in desk.others and not self._is_known(mailbox.address):
                        desk.reveal("email", mailbox.address, name)

    def _is_known(self, address: str) -> bool:
        return address in self._excluded or belongs(Identifier("email", address), self._own)

    def _strangers(self, addresses: set[str]) -> int:
        if not self._own:
            return len(addresses)
        return sum(not belongs(Identifier("email", one), self._own) for one in addresses)

    def _is_somebody_elses(self, desk: "_Desk") -> bool:
        weak = all(one.certainty is Certainty.POSSIBLE for one in desk.matches)
        return weak and not self._excluded.isdisjoint(desk.others | desk.own)

    def _weigh(self, mailbox: Mailbox, where: str, desk: "_Desk") -> None:
        by_address = self._by_address(mailbox.address, where)
        by_name = [Match(one, Certainty.POSSIBLE, where) for one in self._by_name(mailbox.name)]
        if by_address or by_name:
            desk.add(*by_address, *by_name)
        for address in mailbox.in_name:
            if address != mailbox.address:
                # The name says so, the address itself is another: a list, a forwarder, or a fraud.
                desk.add(
                    *(
                        Match(one.identifier, Certainty.MENTION, where)
                        for one in self._by_address(address, where)
                        if one.certainty is Certainty.EXACT
                    )
                )
        if not mailbox.address:
            return
        if any(one.certainty is Certainty.EXACT for one in by_address):
            desk.own.add(mailbox.address)
            desk.reveal("name", shown(mailbox.name), where)
        elif by_name or base_address(mailbox.address) in self._bases:
            desk.own.add(mailbox.address)
            desk.reveal("email", mailbox.address, where)
        else:
            desk.others.add(mailbox.address)

    def _by_name(self, name: str) -> list[Identifier]:
        folded = fold(name) if self._names and name else ""
        for token in self._name_tokens:
            if token in folded:
                return [self._names[key] for key in name_keys(name) if key in self._names]
        return []

    def _by_address(self, address: str, where: str) -> list[Match]:
        found: list[Match] = []
        if address.endswith(self._ends):
            found += self._at_home(address, where)
        local = split_address(address)[0]
        if self._usernames and (user := self._usernames.get(fold(local))):
            found.append(Match(user, Certainty.POSSIBLE, where))
        if "=" in local:
            found += self._in_bounce(local, where)
        return found

    def _at_home(self, address: str, where: str) -> Iterator[Match]:
        """Match an *address* at a domain of the subject's, or at that of an address of its own."""
        for one in self._bases.get(base_address(address), ()):
            exact = one.value == address
            yield Match(one, Certainty.EXACT if exact else Certainty.POSSIBLE, where)
        labels = split_address(address)[1].split(".")
        for count in range(len(labels)):
            if domain := self._domains.get(".".join(labels[count:])):
                yield Match(domain, Certainty.POSSIBLE, where)

    def _in_bounce(self, local: str, where: str) -> Iterator[Match]:
        """Look into an address made for bounces: `news-jan=x.nl@…` (VERP), `SRS0=…=x.nl=jan@…`."""
        for base, identifiers in self._bases.items():
            name, domain = split_address(base)
            verp = rf"(?<![\w.]){re.escape(name)}={re.escape(domain)}$|={re.escape(domain)}={re.escape(name)}$"
            if re.search(verp, local):
                yield from (Match(one, Certainty.POSSIBLE, where) for one in identifiers)


class _Desk:
    """What one header section has told so far."""

    def __init__(self) -> None:
        self._matches: dict[tuple[Identifier, str], Match] = {}
        self.reveals: dict[Revealed, None] = {}
        self.own: set[str] = set()
        self.others: set[str] = set()

    @property
    def matches(self) -> Iterable[Match]:
        return self._matches.values()

    def is_exact(self, where: str) -> bool:
        """Say whether the field *where* holds an identifier for certain."""
        return any(
            one.where == where and one.certainty is Certainty.EXACT
            for one in self._matches.values()
        )

    def add(self, *matches: Match) -> None:
        """Keep of each identifier the strongest match in each field."""
        for one in matches:
            key = (one.identifier, one.where)
            known = self._matches.get(key)
            if known is None or _STRENGTH[one.certainty] < _STRENGTH[known.certainty]:
                self._matches[key] = one

    def reveal(self, kind: str, value: str, where: str) -> None:
        if value and not (kind == "name" and "@" in value):
            self.reveals[Revealed(Identifier(kind, value), Certainty.POSSIBLE, where)] = None


def is_automatic(found: Fields) -> bool:
    """Say whether the *found* fields are those of an automatic message or a mailing to many."""

    def first(name: str) -> str:
        return found.get(name, [""])[0].strip().lower()

    return (
        first("auto-submitted").partition(";")[0].strip() not in {"", "no"}
        or first("precedence") in _BULK
        or "list-id" in found
        or "list-unsubscribe" in found
        or "x-auto-response-suppress" in found
        or found.get("return-path", [""])[-1].strip() == "<>"
        or first("content-type").startswith("multipart/report")
    )
