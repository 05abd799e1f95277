"""What an erasure came to, and how it is shown: what was done, what is left and for whom, the certificate, and the bundles that stand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from overdracht.cli import naming
from overdracht.cli.certificates import LANGUAGES, page_path
from overdracht.cli.found import coverage_as_json, located
from overdracht.cli.screen import Screen, count
from overdracht.cli.session import Session
from overdracht.coverage import Coverage
from overdracht.erasure import UNDECIDED, NamedPart, Verification
from overdracht.report.erasing_words import RESULTS
from overdracht.state.afterlife import Copy
from overdracht.steps import Result

SWEEPING = "retention"
"""The command that makes a new plan where nobody asked for one."""

_SHOWN = (
    Result.ERASED,
    Result.ALREADY_GONE,
    Result.ANONYMISED,
    Result.RETAINED,
    Result.SCHEDULED,
    Result.RECTIFIED,
    Result.CHANGED,
    Result.REFUSED,
    Result.FAILED,
    "open",
)


@dataclass(frozen=True, slots=True)
class Ended:
    """What carrying out a plan came to."""

    reference: str
    certificate: dict[str, Any]
    path: Path
    public_key: str
    verification: Verification
    coverage: tuple[Coverage, ...]
    undone: int
    """Steps that are not done."""
    reasons: tuple[tuple[str, str, str, int], ...]
    """Why: source, result, reason, and how many."""
    waiting: int
    """Items that wait for somebody."""
    closed: bool
    scheduled: int
    again: str
    """The words of the command that makes a new plan for what is left."""
    tried: bool
    """Something was to be carried out, and not only to be searched again."""
    copies: tuple[Copy, ...]
    """The bundles of the person that still stand."""
    named: tuple[NamedPart, ...] = ()
    """What is still called after the person."""

    @property
    def complete(self) -> bool:
        """Say whether all was searched and done."""
        return bool(self.certificate["complete"])

    @property
    def resumable(self) -> bool:
        """Say whether trying or searching once more can come to more: something failed, or was not searched."""
        failed = any(result == Result.FAILED for _, result, _, _ in self.reasons)
        searched = all(one.complete for one in self.coverage)
        return failed or not (searched and self.verification.complete)

    @property
    def for_people(self) -> bool:
        """Say whether something waits for somebody, and then for a new plan."""
        found = self.verification
        results = {result for _, result, _, _ in self.reasons}
        untouched = results & {Result.CHANGED, Result.REFUSED}
        return bool(self.waiting or found.new or found.left or found.missing or untouched)

    @property
    def named_above(self) -> bool:
        """Say whether what is shown before the end names something that is left."""
        gaps = self.missed or any(one.gaps for one in self.coverage)
        return bool(self.undone or self.for_people or self.certificate["left_alone"] or gaps)

    @property
    def missed(self) -> dict[str, int]:
        """How much the plan could not look at, of each source that was not searched again."""
        again = {one.source for one in self.coverage}
        sources = self.certificate["sources"]
        return {
            one["source"]: one["gaps"]
            for one in sources
            if one["gaps"] and one["source"] not in again
        }

    @property
    def to_review(self) -> int:
        """How many items wait until somebody says whether they are the person's."""
        left = self.certificate["left_alone"]
        return sum(one["items"] for one in left if one["ground"]["en"] == UNDECIDED.en)


def show(screen: Screen, session: Session, ended: Ended) -> None:
    """Show it all."""
    screen.line(f"Request {ended.reference}", "bold")
    show_results(screen, ended.certificate)
    _verification(screen, ended)
    _left(screen, session, ended)
    naming.show_named(screen, ended.named)
    _certificate(screen, session, ended)
    screen.line()
    if ended.complete:
        screen.line("Complete: erased, verified and certified.", "green")
    elif ended.named_above:
        screen.line("INCOMPLETE: what is left is named above, and in the certificate.", "bold red")
    else:
        screen.line("INCOMPLETE: the certificate says what is left.", "bold red")
    if ended.closed:
        screen.line("Closed: what was known of the person is destroyed.")
    else:
        _open(screen, session, ended)
    _copies(screen, session, ended)


def _open(screen: Screen, session: Session, ended: Ended) -> None:
    """Show what takes it further: another try where that can help, else what is left to people."""
    resume = f"resume {ended.reference}"
    if ended.resumable or not ended.for_people:
        screen.exact(f"Open: go on with {session.command(resume)}", "yellow")
    else:
        screen.line(
            "Open: `resume` has nothing left to do; what remains waits for you, as said above.",
            "yellow",
        )
    screen.exact(f"  or close it as it is: {session.command(f'{resume} --close')}")


