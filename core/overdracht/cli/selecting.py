"""Which items a word of the administrator is about: `12`, `12-40`, `certainty=mention,source=mailarchief`, `all`.

A rule says nothing of exact items unless it says `certainty=exact`: they are the person's, and `--reject all` means all that waits. An
item that is named by its number keeps its decision when a later rule covers it too.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from overdracht.cli.inert import inert
from overdracht.errors import IdentifierError, UsageError
from overdracht.identifiers import Kinds
from overdracht.items import Certainty
from overdracht.review import Decision, Inclusion, Review

_NUMBERS = re.compile(r"([0-9]{1,15})(?:-([0-9]{1,15}))?")
_CONDITIONS = ("certainty", "source", "part", "identifier")
_CHOICES = (
    "12, 12-40, all, or certainty=…, source=…, part=…, identifier=kind:value, joined by commas"
)


@dataclass(frozen=True, slots=True)
class Selector:
    """One word: either the numbers *first* to *last*, or *rules*."""

    accept: bool
    first: int = 0
    last: int = 0
    rules: tuple[Decision, ...] = ()

    @property
    def single(self) -> bool:
        """Say whether it names one item."""
        return not self.rules and self.first == self.last


def parse(text: str, *, accept: bool, kinds: Kinds, sources: Collection[str]) -> Selector:
    """Return what *text* selects; raise UsageError with the choices when it is not one."""
    numbers = _NUMBERS.fullmatch(text.strip())
    if numbers:
        first = int(numbers[1])
        last = int(numbers[2] or first)
        if last < first:
            raise UsageError(f"{first}-{last} runs backwards", remedy=f"{last}-{first}")
        return Selector(accept, first, last)
    conditions = {} if text.strip() == "all" else dict(_conditions(text, kinds, sources))
    rule = Decision(accept, **conditions)
    if rule.certainty is None:
        rules = tuple(
            replace(rule, certainty=one) for one in (Certainty.MENTION, Certainty.POSSIBLE)
        )
    else:
        rules = (rule,)
    return Selector(accept, rules=rules)


def _conditions(text: str, kinds: Kinds, sources: Collection[str]) -> Iterator[tuple[str, str]]:
    for condition in _split(text):
        key, equals, value = condition.partition("=")
        key = key.strip()
        if not equals or key not in _CONDITIONS:
            raise UsageError(
                f"{inert(condition.strip())!r} selects nothing", remedy=f"write {_CHOICES}"
            )
        yield key, _value(key, value.strip(), kinds, sources)


def _split(text: str) -> list[str]:
    # A comma inside a value (a folder's name, a postal address) is followed by no condition of its own.
    return re.split(rf",(?=\s*(?:{'|'.join(_CONDITIONS)})=)", text)


def _value(key: str, value: str, kinds: Kinds, sources: Collection[str]) -> str:
    match key:
        case "certainty":
            return _one_of(value, key, [str(one) for one in Certainty])
        case "source":
            return _one_of(value, key, sources)
        case "identifier":
            try:
                identifier = kinds.parse(value)
            except IdentifierError as error:
                raise UsageError(f"identifier=: {error.message}", remedy=error.remedy) from error
            return f"{identifier.kind}:{identifier.value}"
    return value


def _one_of(value: str, key: str, choices: Collection[str]) -> str:
    if value not in choices:
        raise UsageError(f"there is no {key} {value!r}", remedy="choose from " + ", ".join(choices))
    return value


def decisions(selectors: Sequence[Selector], review: Review) -> list[Decision]:
    """Return the decisions that *selectors* make about the items of *review*, in the order of the selectors.

    A range passes over what is the person's by its certainty; one number may name that too.
    """
    wanted = [one for one in selectors if not one.rules]
    items: dict[int, tuple[str, str]] = {}
    if wanted:
        for one in review.items():
            settled = one.inclusion is Inclusion.INCLUDED and not one.decided
            for selector in wanted:
                if selector.first <= one.number <= selector.last and (
                    selector.single or not settled
                ):
                    items[one.number] = (one.source, one.item.key)
    made: list[Decision] = []
    for selector in selectors:
        made += selector.rules or [
            Decision(selector.accept, source=source, key=key)
            for number, (source, key) in items.items()
            if selector.first <= number <= selector.last
        ]
        if selector.single and selector.first not in items:
            raise UsageError(
                f"there is no item {selector.first}",
                remedy="`overdracht review REFERENCE --all` lists them",
            )
    return made
