"""The promises about `rectify`: exactly the edits that were approved, as often as one likes, through crashes and faults."""

from overdracht.identifiers import Kinds
from overdracht.items import Certainty, Item
from overdracht.people import SANNE
from overdracht.steps import DONE, RESULTS, UNDONE, Result, Step, Verdict
from overdracht.subject import Subject
from overdracht.testing.acting import (
    Scene,
    approved,
    at_each_step,
    away_from,
    carry_out,
    die_handing,
    die_taking,
    items_of,
    left,
    takes_batches,
)
from overdracht.testing.cast import RECORDS, crowd, subject
from overdracht.testing.correcting import changes, told, wrong
from overdracht.testing.harness import RectifyingHarness
from overdracht.testing.proposing import objections
from overdracht.testing.watching import export, find

EVERYBODYS = frozenset(one.token for one in RECORDS)
KINDS = Kinds()


def by_what_is_right(harness: RectifyingHarness) -> list[Item]:
    """Return what the system holds that is surely Sanne's, by what is right of her now and was not corrected."""
    changed = changes(harness.corrects)
    right = {one.new for one in changed if KINDS.strong(one.new.kind)}
    wrong_ones = {one.old for one in changed}
    kept = [one for one in subject(SANNE, harness.known_by).identifiers if one not in wrong_ones]
    asked = Subject("kit-right", tuple(sorted({*right, *kept})))
    return find(harness.connector(), asked).of(Certainty.EXACT)


def is_right(now: Scene, harness: RectifyingHarness) -> None:
    """Check that all of the scene is corrected: what was wrong is found nowhere, what is right in its place."""
    assert harness.held() == EVERYBODYS
    found = {one.key: one for one in by_what_is_right(harness)}
    assert {one.item.key for one in now.steps} <= set(found)
    left = [one for one in told(harness, found.values()) if isinstance(one, Step)]
    assert [one for one in left if one.disposition.verdict is Verdict.RECTIFY] == []
    for change in changes(harness.corrects):
        if KINDS.strong(change.old.kind):
            by_old = find(harness.connector(), Subject("kit-wrong", (change.old,)))
            keys = {one.key for one in by_old.of(Certainty.EXACT)}
            assert keys.isdisjoint(
                step.item.key
                for step in now.steps
                if any(change.replaces(edit.old) for edit in step.edits)
            )