def _copies(screen: Screen, session: Session, ended: Ended) -> None:
    if not ended.copies:
        return
    screen.line()
    screen.line("What the person was is still in", "bold")
    for one in ended.copies:
        what = "unpacked bundle" if one.is_folder else "bundle"
        screen.exact(f"  {one.path} ({what}, to be deleted from {one.deletes})")
    screen.exact(f"  delete now: {session.command(f'bundles --delete {ended.reference}')}")


def show_results(screen: Screen, certificate: Mapping[str, Any]) -> None:
    """Show how many items of each source came to what."""
    sources = certificate["sources"]
    shown = [one for one in _SHOWN if any(one in each["results"] for each in sources)]
    if not shown:
        screen.line("  nothing to do")
        return
    screen.table(
        ("source", *(RESULTS[one].en for one in shown)),
        [
            (each["source"], *(f"{each['results'].get(one, 0):,}" for one in shown))
            for each in sources
        ],
        right=set(range(1, 1 + len(shown))),
    )


def _verification(screen: Screen, ended: Ended) -> None:
    found = ended.verification
    screen.line()
    screen.line("Searched again", "bold")
    for counts, what, style in (
        (found.left, "still there that should have gone: a new plan takes it", "red"),
        (found.new, "new since the plan: a new plan takes it", "yellow"),
        (found.missing, "gone that was to stay", "red"),
        (found.kept, "there and to be there", ""),
    ):
        for source, number in sorted(counts.items()):
            screen.line(f"  {source}: {count(number, 'item')} {what}", style)
    if not any((found.left, found.new, found.missing, found.kept)):
        screen.line("  nothing was found any more")
    for one in ended.coverage:
        for gap in one.gaps[:5]:
            screen.line(f"  not searched: {located(one.source, gap)}: {gap.reason}", "red")
    for source, gaps in sorted(ended.missed.items()):
        screen.line(f"  {source}: {count(gaps, 'part')} not looked at whole by the plan", "red")


def _left(screen: Screen, session: Session, ended: Ended) -> None:
    if not (ended.undone or ended.for_people or ended.certificate["left_alone"]):
        return
    screen.line()
    screen.line("Left to do", "bold")
    show_reasons(screen, ended.reasons)
    for one in ended.certificate["left_alone"]:
        screen.line(
            f"  {one['source']}: {count(one['items'], 'item')} left alone: {one['ground']['en']}",
            "yellow",
        )
    if ended.to_review:
        screen.exact(
            f"  {count(ended.to_review, 'item')} to review: {session.command(f'review {ended.reference}')}",
            "yellow",
        )
    if ended.for_people:
        screen.exact(
            f"  when that is decided and done: {session.command(ended.again)}",
            "yellow",
        )


def show_reasons(screen: Screen, reasons: Iterable[tuple[str, str, str, int]]) -> None:
    """Show what was not done, and why."""
    for source, result, reason, number in reasons:
        why = f": {reason}" if reason else ""
        screen.line(f"  {source}: {count(number, 'item')} {RESULTS[result].en}{why}", "red")


def _certificate(screen: Screen, session: Session, ended: Ended) -> None:
    screen.line()
    screen.exact(f"Certificate: {ended.path}", "bold")
    pages = ", ".join(page_path(ended.path, language).name for language in LANGUAGES)
    screen.line(f"  to read: {pages}")
    screen.exact(f"  to check it: {session.command(f'verify {quote(str(ended.path))}')}")
    screen.exact(f"  or: minisign -Vm {quote(str(ended.path))} -P {ended.public_key}")
    if ended.again == SWEEPING:
        return  # nobody asked for it, and there is nobody to write to
    screen.exact(
        f"  the letter: {session.command(f'letter {quote(str(ended.path))} --to brief.html')}"
    )


def as_json(ended: Ended) -> dict[str, object]:
    """Return it for a script."""
    return {
        "reference": ended.reference,
        "complete": ended.complete,
        "closed": ended.closed,
        "undone": ended.undone,
        "reasons": [
            {"source": source, "result": result, "reason": reason, "items": number}
            for source, result, reason, number in ended.reasons
        ],
        "waiting": ended.waiting,
        "to_review": ended.to_review,
        "resumable": ended.resumable and not ended.closed,
        "bundles": [{"file": str(one.path), "deletes": one.deletes} for one in ended.copies],
        "scheduled": ended.scheduled,
        "certificate": str(ended.path),
        "public_key": ended.public_key,
        "facts": ended.certificate,
        "named_after": naming.as_json(ended.named),
        "coverage": [coverage_as_json(one) for one in ended.coverage],
    }
