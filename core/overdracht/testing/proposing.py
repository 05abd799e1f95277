"""The promises about proposing and preparing: nothing beyond the ruling, and every objection before any harm."""

from overdracht.errors import SourceError
from overdracht.steps import Objection, harsher
from overdracht.testing.acting import CHANGING, RULINGS, Scene, erase, items_of_sanne, scene
from overdracht.testing.cast import RECORDS
from overdracht.testing.harness import ErasingHarness


def objections(now: Scene) -> list[Objection]:
    """Return what stands in the way; a SourceError is an objection of the whole source."""
    told: list[Objection] = []
    try:
        told += now.harness.preparer().prepare(iter(now.steps))
    except SourceError as error:
        told.append(Objection(str(error)))
    return told


class Proposing:
    """E1 to E4."""

    def test_e01_it_proposes_no_more_than_is_ruled(self, harness: ErasingHarness) -> None:
        """E1: A proposal is about the item it was asked about, goes no further than the ruling, says on what ground, and how to act
        when it changes anything; asked again it is the same."""
        harness.fill(RECORDS)
        connector, items = harness.eraser(), items_of_sanne(harness)
        assert items
        for ruled in RULINGS.values():
            for item in items:
                step = connector.propose(item, ruled)
                assert step == harness.eraser().propose(item, ruled)
                assert step.item == item
                assert harsher(step.disposition, ruled) == ""
                assert step.disposition.ground.nl.strip()
                assert step.disposition.ground.en.strip()
                assert step.action or step.disposition.verdict not in CHANGING

    def test_e02_proposing_and_preparing_change_nothing(self, harness: ErasingHarness) -> None:
        """E2: With a system that is well `prepare` objects to nothing, also not to what is gone already; and the system is the same to
        the byte, the flag and the time."""
        now = scene(harness)
        assert now.steps
        harness.remove(min(now.all_tokens))
        before = harness.snapshot()
        assert objections(now) == []
        assert harness.snapshot() == before

    def test_e03_it_objects_to_what_changed(self, harness: ErasingHarness) -> None:
        """E3: An item that is no longer the one that was planned is an objection with its key, and the only one."""
        now = scene(harness)
        token = min(now.all_tokens)
        changed = {key for key, tokens in now.tokens.items() if token in tokens}
        harness.change(token)
        before = harness.snapshot()
        told = objections(now)
        assert {one.key for one in told} == changed
        assert all(one.reason.strip() for one in told)
        assert harness.snapshot() == before

    def test_e04_it_objects_before_harm(self, harness: ErasingHarness) -> None:
        """E4: With anything in the way, or the system away, `prepare` objects and `erase` erases nothing and says so: no result that
        means done."""
        now = scene(harness)
        before = harness.snapshot()
        obstacles = dict(harness.obstacles())
        assert obstacles
        for name, obstacle in {**obstacles, "away": harness.break_whole}.items():
            with obstacle():
                told = objections(now)
                assert told, f"{name}: no objection"
                assert all(one.reason.strip() for one in told)
                done = erase(harness.eraser(), now.steps)
                assert done.error is not None or set(done.results.values()) <= {"refused", "failed"}
            assert harness.snapshot() == before, name
        assert objections(now) == []
