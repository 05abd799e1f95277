"""Make items out of records: what is told of each, and nothing that depends on what was asked."""

import re
from collections.abc import Iterable, Iterator

from overdracht import (
    Category,
    Certainty,
    Identifier,
    IdentifierError,
    Item,
    Match,
    Origin,
    Revealed,
    one_line,
)
from overdracht_accounting.identities import KINDS, identities, strong
from overdracht_accounting.mapping import item_key
from overdracht_accounting.rows import Loaded

OBSERVED = frozenset({Category.INVOICE, Category.PAYMENT, Category.WORK, Category.DEVICE})
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,24}\b(?![@.]\w)", re.IGNORECASE
)


def origin_of(category: Category) -> Origin:
    """Return where the organisation has things of *category* from."""
    if category is Category.NOTE:
        return Origin.DERIVED
    return Origin.OBSERVED if category in OBSERVED else Origin.GIVEN


def make_item(
    loaded: Loaded,
    matches: Iterable[Match],
    holder: Identifier | None,
    third_parties: int = 0,
) -> Item:
    """Return the item of a record."""
    record = loaded.record
    found = tuple(dict.fromkeys(matches))
    title = " ".join(loaded.row.text(name) for name in record.title)
    exact = any(one.certainty is Certainty.EXACT for one in found)
    return Item(
        key=item_key(record.name, loaded.key),
        part=record.name,
        category=record.category,
        matches=found,
        fingerprint=loaded.fingerprint(),
        title=one_line(title) or record.name,
        when=loaded.when,
        origin=origin_of(record.category),
        holder=holder,
        reveals=tuple(_reveals(loaded)) if exact else (),
        third_parties=third_parties,
        is_contact=record.is_contact,
    )


def _reveals(loaded: Loaded) -> Iterator[Revealed]:
    """A customer record says whose it is; what stands in the text of an invoice or a payment is only worth a look."""
    record = loaded.record
    told: set[Identifier] = set()
    for one, where in identities(record, loaded.row.values):
        told.add(one)
        yield Revealed(one, Certainty.EXACT if strong(one) else Certainty.POSSIBLE, where)
    if record.identifies:
        return
    for row, column in loaded.columns():
        text = row.text(column.name) if column.searched else ""
        for identifier in _in_text(text):
            if identifier not in told:
                told.add(identifier)
                yield Revealed(identifier, Certainty.MENTION, f"{row.table.name}.{column.name}")


def _in_text(text: str) -> Iterator[Identifier]:
    written = [("iban", one) for one in _IBAN.findall(text)]
    written += [("", one) for one in _DOMAIN.findall(text)]
    for kind, one in written:
        try:
            identifier = KINDS.identifier(kind, one) if kind else KINDS.parse(one)
        except IdentifierError:
            continue
        if identifier.kind in {"iban", "domain"}:
            yield identifier
