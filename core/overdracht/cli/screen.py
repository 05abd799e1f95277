"""Where a command's answer goes: to a person's terminal, or plain into a pipe.

Every text passes `inert` here, so that no command can forget it. Rich is imported for a terminal only.
"""

import json
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Protocol

import click

from overdracht.cli.inert import inert

Row = Sequence[str]


_SHORT = 24


class Screen(Protocol):
    """Shows lines and tables. A *style* is one that both click and rich know: bold, dim, red, green, yellow."""

    def line(self, text: str = "", style: str = "") -> None:
        """Show *text*."""

    def exact(self, text: str, style: str = "") -> None:
        """Show *text*, a command or a key, so that it can be copied: on one line, however long."""

    def table(self, columns: Row, rows: Iterable[Row], *, right: Collection[int] = ()) -> None:
        """Show *rows* under the *columns*' names, those of the numbers in *right* aligned to the right."""


class Plain:
    """Aligned columns and nothing else: the same at every run, whatever the terminal."""

    def line(self, text: str = "", style: str = "") -> None:  # noqa: ARG002 - a pipe has no style
        """Show *text*."""
        click.echo(inert(text))

    exact = line

    def table(self, columns: Row, rows: Iterable[Row], *, right: Collection[int] = ()) -> None:
        """Show *rows* under *columns*, two spaces between."""
        cells = [[inert(cell) for cell in row] for row in (columns, *rows)]
        widths = [max(len(row[number]) for row in cells) for number in range(len(columns))]
        for row in cells:
            aligned = (
                cell.rjust(width) if number in right else cell.ljust(width)
                for number, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            click.echo("  " + "  ".join(aligned).rstrip())


class Terminal:
    """Colour and tables that fit the window."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, markup=False, emoji=False)

    def line(self, text: str = "", style: str = "") -> None:
        """Show *text*, wrapped between words and indented as it begins."""
        from rich.padding import Padding
        from rich.text import Text

        shown = inert(text)
        indent = len(shown) - len(shown.lstrip())
        self._console.print(Padding(Text(shown.strip(), style=style), (0, 0, 0, indent)))

    def exact(self, text: str, style: str = "") -> None:
        """Show *text* on one line; the terminal wraps it, and copies it whole."""
        from rich.text import Text

        self._console.print(Text(inert(text), style=style), soft_wrap=True)

    def table(self, columns: Row, rows: Iterable[Row], *, right: Collection[int] = ()) -> None:
        """Show *rows* under *columns*."""
        from rich import box
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
        cells = [[inert(cell) for cell in row] for row in rows]
        for number, column in enumerate(columns):
            longest = max((len(row[number]) for row in cells), default=0)
            table.add_column(
                Text(column),
                justify="right" if number in right else "left",
                overflow="fold",
                # Where the window is narrow the long texts wrap, and the numbers stay whole.
                no_wrap=longest <= _SHORT,
            )
        for row in cells:
            table.add_row(*map(Text, row))
        self._console.print(Padding(table, (0, 0, 0, 2)))


@cache
def _terminal() -> Terminal:
    return Terminal()


def screen() -> Screen:
    """Return where standard output goes."""
    return _terminal() if sys.stdout.isatty() else Plain()


def emit(answer: object) -> None:
    """Print *answer* as JSON, in ASCII: no terminal and no encoding can do anything with it."""
    click.echo(json.dumps(answer, indent=2, default=_plain))


def _plain(value: Any) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def size(number: int) -> str:
    """Return *number* of bytes as a person says it: `812 bytes`, `3.4 MB`."""
    amount, unit = float(number), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:,.1f} {unit}" if unit != "bytes" else f"{number} bytes"


def count(number: int, noun: str) -> str:
    """Return *number* with its *noun*, in the plural but for one: `1 item`, `1,204 items`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
