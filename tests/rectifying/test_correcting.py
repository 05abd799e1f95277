"""Correcting values: a plan first, then exactly that, through crashes and faults, and an honest word about the rest."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from overdracht import (
    ApprovedStep,
    Category,
    Change,
    Connector,
    Disposition,
    Gap,
    Item,
    Outcome,
    Step,
    Text,
    Verdict,
)
from overdracht.cli.correcting import rows_of
from overdracht.erasure import Means, NotReady, execute, retry
from overdracht.errors import SourceError, StateError, UsageError
from overdracht.rectifying import (
    BY_HAND,
    Proposal,
    changes_of,
    facts,
    look_again,
    plan_rectification,
    wrong_values,
)
from overdracht.state import Phase, PlanFile
from overdracht.survey import Organisation, identity_of
from overdracht.testing.memory import MemoryConnector, MemorySettings
from tests.erasure.world import AT_ONCE, CUSTOMER, KINDS, PHONE, PIET, SANNE, World, record, results

NEW = KINDS.identifier("phone", "06-87654321")
CHANGE = Change(PHONE, NEW, "06-87654321")


def proposal(world: World, *changes: Change, search: bool = True) -> Proposal:
    """Search and draw a plan to correct."""
    if search:
        world.find()
    identity = identity_of(world.request, Organisation(), KINDS)
    return plan_rectification(
        world.request, identity, world.connectors, changes or (CHANGE,), world.now
    )


def verdicts(plan: PlanFile) -> dict[str, str]:
    """Return by key what is to be done."""
    return {one.step.item.key: one.step.disposition.verdict for one in plan.steps()}


class CannotCorrect(MemoryConnector):
    """Can all but correct."""

    rectify = None  # type: ignore[assignment]  # what a connector cannot do it does not define


class Abroad(MemoryConnector):
    """Writes the value into a register of somebody else's."""

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        for one in super().corrections(items, changes):
            yield replace(one, external=one.item.title) if isinstance(one, Step) else one


def test_the_plan_says_what_each_would_become_and_touches_nothing(world: World) -> None:
    """Whoever holds the old value is in it, with the field, the old and the new; an invoice that was sent stays, with the reason."""
    before = world.get("books", "klant-1"), world.get("books", "fact-1")
    plan = proposal(world).plan
    assert verdicts(plan) == {"klant-1": "rectify", "fact-1": "retain"}
    (step,) = (one.step for one in plan.steps(Verdict.RECTIFY))
    assert [(one.where, one.old, one.new) for one in step.edits] == [
        ("phone", PHONE.value, NEW.value)
    ]
    assert changes_of(plan) == (CHANGE,)
    assert plan.rectifies
    assert before == (world.get("books", "klant-1"), world.get("books", "fact-1"))


def test_what_is_seen_is_what_is_digested(world: World) -> None:
    """Another new value, or another edit, is another plan."""
    first = proposal(world).plan.digest
    assert proposal(world, search=False).plan.digest == first
    other = Change(PHONE, KINDS.parse("+31687654322"), "06-87654322")
    assert proposal(world, other, search=False).plan.digest != first


def test_a_system_that_cannot_correct_is_left_to_people(world: World) -> None:
    """A record there is to be corrected by hand; a letter stays as it was written."""
    world.makes["books"] = CannotCorrect
    world.systems["books"].add(record("brief-1", CUSTOMER, PHONE, part="klanten"))
    plan = proposal(world).plan
    assert verdicts(plan) == {"klant-1": "review", "fact-1": "retain", "brief-1": "retain"}
    (by_hand,) = (one.step for one in plan.steps(Verdict.REVIEW))
    assert by_hand.disposition.ground == BY_HAND


def test_exactly_that_is_corrected(world: World) -> None:
    """The record has the right number and is the same besides, and so is everybody else's; what looking again finds is nothing."""
    others, card = world.of_others(), world.get("books", "klant-1")
    plan = proposal(world).plan
    execute(plan, world.connectors, means=AT_ONCE)
    assert results(plan) == {"klant-1": "rectified", "fact-1": "retained"}
    right = tuple(NEW if one == PHONE else one for one in card.fields)
    assert world.get("books", "klant-1") == replace(card, fields=right)
    assert world.of_others() == others

    statement = conclude(world, plan)
    assert statement["complete"] is True
    assert statement["kinds"] == ["phone"]
    assert {one["source"]: one["results"] for one in statement["sources"] if one["results"]} == {
        "books": {"rectified": 1, "retained": 1}
    }


