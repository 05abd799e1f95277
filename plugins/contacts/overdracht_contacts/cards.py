"""Read a vCard of any version and dialect: whose it is, what it says, and which of its lines belong together."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from overdracht import Category, fold, one_line
from overdracht_contacts.contentlines import ContentLine, content_lines
from overdracht_contacts.documents import Field, domains_in, identifiers, moment

ADDRESSES = frozenset({"EMAIL", "IMPP", "CALADRURI", "CALURI", "FBURL", "CONTACT-URI"})
"""Fields with a mail address, bare or in a link."""
MACHINERY = frozenset(
    {"BEGIN", "END", "VERSION", "PRODID", "UID", "REV", "KIND", "CLASS", "CATEGORIES", "SOURCE", "MAILER",
     "X-ABSHOWAS", "X-ABADR", "X-ABUID", "X-IMAGEHASH", "X-SHARED-PHOTO-DISPLAY-PREF", "X-ADDRESSBOOKSERVER-KIND"}
)  # fmt: skip
"""Fields that say nothing of a person."""
MEMBERS = frozenset({"MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"})
OTHERS = frozenset(
    {"RELATED", "AGENT", "X-ABRELATEDNAMES", "X-SPOUSE", "X-ASSISTANT", "X-MANAGER", "X-CHILDREN"}
)
"""Fields about somebody beside the person of the card."""
_LABELS = frozenset({"X-ABLABEL", "X-LABEL"})
_NUMBERS = (
    (re.compile("IBAN"), "iban"),
    (re.compile("KLANT|CUSTOMER|DEBITEUR|RELATIENUMMER"), "customer"),
    (re.compile("KVK|COC-?NUMBER"), "kvk"),
    (re.compile("SKYPE|JABBER|XMPP|SIP|TWITTER|MASTODON|MATRIX|SIGNAL|TELEGRAM|USERNAME|LOGIN|GEBRUIKERSNAAM"), "username"),
    (re.compile("E-?MAIL"), "email"),
    (re.compile("PHONE|TELEFOON|MOBIEL|TEL$"), "phone"),
)  # fmt: skip
"""By what a field of one's own, or its label, is called: what kind of identifier it holds."""
_COUPLE = re.compile(
    r"\b(?:fam(?:ilie|\.)?|gezin|family|familie|echtpaar|erven)\b|\w\s*(?:&|\+|\ben\b|\band\b|\be/o\b|/)\s*\w", re.IGNORECASE
)  # fmt: skip
_FIRM = re.compile(r"\b(?:zn|zoon|zonen|co|partners|b\.?v|v\.?o\.?f|n\.?v)\b", re.IGNORECASE)
_GENERIC = re.compile(r"_\$!<.*>!\$_|home|work|thuis|werk|priv[eé]|mobiel|mobile|cell|algemeen|other|overig|factuur.*|e-?mail|tele?foon", re.IGNORECASE)  # fmt: skip
_SCHEME = re.compile(r"^(?:mailto|tel|sip|xmpp|skype|aim|im|x-apple):", re.IGNORECASE)
_UUID = re.compile(r"(?:urn:uuid:)(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Card:
    """One card, from its own bytes."""

    content: bytes

    @cached_property
    def lines(self) -> tuple[ContentLine, ...]:
        """Its content lines."""
        return tuple(content_lines(self.content))

    @property
    def category(self) -> Category:
        """A card is contact data."""
        return Category.CONTACT

    def first(self, name: str) -> str:
        """Return the text of the first field called *name*."""
        return next((one.text for one in self.lines if one.name == name), "")

    @property
    def uid(self) -> str:
        """Return its UID, without the scheme in front."""
        uid = self.first("UID").strip()
        found = _UUID.fullmatch(uid)
        return found[1] if found else uid

    @property
    def title(self) -> str:
        """Return the name on the card."""
        return one_line(self.first("FN") or self.assembled or self.first("ORG").replace(";", " "))

    @property
    def assembled(self) -> str:
        """Return the name in N in the order in which it is said."""
        return next((said_name(one) for one in self.lines if one.name == "N"), "")

    @property
    def when(self) -> datetime | None:
        """Return when it was last changed, by its own word."""
        return moment(self.first("REV"))

    @cached_property
    def plural(self) -> bool:
        """Say whether several people are behind it: an organisation, a group, a couple or family."""
        kind = (self.first("KIND") or self.first("X-ADDRESSBOOKSERVER-KIND")).strip().lower()
        if kind in {"group", "org", "location"} or any(one.name in MEMBERS for one in self.lines):
            return True
        if self.first("X-ABSHOWAS").strip().upper() == "COMPANY":
            return True
        names = [one.text for one in self.lines if one.name == "FN"] or [self.assembled]
        return len({fold(one) for one in names}) > 1 or any(
            _COUPLE.search(one) and not _FIRM.search(one) for one in names
        )

    @property
    def is_contact(self) -> bool:
        """A card is no contact; when it was changed says nothing."""
        return False

    @property
    def trusted(self) -> bool:
        """Say whether it is one person's."""
        return not self.plural

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {
            one.group.lower(): one.text for one in self.lines if one.group and one.name in _LABELS
        }

    def group_of(self, line: ContentLine) -> str:
        """Return what binds *line* to others: a label that names somebody, or the group that it stands in."""
        label = self._labels.get(line.group.lower(), "") if line.group else ""
        if label and not _GENERIC.fullmatch(label.strip()):
            return f"label {fold(label)}"
        return f"group {line.group.lower()}" if line.group else ""

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """All that it says, a field for each line."""
        return tuple(self._field(line) for line in self.lines)

    def _field(self, line: ContentLine) -> Field:
        if line.name in MACHINERY or line.is_binary:
            return Field(line.name, "")
        text = " ".join(line.components) if line.name in {"N", "ADR", "ORG"} else line.text
        label = self._labels.get(line.group.lower(), "") if line.group else ""
        about = line.name not in {"NOTE", *OTHERS, *_LABELS, ""}
        return Field(
            line.name or "line",
            text,
            identifiers(self._stated(line, text, label)) if about else (),
            about,
            self.group_of(line),
            _link(line),
        )

    def _stated(self, line: ContentLine, text: str, label: str) -> Iterator[tuple[str, str]]:
        bare = _SCHEME.sub("", text.strip()).partition("?")[0]
        if line.name in _SAID:
            yield from _SAID[line.name](line, text)
        elif line.name == "TEL":
            yield "phone", bare
        elif line.name in ADDRESSES or line.name in MEMBERS:
            if "@" in bare:
                yield "email", bare.rpartition("<")[2].strip("<> ")
            if line.name == "IMPP":
                yield "username", bare.partition("@")[0] if ":" in text else bare
        elif line.name not in {"TITLE", "ROLE", "BDAY"}:
            called = f"{line.name} {label}".upper()
            yield from ((kind, bare) for pattern, kind in _NUMBERS if pattern.search(called))


def said_name(line: ContentLine) -> str:
    """Return the name in the field N *line* in the order in which it is said."""
    family, given, middle = (*line.components, "", "", "")[:3]
    return " ".join(one for one in (given, middle, family) if one.strip())


def address_in(line: ContentLine) -> str:
    """Return the address in the field ADR *line* on one line."""
    box, extended, street, place, region, code, _ = (*line.components, *[""] * 7)[:7]
    return " ".join(f"{box} {extended} {street}, {code} {place} {region}".split()).strip(", ")


_SAID: dict[str, Callable[[ContentLine, str], list[tuple[str, str]]]] = {
    "FN": lambda _, text: [("name", text)],
    "NICKNAME": lambda _, text: [("name", text)],
    "N": lambda line, _: [("name", said_name(line))],
    "ADR": lambda line, _: [("address", address_in(line))],
    "URL": lambda _, text: [("domain", host) for host, first in domains_in(text) if first],
    "ORG": lambda *_: [],
}
"""Field → what it states, where that takes more than its text."""


def _link(line: ContentLine) -> str:
    if line.name not in MEMBERS and line.name != "RELATED":
        return ""
    found = _UUID.fullmatch(line.text.strip())
    return found[1] if found else ""
