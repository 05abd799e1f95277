"""Tell what in the account is about a person."""

from collections.abc import Iterator
from functools import lru_cache

from overdracht import (
    WEAK,
    Certainty,
    Identifier,
    IdentifierError,
    Item,
    Kinds,
    Match,
    Mentions,
    Question,
    Revealed,
    base_address,
    belongs,
    one_line,
)
from overdracht_transip.holding import Field, Holding

KINDS = Kinds()


@lru_cache(maxsize=4096)
def identifier(kind: str, text: str) -> Identifier | None:
    """Return *text* as an identifier of *kind*; None when it is none."""
    if not text or text.isspace():
        return None
    try:
        return KINDS.identifier(kind, text)
    except IdentifierError:
        return None


def identities(field: Field) -> Iterator[Identifier]:
    """Yield what *field* says whose the thing is; an address with a plus is also the address without."""
    found = identifier(field.kind, field.text)
    if found is None:
        return
    yield found
    if found.kind == "email" and (base := base_address(found.value)) != found.value:
        yield Identifier("email", base)


def sure(holding: Holding) -> Iterator[tuple[Identifier, str]]:
    """Yield every strong identifier by which *holding* is surely somebody's, and where it stands."""
    for field in holding.fields:
        for one in identities(field):
            yield one, field.where
    yield from holding.known


class Matcher:
    """Finds the subject of a *question* in holdings."""

    def __init__(self, question: Question) -> None:
        subject = question.subject
        self.strong = frozenset(one for one in subject.identifiers if one.kind not in WEAK)
        """The identifiers that point at the subject and at nobody else."""
        self._excluded = frozenset(subject.excluded)
        self._own = question.own
        self._mentions = Mentions(subject.identifiers)

    def is_sure(self, holding: Holding) -> bool:
        """Say whether *holding* is surely the subject's."""
        return any(one in self.strong for one, _ in sure(holding))

    def item(self, holding: Holding) -> Item | None:
        """Return *holding* as an item; None when nothing in it is the subject's."""
        matches = tuple(dict.fromkeys(self._matches(holding)))
        if not matches:
            return None
        certainty = min((one.certainty for one in matches), key=list(Certainty).index)
        if certainty is Certainty.POSSIBLE and self._is_excluded(holding):
            return None
        return as_item(holding, matches, reveals(holding), self._others(holding))

    def _matches(self, holding: Holding) -> Iterator[Match]:
        for one, where in sure(holding):
            if one in self.strong:
                yield Match(one, Certainty.EXACT, where)
        for where, text in holding.texts:
            yield from self._mentions.matches(text, where)

    def _is_excluded(self, holding: Holding) -> bool:
        return any(one in self._excluded for one, _ in sure(holding))

    def _others(self, holding: Holding) -> int:
        people = {one for one, _ in sure(holding) if one.kind == "email"}
        people |= {one for text in holding.people if (one := identifier("email", text))}
        return sum(one not in self.strong and not belongs(one, self._own) for one in people)


def reveals(holding: Holding) -> tuple[Revealed, ...]:
    """Return what *holding* tells of the person whose it is, whether it was asked for or not."""
    told = [Revealed(one, Certainty.EXACT, where) for one, where in holding.known]
    told += (
        Revealed(one, field.tells, field.where)
        for field in (*holding.fields, *holding.others)
        if (one := identifier(field.kind, field.text)) is not None
    )
    return tuple(dict.fromkeys(told))


def as_item(
    holding: Holding,
    matches: tuple[Match, ...] = (),
    told: tuple[Revealed, ...] = (),
    third_parties: int = 0,
) -> Item:
    """Return *holding* as an item."""
    return Item(
        key=holding.key,
        part=holding.part,
        category=holding.category,
        matches=matches,
        fingerprint=holding.fingerprint,
        title=one_line(holding.title),
        when=holding.when,
        holder=holding.holder,
        reveals=told,
        third_parties=third_parties,
        running=holding.running,
        is_contact=holding.is_contact,
    )
