"""Decide which of a subject's identifiers a document holds, and how surely it is about them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from overdracht import (
    WEAK,
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
    squeeze,
    squeezed_forms,
)
from overdracht_contacts.brackets import marked
from overdracht_contacts.documents import Document, Field, stated

_NOT_ALNUM = bytes(code for code in range(256) if not chr(code).isalnum() or code > 127)
_FOLDS = (b"\r\n ", b"\n ", b"\r\n\t", b"\n\t", b"\\n", b"\\N")
_PACKINGS = (b"encoding=b", b"base64", b";b:", b";b;")
_PICTURES = (b"photo", b"logo", b"sound", b"key", b"attach", b"image")
_ODD_LINES = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")
_PROOF = frozenset({"email", "phone", "iban", "customer", "kvk"})
"""The kinds that one card proves of its person."""
_MOST_REVEALED = 20

TokenKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document tells about the subject."""

    matches: tuple[Match, ...]
    reveals: tuple[Revealed, ...] = ()
    others: int = 0
    """How many other people are named in it."""
    holder: Identifier | None = None


class Sought:
    """Whom is looked for: *identifiers*; *excluded* are somebody else's, *own* the organisation's.

    *links* are the UIDs of documents that are known to be the subject's, each with the identifier that proved it.
    """

    def __init__(
        self,
        identifiers: Iterable[Identifier],
        excluded: Iterable[Identifier] = (),
        own: Collection[Identifier] = (),
        links: Mapping[str, Identifier] | None = None,
    ) -> None:
        self.identifiers = tuple(dict.fromkeys(identifiers))
        self._known = frozenset(self.identifiers)
        self._bases = bases(self.identifiers)
        self._domains = {one.value: one for one in self.identifiers if one.kind == "domain"}
        self._words = {
            _tokens(one.value): one for one in self.identifiers if one.kind in {"name", "address"}
        }
        self._excluded = frozenset(excluded)
        self._own = frozenset(own)
        self.links = dict(links or {})
        self._mentions = Mentions(self.identifiers)
        needles = {needle for one in self.identifiers for needle in _needles(one)}
        self._needles = (*needles, *map(squeeze, self.links))
        self._ascii = tuple(one.encode() for one in self._needles if one.isascii())
        # An IP address has no form that is sure to stand in a squeezed text.
        self._everything = any(one.kind == "ip" for one in self.identifiers)

    def may_match(self, content: bytes) -> bool:
        """Say whether a document of this *content* may hold anything that is looked for; cheap, and never wrong when it says no."""
        for fold_mark in _FOLDS:
            if fold_mark in content:
                content = content.replace(fold_mark, b" " if fold_mark[:1] == b"\\" else b"")
        lowered = content.lower()
        if self._everything or _is_packed(lowered):
            return True
        bare = lowered.translate(None, _NOT_ALNUM)
        if any(one in bare for one in self._ascii):
            return True
        if content.isascii():
            return False
        try:
            odd = b"\n".join(_ODD_LINES.findall(content)).decode()
        except UnicodeDecodeError:
            return True  # it is read as Western European, or guessed at
        squeezed = squeeze(odd)
        return any(one in squeezed for one in self._needles)

    def reading(self, document: Document) -> Reading | None:
        """Return what *document* tells about the subject, None when it tells nothing."""
        matches: dict[tuple[Identifier, str], Match] = {}
        for field in document.fields:
            for match in self.matches(field):
                known = matches.get((match.identifier, match.where))
                if known is None or match.certainty is Certainty.EXACT:
                    matches[match.identifier, match.where] = match
        if not matches or self._is_somebody_elses(document, matches.values()):
            return None
        exact = any(one.certainty is Certainty.EXACT for one in matches.values())
        return Reading(
            tuple(matches.values()),
            tuple(self._reveals(document)) if exact else (),
            len(self.strangers(document)),
            _holder(document) if exact else None,
        )

    def matches(self, field: Field) -> Iterator[Match]:
        """Yield what *field* holds of the subject."""
        told: set[Identifier] = set()
        for value in field.values:
            for one, sure in self._named_by(value):
                certainty = Certainty.EXACT if field.about else Certainty.MENTION
                told.add(one)
                weak = not sure or one.kind in WEAK
                yield Match(one, Certainty.POSSIBLE if weak else certainty, field.where)
        if field.link and (proof := self.links.get(field.link)):
            yield Match(proof, Certainty.EXACT if field.about else Certainty.MENTION, linked(field))
        if field.text:
            for match in self._mentions.matches(field.text, field.where):
                if match.identifier not in told:
                    yield match

    def knows(self, one: Identifier) -> bool:
        """Say whether *one* is the subject's, or resembles what is."""
        return any(True for _ in self._named_by(one))

    def found_in(self, text: str) -> bool:
        """Say whether *text* names the subject."""
        return any(True for _ in self._mentions.found(text)) or any(
            self.knows(one) for one in stated(text)
        )

    def without_words(self, text: str, mark: str) -> str:
        """Return *text* with the subject's names and codes replaced by *mark*."""
        for one in self.identifiers:
            if one.kind not in {"email", "phone", "iban", "ip"}:
                words = map(re.escape, re.findall(r"[^\W_]+", one.value))
                spelled = r"[\W_]{0,4}".join(words)
                pattern = rf"([(\[{{]?)(?<!\w)({spelled})(?!\w)([)\]}}]?)"
                text = re.sub(pattern, partial(marked, mark), text, flags=re.IGNORECASE)
        return text

    def _named_by(self, value: Identifier) -> Iterator[tuple[Identifier, bool]]:
        """Yield which sought identifiers *value* is, or resembles, and whether it is that."""
        if value in self._known:
            yield value, True
        if value.kind == "email":
            for one in self._bases.get(base_address(value.value), ()):
                if one != value:
                    yield one, False
        if value.kind in {"email", "domain"} and self._domains:
            labels = (split_address(value.value)[1] or value.value).split(".")
            for count in range(len(labels)):
                domain = self._domains.get(".".join(labels[count:]))
                if domain is not None and domain != value:
                    yield domain, False
        if value.kind in {"name", "address"}:
            alike = self._words.get(_tokens(value.value))
            if alike is not None and alike != value:
                yield alike, False

    def _is_somebody_elses(self, document: Document, matches: Iterable[Match]) -> bool:
        if not self._excluded or any(one.certainty is not Certainty.POSSIBLE for one in matches):
            return False
        return any(
            not self._excluded.isdisjoint((*field.values, *stated(field.text)))
            for field in document.fields
        )

    def ours(self, document: Document) -> tuple[bool, ...]:
        """Say of each field of *document* whether it is the subject's: it names them, or belongs to one that does."""
        named = [any(self.matches(one)) for one in document.fields]
        groups = {
            field.group
            for field, mine in zip(document.fields, named, strict=True)
            if mine and field.group
        }
        return tuple(
            mine or field.group in groups
            for field, mine in zip(document.fields, named, strict=True)
        )

    def strangers(self, document: Document) -> frozenset[Identifier]:
        """Return the strong identifiers in *document* that are somebody else's: not the subject's, and not the organisation's."""
        found: set[Identifier] = set()
        trusted = document.trusted
        for field in document.fields:
            if trusted and field.about:
                continue  # one person's card: all of its fields are that person's
            for one in (*field.values, *stated(field.text)):
                if one.kind not in {*WEAK, "customer", "domain", "username"} and not self.knows(
                    one
                ):
                    found.add(one)
            if field.link and field.link not in self.links:
                found.add(Identifier("uid", field.link))
        return frozenset(one for one in found if not belongs(one, self._own))

    def _reveals(self, document: Document) -> Iterator[Revealed]:
        mine = self.ours(document)
        told: set[Identifier] = set()
        for field, ours in zip(document.fields, mine, strict=True):
            if not field.about:
                continue
            for value in field.values:
                if value in told or len(told) >= _MOST_REVEALED:
                    continue
                told.add(value)
                sure = proves(value) and (
                    document.trusted or (ours and field.group.startswith("label "))
                )
                yield Revealed(value, Certainty.EXACT if sure else Certainty.POSSIBLE, field.where)


