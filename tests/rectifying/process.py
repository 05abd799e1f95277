"""A world on disk, and processes that correct a person's telephone number in it and may be killed at any moment."""

from pathlib import Path
from typing import Any

from overdracht import Category, Change
from overdracht.erasure import execute, executing, hold, write
from overdracht.rectifying import changes_of, facts, look_again, plan_rectification, revealed_in
from overdracht.seal import SigningKey
from overdracht.state import Given, Phase, PlanFile, RequestFile, Role, Store
from overdracht.survey import Organisation, Pool, Survey, identity_of, survey
from overdracht.testing.memory import MemoryConnector, MemorySettings, MemorySystem
from tests.erasure import process
from tests.erasure.process import Folder, Tick, dying_before_each_write
from tests.erasure.world import (
    AT_ONCE,
    KINDS,
    NOW,
    PHONE,
    PIET,
    SANNE,
    Source,
    books,
    hosting,
    mail,
    record,
)

NEW = KINDS.identifier("phone", "06-87654321")
CHANGE = Change(PHONE, NEW, "06-87654321")
ORGANISATION = Organisation()
CARDS = {"mail": ("kaart-0", "kaart-1", "kaart-2"), "hosting": ("houder-1",)}
"""Her cards in the systems besides the books."""
CORRECTED = ("houder-1", "kaart-0", "kaart-1", "kaart-2", "klant-1")


def systems() -> dict[str, MemorySystem]:
    """Return the provider's systems, with a card of hers in each, and of somebody else's beside it."""
    made = {"books": books(), "hosting": hosting(), "mail": mail()}
    for source, keys in CARDS.items():
        for key in keys:
            made[source].add(record(key, SANNE, PHONE, part="kaarten", category=Category.CONTACT))
        made[source].add(record("kaart-p", PIET, part="kaarten", category=Category.CONTACT))
    return made


def build(directory: Path) -> None:
    """Make the systems below *directory*."""
    for name, system in systems().items():
        folder = Folder(directory / name)
        for part in system.parts.values():
            for one in part.values():
                folder.add(one)
        (directory / name / "acts").unlink()


def run_to_the_end(directory: Path, tick: Tick) -> None:
    """Correct the number in *directory*, from wherever an earlier process left off."""
    connectors: dict[str, Any] = {
        name: MemoryConnector(name, MemorySettings(system=Folder(directory / name, tick)))
        for name in process.SYSTEMS
    }
    with Store(directory / "state") as state, Pool() as pool:
        dying_before_each_write(state, tick)
        if not state.references():
            state.new_request([Given(SANNE)], NOW)
        tick("requested")
        (reference,) = state.references()
        request = state.request(reference)
        if not request.given():
            request.give([Given(SANNE)])

        def find() -> Survey:
            sources: list[Any] = [Source(name, one) for name, one in connectors.items()]
            return survey(request, sources, ORGANISATION, KINDS, thorough=True, pool=pool)

        with state.working_on(reference):
            plan = _plan(request, connectors, find, tick)
            if plan.phase is Phase.CLOSED:
                return
            execute(plan, connectors, means=executing.Means(sleep=AT_ONCE.sleep, moment=tick))
            # The old number is proof no more once the records that told it are corrected, and the new one is.
            old = [Given(CHANGE.old, Role.SHARED)] if CHANGE.old in revealed_in(plan) else []
            request.give([Given(CHANGE.new), *old])
            tick("told")
            found = find()
            tick("found again")
            checked = look_again(request, found.identity, connectors, plan, found.coverage)
            organisation = {"name": "Voorbeeld ICT"}
            statement = facts(
                reference, organisation, plan, found.coverage, checked, connectors, NOW
            )
            signer = SigningKey.load_or_create(directory / "signing.key")
            write(statement, directory / "certificate.json", signer)
            tick("certified")
            plan.advance(Phase.CLOSED)
            tick("closed")


def _plan(request: RequestFile, connectors: Any, find: Any, tick: Tick) -> PlanFile:
    begun = [one for one in request.plans().all() if one.phase is not Phase.PROPOSED]
    if begun:
        (plan,) = begun
        assert changes_of(plan) == (CHANGE,)
        return plan
    find()
    tick("found")
    identity = identity_of(request, ORGANISATION, KINDS)
    plan = plan_rectification(request, identity, connectors, (CHANGE,), NOW).plan
    tick("planned")
    hold(request, identity)
    tick("held")
    return plan
