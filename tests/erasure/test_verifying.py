"""Finding again: what is left must be exactly what the plan keeps, and whoever the person was is not forgotten meanwhile."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from overdracht import ApprovedStep, Item, Outcome, Piece, Result, Ruling, Step, Verdict
from overdracht.coverage import Coverage, Reach
from overdracht.erasure import hold, verify, verify_gone
from overdracht.survey import Organisation, Standing, identity_of
from overdracht.testing.memory import MemoryConnector, MemorySystem
from tests.erasure import faulty
from tests.erasure.world import CUSTOMER, KINDS, PHONE, PIET, SANNE, World, record, results


def test_it_holds_when_exactly_what_is_kept_is_left(world: World) -> None:
    """After a whole erasure nothing is left that should have gone, nothing is missing, nothing is new."""
    verification = world.verify(world.execute(world.plan()))
    assert verification.clean
    assert (verification.left, verification.missing, verification.new) == ({}, {}, {})
    assert verification.kept == {"books": 1, "hosting": 1}


def test_what_is_still_there_is_left(world: World) -> None:
    """A letter that the source said was erased and that is found again: counted, and it does not hold."""
    plan = world.plan()
    letter = world.get("mail", "mail-s0")
    world.execute(plan)
    world.systems["mail"].add(letter)
    verification = world.verify(plan)
    assert verification.left == {"mail": 1}
    assert not verification.holds


def test_what_came_since_is_new(world: World) -> None:
    """A letter that arrived after the plan breaks no promise, and it is not clean either."""
    plan = world.execute(world.plan())
    world.systems["mail"].add(record("mail-later", SANNE))
    verification = world.verify(plan)
    assert verification.new == {"mail": 1}
    assert verification.holds
    assert not verification.clean


def test_what_came_since_and_waits_for_a_decision_is_new_too(world: World) -> None:
    """A letter that only mentions her may be hers: the request is not over before somebody has looked."""
    plan = world.execute(world.plan())
    mention = replace(record("mail-later", PIET), text=f"Ik sprak {SANNE.value} gisteren.")
    world.systems["mail"].add(mention)
    assert world.verify(plan).new == {"mail": 1}


class SaysBlanked(MemoryConnector):
    """Says that it blanked what it left as it is."""

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        for step in steps:
            if step.disposition.verdict is Verdict.ANONYMISE:
                yield Outcome(step.item.key, Result.ANONYMISED, fingerprint="another")
            else:
                yield from super().erase([step])


def test_what_is_called_blanked_and_is_as_it_was_is_left(world: World) -> None:
    """A source's word is compared with what it shows."""
    world.makes["books"] = SaysBlanked
    plan = world.execute(world.plan())
    assert results(plan)["fact-1"] == "anonymised"
    verification = world.verify(plan)
    assert verification.left == {"books": 1}
    assert not verification.holds


class DeletesWhatItBlanks(MemoryConnector):
    """Deletes what must be kept, and says of it what is true of one that was blanked."""

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        for step in steps:
            yield from super().erase([step])
            if step.disposition.verdict is Verdict.ANONYMISE:
                self.settings.system.remove(step.item.key)


def test_what_is_called_blanked_and_was_deleted_is_missing(world: World) -> None:
    """The invoice that the law keeps is asked for by its own key, for it may bear nothing by which she is found any more: no certificate
    calls that complete, neither of a request nor of a round."""
    world.makes["books"] = DeletesWhatItBlanks
    plan = world.execute(world.plan())
    assert results(plan)["fact-1"] == "anonymised"
    verification = world.verify(plan)
    assert verification.missing == {"books": 1}
    assert not verification.holds
    assert world.certificate(plan)["complete"] is False
    assert verify_gone(plan, world.connectors).missing == {"books": 1}


def test_what_was_blanked_to_the_last_and_is_there_is_not_missing(world: World) -> None:
    """Nothing in the invoice leads to her any more, and no search finds it: it is there all the same. When its source does not answer,
    that is no proof."""
    world.makes["books"] = BlanksAll
    plan = world.execute(world.plan())
    verification = world.verify(plan)
    assert "fact-1" in world.keys("books")
    assert verification.kept == {"hosting": 1}
    assert verification.clean
    world.makes["books"] = HandsOutNothing
    assert not world.verify(plan).complete


class BlanksAll(MemoryConnector):
    """Leaves no identifier in what it blanks."""

    def erase(self, steps: Iterable[ApprovedStep]) -> Iterator[Outcome]:
        for step in steps:
            (outcome,) = super().erase([step])
            system = self.settings.system
            record = system.get(step.item.part, step.item.key)
            if record is not None:
                system.add(replace(record, fields=(), text="", title="Factuur"))
                record = system.get(step.item.part, step.item.key)
                assert record is not None
                outcome = replace(outcome, fingerprint=record.fingerprint())
            yield outcome


