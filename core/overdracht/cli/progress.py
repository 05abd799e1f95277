"""How far it is, drawn on standard error for a person who waits; a pipe sees none of it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from overdracht.cli.inert import inert
from overdracht.cli.screen import count, size
from overdracht.survey import Event, EventKind

if TYPE_CHECKING:
    from overdracht.export import Exported

_Show = Callable[[str, str, int | None, int | None], None]


@contextmanager
def searching() -> Iterator[Callable[[Event], None]]:
    """Draw the events of a survey."""
    with _drawn() as show:

        def listen(event: Event) -> None:
            where = f"{event.part}  " if event.part else ""
            done, total = (event.done, event.total) if event.total else (None, None)
            if event.kind is EventKind.ENDED:
                where, done, total = "", 1, 1
            show(event.source, f"{where}{event.items:,} found", done, total)

        yield listen


@contextmanager
def exporting() -> Iterator[Callable[["Exported"], None]]:
    """Draw the events of an export."""
    with _drawn() as show:

        def listen(exported: "Exported") -> None:
            state = f"{count(exported.files, 'file')}, {size(exported.size)}"
            done = 1 if exported.finished else None
            show(exported.source, state, done, done)

        yield listen


@contextmanager
def acting() -> Iterator[Callable[[str, int], None]]:
    """Draw how many steps of each source have an outcome."""
    with _drawn() as show:
        yield lambda source, settled: show(source, f"{count(settled, 'item')} done", None, None)


@contextmanager
def _drawn() -> Iterator[_Show]:
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[state]}", markup=False),
        console=Console(stderr=True, markup=False),
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def show(source: str, state: str, done: int | None, total: int | None) -> None:
        if source not in tasks:
            tasks[source] = bars.add_task(inert(source), total=None, state="")
        bars.update(tasks[source], total=total, completed=done, state=inert(state))

    with bars:
        yield show
