"""The end of the demo: the person asks to be erased, and is; what must stay, stays, and it is proved."""

from collections.abc import Callable
from dataclasses import dataclass
from shlex import quote

from overdracht.cli import ended, plan_command, planning, verify_command
from overdracht.cli.carrying import begin, carry_out
from overdracht.cli.certificates import check, with_pages
from overdracht.cli.ended import Ended
from overdracht.cli.find_command import find
from overdracht.cli.screen import Screen
from overdracht.cli.session import Session
from overdracht.cli.unlocking import own_key
from overdracht.erasure import unconfirmed
from overdracht.people import SANNE
from overdracht.state import PlanFile, Store

Step = Callable[[int, str, str], None]


@dataclass(frozen=True, slots=True)
class Forgetting:
    """The steps from 7 on; *step* shows the head of each."""

    out: Screen
    session: Session
    store: Store
    step: Step

    def run(self, reference: str) -> Ended:
        """Take every step; return what it came to."""
        plan = self._plan(reference)
        done = self._erase(plan)
        self._verify(done)
        return done

    def _plan(self, reference: str) -> PlanFile:
        self.step(
            7,
            f"{SANNE.name} moves away and asks to be erased. What would go, what must stay and why? Nothing is touched.",
            f"plan {reference}",
        )
        request = self.store.request(reference)
        find(self.session, self.store, request)
        drawn = planning.draw(self.session, self.store, request)
        planning.show(self.out, self.session, drawn)
        plan_command.verdict(self.out, self.session, drawn)
        return drawn.plan

    def _erase(self, drawn: PlanFile) -> Ended:
        named = unconfirmed(drawn, ())
        confirm = "".join(f" --confirm {quote(name)}" for name in named)
        self.step(
            8,
            "Erase exactly that, search again, certify it, and forget her.",
            f"erase --apply {drawn.digest}{confirm}",
        )
        with self.store.approved(drawn.digest) as (request, plan):
            begin(self.session, self.store, request, plan)
            done = carry_out(self.session, self.store, request, plan, confirmed=named)
        ended.show(self.out, self.session, done)
        return done

    def _verify(self, done: Ended) -> None:
        self.step(9, "Is the certificate as it was made?", f"verify {quote(str(done.path))}")
        own = own_key(self.session)
        found = with_pages(check(done.path, own), done.path, own)
        verify_command.show_certificate(self.out, found, "", own)
