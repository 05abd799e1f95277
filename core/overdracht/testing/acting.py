"""Have a connector erase as the core does, and keep all that it said."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from overdracht.connector import Erases
from overdracht.errors import SourceError
from overdracht.items import Category, Certainty, Item
from overdracht.people import SANNE
from overdracht.steps import ApprovedStep, Disposition, Outcome, Ruling, Step, Verdict
from overdracht.testing.cast import RECORDS, subject
from overdracht.testing.harness import ErasingHarness
from overdracht.testing.watching import export, find
from overdracht.text import Text
from overdracht.world import Person

CHANGING = frozenset({Verdict.ERASE, Verdict.ANONYMISE, Verdict.CANCEL})
UNTIL = date(2034, 1, 1)

_GROUND = Text("De wet zegt het.", "The law says so.")
_ARTICLE = Text("art. 1", "Art. 1")


def ruling(verdict: Verdict, fields: Verdict | None = None) -> Ruling:
    """Return the ruling that says *verdict* of an item, and *fields* of the contact data in it."""

    def said(one: Verdict) -> Disposition:
        until = UNTIL if one in {Verdict.RETAIN, Verdict.ANONYMISE} else None
        return Disposition(one, _GROUND, _ARTICLE, until)

    by_category = dict.fromkeys(Category, said(verdict))
    if fields is not None:
        by_category[Category.CONTACT] = said(fields)
    return Ruling(said(verdict), by_category)


ERASE = ruling(Verdict.ERASE)
KEEP = ruling(Verdict.RETAIN)
BLANK = ruling(Verdict.RETAIN, fields=Verdict.ERASE)
RULINGS: Mapping[str, Ruling] = {
    "erase": ERASE,
    "keep": KEEP,
    "keep but for the contact data": BLANK,
    "cancel": ruling(Verdict.CANCEL),
    "review": ruling(Verdict.REVIEW),
}


def approved(step: Step) -> ApprovedStep:
    """Return *step* as the core hands it over once its plan was approved."""
    return ApprovedStep(step.item, step.disposition, step.action, step.external, step.edits)


@dataclass
class Scene:
    """A filled system, and what is to be done with Sanne's items in it."""

    harness: ErasingHarness
    steps: list[ApprovedStep]
    tokens: dict[str, frozenset[str]]
    """By key, the tokens of the records in the item."""

    def of(self, steps: Iterable[ApprovedStep]) -> frozenset[str]:
        """Return the tokens of what the *steps* are about."""
        return frozenset(token for one in steps for token in self.tokens[one.item.key])

    @property
    def all_tokens(self) -> frozenset[str]:
        """The tokens of everything that is to change."""
        return self.of(self.steps)


def items_of_sanne(harness: ErasingHarness) -> list[Item]:
    """Return what the system holds that is surely Sanne's."""
    return items_of(harness, SANNE)


def items_of(harness: ErasingHarness, person: Person) -> list[Item]:
    """Return what the system holds that is surely *person*'s."""
    return find(harness.connector(), subject(person, harness.known_by)).of(Certainty.EXACT)


def scene(harness: ErasingHarness, ruled: Ruling = ERASE) -> Scene:
    """Fill the system with what is not there, and have proposed what *ruled* makes of Sanne's items.

    Where that is to erase, what the system would rather blank or cancel is left out.
    """
    there = harness.held()
    harness.fill(one for one in RECORDS if one.token not in there)
    items = items_of_sanne(harness)
    connector = harness.eraser()
    proposed = (connector.propose(one, ruled) for one in items)
    meant = {Verdict.ERASE} if ruled is ERASE else CHANGING
    steps = [approved(one) for one in proposed if one.disposition.verdict in meant]
    if ruled is ERASE and not steps:
        pytest.skip("the system erases none of these as a whole")
    return Scene(harness, steps, {one.key: tokens_of(harness, one) for one in items})


def tokens_of(harness: ErasingHarness, item: Item) -> frozenset[str]:
    """Return the tokens of the records in *item*."""
    return harness.tokens(export(harness.connector(), [item]).content)


@dataclass
class Done:
    """What one call of `erase` came to."""

    outcomes: list[Outcome] = field(default_factory=list)
    error: SourceError | None = None

    @property
    def results(self) -> dict[str, str]:
        """The results, by key."""
        return {one.key: one.result for one in self.outcomes}


def left(now: Scene, done: Done) -> list[Item]:
    """Return what the outcomes say is left of the scene's items."""
    fingerprints = {one.key: one.fingerprint for one in done.outcomes}
    return [
        replace(one.item, fingerprint=fingerprints[one.item.key])
        for one in now.steps
        if one.item.key in fingerprints
    ]


Act = Callable[[Iterable[ApprovedStep]], Iterator[Outcome]]
"""What carries out steps: a connector's `erase` or `rectify`."""


def erase(connector: Erases, steps: Iterable[ApprovedStep]) -> Done:
    """Have the *steps* to erase carried out, as far as it goes."""
    return carry_out(connector.erase, steps)


def carry_out(act: Act, steps: Iterable[ApprovedStep]) -> Done:
    """Have the *steps* carried out, as far as it goes; a SourceError ends it, and no other error may."""
    done = Done()
    try:
        for outcome in act(iter(steps)):
            done.outcomes.append(outcome)
    except SourceError as error:
        done.error = error
    return done


class Died(BaseException):
    """The process ends here."""


def die_handing(act: Act, steps: list[ApprovedStep], position: int) -> None:
    """Have *steps* carried out by a process that dies when the one at *position* is asked for."""

    def handed() -> Iterator[ApprovedStep]:
        yield from steps[:position]
        raise Died

    with suppress(Died):
        for _ in act(handed()):
            pass


def die_taking(act: Act, steps: list[ApprovedStep], position: int) -> None:
    """Have *steps* carried out by a process that dies after it took so many outcomes."""
    outcomes = act(iter(steps))
    for _, _ in zip(range(position), outcomes, strict=False):
        pass
    if isinstance(outcomes, Generator):
        outcomes.close()


def away_from(now: Scene, act: Act, position: int) -> Done:
    """Have the steps of *now* carried out by a system that goes away when the one at *position* is asked for."""
    with ExitStack() as away:

        def handed() -> Iterator[ApprovedStep]:
            yield from now.steps[:position]
            away.enter_context(now.harness.break_whole())
            yield from now.steps[position:]

        return carry_out(act, handed())


def at_each_step(make: Callable[[], Scene]) -> Iterator[tuple[Scene, int, object]]:
    """Yield a scene for every place among its steps, that behind the last too: the scene, the place, and what is to stay the same."""
    position, count = 0, 1
    while position <= count:
        now = make()
        count = len(now.steps)
        yield now, position, now.harness.rest(now.all_tokens)
        position += 1


def takes_batches(act: Act, steps: list[ApprovedStep], most: int) -> None:
    """Check that *act* never has *most* steps or more of which it has not said what came of them."""
    handed = 0

    def counted() -> Iterator[ApprovedStep]:
        nonlocal handed
        for step in steps:
            handed += 1
            yield step

    told = 0
    for told, _ in enumerate(act(counted()), 1):
        assert handed - told < most
    assert told == len(steps)