class HandsOutNothing(MemoryConnector):
    """Fails where it is asked for something."""

    def export(
        self, items: Iterable[Item], extras: frozenset[str] = frozenset()
    ) -> Iterator[Piece]:
        raise OSError("kapot")


class CannotBlank(MemoryConnector):
    """Keeps what it must keep as it is."""

    def propose(self, item: Item, ruling: Ruling) -> Step:
        if ruling.disposition.verdict is Verdict.RETAIN:
            return Step(item, ruling.disposition, "")
        return super().propose(item, ruling)


def test_what_was_to_be_kept_and_is_gone_is_missing(world: World) -> None:
    """An invoice that the law keeps as it is must be found again: somebody threw it away."""
    world.makes["books"] = CannotBlank
    plan = world.execute(world.plan())
    assert results(plan)["fact-1"] == "retained"
    assert world.verify(plan).clean
    world.systems["books"].remove("fact-1")
    verification = world.verify(plan)
    assert verification.missing == {"books": 1}
    assert not verification.holds


def test_what_the_erased_records_told_is_still_looked_for(world: World) -> None:
    """The customer's record told her number and is gone; an invoice known by the number alone is found all the same, also at a
    second look."""
    plan = world.execute(world.plan())
    assert world.verify(plan).kept["books"] == 1
    assert world.verify(plan).kept["books"] == 1
    world.systems["mail"].add(record("mail-tel", PHONE))
    assert world.verify(plan).new == {"mail": 1}


def test_holding_on_to_the_person_makes_nobody_elses_identifier_hers(world: World) -> None:
    """Only what is looked for is kept, a shared identifier as shared, and holding twice is holding once."""
    world.find()
    identity = identity_of(world.request, Organisation(shared=frozenset({PHONE})), KINDS)
    hold(world.request, identity)
    hold(world.request, identity)
    held = identity_of(world.request, Organisation(), KINDS)
    assert held.sought == identity.sought
    standing = {one.identifier: one.standing for one in held.known}
    assert standing[PHONE] is Standing.SHARED
    assert standing[CUSTOMER] is Standing.GIVEN


def test_holding_changes_no_plan(world: World) -> None:
    """The digest of a plan that was approved is the digest of the same plan afterwards."""
    digest = world.plan().digest
    hold(world.request, identity_of(world.request, Organisation(), KINDS))
    assert world.plan().digest == digest


def test_a_source_that_could_not_be_searched_is_no_proof(world: World) -> None:
    """Away at the second look, in part or whole, of the plan or not: it does not hold."""
    plan = world.execute(world.plan())
    world.systems["mail"].away = True
    assert not world.verify(plan).holds
    world.systems["mail"].away = False
    world.systems["books"].broken.add("facturen")
    assert not world.verify(plan).holds
    world.systems["books"].broken.clear()
    assert world.verify(plan).holds

    found = world.find()
    without = [one for one in found.coverage if one.source != "mail"]
    looked = world.request, found.identity, plan
    assert not verify(*looked, without, world.connectors).holds
    other = Coverage("fax", "fax", Reach.MISSING)
    assert not verify(*looked, [*found.coverage, other], world.connectors).holds


def test_failed_and_changed_steps_are_left(world: World) -> None:
    """What was not done is still there and does not hold."""
    plan = world.plan()
    world.makes["mail"] = faulty.NeverThere
    world.execute(plan)
    del world.makes["mail"]
    assert world.verify(plan).left == {"mail": 3}


def test_where_nobody_can_be_found_again_each_item_is_asked_for(world: World) -> None:
    """A plan without a person is verified by asking for what it erased: whatever can still be handed out is left, and what cannot be
    read is no proof."""
    letter = world.get("mail", "mail-s0")
    plan = world.execute(world.plan())
    assert verify_gone(plan, world.connectors).holds
    world.systems["mail"].broken.add("INBOX")
    assert not verify_gone(plan, world.connectors).holds
    world.systems["mail"].broken.clear()
    world.systems["mail"].add(letter)
    assert verify_gone(plan, world.connectors).left == {"mail": 1}
    world.systems["mail"] = MemorySystem([replace(letter, text="anders")])
    assert not verify_gone(plan, world.connectors).holds
    world.systems["mail"].away = True
    assert not verify_gone(plan, world.connectors).complete
    assert not verify_gone(plan, {}).complete
