"""Carrying out a plan: nothing before everything is ready, in order, each step accounted for, and nothing called done that is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from overdracht import Category, Connector, Result, Unreachable, Verdict
from overdracht.erasure import (
    ACTING,
    Means,
    NotReady,
    execute,
    executing,
    prepare,
    retry,
    unconfirmed,
    unfinished,
)
from overdracht.erasure.executing import BATCH, PAUSES, in_doubt
from overdracht.errors import StateError, UsageError
from overdracht.state import Phase
from overdracht.testing.memory import MemoryConnector, MemorySystem
from tests.erasure import faulty
from tests.erasure.world import AT_ONCE, PIET, SANNE, World, record, results


def _acts(world: World) -> list[tuple[str, str]]:
    """Return the list in which every act of every system is written down from now on."""
    acts: list[tuple[str, str]] = []

    def watch(name: str) -> Callable[[str, str], None]:
        return lambda moment, key: acts.append((name, key)) if moment == "after" else None

    for name, system in world.systems.items():
        system.watch = watch(name)
    return acts


def test_all_that_was_planned_goes_and_nothing_else(world: World) -> None:
    """The letters and the customer's record are gone, the invoice is blanked, the domain cancelled, and others' things are equal."""
    others = world.of_others()
    plan = world.execute(world.plan())

    assert results(plan) == {
        "mail-s0": "erased",
        "mail-s1": "erased",
        "mail-s2": "erased",
        "klant-1": "erased",
        "fact-1": "anonymised",
        "dom-1": "scheduled",
    }
    assert world.of_others() == others
    assert plan.phase is Phase.EXECUTED
    assert unfinished(plan) == 0
    assert world.get("books", "fact-1").text == ""
    assert world.get("hosting", "dom-1").cancelled


def test_what_yields_identifiers_goes_late_and_what_is_outside_last(world: World) -> None:
    """The mail before the books that tell who she is, and the domain after everything."""
    plan, acts = world.plan(), _acts(world)
    world.execute(plan, late=("books",))
    order = list(dict.fromkeys(name for name, _ in acts))
    assert order == ["mail", "books", "hosting"]


def test_outside_effects_go_last_within_a_source_too(world: World) -> None:
    """A source with letters and a domain does its letters, then the other sources go, then the domain."""
    hosted = world.systems["hosting"]
    hosted.add(record("nota-1", SANNE, part="nota's"))
    plan, acts = world.plan(), _acts(world)
    world.execute(plan)
    assert [name for name, key in acts if name == "hosting" or key == "klant-1"] == [
        "hosting",
        "books",
        "hosting",
    ]
    assert acts[-1] == ("hosting", "dom-1")


def test_what_cannot_be_taken_back_is_confirmed_by_name(world: World) -> None:
    """Without the name, or with another, nothing at all is touched; the message says what to type."""
    plan, acts = world.plan(), _acts(world)
    assert unconfirmed(plan, ()) == ("vanderberg.example",)
    for confirmed in ((), ("dewit.example",)):
        with pytest.raises(UsageError, match=r"--confirm vanderberg\.example"):
            world.execute(plan, confirmed=confirmed)
    assert acts == []
    assert plan.phase is Phase.PROPOSED
    world.execute(plan)
    assert unconfirmed(plan, ()) == ()


def _read_only(world: World) -> None:
    world.systems["books"].read_only = True


def _away(world: World) -> None:
    world.systems["books"].away = True


def _locked(world: World) -> None:
    world.systems["books"].locked.add("facturen")


def _changed(world: World) -> None:
    world.systems["books"].add(replace(world.get("books", "fact-1"), title="Factuur (gewijzigd)"))


def _stumbles(world: World) -> None:
    world.makes["books"] = faulty.StumblesOverPreparing


def _removed(world: World) -> None:
    del world.systems["books"]


@pytest.mark.parametrize("obstacle", [_read_only, _away, _locked, _changed, _stumbles, _removed])
def test_one_objection_stops_everything(world: World, obstacle: Callable[[World], None]) -> None:
    """Nothing has been touched anywhere, the plan can still be applied, and the message names the source and nobody."""
    plan = world.plan()
    obstacle(world)
    acts = _acts(world)
    with pytest.raises(NotReady, match=r"\[books\].*nothing has been touched") as error:
        world.execute(plan)
    assert acts == []
    assert SANNE.value not in str(error.value)
    assert plan.phase is Phase.PROPOSED
    assert {one.outcome for one in plan.steps()} == {None}


def test_preparing_changes_nothing_and_says_all_objections(world: World) -> None:
    """Every source is asked, also after the first has objected."""
    plan, acts = world.plan(), _acts(world)
    assert prepare(plan, world.connectors) == ()
    _locked(world)
    world.systems["mail"].away = True
    objections = prepare(plan, world.connectors)
    assert {source for source, _ in objections} == {"books", "mail"}
    assert acts == []


def test_an_item_gone_meanwhile_is_no_objection(world: World) -> None:
    """Somebody deleted a letter after the plan: it is already gone, and the rest goes."""
    plan = world.plan()
    world.systems["mail"].remove("mail-s1")
    assert results(world.execute(plan))["mail-s1"] == "already gone"
    assert unfinished(plan) == 0


def test_an_item_that_changes_after_preparing_is_not_touched(world: World) -> None:
    """It is reported as changed and stays as it is; the others go; what is left is not called done, and a new plan takes it."""
    plan = world.plan()
    mail = world.systems["mail"]

    def rewrite(moment: str, key: str) -> None:
        if (moment, key) == ("after", "mail-s0"):
            mail.add(replace(world.get("mail", "mail-s1"), text="herschreven"))

    mail.watch = rewrite
    world.execute(plan)
    assert results(plan)["mail-s1"] == "changed since the plan"
    assert world.get("mail", "mail-s1").text == "herschreven"
    assert results(plan)["mail-s2"] == "erased"
    assert unfinished(plan) == 1
    assert world.verify(plan).left == {"mail": 1}

    again = world.execute(world.plan())
    assert results(again)["mail-s1"] == "erased"
    assert world.verify(again).clean


def test_a_source_that_fails_does_not_stop_the_others(world: World) -> None:
    """Its steps are tried with growing pauses, then reported as failed with the reason; the others are done; retry ends it."""
    plan = world.plan()
    world.makes["books"] = faulty.NeverThere
    slept: list[float] = []
    world.execute(plan, means=Means(sleep=slept.append))

    assert tuple(slept) == PAUSES
    assert plan.phase is Phase.EXECUTED
    outcomes = {one.step.item.key: one.outcome for one in plan.steps()}
    for key in ("klant-1", "fact-1"):
        assert outcomes[key].result is Result.FAILED  # type: ignore[union-attr]
        assert outcomes[key].reason == "the system does not answer"  # type: ignore[union-attr]
    assert results(plan)["mail-s0"] == "erased"
    assert results(plan)["dom-1"] == "scheduled"
    assert unfinished(plan) == 2
    assert not world.verify(plan).holds

    del world.makes["books"]
    assert retry(plan) == 2
    world.execute(plan)
    assert unfinished(plan) == 0
    assert world.verify(plan).clean
    assert retry(plan) == 0


def test_retrying_survives_dying_half_way(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between opening the failed steps and saying that the plan goes on: both are done or neither, and retry does it again."""
    plan = world.plan()
    world.makes["books"] = faulty.NeverThere
    world.execute(plan)
    with monkeypatch.context() as dying:
        dying.setattr(type(plan), "_move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            retry(plan)
    assert plan.phase is Phase.EXECUTED
    assert unfinished(plan) == 2
    assert sum(one.outcome is None for one in plan.steps(*ACTING)) == 0
    del world.makes["books"]
    assert retry(plan) == 2
    world.execute(plan)
    assert unfinished(plan) == 0


def test_a_source_that_comes_back_is_done_after_all(world: World) -> None:
    """Away for two tries and then there: nothing has failed."""
    plan = world.plan()
    world.systems["mail"].watch = lambda *_: (_ for _ in ()).throw(Unreachable("away"))
    tries: list[float] = []

    def sleep(seconds: float) -> None:
        tries.append(seconds)
        if len(tries) == 2:
            world.systems["mail"].watch = lambda *_: None

    world.execute(plan, means=Means(sleep=sleep))
    assert unfinished(plan) == 0
    assert len(tries) == 2


def test_a_halting_source_is_not_one_that_fails(world: World) -> None:
    """A connection that breaks after every act takes long and still does all: as long as it gets on, it is tried again."""
    plan = world.plan()
    world.makes["mail"] = faulty.Halting
    world.execute(plan, means=Means(sleep=lambda _: None, pauses=(1.0,)))
    assert unfinished(plan) == 0
    assert world.verify(plan).clean


def test_an_act_whose_answer_was_lost_is_looked_up(world: World) -> None:
    """The letter is gone though the connection broke before the answer: it was this plan that erased it."""
    plan = world.plan()
    world.makes["mail"] = faulty.ActsAndLosesTheAnswer
    world.execute(plan)
    outcome = next(one.outcome for one in plan.steps() if one.step.item.key == "mail-s0")
    assert outcome is not None
    assert (outcome.result, outcome.reason) == (Result.ERASED, "found done after an interruption")


def test_blanking_after_an_interruption_is_no_change(world: World) -> None:
    """An invoice that was blanked before the process died is found blanked: not changed by somebody else, and not missing."""
    plan = world.plan()

    def die(moment: str, key: str) -> None:
        if (moment, key) == ("after", "fact-1"):
            raise KeyboardInterrupt

    world.systems["books"].watch = die
    with pytest.raises(KeyboardInterrupt):
        world.execute(plan)
    assert {one.step.item.key for one in in_doubt(plan)} == {"klant-1", "fact-1"}
    world.systems["books"].watch = lambda *_: None
    world.execute(plan)
    assert results(plan)["fact-1"] == "anonymised"
    assert unfinished(plan) == 0


def test_what_was_to_be_kept_and_is_gone_is_not_called_erased_by_the_plan(world: World) -> None:
    """An invoice to be blanked vanished while the plan was interrupted: already gone, since the plan never erases it."""
    plan = world.plan()
    plan.advance(Phase.EXECUTING)
    plan.intend(one.number for one in plan.steps(Verdict.ANONYMISE))
    world.systems["books"].remove("fact-1")
    world.execute(plan)
    assert results(plan)["fact-1"] == "already gone"


@pytest.mark.parametrize(
    ("connector", "result", "reason"),
    [
        (faulty.SaysNothing, "failed", "the connector gave no outcome"),
        (faulty.Stumbles, "failed", "the connector failed with KeyError, a fault of its own"),
        (faulty.SpeaksOfAnother, "failed", "the connector gave an outcome for what it was not"),
        (faulty.SaysRetained, "failed", "the connector says `retained` of a step to erase"),
        (faulty.RefusesWithoutAWord, "refused", "the connector gave no reason"),
    ],
)
def test_a_connector_is_not_believed_beyond_its_step(
    world: World, connector: type[Connector[Any]], result: str, reason: str
) -> None:
    """Whatever it says or leaves out, a step that is not surely done is not done; the reason names nobody."""
    plan = world.plan()
    world.makes["mail"] = connector
    world.execute(plan)
    told = [one.outcome for one in plan.steps() if one.source == "mail"]
    assert {one.result for one in told if one} == {result}
    assert all(reason in one.reason for one in told if one)
    assert not any(SANNE.value in one.reason or "Storing" in one.reason for one in told if one)
    assert unfinished(plan) == 3
    assert "mail-p0" in world.keys("mail")


def test_what_ends_must_say_when(world: World) -> None:
    """A cancellation without a day would be forgotten: it has failed."""
    plan = world.plan()
    world.makes["hosting"] = faulty.EndsOnNoDay
    world.execute(plan)
    assert results(plan)["dom-1"] == "failed"


def test_many_steps_are_written_down_in_batches(tmp_path: Any) -> None:
    """Two writings of the journal for as many acts; a connector is never handed a step whose intent is not written."""
    many = 2 * BATCH + 7
    letters = [record(f"mail-{number}", SANNE) for number in range(many)]
    world = World(tmp_path / "state", {"mail": MemorySystem(letters)})
    moments: list[str] = []

    plan = world.plan()
    world.execute(plan, means=Means(sleep=lambda _: None, moment=moments.append))
    assert moments.count("intent") == moments.count("outcome") == 3
    assert moments.count("act") == many
    assert world.keys("mail") == set()
    world.store.close()


def test_effects_outside_are_written_down_one_by_one(world: World) -> None:
    """Three domains: each has an intent of its own before it is cancelled, and an outcome before the next one is begun."""
    runs: dict[str, Any] = {
        "part": "domeinen", "category": Category.DOMAIN, "ends": date(2027, 3, 1),
    }  # fmt: skip
    names = ("vanderberg.example", "berg.example", "sanne.example")
    for number, name in enumerate(names[1:], 5):
        world.systems["hosting"].add(record(f"dom-{number}", SANNE, title=name, **runs))
    moments: list[str] = []
    means = Means(sleep=lambda _: None, moment=moments.append)
    world.execute(world.plan(), confirmed=names, means=means)
    assert [one for one in moments if one in {"intent", "act", "outcome"}][-9:] == [
        "intent", "act", "outcome",
    ] * 3  # fmt: skip


def test_of_slow_work_what_was_done_is_written_down_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that takes long over each step does not leave an hour of them in doubt."""
    monkeypatch.setattr(executing, "DELAY", 0)
    plan, open_before = world.plan(), list[int]()

    def look(moment: str) -> None:
        if moment == "act":
            open_before.append(unfinished(plan))

    world.execute(plan, means=Means(sleep=lambda _: None, moment=look))
    assert open_before == sorted(open_before, reverse=True)
    assert len(set(open_before)) == len(open_before) == 6


def test_a_full_disk_stops_the_work_and_not_the_bookkeeping(world: World) -> None:
    """When an intent cannot be written nothing is done; when an outcome cannot be, the step is in doubt: never done, never failed."""
    plan = world.plan()
    acts = _acts(world)
    for moment in ("begin", "act"):
        full = _Full(world, at=moment)
        with pytest.raises(StateError, match="disk full"):
            world.execute(plan, means=Means(sleep=lambda _: None, moment=full))
        full.end()
        assert plan.phase is Phase.EXECUTING
        if moment == "begin":
            assert acts == []
        assert not any(one.outcome for one in plan.steps() if one.source == "mail")
    world.execute(plan)
    assert unfinished(plan) == 0
    assert world.verify(plan).clean


@pytest.mark.parametrize("connector", [MemoryConnector, faulty.Swallows])
def test_no_connector_hides_a_journal_that_cannot_be_written(
    world: World, connector: type[Connector[Any]]
) -> None:
    """Also one that swallows errors: the work stops, and nothing is put down to the connector."""
    plan = world.plan()
    world.makes = dict.fromkeys(world.systems, connector)
    full = _Full(world, at="begin")
    with pytest.raises(StateError):
        world.execute(plan, means=Means(sleep=lambda _: None, moment=full))
    full.end()
    assert {one.outcome for one in plan.steps()} == {None}


class _Full:
    """A disk that is full from a moment on."""

    def __init__(self, world: World, at: str) -> None:
        self._connection = world.store._connection
        self._at = at

    def __call__(self, moment: str) -> None:
        if moment == self._at:
            self._connection.execute(
                "CREATE TEMP TRIGGER IF NOT EXISTS full BEFORE UPDATE ON main.step BEGIN SELECT raise(ABORT, 'disk full'); END"
            )

    def end(self) -> None:
        self._connection.execute("DROP TRIGGER IF EXISTS full")


def test_erasing_twice_is_success(world: World) -> None:
    """An executed plan executes again without doing anything."""
    plan = world.execute(world.plan())
    acts = _acts(world)
    world.execute(plan)
    execute(plan, {}, means=AT_ONCE)
    assert acts == []


def test_a_source_with_nothing_to_do_is_not_asked(world: World) -> None:
    """A resumed plan contacts the sources that have open steps, and no other."""
    plan = world.plan()
    world.systems["new"] = MemorySystem([record("x", PIET)])
    world.systems["new"].away = True
    world.execute(plan)
    assert unfinished(plan) == 0