class DeletesWhatItCorrects(MemoryConnector):
    """Deletes the record, and says of it what is true of one that was corrected."""

    def rectify(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        for step in steps:
            yield from super().rectify([step])
            self.settings.system.remove(step.item.key)


def test_what_is_called_corrected_and_was_deleted_is_missing(world: World) -> None:
    """It is asked for by its own key: no statement calls that complete."""
    world.makes["books"] = DeletesWhatItCorrects
    plan = proposal(world).plan
    execute(plan, world.connectors, means=AT_ONCE)
    assert results(plan)["klant-1"] == "rectified"
    statement = conclude(world, plan)
    assert statement["verification"]["missing"] == {"books": 1}
    assert statement["complete"] is False


def conclude(world: World, plan: PlanFile) -> dict[str, Any]:
    """Search again and return the statement."""
    found = world.find()
    checked = look_again(world.request, found.identity, world.connectors, plan, found.coverage)
    return facts(
        world.reference,
        {"name": "Voorbeeld ICT"},
        plan,
        found.coverage,
        checked,
        world.connectors,
        world.now,
    )


def test_the_statement_is_about_nobody(world: World) -> None:
    """It holds neither value, nor who the person is."""
    plan = proposal(world).plan
    execute(plan, world.connectors, means=AT_ONCE)
    said = str(conclude(world, plan)).casefold()
    for one in (SANNE, PHONE, NEW, CUSTOMER):
        assert one.value.casefold() not in said
    assert "8765" not in said


def test_what_is_left_is_said(world: World) -> None:
    """A record that came with the wrong value meanwhile makes the statement incomplete; so does one that is to be done by hand."""
    plan = proposal(world).plan
    execute(plan, world.connectors, means=AT_ONCE)
    world.systems["books"].add(
        record("klant-9", SANNE, PHONE, part="klanten", category=Category.CONTACT)
    )
    statement = conclude(world, plan)
    assert statement["verification"]["left"] == {"books": 1}
    assert statement["complete"] is False


def test_one_objection_stops_all(world: World) -> None:
    """A record that changed since the plan: nothing was touched in any system."""
    world.systems["mail"].add(record("kaart", SANNE, PHONE, category=Category.CONTACT))
    plan = proposal(world).plan
    assert verdicts(plan) == {"klant-1": "rectify", "fact-1": "retain", "kaart": "rectify"}
    world.systems["books"].add(replace(world.get("books", "klant-1"), text="gewijzigd"))
    before = world.get("mail", "kaart")
    with pytest.raises(NotReady, match="changed since the plan"):
        execute(plan, world.connectors, means=AT_ONCE)
    assert world.get("mail", "kaart") == before
    assert plan.phase is Phase.PROPOSED


def test_what_changes_meanwhile_is_not_touched(world: World) -> None:
    """Between preparing and acting: it is reported as changed, and the others are corrected."""
    world.systems["mail"].add(record("kaart", SANNE, PHONE, category=Category.CONTACT))
    plan = proposal(world).plan
    changed = replace(world.get("books", "klant-1"), text="gewijzigd")

    def meddle(moment: str) -> None:
        if moment == "begin":
            world.systems["books"].add(changed)

    execute(plan, world.connectors, means=replace(AT_ONCE, moment=meddle))
    assert results(plan)["klant-1"] == "changed since the plan"
    assert results(plan)["kaart"] == "rectified"
    assert world.get("books", "klant-1") == changed


def test_a_source_that_fails_does_not_stop_the_others(world: World) -> None:
    """Its step is failed, with the reason, and is done when the source is back."""
    world.systems["mail"].add(record("kaart", SANNE, PHONE, category=Category.CONTACT))
    plan = proposal(world).plan

    def leave(moment: str) -> None:
        if moment == "begin":
            world.systems["books"].away = True

    execute(plan, world.connectors, means=replace(AT_ONCE, moment=leave))
    assert results(plan)["klant-1"] == "failed"
    assert results(plan)["kaart"] == "rectified"
    world.systems["books"].away = False
    assert retry(plan) == 1
    execute(plan, world.connectors, means=AT_ONCE)
    assert results(plan)["klant-1"] == "rectified"


def test_an_effect_outside_is_confirmed_by_name(world: World) -> None:
    """Without its name nothing at all is corrected."""
    world.makes["books"] = Abroad
    plan = proposal(world).plan
    with pytest.raises(UsageError, match="outside the organisation"):
        execute(plan, world.connectors, means=AT_ONCE)
    assert PHONE in world.get("books", "klant-1").fields
    execute(plan, world.connectors, means=AT_ONCE, confirmed=["Offerte klant-1"])
    assert NEW in world.get("books", "klant-1").fields


class Death(BaseException):
    """The process ends here."""


def test_a_crash_at_any_moment_is_survived(world: World) -> None:
    """Whichever moment the process dies at: the next one ends it, each record has one outcome, and nothing else is touched."""
    people = [SANNE, PHONE]
    for number in range(5):
        world.systems["mail"].add(record(f"kaart-{number}", *people, category=Category.CONTACT))
    start = {name: dict(system.parts) for name, system in world.systems.items()}
    for parts in start.values():
        for name, records in parts.items():
            parts[name] = dict(records)
    died, position = True, 0
    while died:
        for name, system in world.systems.items():
            system.parts = {part: dict(records) for part, records in start[name].items()}
        plan = proposal(world).plan
        died = _dies_at(world, plan, position)
        world = world.again()
        (plan,) = (one for one in world.request.plans().all() if one.digest == plan.digest)
        execute(plan, world.connectors, means=AT_ONCE)
        assert set(results(plan).values()) == {"rectified", "retained"}
        assert all(PHONE not in world.get("mail", f"kaart-{one}").fields for one in range(5))
        assert PHONE in world.get("books", "fact-1").fields
        plan.advance(Phase.CLOSED)
        position += 1
        assert position < 60
    assert position > 10


def _dies_at(world: World, plan: PlanFile, position: int) -> bool:
    """Carry *plan* out and die at the moment number *position*; say whether there was one."""
    left = position

    def moment(*_: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Death

    for system in world.systems.values():
        system.watch = moment
    try:
        execute(plan, world.connectors, means=replace(AT_ONCE, moment=moment))
    except Death:
        return True
    finally:
        for system in world.systems.values():
            system.watch = lambda *_: None
    return False


def _misbehaving(answer: Callable[[Step], Step]) -> type[MemoryConnector]:
    class Wrong(MemoryConnector):
        def corrections(
            self, items: Iterable[Item], changes: Sequence[Change]
        ) -> Iterator[Step | Gap]:
            for one in super().corrections(items, changes):
                yield answer(one) if isinstance(one, Step) else one

    return Wrong


@pytest.mark.parametrize(
    "answer",
    [
        lambda step: replace(step, item=replace(step.item, key="klant-2")),
        lambda step: replace(step, edits=()),
        lambda step: replace(step, action=""),
        lambda step: replace(step, disposition=replace(step.disposition, verdict=Verdict.ERASE)),
    ],
    ids=["another item", "no edits", "no action", "erases"],
)
def test_a_connector_that_says_something_else_makes_no_plan(
    world: World, answer: Callable[[Step], Step]
) -> None:
    """What is about another item, or would do anything but correct, is refused, and there is no plan."""
    world.makes["books"] = _misbehaving(answer)
    with pytest.raises(SourceError, match=r"\[books\] the connector"):
        proposal(world)
    assert world.request.plans().all() == ()


def test_what_cannot_be_read_is_a_gap(world: World) -> None:
    """A connector that fails while it looks, in whatever way, is a gap; the other sources are in the plan."""

    class Fails(MemoryConnector):
        def corrections(
            self, items: Iterable[Item], changes: Sequence[Change]
        ) -> Iterator[Step | Gap]:
            yield from super().corrections(list(items)[:1], changes)
            raise TypeError("sanne is no number")

    world.makes["books"] = Fails
    world.systems["mail"].add(record("kaart", SANNE, PHONE, category=Category.CONTACT))
    drawn = proposal(world)
    assert [(source, gap.key) for source, gap in drawn.gaps] == [("books", "")]
    assert "sanne" not in drawn.gaps[0][1].reason
    assert "kaart" in verdicts(drawn.plan)


def test_only_what_is_the_persons_is_corrected(world: World) -> None:
    """A record that merely has the number, and one that waits for review, stay as they are."""
    world.systems["mail"].add(record("mail-x", PIET, text=f"bel {SANNE.value} op {PHONE.value}"))
    plan = proposal(world).plan
    assert "mail-x" not in verdicts(plan)


def test_while_an_erasure_runs_nothing_is_planned(world: World) -> None:
    """Two plans of one request at once would be in one another's way."""
    plan = world.plan()

    def die(moment: str) -> None:
        if moment == "begin":
            raise Death

    with pytest.raises(Death):
        world.execute(plan, means=replace(AT_ONCE, moment=die))
    with pytest.raises(StateError, match="was begun and not ended"):
        proposal(world)


def test_a_correction_is_no_part_of_an_erasures_certificate(world: World) -> None:
    """What was corrected before and is then erased is counted once, as erased."""
    plan = proposal(world).plan
    execute(plan, world.connectors, means=AT_ONCE)
    plan.advance(Phase.CLOSED)
    erasure = world.execute(world.plan())
    assert results(erasure)["klant-1"] == "erased"


def test_the_old_values_are_the_persons_own(world: World) -> None:
    """What is known of the person of a kind, but for what is right."""
    world.find()
    identity = identity_of(world.request, Organisation(), KINDS)
    assert wrong_values(identity, "phone", NEW) == (PHONE,)
    assert wrong_values(identity, "phone", PHONE) == ()
    assert wrong_values(identity, "iban", NEW) == ()


def test_the_reference_knows_no_more_than_its_settings(world: World) -> None:
    """The connectors that correct are made anew, as a later process makes them."""
    plan = proposal(world).plan
    connectors: dict[str, Connector[Any]] = {
        name: MemoryConnector(name, MemorySettings(system=system))
        for name, system in world.systems.items()
    }
    execute(plan, connectors, means=Means(sleep=lambda _: None))
    assert results(plan)["klant-1"] == "rectified"


def test_every_step_is_told_apart(world: World) -> None:
    """An outcome for an item that was not handed over is no outcome: the step is tried again and then fails."""

    class Confused(MemoryConnector):
        def rectify(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
            for one in super().rectify(steps):
                yield replace(one, key="klant-2")

    world.makes["books"] = Confused
    plan = proposal(world).plan
    execute(plan, world.connectors, means=AT_ONCE)
    assert results(plan)["klant-1"] == "failed"


class CorrectsHalf(MemoryConnector):
    """Corrects a field, and leaves another to people."""

    def corrections(self, items: Iterable[Item], changes: Sequence[Change]) -> Iterator[Step | Gap]:
        for one in super().corrections(items, changes):
            if isinstance(one, Step) and one.disposition.verdict is Verdict.RECTIFY:
                told = Disposition(Verdict.RECTIFY, Text("Kijk bij: notitie.", "Look at: note."))
                yield replace(one, disposition=told)
            else:
                yield one


def test_what_a_connector_leaves_to_people_is_told_beside_its_edits(world: World) -> None:
    """The plan keeps the connector's words, and the rows that are shown are the edit and then what is left."""
    world.makes["books"] = CorrectsHalf
    plan = proposal(world).plan
    (step,) = plan.steps(Verdict.RECTIFY)
    assert step.step.disposition.ground == Text("Kijk bij: notitie.", "Look at: note.")
    (edit, left) = rows_of(step)
    assert edit[2:] == ("phone", PHONE.value, NEW.value)
    assert left == ("", "", "", "", "Look at: note.")
