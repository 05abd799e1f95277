"""The promises about dying half way and about faults in the middle: no harm, no lie, and the next try ends it."""

from overdracht.steps import DONE, Result
from overdracht.testing.acting import (
    ERASE,
    Scene,
    approved,
    at_each_step,
    away_from,
    die_handing,
    die_taking,
    erase,
    items_of_sanne,
    scene,
    takes_batches,
)
from overdracht.testing.cast import RECORDS, crowd
from overdracht.testing.exactness import is_gone
from overdracht.testing.harness import ErasingHarness


def _nothing_else_happened(now: Scene, rest: object) -> None:
    others = frozenset(one.token for one in RECORDS) - now.all_tokens
    assert now.harness.held() >= others
    assert now.harness.rest(now.all_tokens) == rest


def _ends_it(now: Scene, rest: object) -> None:
    """Check that the whole of the steps, handed over again, is done, and nothing else is."""
    done = erase(now.harness.eraser(), now.steps)
    assert done.error is None
    assert set(done.results) == {one.item.key for one in now.steps}
    assert set(done.results.values()) <= {Result.ERASED, Result.ALREADY_GONE}
    _nothing_else_happened(now, rest)
    is_gone(now)


class Crashing:
    """E11 to E14."""

    def test_e11_dying_while_steps_are_handed_out_is_survived(
        self, harness: ErasingHarness
    ) -> None:
        """E11: Whichever step the process dies at: nothing else was touched, and all steps over again are done."""
        for now, position, rest in at_each_step(lambda: scene(harness)):
            die_handing(harness.eraser().erase, now.steps, position)
            _nothing_else_happened(now, rest)
            _ends_it(now, rest)

    def test_e12_dying_while_outcomes_are_taken_is_survived(self, harness: ErasingHarness) -> None:
        """E12: After however many outcomes the process dies: nothing else was touched, and all steps over again are done, by the same
        connector too."""
        for now, position, rest in at_each_step(lambda: scene(harness)):
            connector = harness.eraser()
            die_taking(connector.erase, now.steps, position)
            _nothing_else_happened(now, rest)
            assert erase(connector, now.steps).error is None
            _ends_it(now, rest)

    def test_e13_a_system_that_goes_away_is_not_called_done(self, harness: ErasingHarness) -> None:
        """E13: Away from any step on: what is said to be erased is, the rest is an error or a failed step, and when it is back all
        steps over again are done."""
        for now, position, rest in at_each_step(lambda: scene(harness)):
            done = away_from(now, harness.eraser().erase, position)
            finished = {one.key for one in done.outcomes if one.result in DONE}
            assert now.of(one for one in now.steps if one.item.key in finished).isdisjoint(
                harness.held()
            )
            unsaid = {one.item.key for one in now.steps} - set(done.results)
            assert done.error is not None or not unsaid
            _nothing_else_happened(now, rest)
            _ends_it(now, rest)

    def test_e14_a_broken_part_stays_alone(self, harness: ErasingHarness) -> None:
        """E14: Items in a part that cannot be written or read are failed or refused, one by one and with the reason, and those of the
        other part are erased all the same."""
        now = scene(harness)
        second = {one.token for one in RECORDS if one.second_part}
        rest = harness.rest(now.all_tokens)
        with harness.break_part():
            done = erase(harness.eraser(), now.steps)
        assert done.error is None
        assert len(done.outcomes) == len(now.steps)
        for one in done.outcomes:
            if now.tokens[one.key] <= second:
                assert one.result in {Result.FAILED, Result.REFUSED}
                assert one.reason.strip()
            else:
                assert one.result is Result.ERASED
        assert harness.held() >= now.all_tokens & second
        _ends_it(now, rest)

    def test_e15_it_takes_a_batch_at_a_time(self, harness: ErasingHarness) -> None:
        """E15: A connector says what came of the first steps before it asks for too many: those it has asked for are in doubt after a
        crash."""
        harness.fill(crowd(harness.most_at_once + 50))
        connector = harness.eraser()
        steps = [approved(connector.propose(one, ERASE)) for one in items_of_sanne(harness)]
        takes_batches(connector.erase, steps, harness.most_at_once)
