"""Make a bundle: an order out of what is known about a request, filled into a file that is sealed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from overdracht.cli.copies import registering
from overdracht.cli.find_command import count_up
from overdracht.cli.found import Found
from overdracht.cli.progress import exporting
from overdracht.cli.sealing import Closing
from overdracht.cli.session import Session
from overdracht.review import Inclusion, Review, Reviewed
from overdracht.state import RequestFile, Store
from overdracht.survey import identity_of

if TYPE_CHECKING:
    from overdracht.export import Order, Summary


@dataclass(frozen=True, slots=True)
class Wish:
    """What the bundle is to be."""

    to: Path
    purpose: str = "inzage"
    language: str | None = None
    extras: tuple[str, ...] = ()
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A finished bundle."""

    path: Path
    found: Found
    summary: "Summary"
    naming: Callable[[], Iterator[Reviewed]]
    """Yields what is in it and also names other people, in the order of `review`."""
    key_id: str
    public_key: str

    @property
    def waiting(self) -> int:
        """How many items nobody decided about, which are not in it."""
        return self.found.tally.of(Inclusion.AWAITING)

    @property
    def complete(self) -> bool:
        """Say whether all that the organisation holds is in it."""
        return self.found.complete and self.summary.complete and not self.waiting


def export(
    session: Session, store: Store, request: RequestFile, wish: Wish, chosen: Closing
) -> Made:
    """Write the bundle that *wish* asks for, of what is known about *request* now, and keep that it was written."""
    from overdracht.bundle import create
    from overdracht.report import fill
    from overdracht.seal import SigningKey

    with store.working_on(request.reference):
        identity = identity_of(request, session.organisation, session.registry.kinds)
        found = count_up(request, identity)
        signer = SigningKey.load_or_create(session.signing_key)
        order = _order(session, request, found, wish)
        with (
            registering(session, store, request.reference, wish.to) as appearing,
            exporting() as listen,
            create(
                wish.to,
                f"overdracht-{request.reference}",
                signer=signer,
                lock=chosen.lock,
                clock=session.now,
                appearing=appearing,
            ) as bag,
        ):
            summary = fill(bag, order, listen)
    naming = Review(request, identity).naming_others
    return Made(wish.to, found, summary, naming, signer.key_id, signer.public_text)


def _order(session: Session, request: RequestFile, found: Found, wish: Wish) -> "Order":
    from overdracht.export import Controller, Order, Purpose
    from overdracht.report.rights import automated_decisions, transfers
    from overdracht.text import Text

    organisation = session.config.organisation
    included = partial(Review(request, found.identity).items, Inclusion.INCLUDED)
    return Order(
        reference=request.reference,
        purpose=Purpose(wish.purpose),
        controller=Controller(
            organisation.name,
            organisation.contact,
            organisation.address,
            organisation.recipients if "recipients" in organisation.model_fields_set else None,
            automated_decisions(organisation.automated_decisions),
            transfers(organisation.transfers),
        ),
        items=lambda: ((one.source, one.item) for one in included()),
        sources={one.name: one.connector for one in session.config.sources if one.connector},
        coverage=found.coverage,
        identity=found.identity,
        now=session.now(),
        language=wish.language or organisation.language,
        received=wish.received.date() if wish.received else None,
        awaiting_review=found.tally.of(Inclusion.AWAITING),
        left_out=found.tally.of(Inclusion.LEFT_OUT),
        extras=frozenset(wish.extras),
        rules=session.rules.longest(),
        kinds={kind.name: Text(kind.label_nl, kind.label_en) for kind in session.registry.kinds},
    )
