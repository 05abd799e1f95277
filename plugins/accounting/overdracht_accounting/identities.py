"""Which identifiers stand in the fields of a customer record, whatever way they are written there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from overdracht import Identifier, IdentifierError, Kinds
from overdracht_accounting.mapping import Record
from overdracht_accounting.values import as_text

KINDS = Kinds()
_SEVERAL = re.compile(r"[;,|\n]|\s/\s|\s(?:of|en|or|and)\s")
_REMARK = re.compile(r"\s*\([^)]*\)\s*|^[A-Za-z.]{1,8}:\s*")
"""`06-12345678 (mobiel)`, `tel: 06-12345678`."""
_ADDRESS = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_ONE_TEXT = frozenset({"name", "address"})
"""In these a comma separates nothing."""


@lru_cache(maxsize=4096)
def identifiers_in(kind: str, text: str) -> tuple[Identifier, ...]:
    """Return the identifiers of *kind* that the field *text* holds: one, several, or none when it is something else."""
    if not text.strip():
        return ()
    whole = _identifier(kind, text)
    if whole is not None:
        return (whole,)
    if kind in _ONE_TEXT:
        return ()
    found = (_identifier(kind, form) for part in _SEVERAL.split(text) for form in _forms(part))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _forms(part: str) -> Iterator[str]:
    yield part
    bare = _REMARK.sub(" ", part)
    if bare != part:
        yield bare
    yield from _ADDRESS.findall(part)


def _identifier(kind: str, text: str) -> Identifier | None:
    try:
        return KINDS.identifier(kind, text)
    except IdentifierError:
        return None


def strong(identifier: Identifier) -> bool:
    """Say whether *identifier* points at one person or customer."""
    return KINDS.strong(identifier.kind)


def fields(record: Record, values: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield the kind, the name and the text of each field of *values* that says whom the record is about."""
    for kind, groups in record.identifies.items():
        for names in groups:
            parts = (as_text(values.get(name)).strip() for name in names)
            text = ", ".join(part for part in parts if part)
            if text:
                yield kind, names[0], text


def identities(record: Record, values: Mapping[str, object]) -> tuple[tuple[Identifier, str], ...]:
    """Return the identifiers of whom *values* are about, each once, with the field that holds it."""
    found: dict[Identifier, str] = {}
    for kind, name, text in fields(record, values):
        for one in identifiers_in(kind, text):
            found.setdefault(one, name)
    return tuple(found.items())


def numbers(identified: Iterable[tuple[Identifier, str]]) -> Identifier | None:
    """Return the customer number among what was *identified*."""
    return next((one for one, _ in identified if one.kind == "customer"), None)
