"""The promises about corrections on paper: exactly the wrong values, in every item that holds one, and every objection before any harm."""

from collections.abc import Iterable

from overdracht.errors import SourceError
from overdracht.identifiers import Kinds
from overdracht.items import Gap, Item
from overdracht.people import NAMESAKE, PIET, SANNE
from overdracht.steps import ApprovedStep, Change, Step, Verdict
from overdracht.testing.acting import Scene, approved, carry_out, items_of, tokens_of
from overdracht.testing.cast import MENTION, RECORDS, STRANGER, identifiers
from overdracht.testing.harness import RectifyingHarness
from overdracht.testing.proposing import objections

KINDS = Kinds()
WRITTEN = {
    "email": "Sanne.Nieuw@vanderberg.example",
    "phone": "06-87654321",
    "iban": "NL40 VICT 0000 7777 88",
    "customer": "K77777",
    "domain": "nieuw-vanderberg.example",
    "address": "Nieuwe Weg 7b, 1973 ZZ Voorbeeldstad",
    "name": "Sanne 't Hooft-O'Brien; \"<b>, Jr.\\",
}
"""The right value of each kind; the name has what ends a string, a tag and a field somewhere."""


def changes(kinds: Iterable[str]) -> tuple[Change, ...]:
    """Return the changes from what Sanne's records say to what is right, one of each of the *kinds*."""
    return tuple(
        Change(identifiers(SANNE, [kind])[0], KINDS.identifier(kind, WRITTEN[kind]), WRITTEN[kind])
        for kind in kinds
    )


def told(
    harness: RectifyingHarness, items: Iterable[Item], changed: Iterable[Change] | None = None
) -> list[Step | Gap]:
    """Return what a new connector says would become of *items*."""
    asked = tuple(changes(harness.corrects) if changed is None else changed)
    return list(harness.rectifier().corrections(iter(items), asked))


def wrong(harness: RectifyingHarness) -> Scene:
    """Fill the system so that all of Sanne's records hold what is wrong, and have said what each item would become."""
    hers = {one.token for one in RECORDS if one.person is SANNE}
    for token in sorted(hers & harness.held()):
        harness.remove(token)
    there = harness.held()
    harness.fill(one for one in RECORDS if one.token not in there)
    items = items_of(harness, SANNE)
    steps: list[ApprovedStep] = []
    for one in told(harness, items):
        assert isinstance(one, Step)
        if one.disposition.verdict is Verdict.RECTIFY:
            steps.append(approved(one))
    assert steps, "nothing can be corrected"
    return Scene(harness, steps, {one.key: tokens_of(harness, one) for one in items})


