"""Show which lines of an item go where only a part of it does: a step's action may carry them, after its first line, as a diff."""

from collections.abc import Iterable

from overdracht.cli.screen import Screen
from overdracht.steps import Step


def lines_of(step: Step) -> list[str]:
    """Return the lines that *step* takes away and puts in their place, none when it acts on the whole."""
    return step.action.splitlines()[1:]


def show(screen: Screen, steps: Iterable[tuple[str, Step]]) -> None:
    """Show of each of the *steps*, with its source, the lines that go, if it says so."""
    for source, step in steps:
        lines = lines_of(step)
        if lines:
            screen.line()
            screen.line(f"{source}: of “{step.item.title or step.item.part}” only this goes")
            for line in lines:
                screen.exact(f"    {line}")
