"""The kinds of identifier, and the one place where an identifier is made."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from overdracht.errors import IdentifierError
from overdracht.identifiers import (
    domain_name,
    mail_address,
    network_address,
    parse,
    phone,
    plain_text,
    postal_address,
    register_numbers,
)
from overdracht.identifiers.model import ALWAYS, Identifier, Kind, Period

BUILTIN_KINDS: tuple[Kind, ...] = (
    Kind(
        "email",
        "e-mailadres",
        "e-mail address",
        strong=True,
        normalise=mail_address.email,
        example="sanne@vandenberg.example",
    ),
    Kind(
        "phone",
        "telefoonnummer",
        "telephone number",
        strong=True,
        normalise=phone.phone,
        example="+31 6 12345678",
    ),
    Kind(
        "iban",
        "IBAN",
        "IBAN",
        strong=True,
        normalise=register_numbers.iban,
        example="NL91 ABNA 0417 1643 00",
    ),
    Kind(
        "customer",
        "klantnummer",
        "customer number",
        strong=True,
        normalise=plain_text.customer,
        example="K-00412",
    ),
    Kind(
        "domain",
        "domeinnaam",
        "domain name",
        strong=True,
        normalise=domain_name.domain,
        example="vandenberg.example",
    ),
    Kind(
        "ip",
        "IP-adres",
        "IP address",
        strong=False,
        normalise=network_address.ip,
        example="203.0.113.7",
    ),
    Kind(
        "username",
        "gebruikersnaam",
        "user name",
        strong=True,
        normalise=plain_text.username,
        example="svdberg",
    ),
    Kind(
        "name",
        "naam",
        "name",
        strong=False,
        normalise=plain_text.name,
        example="Sanne van den Berg",
    ),
    Kind(
        "address",
        "postadres",
        "postal address",
        strong=False,
        normalise=postal_address.address,
        example="Dorpsstraat 1, 1234 AB Ons Dorp",
    ),
    Kind(
        "kvk",
        "KvK-nummer",
        "KvK number",
        strong=True,
        normalise=register_numbers.kvk,
        example="01234567",
    ),
)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds that are known: the built-in ones and those of plugins."""

    kinds: tuple[Kind, ...] = BUILTIN_KINDS

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.kinds)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the kinds."""
        return tuple(kind.name for kind in self.kinds)

    def kind(self, name: str) -> Kind:
        """Return the kind called *name*."""
        for kind in self.kinds:
            if kind.name == name:
                return kind
        nearest = get_close_matches(name, self.names, n=1, cutoff=0.5)
        # The unknown word is not repeated: what was typed in front of a colon may be anything, a name too.
        raise IdentifierError(
            "an unknown kind of identifier",
            remedy=f"did you mean {nearest[0]}?"
            if nearest
            else "known are " + ", ".join(self.names),
        )

    def strong(self, name: str) -> bool:
        """Say whether an identifier of kind *name* points at one person or customer."""
        return self.kind(name).strong

    def identifier(self, kind: str, text: str, period: Period = ALWAYS) -> Identifier:
        """Return *text* as a normalised identifier of *kind*; the error never repeats the text."""
        known = self.kind(kind)
        try:
            return Identifier(known.name, known.normalise(text), period)
        except ValueError as error:
            raise IdentifierError(
                f"not a valid {known.label_en}: {error}",
                remedy=f"for example {known.name}:{known.example}",
            ) from error

    def parse(self, text: str) -> Identifier:
        """Return the identifier that an administrator typed, its kind told by its looks unless written in front."""
        rest, period = parse.split_window(text)
        kind, value = parse.split_kind(rest, self.names)
        return self.identifier(kind or parse.detect(value), value, period)

    def typed(self, text: str) -> Identifier:
        """Return what `parse` does of a *text* that names a person; refuse one that is likely mistyped, unless its kind stands in front."""
        found = self.parse(text)
        kind, _ = parse.split_kind(text, self.names)
        reason = "" if kind else parse.doubt(found.kind, found.value)
        if reason:
            raise IdentifierError(
                f"likely a mistyped {self.kind(found.kind).label_en}: {reason}",
                remedy=f"when it is right, write {found.kind}: in front",
            )
        return found

    def with_(self, extra: Iterable[Kind]) -> "Kinds":
        """Return these kinds and the *extra* ones; a name that is taken is refused with ValueError."""
        kinds = list(self.kinds)
        for kind in extra:
            if kind.name in {known.name for known in kinds}:
                raise ValueError(f"the kind of identifier {kind.name!r} exists already")
            kinds.append(kind)
        return Kinds(tuple(kinds))
