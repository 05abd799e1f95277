"""Show which folders and the like are called after the person."""

from collections.abc import Iterable

from overdracht.cli.screen import Screen
from overdracht.erasure import NamedPart


def show_named(screen: Screen, named: Iterable[NamedPart]) -> None:
    """Show *named*: the names stay, whatever goes out of them."""
    named = tuple(named)
    if not named:
        return
    screen.line()
    screen.line("Named after the person, perhaps: the name itself stays", "bold")
    for one in named:
        like = ", ".join(map(str, one.like))
        screen.line(f"  {one.source}: “{one.part}” (like {like})", "yellow")
        if one.command:
            screen.exact(f"    once it is empty: {one.command}")
    screen.line("  Rename it, or remove it once it is empty, if it is the person's.")


def as_json(named: Iterable[NamedPart]) -> list[dict[str, object]]:
    """Return *named* for a script."""
    return [
        {
            "source": one.source,
            "part": one.part,
            "like": list(map(str, one.like)),
            "command": one.command or None,
        }
        for one in named
    ]