class Correcting:
    """C1 to C6."""

    def test_c01_it_says_what_each_item_would_become(self, harness: RectifyingHarness) -> None:
        """C1: A step is about an item that was handed over, at most one for each; to correct it has the fields, each with an old value
        as it stands and the new one as it would, and says how to act; not to, it says why, in both languages. Asked again it is the same."""
        harness.fill(RECORDS)
        items = items_of(harness, SANNE)
        steps = [one for one in told(harness, items) if isinstance(one, Step)]
        assert steps
        assert told(harness, items) == steps
        assert len({one.item.key for one in steps}) == len(steps)
        for step in steps:
            assert step.item in items
            if step.disposition.verdict is Verdict.RECTIFY:
                assert step.action
                _edits_are_right(step, harness)
            else:
                assert step.disposition.verdict in {Verdict.RETAIN, Verdict.REVIEW}
                assert step.edits == ()
                assert step.disposition.ground.nl.strip()
                assert step.disposition.ground.en.strip()

    def test_c02_it_passes_over_no_item_and_adds_none(self, harness: RectifyingHarness) -> None:
        """C2: Every item that is found by a wrong value in its own field has a step; none has one because of a value it does not hold, or
        somebody else's."""
        harness.fill(RECORDS)
        items = items_of(harness, SANNE)
        for change in changes(set(harness.corrects) & set(harness.known_by)):
            holding = {
                one.key
                for one in items
                if any(match.identifier == change.old for match in one.matches)
            }
            stepped = {
                one.item.key for one in told(harness, items, [change]) if isinstance(one, Step)
            }
            assert holding
            assert holding <= stepped
        others = [
            one
            for person in (NAMESAKE, PIET)
            for one in items_of(harness, person)
            if MENTION.token not in tokens_of(harness, one)
        ]
        assert others
        mine = [one for one in changes(harness.corrects) if one.old.kind != "name"]
        assert told(harness, others, mine) == []
        for kind in harness.corrects:
            for never in identifiers(STRANGER, [kind]):
                change = Change(never, KINDS.identifier(kind, WRITTEN[kind]), WRITTEN[kind])
                assert told(harness, items, [change]) == []

    def test_c03_on_paper_nothing_changes(self, harness: RectifyingHarness) -> None:
        """C3: Saying what would become of items, and `prepare`, leave the system the same to the byte, the flag and the time; and in a
        system that is well nothing is objected to, also not to what is gone already."""
        harness.fill(RECORDS)
        before = harness.snapshot()
        assert told(harness, items_of(harness, SANNE))
        assert harness.snapshot() == before
        now = wrong(harness)
        harness.remove(min(now.all_tokens))
        before = harness.snapshot()
        assert objections(now) == []
        assert harness.snapshot() == before

    def test_c04_it_reads_what_is_there_now(self, harness: RectifyingHarness) -> None:
        """C4: An item that changed since it was found, is gone, or is in a part that cannot be read, is a gap with its key, and the others
        are told; a system that is away is an error or gaps."""
        harness.fill(RECORDS)
        items = items_of(harness, SANNE)
        tokens = {one.key: tokens_of(harness, one) for one in items}
        with harness.break_part():
            broken = told(harness, items)
            assert {one.key for one in broken if isinstance(one, Gap)} - {""} <= set(tokens)
            assert [one for one in broken if isinstance(one, Gap)]
            assert [one for one in broken if isinstance(one, Step)]
        with harness.break_whole():
            try:
                away = told(harness, items)
            except SourceError:
                away = []
            assert all(isinstance(one, Gap) for one in away)
        gone, other = sorted({token for some in tokens.values() for token in some})[:2]
        harness.remove(gone)
        harness.change(other)
        answers = told(harness, items)
        lost = {key for key, some in tokens.items() if some & {gone, other}}
        assert {one.key for one in answers if isinstance(one, Gap)} == lost
        assert lost.isdisjoint(one.item.key for one in answers if isinstance(one, Step))

    def test_c05_it_objects_to_what_changed(self, harness: RectifyingHarness) -> None:
        """C5: An item that is no longer the one that was planned is an objection with its key, and the only one."""
        now = wrong(harness)
        token = min(now.all_tokens)
        harness.change(token)
        before = harness.snapshot()
        about = {one.item.key for one in now.steps if token in now.tokens[one.item.key]}
        assert {one.key for one in objections(now)} == about
        assert harness.snapshot() == before

    def test_c06_it_objects_before_harm(self, harness: RectifyingHarness) -> None:
        """C6: With anything in the way, or the system away, `prepare` objects and `rectify` corrects nothing and says so: no result that
        means done."""
        now = wrong(harness)
        before = harness.snapshot()
        for name, obstacle in {**harness.obstacles(), "away": harness.break_whole}.items():
            with obstacle():
                assert objections(now), f"{name}: no objection"
                done = carry_out(harness.rectifier().rectify, now.steps)
                assert done.error is not None or set(done.results.values()) <= {"refused", "failed"}
            assert harness.snapshot() == before, name
        assert objections(now) == []


def _edits_are_right(step: Step, harness: RectifyingHarness) -> None:
    assert step.edits
    for edit in step.edits:
        assert edit.where.strip()
        assert edit.old != edit.new
        assert any(
            change.replaces(edit.old) and KINDS.identifier(change.new.kind, edit.new) == change.new
            for change in changes(harness.corrects)
        )