class Amending:
    """C7 to C17."""

    def test_c07_it_makes_exactly_the_edits(self, harness: RectifyingHarness) -> None:
        """C7: The steps' items have what is right in the place of what was wrong, first some and then the others; all else in them is
        the same, and so are all other items, to the byte, the flag and the time. What is said of the fingerprint is what the next
        find says, and by it what was corrected can be handed out."""
        now = wrong(harness)
        besides = {token: harness.besides(token) for token in now.all_tokens}
        for steps in (now.steps[::2], now.steps[1::2]):
            rest = harness.rest(now.of(steps))
            done = carry_out(harness.rectifier().rectify, steps)
            assert done.error is None
            assert set(done.results.values()) <= {Result.RECTIFIED}
            assert harness.rest(now.of(steps)) == rest
            found = {one.key: one.fingerprint for one in by_what_is_right(harness)}
            assert export(harness.connector(), left(now, done)).keys == set(done.results)
            assert {one.key: one.fingerprint for one in done.outcomes} == {
                one.item.key: found[one.item.key] for one in steps
            }
        assert {token: harness.besides(token) for token in now.all_tokens} == besides
        is_right(now, harness)

    def test_c08_correcting_twice_is_success(self, harness: RectifyingHarness) -> None:
        """C8: The same steps again, by another connector, are corrected, nothing is objected to, and nothing else happens."""
        now = wrong(harness)
        first = carry_out(harness.rectifier().rectify, now.steps)
        before = harness.snapshot()
        assert objections(now) == []
        again = carry_out(harness.rectifier().rectify, now.steps)
        assert again.error is None
        assert again.outcomes == first.outcomes
        assert harness.snapshot() == before

    def test_c09_what_is_gone_is_gone(self, harness: RectifyingHarness) -> None:
        """C9: An item that went after the plan is already gone, and the others are corrected."""
        now = wrong(harness)
        token = min(now.all_tokens)
        harness.remove(token)
        rest = harness.rest(now.all_tokens)
        results = carry_out(harness.rectifier().rectify, now.steps).results
        for key, tokens in now.tokens.items():
            if key in results:
                gone = token in tokens
                assert results[key] == (Result.ALREADY_GONE if gone else Result.RECTIFIED)
        assert len(results) == len(now.steps)
        assert harness.rest(now.all_tokens) == rest

    def test_c10_what_changed_is_not_touched(self, harness: RectifyingHarness) -> None:
        """C10: An item that is no longer the one that was planned stays as it is and is reported as changed; the others are corrected."""
        now = wrong(harness)
        token = min(now.all_tokens)
        harness.change(token)
        others = now.all_tokens - {token}
        rest = harness.rest(others)
        results = carry_out(harness.rectifier().rectify, now.steps).results
        assert results == {
            one.item.key: Result.CHANGED if token in now.tokens[one.item.key] else Result.RECTIFIED
            for one in now.steps
        }
        assert harness.rest(others) == rest

    def test_c11_every_step_has_one_outcome(self, harness: RectifyingHarness) -> None:
        """C11: One for each step and none for anything else, of a kind that belongs to it; what is not done says why. No step, no
        outcome, and nothing happens."""
        now = wrong(harness)
        before = harness.snapshot()
        assert carry_out(harness.rectifier().rectify, []).outcomes == []
        assert harness.snapshot() == before
        harness.change(max(now.all_tokens))
        for _ in range(2):
            done = carry_out(harness.rectifier().rectify, now.steps)
            keys = [one.key for one in done.outcomes]
            assert sorted(keys) == sorted(one.item.key for one in now.steps)
            for one in done.outcomes:
                assert one.result in RESULTS[Verdict.RECTIFY] | UNDONE
                assert one.reason or one.result not in {Result.REFUSED, Result.FAILED}

    def test_c12_dying_while_steps_are_handed_out_is_survived(
        self, harness: RectifyingHarness
    ) -> None:
        """C12: Whichever step the process dies at: nothing else was touched, and all steps over again are done."""
        for now, position, rest in at_each_step(lambda: wrong(harness)):
            die_handing(harness.rectifier().rectify, now.steps, position)
            assert harness.rest(now.all_tokens) == rest
            _ends_it(now, harness, rest)

    def test_c13_dying_while_outcomes_are_taken_is_survived(
        self, harness: RectifyingHarness
    ) -> None:
        """C13: After however many outcomes the process dies: nothing else was touched, and all steps over again are done, by the same
        connector too."""
        for now, position, rest in at_each_step(lambda: wrong(harness)):
            connector = harness.rectifier()
            die_taking(connector.rectify, now.steps, position)
            assert harness.rest(now.all_tokens) == rest
            assert carry_out(connector.rectify, now.steps).error is None
            _ends_it(now, harness, rest)

    def test_c14_a_system_that_goes_away_is_not_called_done(
        self, harness: RectifyingHarness
    ) -> None:
        """C14: Away from any step on: what is said to be corrected is, the rest is an error or a failed step, and when it is back all
        steps over again are done."""
        for now, position, rest in at_each_step(lambda: wrong(harness)):
            done = away_from(now, harness.rectifier().rectify, position)
            finished = {one.key for one in done.outcomes if one.result in DONE}
            right = {one.key for one in by_what_is_right(harness)}
            assert finished <= right
            unsaid = {one.item.key for one in now.steps} - set(done.results)
            assert done.error is not None or not unsaid
            _ends_it(now, harness, rest)

    def test_c15_a_broken_part_stays_alone(self, harness: RectifyingHarness) -> None:
        """C15: Items in a part that cannot be written or read are failed or refused, one by one and with the reason, and those of the
        other part are corrected all the same."""
        now = wrong(harness)
        second = {one.token for one in RECORDS if one.second_part}
        rest = harness.rest(now.all_tokens)
        with harness.break_part():
            done = carry_out(harness.rectifier().rectify, now.steps)
        assert done.error is None
        assert len(done.outcomes) == len(now.steps)
        for one in done.outcomes:
            if now.tokens[one.key] <= second:
                assert one.result in {Result.FAILED, Result.REFUSED}
                assert one.reason.strip()
            else:
                assert one.result is Result.RECTIFIED
        _ends_it(now, harness, rest)

    def test_c16_it_takes_a_batch_at_a_time(self, harness: RectifyingHarness) -> None:
        """C16: A connector says what came of the first steps before it asks for too many: those it has asked for are in doubt after a
        crash."""
        harness.fill(crowd(harness.most_at_once + 50))
        answers = told(harness, items_of(harness, SANNE))
        steps = [
            approved(one)
            for one in answers
            if isinstance(one, Step) and one.disposition.verdict is Verdict.RECTIFY
        ]
        takes_batches(harness.rectifier().rectify, steps, harness.most_at_once)

    def test_c17_nothing_personal_is_told(self, harness: RectifyingHarness) -> None:
        """C17: No secret and nothing that identifies a person stands in a ground, an objection, a reason, an error, or the reason of a
        gap."""
        now = wrong(harness)
        items = [one.item for one in now.steps]
        said = []
        for obstacle in (*harness.obstacles().values(), harness.break_part, harness.break_whole):
            with obstacle():
                said += [one.reason for one in objections(now)]
                done = carry_out(harness.rectifier().rectify, now.steps[:0])
                said += [str(done.error)]
        harness.change(min(now.all_tokens))
        said += [one.reason for one in objections(now)]
        for one in told(harness, items):
            said += [str(one.disposition.ground) if isinstance(one, Step) else one.reason]
        with harness.break_part():
            done = carry_out(harness.rectifier().rectify, now.steps)
        said += [one.reason for one in done.outcomes] + [str(done.error)]
        with harness.break_whole():
            said += [str(carry_out(harness.rectifier().rectify, now.steps).error)]
        private = {*SANNE.emails, SANNE.name, SANNE.phone, SANNE.iban, SANNE.customer}
        private |= {one.written for one in changes(harness.corrects)}
        private |= {one.value for one in subject(SANNE, (*harness.known_by, "name")).identifiers}
        heard = "\n".join(said).casefold()
        for text in {*private, *harness.secrets}:
            assert text.casefold() not in heard


def _ends_it(now: Scene, harness: RectifyingHarness, rest: object) -> None:
    """Check that the whole of the steps, handed over again, is done, and nothing else is."""
    done = carry_out(harness.rectifier().rectify, now.steps)
    assert done.error is None
    assert set(done.results) == {one.item.key for one in now.steps}
    assert set(done.results.values()) == {Result.RECTIFIED}
    assert harness.rest(now.all_tokens) == rest
    is_right(now, harness)
