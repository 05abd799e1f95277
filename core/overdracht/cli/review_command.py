"""`overdracht review`: say of what is not exact whether it is the person's."""

import sys
from collections.abc import Iterator
from itertools import islice

import click

from overdracht.cli import selecting
from overdracht.cli.find_command import offer
from overdracht.cli.screen import Screen, emit, screen
from overdracht.cli.session import Session, pass_session
from overdracht.review import Decision, Inclusion, Review, Reviewed
from overdracht.survey import identity_of

PAGE = 50


def _in_order(arguments: list[str]) -> Iterator[tuple[bool, str]]:
    """Yield each selector of *arguments* with whether it accepts."""
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if name in {"--accept", "--reject"}:
            yield name == "--accept", value if equals else next(words, "")


class _Review(click.Command):
    """Keeps the order of --accept and --reject, which click hands over as two lists."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["overdracht.selectors"] = list(_in_order(args))
        return super().parse_args(ctx, args)


@click.command("review", cls=_Review)
@click.argument("reference")
@click.option("--accept", multiple=True, metavar="SELECTOR", help="These items are the person's.")
@click.option(
    "--reject", multiple=True, metavar="SELECTOR", help="These items are somebody else's."
)
@click.option("--all", "everything", is_flag=True, help="List every item, and not only what waits.")
@click.option(
    "--others", is_flag=True, help="List what is the person's and also names other people."
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=PAGE,
    show_default=True,
    help="List so many at most; 0 is no limit.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_session
def command(  # noqa: PLR0913, PLR0917 - click hands over an argument an option
    session: Session,
    reference: str,
    accept: tuple[str, ...],  # noqa: ARG001 - read in order from the context
    reject: tuple[str, ...],  # noqa: ARG001 - read in order from the context
    everything: bool,
    others: bool,
    limit: int,
    as_json: bool,
) -> None:
    """Decide what of the request REFERENCE is the person's; what is not decided is not exported.

    A SELECTOR is an item's number, a range (12-40), all, or conditions joined by commas that must all hold: certainty=mention,
    source=NAME, part=FOLDER, identifier=kind:value. All means all that waits: what is exact stays, unless a number or certainty=exact
    names it. A later word counts over an earlier, but a word about one item over any rule. Without options, on a terminal, each item is
    asked about.

    \b
    Examples:
      overdracht review 2026-0001
      overdracht review 2026-0001 --reject 12 --accept certainty=mention,source=mailarchief
      overdracht review 2026-0001 --others
      overdracht review 2026-0001 --all --json
    """
    with session.store() as store, store.working_on(store.request(reference).reference):
        request = store.request(reference)
        identity = identity_of(request, session.organisation, session.registry.kinds)
        review = Review(request, identity)
        words = click.get_current_context().meta["overdracht.selectors"]
        if words:
            decide(session, review, words)
        elif not (everything or others or as_json) and sys.stdin.isatty() and sys.stdout.isatty():
            _ask_each(screen(), review)
        shown = _chosen(review, everything=everything, others=others)
        if as_json:
            emit([_as_json(one) for one in islice(shown, limit or None)])
            return
        listed = listing(screen(), shown, limit) if everything or others or not words else 0
        summary(screen(), session, reference, review, listed)


def _chosen(review: Review, *, everything: bool, others: bool) -> Iterator[Reviewed]:
    if others:
        return review.naming_others()
    return review.items() if everything else review.items(Inclusion.AWAITING)


def decide(session: Session, review: Review, words: list[tuple[bool, str]]) -> None:
    """Keep what *words*, whether to accept and a selector each, say about the items of *review*."""
    sources = [source.name for source in session.config.sources]
    kinds = session.registry.kinds
    parsed = [
        selecting.parse(text, accept=accept, kinds=kinds, sources=sources) for accept, text in words
    ]
    review.decide(selecting.decisions(parsed, review))


def listing(screen: Screen, items: Iterator[Reviewed], limit: int) -> int:
    """Show *items*, at most *limit* unless that is 0; return how many."""
    rows = [
        (
            str(one.number),
            one.source,
            f"{one.item.when:%Y-%m-%d}" if one.item.when else "",
            one.certainty if one.inclusion is Inclusion.AWAITING else one.inclusion,
            _matched(one),
            one.item.title or "(untitled)",
        )
        for one in islice(items, limit or None)
    ]
    if rows:
        screen.table(("number", "source", "date", "certainty", "matched", "title"), rows, right={0})
    return len(rows)


def _matched(reviewed: Reviewed) -> str:
    pairs = dict.fromkeys(
        f"{match.identifier.kind} in {match.where}" for match in reviewed.item.matches
    )
    return ", ".join(pairs)


def summary(screen: Screen, session: Session, reference: str, review: Review, listed: int) -> None:
    """Show how many items are in, out and still open."""
    numbers = dict.fromkeys(Inclusion, 0)
    for one in review.items():
        numbers[one.inclusion] += 1
    waiting = numbers[Inclusion.AWAITING]
    screen.line(
        f"{numbers[Inclusion.INCLUDED]:,} included, {numbers[Inclusion.LEFT_OUT]:,} left out, {waiting:,} to review."
    )
    if listed < waiting and listed:
        screen.line(f"The first {listed:,} are shown; --limit shows more.")
    if waiting:
        screen.exact(
            f"Decide: {session.command(f'review {reference} --reject NUMBER --accept all')}"
        )
    else:
        offer(screen, session, reference, numbers[Inclusion.INCLUDED], sum(numbers.values()))


def _ask_each(screen: Screen, review: Review) -> None:
    for one in review.items(Inclusion.AWAITING):
        screen.line()
        date = f"{one.item.when:%Y-%m-%d %H:%M}" if one.item.when else "no date"
        screen.line(f"{one.number}  {one.item.title}", "bold")
        screen.line(f"    {date}, {one.source}, {one.item.part}; {one.certainty}: {_matched(one)}")
        for match in one.item.matches:
            screen.line(f"    {match.identifier} in {match.where}", "dim")
        answer = click.prompt(
            "    Is it the person's? (y)es, (n)o, (s)kip, (q)uit",
            type=click.Choice(["y", "n", "s", "q"]),
            default="s",
            show_choices=False,
            prompt_suffix=" ",
        )
        if answer == "q":
            return
        if answer != "s":
            review.decide([Decision(answer == "y", source=one.source, key=one.item.key)])


def _as_json(reviewed: Reviewed) -> dict[str, object]:
    item = reviewed.item
    return {
        "number": reviewed.number,
        "source": reviewed.source,
        "part": item.part,
        "category": item.category,
        "when": item.when,
        "certainty": reviewed.certainty,
        "inclusion": reviewed.inclusion,
        "decided": reviewed.decided,
        "matches": [
            {"identifier": str(one.identifier), "certainty": one.certainty, "field": one.where}
            for one in item.matches
        ],
        "title": item.title,
        "size": item.size,
        "third_parties": item.third_parties,
    }
