"""Show what an erasure came to: what was done, what is left, and the certificate."""

from collections.abc import Iterable, Mapping
from shlex import quote
from typing import Any

from overdracht.cli import naming
from overdracht.cli.carrying import Ended
from overdracht.cli.certificates import LANGUAGES, page_path
from overdracht.cli.found import coverage_as_json
from overdracht.cli.screen import Screen, count
from overdracht.cli.session import Session
from overdracht.report.erasing_words import RESULTS
from overdracht.steps import Result

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
    else:
        screen.line("INCOMPLETE: what is left is named above, and in the certificate.", "bold red")
    if ended.closed:
        screen.line("Closed: what was known of the person is destroyed.")
    else:
        screen.exact(f"Open: go on with {session.command(f'resume {ended.reference}')}", "yellow")
        screen.exact(
            f"  or close it as it is: {session.command(f'resume {ended.reference} --close')}"
        )


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
            where = f", {gap.part}" if gap.part else ""
            screen.line(f"  not searched: {one.source}{where}: {gap.reason}", "red")


def _left(screen: Screen, session: Session, ended: Ended) -> None:
    found = ended.verification
    if not (ended.undone or ended.waiting or found.new or found.left):
        return
    screen.line()
    screen.line("Left to do", "bold")
    show_reasons(screen, ended.reasons)
    for one in ended.certificate["left_alone"]:
        screen.line(
            f"  {one['source']}: {count(one['items'], 'item')} left alone: {one['ground']['en']}",
            "yellow",
        )
    results = {result for _, result, _, _ in ended.reasons}
    if ended.waiting or found.new or found.left or results & {Result.CHANGED, Result.REFUSED}:
        screen.exact(
            f"  when that is decided and done: {session.command(f'plan {ended.reference}')}",
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
        "scheduled": ended.scheduled,
        "certificate": str(ended.path),
        "public_key": ended.public_key,
        "facts": ended.certificate,
        "named_after": naming.as_json(ended.named),
        "coverage": [coverage_as_json(one) for one in ended.coverage],
    }
