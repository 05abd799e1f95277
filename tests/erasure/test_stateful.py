"""Any interleaving of finding, planning, mail that comes in, changes, faults, crashes, resuming and applying ends well.

Hypothesis chooses the order. After every step nothing of anybody else's is touched and nothing is called done that is not; at the end, with
every fault mended, the person is gone from everywhere but for what the law keeps.
"""

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from overdracht import Category, Result, Unreachable
from overdracht.erasure import Means, NotReady, retry, unfinished
from overdracht.errors import StateError
from overdracht.state import Phase, PlanFile
from overdracht.testing.memory import MemoryRecord, MemorySystem
from tests.erasure.world import CUSTOMER, PHONE, PIET, SANNE, World, record

SOURCES = ("books", "mail")
HERS = frozenset({SANNE, CUSTOMER, PHONE})
sources = st.sampled_from(SOURCES)
numbers = st.integers(0, 9)
moments = st.integers(0, 15)
"""At which of its moments something happens to a process; at 0 nothing does."""


class Crash(BaseException):
    """The process dies."""


class Erasing(RuleBasedStateMachine):
    """One request over two systems, and everything that can happen meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory(prefix="overdracht-")
        self.count = 0

    @initialize(letters=st.integers(0, 3))
    def begin(self, letters: int) -> None:
        """A customer's record that tells who she is, an invoice known by her number, some letters, and others' things."""
        books = MemorySystem(
            [
                record("klant-1", SANNE, CUSTOMER, PHONE, part="k", category=Category.CONTACT),
                record("fact-1", CUSTOMER, PHONE, part="f", category=Category.INVOICE),
                record("fact-2", PIET, part="f", category=Category.INVOICE),
            ]
        )
        mail = MemorySystem([record(f"m{number}", SANNE) for number in range(letters)])
        mail.add(record("mail-p", PIET))
        self.world = World(Path(self.directory.name) / "state", {"books": books, "mail": mail})
        self.others = self.world.of_others()
        self.approved: set[tuple[str, str, str]] = set()
        """Source, key and fingerprint of everything that was in a plan that was applied."""
        self.fault: dict[str, list[BaseException]] = {source: [] for source in SOURCES}
        self.unapproved: list[tuple[str, str]] = []
        for name, system in self.world.systems.items():
            self._watch(name, system)

    def _watch(self, name: str, system: MemorySystem) -> None:
        """Note each act, and check that a plan that was applied has just this in it."""

        def watch(moment: str, key: str) -> None:
            if moment == "before":
                now = self.world.get(name, key).fingerprint()
                if (name, key, now) not in self.approved and now not in self._blanked(name, key):
                    self.unapproved.append(
                        (name, key)
                    )  # raised here it would be the source's fault
            if self.fault[name]:
                raise self.fault[name].pop()

        system.watch = watch

    def _blanked(self, name: str, key: str) -> set[str]:
        """Return the fingerprint of what the plan's own act made of it: doing that again is no harm."""
        from overdracht.testing.forgetting import blanked

        one = self.world.get(name, key)
        return {one.fingerprint()} if blanked(one) == one else set()

    # What happens in the world.

    @rule(name=sources, hers=st.booleans(), kind=st.sampled_from(["letter", "invoice"]))
    def something_comes_in(self, name: str, hers: bool, kind: str) -> None:
        self.count += 1
        invoice = kind == "invoice"
        one = record(
            f"new{self.count}",
            (CUSTOMER if invoice else SANNE) if hers else PIET,
            part="f" if invoice else "INBOX",
            category=Category.INVOICE if invoice else Category.CORRESPONDENCE,
        )
        self.world.systems[name].add(one)
        if not hers:
            self.others[name, one.key] = one

    @rule(name=sources, number=numbers)
    def something_of_hers_changes(self, name: str, number: int) -> None:
        hers = self._hers(name)
        if hers:
            one = hers[number % len(hers)]
            self.count += 1
            self.world.systems[name].add(replace(one, title=f"Gewijzigd {self.count}"))

    @rule(name=sources, number=numbers)
    def something_of_hers_goes(self, name: str, number: int) -> None:
        """But the customer's record: without it nobody could know the number on the invoices."""
        hers = [one for one in self._hers(name) if one.category is Category.CORRESPONDENCE]
        if hers:
            self.world.systems[name].remove(hers[number % len(hers)].key)

    @rule(name=sources, number=numbers)
    def something_of_hers_moves(self, name: str, number: int) -> None:
        hers = self._hers(name)
        if hers:
            one = hers[number % len(hers)]
            self.world.systems[name].remove(one.key)
            self.count += 1
            self.world.systems[name].add(
                replace(one, part="Archief", key=f"{one.key}-{self.count}")
            )

    @rule(name=sources, what=st.sampled_from(["away", "read-only", "locked", "broken", "well"]))
    def a_source_fails_or_mends(self, name: str, what: str) -> None:
        system = self.world.systems[name]
        system.away, system.read_only = what == "away", what == "read-only"
        system.locked = {"f", "INBOX"} if what == "locked" else set()
        system.broken = {"f"} if what == "broken" else set()

    @rule(name=sources, times=st.integers(1, 6), crash=st.booleans())
    def an_act_will_go_wrong(self, name: str, times: int, crash: bool) -> None:
        error: BaseException = Crash() if crash else Unreachable("the connection broke")
        self.fault[name] = [error] * (1 if crash else times)

    # What the administrator does.

    @rule()
    def restart(self) -> None:
        self.world = self.world.again()

    @rule()
    def find(self) -> None:
        self.world.find()

    @rule(search=st.booleans())
    def plan(self, search: bool) -> None:
        with suppress(StateError):
            self.world.plan(search=search)

    @rule(crash_at=moments, meddle_at=moments, late=st.sampled_from([("books",), ()]))
    def apply(self, crash_at: int, meddle_at: int, late: tuple[str, ...]) -> None:
        """Apply the latest plan, or what is left of it; at any of its moments the process may die, and somebody may work in the systems."""
        plan = self._latest()
        if plan is None or plan.phase is Phase.EXECUTED:
            return
        self._approve(plan)
        passed = 0

        def moment(_: str) -> None:
            nonlocal passed
            passed += 1
            if passed == meddle_at:
                for name in SOURCES:
                    self.something_of_hers_changes(name, passed)
            if passed == crash_at:
                raise Crash

        means = Means(sleep=lambda _: None, moment=moment, pauses=(1.0,))
        before = self._state()
        try:
            self.world.execute(plan, late=late, means=means)
        except Crash:
            self.world = self.world.again()
        except NotReady:
            assert self._state() == before
            assert plan.phase is Phase.PROPOSED
        else:
            assert self._latest_phase() is Phase.EXECUTED
            assert all(
                one.outcome or one.step.disposition.verdict == "review" for one in plan.steps()
            )

    @rule(crash_at=moments, meddle_at=moments)
    def plan_and_apply(self, crash_at: int, meddle_at: int) -> None:
        """What is done most: rules that are rarely chosen in this order would hardly meet."""
        self.plan(search=True)
        self.apply(crash_at, meddle_at, ("books",))

    @precondition(lambda self: self._latest() is not None)
    @rule()
    def try_what_failed_again(self) -> None:
        plan = self._latest()
        assert plan is not None
        retry(plan)

    @precondition(lambda self: self._latest() is not None)
    @rule()
    def verify(self) -> None:
        """Whatever verification says of a finished plan is so."""
        plan = self._latest()
        assert plan is not None
        if plan.phase is not Phase.EXECUTED:
            return
        verification = self.world.verify(plan)
        if verification.clean and not unfinished(plan):
            assert all(
                one.category is Category.INVOICE for name in SOURCES for one in self._hers(name)
            )

    # What holds whatever happens.

    @invariant()
    def nothing_of_anybody_elses_is_touched(self) -> None:
        if hasattr(self, "world"):
            assert self.world.of_others() == self.others

    @invariant()
    def nothing_is_touched_but_as_it_was_approved(self) -> None:
        assert getattr(self, "unapproved", []) == []

    @invariant()
    def nothing_is_called_done_that_is_not(self) -> None:
        plan = self._latest() if hasattr(self, "world") else None
        for one in plan.steps() if plan is not None else ():
            if one.outcome is None:
                continue
            now = self._record(one.source, one.step.item.key)
            if one.outcome.result in {Result.ERASED, Result.ALREADY_GONE}:
                assert now is None
            if one.outcome.result is Result.ANONYMISED and now is not None:
                assert PHONE not in now.fields or now.title.startswith("Gewijzigd")

    def teardown(self) -> None:
        """With every fault mended it ends, and she is gone but for what the law keeps."""
        try:
            if hasattr(self, "world"):
                self._end_well()
        finally:
            if hasattr(self, "world"):
                self.world.store.close()
            self.directory.cleanup()

    def _end_well(self) -> None:
        for name in SOURCES:
            self.a_source_fails_or_mends(name, "well")
            self.fault[name] = []
        for _ in range(4):
            plan = self._latest()
            if plan is None or plan.phase is Phase.EXECUTED:
                plan = self.world.plan()
            self._approve(plan)
            try:
                self.world.execute(plan)
            except NotReady:
                self.world.plan()
                continue
            if self.world.verify(plan).clean and not unfinished(plan):
                break
        assert plan is not None
        assert self.world.verify(plan).clean
        assert unfinished(plan) == 0
        self.nothing_of_anybody_elses_is_touched()
        self.nothing_is_touched_but_as_it_was_approved()
        for name in SOURCES:
            for one in self._hers(name):
                assert one.category is Category.INVOICE
                assert PHONE not in one.fields
        assert self.world.get("books", "fact-2")
        told = [one for one in self.world.systems["books"].parts["f"] if one == "fact-1"]
        moved = [key for key in self.world.keys("books") if key.startswith("fact-1")]
        assert told or moved
        self.world.close(plan)
        assert self.world.store.references() == ()

    def _latest(self) -> PlanFile | None:
        plans = self.world.request.plans().all()
        return plans[-1] if plans else None

    def _latest_phase(self) -> Phase | None:
        plan = self._latest()
        return None if plan is None else plan.phase

    def _approve(self, plan: PlanFile) -> None:
        for one in plan.steps():
            self.approved.add((one.source, one.step.item.key, one.step.item.fingerprint))

    def _state(self) -> dict[str, Any]:
        return {name: dict(self.world.systems[name].changes) for name in SOURCES}

    def _hers(self, name: str) -> list[MemoryRecord]:
        parts = self.world.systems[name].parts.values()
        return [one for part in parts for one in part.values() if HERS & set(one.fields)]

    def _record(self, name: str, key: str) -> MemoryRecord | None:
        parts = self.world.systems[name].parts.values()
        return next((part[key] for part in parts if key in part), None)


Erasing.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestErasing = Erasing.TestCase
