"""What a plan holds, what its digest covers, and which plans are refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from overdracht import Category, Connector, Disposition, Item, Ruling, Step, Text, Verdict
from overdracht.erasure import Limits, UnsafePlan
from overdracht.errors import SourceError, StateError, UsageError
from overdracht.review import Decision, Review
from overdracht.state import Phase
from overdracht.steps import harsher
from overdracht.survey import Organisation, identity_of
from overdracht.testing.memory import MemoryConnector, MemorySystem
from tests.core.sources import Record, Told
from tests.erasure.world import CUSTOMER, KINDS, PIET, SANNE, World, record, verdicts


def test_every_item_has_a_disposition_with_its_ground(world: World) -> None:
    """Letters and the customer's record go, the invoice loses its contact data and stays until 2034, the domain is cancelled."""
    plan = world.plan()
    assert verdicts(plan) == {
        "mail-s0": "erase",
        "mail-s1": "erase",
        "mail-s2": "erase",
        "klant-1": "erase",
        "fact-1": "anonymise",
        "dom-1": "cancel",
    }
    for one in plan.steps():
        assert one.step.disposition.ground.nl
        assert one.step.disposition.article.en
    (invoice,) = plan.steps(Verdict.ANONYMISE)
    assert invoice.step.disposition.until == date(2034, 1, 1)


def test_planning_changes_nothing(world: World) -> None:
    """Every system is the same after a plan as before."""
    before = {name: dict(system.changes) for name, system in world.systems.items()}
    world.plan()
    assert {name: dict(system.changes) for name, system in world.systems.items()} == before


def test_equal_plans_have_equal_digests(world: World) -> None:
    """Drawn twice, also after another search, a plan has the same digest, and the later takes the place of the earlier."""
    first = world.plan().digest
    assert world.plan().digest == first
    assert world.plan(search=False).digest == first
    assert len(world.request.plans().all()) == 1


