"""Whom a customer or a transaction in an audit file is about."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from overdracht import Certainty, Identifier, Match, Mentions
from overdracht_accounting.identities import identifiers_in, strong
from overdracht_accounting.invoices import Address, Party
from overdracht_accounting.matching import is_short
from overdracht_accounting.postal import country_code

if TYPE_CHECKING:
    from pyxaf import Address as FileAddress
    from pyxaf import Relation, Transaction

Identity = tuple[Identifier, str]
"""An identifier and the field that holds it."""


def accounts(relation: "Relation") -> list[str]:
    """Return the bank accounts of *relation*."""
    found = [] if relation.raw is None else relation.raw.all("bankAccount")
    return [number for one in found if (number := (one.get("bankAccNr") or "").strip())]


def party(relation: "Relation") -> Party:
    """Return who *relation* is."""
    where = relation.addresses[0] if relation.addresses else None
    numbers = accounts(relation)
    return Party(
        name=relation.name or "",
        number=relation.id,
        contact=relation.contact or "",
        address=Address() if where is None else _address(where),
        email=relation.email or "",
        phone=relation.telephone or "",
        kvk=relation.commerce_number or "",
        vat_number=_vat(relation),
        iban=numbers[0] if numbers else "",
    )


def _vat(relation: "Relation") -> str:
    number, country = relation.tax_registration_id or "", relation.tax_registration_country or ""
    return number if not number or number[:2].isalpha() else country + number


def _address(where: "FileAddress") -> Address:
    number = " ".join(filter(None, (where.number, where.number_extension)))
    return Address(
        street=" ".join(filter(None, (where.street, number))),
        extra=where.property or "",
        postcode=where.postal_code or "",
        city=where.city or "",
        country=country_code(where.country or ""),
    )


def identities(relation: "Relation") -> tuple[Identity, ...]:
    """Return the identifiers of *relation*, each once."""
    found: dict[Identifier, str] = {}
    for kind, where, text in _fields(relation):
        for one in identifiers_in(kind, text):
            found.setdefault(one, where)
    return tuple(found.items())


def _fields(relation: "Relation") -> Iterator[tuple[str, str, str]]:
    yield "customer", "custSupID", relation.id
    yield "email", "eMail", relation.email or ""
    yield "phone", "telephone", relation.telephone or ""
    yield "phone", "fax", (relation.raw.get("fax") if relation.raw else "") or ""
    yield "kvk", "commerceNr", relation.commerce_number or ""
    yield "domain", "website", _host(relation.website or "")
    for number in accounts(relation):
        yield "iban", "bankAccNr", number
    yield "name", "custSupName", relation.name or ""
    yield "name", "contact", relation.contact or ""
    for one in relation.addresses:
        where = _address(one)
        yield "address", "streetAddress", _on_one_line(where)


def _on_one_line(where: Address) -> str:
    town = " ".join(filter(None, (where.postcode, where.city)))
    return ", ".join(filter(None, (where.street, town)))


def _host(website: str) -> str:
    host = website.partition("://")[2] or website
    return host.partition("/")[0].removeprefix("www.")


def texts(transaction: "Transaction") -> Iterator[tuple[str, str]]:
    """Yield the free texts of *transaction* and the fields that hold them."""
    yield "desc", transaction.description or ""
    for line in transaction.lines:
        yield "trLine.desc", line.description or ""
        yield "docRef", line.document_ref or ""
        yield "invRef", line.invoice_ref or ""


class Matcher:
    """Looks for the *wanted* identifiers in one file, whose customers are *relations*."""

    def __init__(
        self,
        wanted: Iterable[Identifier],
        excluded: Iterable[Identifier],
        relations: "Mapping[str, Relation]",
    ) -> None:
        self._wanted = frozenset(wanted)
        self._excluded = frozenset(excluded)
        self._mentions = Mentions(one for one in self._wanted if not is_short(one))
        self._accounts = frozenset(one for one in self._wanted if one.kind == "iban")
        self.customers = {
            number: found
            for number, relation in relations.items()
            if (found := tuple(self._relation(relation)))
        }
        """The customers that may be the person, and why."""
        self._known = relations.keys()

    def _relation(self, relation: "Relation") -> Iterator[Match]:
        told = identities(relation)
        for one, where in told:
            if strong(one) and one in self._wanted:
                yield Match(one, Certainty.EXACT, where)
        if not self._excluded.isdisjoint(one for one, _ in told):
            return
        known = {one for one, _ in told if strong(one)}
        for kind, where, text in _fields(relation):
            for one in self._mentions.found(text):
                if one.kind == kind and not strong(one):
                    yield Match(one, Certainty.POSSIBLE, where)
                elif kind == "name" and strong(one) and one not in known:
                    yield Match(one, Certainty.MENTION, where)

    def transaction(self, transaction: "Transaction") -> tuple[Match, ...]:
        """Return why *transaction* may be the person's."""
        found: list[Match] = []
        numbers = dict.fromkeys(line.relation_id for line in transaction.lines if line.relation_id)
        for number in numbers:
            found += self._customer(number)
        if self._accounts:
            found += self._by_account(transaction)
        told = {one.identifier for one in found}
        for where, text in texts(transaction):
            if text:
                mentions = self._mentions.matches(text, where)
                found += [one for one in mentions if one.identifier not in told]
        return tuple(dict.fromkeys(found))

    def is_wanted(self, number: str) -> bool:
        """Say whether the customer *number* is itself what is looked for."""
        return any(one in self._wanted for one in identifiers_in("customer", number))

    def is_mentioned(self, text: str) -> bool:
        """Say whether what is looked for stands in *text*."""
        return any(True for _ in self._mentions.found(text))

    def _customer(self, number: str) -> Iterator[Match]:
        for match in self.customers.get(number, ()):
            yield Match(match.identifier, match.certainty, "custSupID")
        if number not in self._known:
            # A file that was cut off, or one that leaves the customers out.
            for one in identifiers_in("customer", number):
                if one in self._wanted:
                    yield Match(one, Certainty.EXACT, "custSupID")

    def _by_account(self, transaction: "Transaction") -> Iterator[Match]:
        for line in transaction.lines:
            for number in filter(None, (line.offset_bank_account, line.bank_account)):
                for one in identifiers_in("iban", number):
                    if one in self._accounts:
                        yield Match(one, Certainty.EXACT, "offsetBankAccNr")
