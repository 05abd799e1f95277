"""Show what a search found: who the person turned out to be, how much there is, and what was and was not searched."""

from collections.abc import Sequence
from dataclasses import dataclass

from overdracht.cli.screen import Screen, count
from overdracht.cli.session import Session
from overdracht.cli.tally import Tally
from overdracht.coverage import Coverage, Reach
from overdracht.items import Gap
from overdracht.review import Inclusion
from overdracht.survey import Identity, Known, Standing
from overdracht.text import together

REACH = {
    Reach.WHOLE: "whole",
    Reach.EMPTY: "whole, nothing there",
    Reach.PARTIAL: "PARTLY",
    Reach.FAILED: "FAILED",
    Reach.MISSING: "NOT THERE",
    Reach.SKIPPED: "NOT ASKED",
}
_NO_PROOF = {
    Standing.SHARED: "shared by several, proves nothing",
    Standing.OWN: "the organisation's own, not looked for",
    Standing.EXCLUDED: "somebody else's, not looked for",
    Standing.WEAK: "weak, not looked for; --add takes it along",
}
_MOST_GAPS = 20


@dataclass(frozen=True, slots=True)
class Found:
    """What `find` came to."""

    reference: str
    identity: Identity
    coverage: tuple[Coverage, ...]
    tally: Tally
    thorough: bool = True
    """It was searched where searching is slow too."""

    @property
    def complete(self) -> bool:
        """Say whether every source was searched whole."""
        return bool(self.coverage) and all(one.complete for one in self.coverage)

    def as_json(self) -> dict[str, object]:
        """Return it for a script."""
        return {
            "reference": self.reference,
            "complete": self.complete,
            "thorough": self.thorough,
            "identity": [_known_as_json(one) for one in self.identity.known],
            "suggestions": [
                {
                    "identifier": str(one.identifier),
                    "times": one.times,
                    "sources": sorted(one.sources),
                    "fields": sorted(one.fields),
                }
                for one in self.tally.top()
            ],
            "further_suggestions": max(0, len(self.tally.suggestions) - len(self.tally.top())),
            "totals": [
                {"source": source, "category": category, "inclusion": inclusion, "items": number}
                for (source, category, inclusion), number in sorted(self.tally.totals.items())
            ],
            "awaiting_review": dict(sorted(self.tally.awaiting.items())),
            "coverage": [coverage_as_json(one) for one in self.coverage],
        }


def coverage_as_json(coverage: Coverage) -> dict[str, object]:
    """Return *coverage* for a script."""
    return {
        "source": coverage.source,
        "connector": coverage.connector,
        "reach": coverage.reach,
        "complete": coverage.complete,
        "parts": coverage.parts,
        "looked_at": coverage.looked_at,
        "items": coverage.items,
        "seconds": round(coverage.seconds, 3),
        "gaps": [{"part": gap.part, "reason": gap.reason} for gap in coverage.gaps],
        "notes": [note.en for note in coverage.notes],
    }


def _known_as_json(known: Known) -> dict[str, object]:
    clue = known.clue
    told: dict[str, object] = {"identifier": str(known.identifier), "standing": known.standing}
    if clue is not None:
        via = [str(one) for one in clue.via]
        told["clue"] = {"source": clue.source, "item": clue.title, "field": clue.where, "via": via}
    return told


def show(screen: Screen, found: Found) -> None:
    """Show it all on *screen*."""
    screen.line(f"Request {found.reference}", "bold")
    show_identity(screen, found.identity)
    _suggestions(screen, found.tally)
    _totals(screen, found.tally)
    show_coverage(screen, found.coverage)


def show_identity(screen: Screen, identity: Identity) -> None:
    """Show the identifiers as a tree: below each what it led to."""
    screen.line()
    screen.line("Who is meant", "bold")
    shown = {known.identifier for known in identity.known}
    for known in identity.known:
        if known.clue is None or not shown.intersection(known.clue.via):
            _branch(screen, identity, known, depth=0)