def linked(field: Field) -> str:
    """Return where a match by the link in *field* is said to stand, so that it can be found again."""
    return f"{field.where} {field.link}"


def proves(value: Identifier) -> bool:
    """Say whether a card that states *value* proves it of its person alone: a landline is a household's or a company's."""
    if value.kind != "phone":
        return value.kind in _PROOF
    import phonenumbers

    number = phonenumbers.parse(value.value.partition(";")[0], None)
    kind = phonenumbers.number_type(number)
    return kind not in {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.UNKNOWN,
    }


def _holder(document: Document) -> Identifier | None:
    if not document.trusted:
        return None
    numbers = (
        value for field in document.fields for value in field.values if value.kind == "customer"
    )
    return next(numbers, None)


def _tokens(text: str) -> TokenKey:
    return tuple(sorted(re.findall(r"[^\W_]+", fold(text))))


def _needles(identifier: Identifier) -> Iterator[str]:
    """Yield texts of which one stands in the squeezed form of every document that holds *identifier*, however it is written."""
    if identifier.kind == "email":
        # An address with something after a plus is the same mailbox.
        yield squeeze(split_address(base_address(identifier.value))[0])
    elif identifier.kind in {"name", "address"}:
        yield max(_tokens(identifier.value), key=len, default="")
    else:
        yield from squeezed_forms(identifier)


def _is_packed(lowered: bytes) -> bool:
    """Say whether text stands in a document in such a way that its letters do not: it is always read. Pictures are none."""
    if b"quoted-printable" in lowered:
        return True
    for packing in _PACKINGS:
        at = lowered.find(packing)
        while at >= 0:
            line = lowered[lowered.rfind(b"\n", 0, at) + 1 : at]
            if b":" not in line and not line.rpartition(b".")[2].startswith(_PICTURES):
                return True
            at = lowered.find(packing, at + 1)
    return False
