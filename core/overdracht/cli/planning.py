"""Draw a plan to erase, and show it: on the terminal, as JSON, and as a page."""

from dataclasses import dataclass
from datetime import date
from itertools import islice
from shlex import quote
from typing import TYPE_CHECKING

from overdracht.cli import partly
from overdracht.cli.find_command import count_up
from overdracht.cli.found import Found, show_coverage, show_identity
from overdracht.cli.naming import show_named
from overdracht.cli.screen import Screen, count
from overdracht.cli.session import Session
from overdracht.erasure import NAMES, NamedPart, named_after, plan_erasure, residues
from overdracht.report.dispositions import Dispositions, Grounds, dispositions
from overdracht.report.erasing_words import MARKS, VERDICTS, told_backups, told_verdict
from overdracht.report.plan_tables import told_residue
from overdracht.review import Inclusion
from overdracht.state import PlanFile, RequestFile, Store
from overdracht.steps import Step, Verdict
from overdracht.survey import identity_of
from overdracht.text import Text, together

if TYPE_CHECKING:
    from overdracht.report.plan_page import PlanPage


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan with what it comes to."""

    plan: PlanFile
    found: Found
    dispositions: Dispositions
    named: tuple[NamedPart, ...] = ()
    """What is called after the person, and keeps its name."""

    @property
    def left_out(self) -> int:
        """How many items somebody decided are not the person's, or not to be touched."""
        return self.found.tally.of(Inclusion.LEFT_OUT)

    @property
    def complete(self) -> bool:
        """Say whether everything was searched and decided, and the systems can do it all."""
        return self.found.complete and not self.dispositions.of(Verdict.REVIEW)


def draw(
    session: Session, store: Store, request: RequestFile, *, until: date | None = None
) -> Drawn:
    """Plan the erasure of the subject of *request* from what is known about it now; what is dated after *until* is left alone."""
    with store.working_on(request.reference):
        identity = identity_of(request, session.organisation, session.registry.kinds)
        plan = plan_erasure(
            request,
            identity,
            session.connectors,
            session.rules,
            session.limits,
            session.now(),
            until=until,
        )
        named = named_after(request, identity, session.connectors, plan.facts[NAMES])
        drawn = Drawn(plan, count_up(request, identity), counted(session, plan), named)
        verdicts = {one.value: drawn.dispositions.of(one) for one in Verdict}
        details = {"digest": plan.digest, "complete": drawn.complete, **verdicts}
        store.audit.append("plan made", request.reference, details, session.now())
    return drawn


def counted(session: Session, plan: PlanFile) -> Dispositions:
    """Count what *plan* would do, and ask what would stay behind."""
    sources = sorted({one.source for one in plan.counts()})
    residue = [(name, one) for name in sources for one in residues(session.connectors, name)]
    return dispositions(plan, residue)


def page_of(session: Session, drawn: Drawn, language: str | None) -> "PlanPage":
    """Return the page of *drawn*."""
    from overdracht.report.plan_page import PlanPage

    return PlanPage(
        reference=drawn.found.reference,
        digest=drawn.plan.digest,
        made=drawn.plan.made,
        organisation=session.config.organisation.name,
        language=language or session.config.organisation.language,
        coverage=drawn.found.coverage,
        dispositions=drawn.dispositions,
        left_out=drawn.left_out,
        backups=session.config.erasure.backups,
        named=drawn.named,
        steps=lambda source: drawn.plan.steps(source=source),
        command=applying(session, drawn),
    )


def applying(session: Session, drawn: Drawn) -> str:
    """Return the command that applies the plan."""
    confirm = "".join(f" --confirm {quote(one.name)}" for one in drawn.dispositions.external)
    reference = drawn.found.reference
    return session.command(
        f"erase --apply {drawn.plan.digest} --bundle-first {reference}.zip.age{confirm}"
    )


def show(screen: Screen, session: Session, drawn: Drawn, *, items: bool = False) -> None:
    """Show what the plan comes to, and each of its *items* if wanted."""
    screen.line(f"Plan to erase, request {drawn.found.reference}", "bold")
    show_identity(screen, drawn.found.identity)
    show_dispositions(screen, session, drawn.dispositions, drawn.plan if items else None)
    show_named(screen, drawn.named)
    show_coverage(screen, drawn.found.coverage)
    screen.line()
    screen.exact(f"Digest: {drawn.plan.digest}", "bold")