def _branch(screen: Screen, identity: Identity, known: Known, depth: int) -> None:
    mark = "  " * depth + "└ " if depth else ""
    why = (
        f"{known.clue.source}: {known.clue.where} of “{known.clue.title}”"
        if known.clue
        else "given"
    )
    if known.standing in _NO_PROOF:
        why += f"; {_NO_PROOF[known.standing]}"
    screen.line(f"  {mark}{known.identifier}  ({why})")
    for other in identity.known:
        if other.clue is not None and _parent(identity, other) is known:
            _branch(screen, identity, other, depth + 1)


def _parent(identity: Identity, known: Known) -> Known | None:
    """Return the first that is known of those that led to *known*: it was known before, so there is no circle."""
    via = known.clue.via if known.clue else ()
    return next((one for one in identity.known if one.identifier in via), None)


def _suggestions(screen: Screen, tally: Tally) -> None:
    top = tally.top()
    if not top:
        return
    screen.line()
    screen.line("Perhaps the same person (not looked for; --add ID takes one along)", "bold")
    screen.table(
        ("times", "identifier", "in", "field"),
        (
            (
                f"{one.times:,}",
                str(one.identifier),
                ", ".join(sorted(one.sources)),
                ", ".join(sorted(one.fields)),
            )
            for one in top
        ),
        right={0},
    )
    if rest := len(tally.suggestions) - len(top):
        screen.line(f"  and {'at least ' if tally.pruned else ''}{rest:,} more, seen less often")


def _totals(screen: Screen, tally: Tally) -> None:
    screen.line()
    screen.line("Found", "bold")
    if not tally.items:
        screen.line("  nothing")
        return
    groups = sorted({(source, category) for source, category, _ in tally.totals})
    screen.table(
        ("source", "category", "the person's", "to review", "left out"),
        [
            (
                source,
                category,
                *(
                    f"{tally.totals[source, category, inclusion]:,}"
                    for inclusion in (Inclusion.INCLUDED, Inclusion.AWAITING, Inclusion.LEFT_OUT)
                ),
            )
            for source, category in groups
        ],
        right={2, 3, 4},
    )


def show_coverage(screen: Screen, coverage: Sequence[Coverage]) -> None:
    """Show what was searched and what was not."""
    screen.line()
    screen.line("Searched", "bold")
    screen.table(
        ("source", "connector", "searched", "parts", "looked at", "items", "seconds"),
        [
            (
                one.source,
                one.connector,
                REACH[one.reach],
                f"{one.parts:,}",
                f"{one.looked_at:,}",
                f"{one.items:,}",
                f"{one.seconds:.1f}",
            )
            for one in coverage
        ],
        right={3, 4, 5, 6},
    )
    for one in coverage:
        for gap in one.gaps[:_MOST_GAPS]:
            screen.line(f"  not searched: {located(one.source, gap)}: {gap.reason}", "red")
        if len(one.gaps) > _MOST_GAPS:
            screen.line(
                f"  not searched: {one.source}: {len(one.gaps) - _MOST_GAPS:,} more parts (--json lists all)",
                "red",
            )
    for names, note in together((one.source, note) for one in coverage for note in one.notes):
        screen.line(f"  {names}: {note.en}", "dim")


def verdict(screen: Screen, session: Session, found: Found) -> None:
    """Show in one line whether this is all there is."""
    screen.line()
    sources = count(len(found.coverage), "source")
    if not found.complete:
        screen.line(f"INCOMPLETE: {not_whole(found.coverage)}.", "bold red")
    elif found.thorough:
        screen.line(f"Complete: {sources} searched whole.", "green")
    else:
        hint = session.command(f"find {found.reference} --thorough")
        screen.line(
            f"Complete for a quick search of {sources}: what is slow was left out.", "green"
        )
        screen.exact(f"Everywhere, as export and plan search by themselves: {hint}")


def located(source: str, gap: Gap) -> str:
    """Say where *gap* is in *source*."""
    return f"{source}, {gap.place}" if gap.place else source


def not_whole(coverage: Sequence[Coverage]) -> str:
    """Say which sources were not searched whole."""
    missed = [one.source for one in coverage if not one.complete]
    if not missed:
        return "no source was searched"
    were = "was" if len(missed) == 1 else "were"
    return f"{', '.join(missed)} {were} not searched whole"
