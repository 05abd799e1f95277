"""The promises about `erase`: exactly what was approved, as often as one likes, and one word about each."""

from overdracht.items import Item
from overdracht.steps import RESULTS, UNDONE, Result, Verdict
from overdracht.testing.acting import BLANK, KEEP, Scene, erase, items_of_sanne, left, scene
from overdracht.testing.cast import RECORDS
from overdracht.testing.harness import ErasingHarness
from overdracht.testing.watching import export

EVERYBODYS = frozenset(one.token for one in RECORDS)


def is_gone(now: Scene) -> None:
    """Check that all of the scene is gone: outside, for the connector, and in an export."""
    harness = now.harness
    assert harness.held() == EVERYBODYS - now.all_tokens
    keys = {one.item.key for one in now.steps}
    assert keys.isdisjoint(one.key for one in items_of_sanne(harness))
    exported = export(harness.connector(), [one.item for one in now.steps])
    assert exported.keys == set()
    assert harness.tokens(exported.content) == frozenset()


class Exactness:
    """E5 to E10."""

    def test_e05_it_erases_exactly_what_was_approved(self, harness: ErasingHarness) -> None:
        """E5: The steps' items are gone, first some of the person's and then the others; all else is the same to the byte, the flag
        and the time."""
        now = scene(harness)
        some, others = now.steps[::2], now.steps[1::2]
        for steps in (some, others):
            rest = harness.rest(now.of(steps))
            there = harness.held()
            done = erase(harness.eraser(), steps)
            assert done.error is None
            assert set(done.results.values()) == {Result.ERASED}
            assert harness.held() == there - now.of(steps)
            assert harness.rest(now.of(steps)) == rest
        is_gone(now)

    def test_e06_erasing_twice_is_success(self, harness: ErasingHarness) -> None:
        """E6: The same steps again, by another connector, are already gone, and nothing else happens."""
        now = scene(harness)
        erase(harness.eraser(), now.steps)
        before = harness.snapshot()
        again = erase(harness.eraser(), now.steps)
        assert again.error is None
        assert again.results == {one.item.key: Result.ALREADY_GONE for one in now.steps}
        assert harness.snapshot() == before

    def test_e07_what_somebody_else_removed_is_gone(self, harness: ErasingHarness) -> None:
        """E7: An item that went after the plan is already gone, and the others are erased."""
        now = scene(harness)
        token = min(now.all_tokens)
        harness.remove(token)
        rest = harness.rest(now.all_tokens)
        results = erase(harness.eraser(), now.steps).results
        for key, result in results.items():
            gone = token in now.tokens[key]
            assert result == (Result.ALREADY_GONE if gone else Result.ERASED)
        assert len(results) == len(now.steps)
        assert harness.rest(now.all_tokens) == rest

    def test_e08_what_changed_is_not_touched(self, harness: ErasingHarness) -> None:
        """E8: An item that is no longer the one that was planned stays as it is and is reported as changed; the others go."""
        now = scene(harness)
        token = min(now.all_tokens)
        harness.change(token)
        others = now.all_tokens - {token}
        rest = harness.rest(others)
        results = erase(harness.eraser(), now.steps).results
        for key, result in results.items():
            assert result == (Result.CHANGED if token in now.tokens[key] else Result.ERASED)
        assert harness.held() == EVERYBODYS - others
        assert harness.rest(others) == rest

    def test_e09_kept_is_kept(self, harness: ErasingHarness) -> None:
        """E9: What is to be kept stays; where only fields of it go the rest stays, once and again; what is said of its fingerprint is
        what the next find says, and by it the rest can be handed out."""
        before = _filled(harness)
        assert scene(harness, KEEP).steps == []
        now = scene(harness, BLANK)
        rest = harness.rest(now.all_tokens)
        done = erase(harness.eraser(), now.steps)
        assert done.error is None
        assert set(done.results.values()) <= {Result.ANONYMISED}
        assert harness.held() == EVERYBODYS
        assert harness.rest(now.all_tokens) == rest
        assert (harness.snapshot() == before) == (not now.steps)
        found = _by_key(harness)
        for one in done.outcomes:
            if one.key in found:
                assert one.fingerprint == found[one.key].fingerprint
        assert export(harness.connector(), left(now, done)).keys == set(done.results)
        blanked = harness.snapshot()
        assert erase(harness.eraser(), now.steps).results == done.results
        assert harness.snapshot() == blanked

    def test_e10_every_step_has_one_outcome(self, harness: ErasingHarness) -> None:
        """E10: One for each step and none for anything else, of a kind that belongs to it; what is not done says why. No step, no
        outcome, and nothing happens."""
        now = scene(harness)
        before = harness.snapshot()
        assert erase(harness.eraser(), []).outcomes == []
        assert harness.snapshot() == before
        harness.change(max(now.all_tokens))
        for _ in range(2):
            done = erase(harness.eraser(), now.steps)
            keys = [one.key for one in done.outcomes]
            assert sorted(keys) == sorted(one.item.key for one in now.steps)
            verdicts: dict[str, Verdict] = {
                one.item.key: one.disposition.verdict for one in now.steps
            }
            for one in done.outcomes:
                assert one.result in RESULTS[verdicts[one.key]] | UNDONE
                assert one.reason or one.result not in {Result.REFUSED, Result.FAILED}


def _filled(harness: ErasingHarness) -> object:
    harness.fill(RECORDS)
    return harness.snapshot()


def _by_key(harness: ErasingHarness) -> dict[str, Item]:
    return {one.key: one for one in items_of_sanne(harness)}