def show_dispositions(
    screen: Screen, session: Session, counted: Dispositions, listed: PlanFile | None = None
) -> None:
    """Show what happens to what, and why; and each item of the plan that is to be *listed*."""
    screen.line()
    screen.line("What would happen", "bold")
    if not counted.items:
        screen.line("  nothing: nothing was found")
        return
    _totals(screen, counted)
    for one in counted.why:
        screen.line(
            f"  {_word(one.verdict)} {one.items:,}: {one.ground.en}{_in_brackets(one.article)}"
        )
    _kept(screen, counted.kept)
    _grounds(screen, "Left alone: it waits for you", counted.left_alone)
    _marked(screen, counted)
    _external(screen, counted)
    if listed is not None:
        show_items(screen, listed)
    _behind(screen, session, counted)


def _word(verdict: Verdict) -> str:
    return VERDICTS[verdict].en


def _in_brackets(text: Text) -> str:
    return f" ({text.en})" if text.en else ""


def _totals(screen: Screen, counted: Dispositions) -> None:
    shown = [verdict for verdict in Verdict if counted.of(verdict)]
    groups = dict.fromkeys((source, category) for source, category, _ in counted.totals)
    screen.table(
        ("source", "category", *(_word(verdict) for verdict in shown)),
        [
            (
                source,
                category,
                *(f"{counted.totals.get((source, category, one), 0):,}" for one in shown),
            )
            for source, category in groups
        ],
        right=set(range(2, 2 + len(shown))),
    )


def _kept(screen: Screen, kept: tuple[Grounds, ...]) -> None:
    if not kept:
        return
    screen.line()
    screen.line("Kept, whole or in part", "bold")
    screen.table(
        ("source", "category", "number", "kept", "until", "why"),
        [
            (
                one.source,
                one.category,
                f"{one.items:,}",
                "whole" if one.verdict is Verdict.RETAIN else "in part",
                f"{one.until or ''}",
                one.article.en or one.ground.en,
            )
            for one in kept
        ],
        right={2},
    )


def _grounds(screen: Screen, heading: str, grounds: tuple[Grounds, ...]) -> None:
    if not grounds:
        return
    screen.line()
    screen.line(heading, "bold")
    screen.table(
        ("source", "category", "number", "until", "why"),
        [
            (
                one.source,
                one.category,
                f"{one.items:,}",
                f"{one.until or ''}",
                one.article.en or one.ground.en,
            )
            for one in grounds
        ],
        right={2},
    )


def _marked(screen: Screen, counted: Dispositions) -> None:
    if not counted.marked:
        return
    screen.line()
    screen.line("Mind: the request itself, and copies of identity documents", "bold")
    for one in counted.marked:
        marks = ", ".join(MARKS[mark].en for mark in one.marks)
        day = f"{one.item.when:%Y-%m-%d} " if one.item.when else ""
        screen.line(f"  {one.source}: {day}“{one.item.title}” {marks} ({_word(one.verdict)})")
    if more := counted.marked_in_all - len(counted.marked):
        screen.line(f"  and {count(more, 'item')} more")


def _external(screen: Screen, counted: Dispositions) -> None:
    if not counted.external:
        return
    screen.line()
    screen.line("Outside the organisation; it cannot be taken back", "bold")
    for one in counted.external:
        screen.exact(
            f"  {one.source}: {told_verdict(one.verdict, one.until, 'en')}: --confirm {quote(one.name)}",
            "yellow",
        )


def _behind(screen: Screen, session: Session, counted: Dispositions) -> None:
    screen.line()
    screen.line("What stays behind physically", "bold")
    screen.line(f"  {told_backups(session.config.erasure.backups, 'en')}")
    for source, one in together(counted.residue):
        screen.line(f"  {source}: {one.what.en}{told_residue(one, 'en')}")


def show_items(screen: Screen, plan: PlanFile) -> None:
    """Show each item with what happens to it and why."""
    screen.line()
    screen.line("Every item", "bold")
    steps = plan.steps()
    while some := [(one.source, one.step) for one in islice(steps, 500)]:
        rows = [_row(*one) for one in some]
        screen.table(("source", "date", "what", "why", "title"), rows)
        partly.show(screen, some)


def _row(source: str, step: Step) -> tuple[str, ...]:
    item, said = step.item, step.disposition
    return (
        source,
        f"{item.when:%Y-%m-%d}" if item.when else "",
        told_verdict(said.verdict, said.until, "en"),
        said.article.en or said.ground.en,
        item.title,
    )