CHANGES: dict[str, Callable[[Step], Step]] = {
    "key": lambda one: replace(one, item=replace(one.item, key="b")),
    "fingerprint": lambda one: replace(one, item=replace(one.item, fingerprint="b")),
    "part": lambda one: replace(one, item=replace(one.item, part="b")),
    "category": lambda one: replace(one, item=replace(one.item, category=Category.NOTE)),
    "verdict": lambda one: replace(one, disposition=Disposition(Verdict.RETAIN)),
    "until": lambda one: replace(one, disposition=replace(one.disposition, until=date(2030, 1, 1))),
    "ground": lambda one: replace(one, disposition=replace(one.disposition, ground=Text("b", ""))),
    "article": lambda one: replace(
        one, disposition=replace(one.disposition, article=Text("", "b"))
    ),
    "action": lambda one: replace(one, action="b"),
    "external": lambda one: replace(one, external="b"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_digest_covers_all_that_was_approved(
    world: World, change: Callable[[Step], Step]
) -> None:
    """A difference in any item, fingerprint, disposition, ground or act, and in the source or the facts, is another digest."""

    def digest(source: str = "mail", *steps: Step, facts: str = "") -> str:
        return (
            world.request.plans()
            .draw([(source, one) for one in steps], {"f": facts}, world.now)
            .digest
        )

    one = Step(record("a", SANNE).item(), Disposition(Verdict.ERASE), "remove")
    plain = digest("mail", one)
    assert digest("mail", one) == plain
    assert digest("mail", change(one)) != plain
    assert digest("books", one) != plain
    assert digest("mail", one, facts="f") != plain
    assert digest("mail") != plain
    assert digest("mail", one, replace(one, item=replace(one.item, key="c"))) != plain


def test_the_order_of_finding_does_not_matter(world: World) -> None:
    """The same steps in another order are the same plan."""
    steps = [
        ("mail", Step(record(key, SANNE).item(), Disposition(Verdict.ERASE), "remove"))
        for key in "abc"
    ]
    draw = world.request.plans().draw
    assert draw(steps, {}, world.now).digest == draw(steps[::-1], {}, world.now).digest


@settings(max_examples=60, deadline=None)
@example(["", "\ud800"])
@given(st.lists(st.text(st.characters(exclude_categories=())), min_size=2, max_size=2, unique=True))
def test_no_two_keys_are_alike_to_the_digest(keys: list[str]) -> None:
    """Whatever characters a key has, control characters and lone surrogates too."""
    from overdracht.state.drawing import _canonical

    def canonical(key: str) -> bytes:
        item = replace(record("mail", SANNE).item(), key=key)
        return _canonical("s", Step(item, Disposition(Verdict.ERASE), ""))

    first, second = map(canonical, keys)
    assert first != second
    assert canonical("0a") != canonical("\n")


def test_what_nobody_has_reviewed_is_left_alone(world: World) -> None:
    """An item that is not surely the person's is in the plan to be looked at; once accepted it goes, once rejected it is out."""
    world.systems["mail"].add(record("mail-x", PIET, text="bel sanne@vanderberg.example even"))
    assert verdicts(world.plan())["mail-x"] == "review"
    world.execute(world.plan(search=False))
    assert "mail-x" in world.keys("mail")

    review = Review(world.request, identity_of(world.request, Organisation(), KINDS))
    review.decide([Decision(accept=False, source="mail", key="mail-x")])
    assert "mail-x" not in verdicts(world.plan())
    review.decide([Decision(accept=True, source="mail", key="mail-x")])
    assert verdicts(world.plan())["mail-x"] == "erase"


def test_a_plan_that_takes_too_much_is_refused(world: World) -> None:
    """More than the set share of a source: nothing is planned, and the message names source, share and remedy."""
    world.limits = Limits(most=0.2)
    with pytest.raises(UnsafePlan, match=r"\[mail\].*25%.*3 of 12.*20%"):
        world.plan()
    assert world.request.plans().all() == ()
    world.limits = Limits(most=0.2, by_source={"mail": 0.25})
    assert world.plan().digest


def test_a_refused_plan_leaves_the_one_before_as_it_was(world: World) -> None:
    """Who approved a plan can still apply it after a later one was refused."""
    digest = world.plan().digest
    world.limits = Limits(most=0.1)
    with pytest.raises(UnsafePlan):
        world.plan()
    assert world.store.plan(digest)[1].phase is Phase.PROPOSED


def test_a_small_source_is_not_guarded_by_a_share(world: World) -> None:
    """One of two is half, and no sign of a mistake."""
    world.limits = Limits(most=0.3)
    assert verdicts(world.plan())["dom-1"] == "cancel"


class Harsh(MemoryConnector):
    """Proposes to remove whatever it is asked about."""

    def propose(self, item: Item, ruling: Ruling) -> Step:
        return Step(item, Disposition(Verdict.ERASE), "remove")


class Longer(MemoryConnector):
    def propose(self, item: Item, ruling: Ruling) -> Step:
        return Step(item, replace(ruling.disposition, until=date(2099, 1, 1)), "")


class Silent(MemoryConnector):
    """Keeps what may go, without saying until when."""

    def propose(self, item: Item, ruling: Ruling) -> Step:
        return Step(item, replace(ruling.disposition, verdict=Verdict.RETAIN), "")


class Another(MemoryConnector):
    def propose(self, item: Item, ruling: Ruling) -> Step:
        step = super().propose(item, ruling)
        return replace(step, item=replace(item, key="fact-2"))


class Stumbles(MemoryConnector):
    def propose(self, item: Item, ruling: Ruling) -> Step:
        raise KeyError(SANNE.value)


@pytest.mark.parametrize(
    ("connector", "why"),
    [
        (Harsh, "more than the rules allow: erase for retain"),
        (Longer, "more than the rules allow: until 2099"),
        (Silent, "more than the rules allow: retain without a day"),
        (Another, "for another item"),
        (Stumbles, "KeyError"),
    ],
)
def test_a_connector_that_would_do_more_is_refused(
    world: World, connector: type[Connector[Any]], why: str
) -> None:
    """No plan comes of it, and the message names the source and nobody."""
    world.makes["books"] = connector
    with pytest.raises(SourceError, match=rf"\[books\].*{why}") as refused:
        world.plan()
    assert SANNE.value not in str(refused.value)
    assert world.request.plans().all() == ()


def test_milder_is_allowed() -> None:
    """A connector may keep what may go, for a while that it names, and may always ask for somebody to look."""
    erase, kept = Disposition(Verdict.ERASE), Disposition(Verdict.RETAIN, until=date(2034, 1, 1))
    assert not harsher(kept, Ruling(erase))
    assert not harsher(Disposition(Verdict.ANONYMISE), Ruling(erase))
    for ruled in Verdict:
        assert not harsher(Disposition(Verdict.REVIEW), Ruling(replace(kept, verdict=ruled)))
    blanked = replace(kept, verdict=Verdict.ANONYMISE)
    assert harsher(blanked, Ruling(kept, {Category.CONTACT: kept}))
    assert not harsher(blanked, Ruling(kept, {Category.CONTACT: erase}))
    assert harsher(erase, Ruling(Disposition(Verdict.REVIEW)))


def test_a_system_that_cannot_forget_is_done_by_hand(world: World) -> None:
    """Its items are in the plan to be looked at, with the reason; what is to be kept is kept."""
    records = [Record("k1", ("email:sanne@vanderberg.example",))]
    world.makes["paper"] = lambda _name, _settings: Told("paper", records)  # type: ignore[abstract, unused-ignore]
    world.systems["paper"] = MemorySystem()
    plan = world.plan()
    (by_hand,) = [one for one in plan.steps() if one.source == "paper"]
    assert by_hand.step.disposition.verdict is Verdict.REVIEW
    assert "by hand" in by_hand.step.disposition.ground.en


def test_only_a_plan_that_was_drawn_can_be_named(world: World) -> None:
    """The digest names it; of a plan that a newer one replaced nothing is left."""
    old = world.plan().digest
    world.systems["mail"].add(record("mail-new", SANNE))
    new = world.plan().digest
    assert old != new
    with pytest.raises(UsageError, match="no plan with the digest"):
        world.store.plan(old)
    assert world.store.plan(new)[0].reference == world.reference


def test_what_comes_back_can_be_planned_again(world: World) -> None:
    """The very same letters, restored after they were erased, make another plan than the one that took them."""
    world.systems = {"mail": MemorySystem([record("mail-s0", SANNE)])}
    first = world.execute(world.plan())
    world.systems["mail"].add(record("mail-s0", SANNE))
    second = world.plan()
    assert verdicts(second) == verdicts(first)
    assert second.digest != first.digest
    world.execute(second)
    assert world.keys("mail") == set()


def test_nothing_is_planned_while_a_plan_is_being_carried_out(world: World) -> None:
    """What an interrupted plan has in hand is not planned a second time: it is resumed first."""
    plan = world.plan()
    plan.advance(Phase.EXECUTING)
    with pytest.raises(StateError, match="resume"):
        world.plan(search=False)


def test_the_plan_knows_whom_it_is_about(world: World) -> None:
    """The identifiers stand in it, the ones that were revealed too."""
    assert f"customer:{CUSTOMER.value}" in world.plan().facts["identifiers"]
