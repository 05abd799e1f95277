"""The form of a letter: paragraphs, heads, addresses and lists, as plain text and as a page."""

import re
from dataclasses import dataclass
from textwrap import fill

from overdracht.report.markup import Html, html, neutral, spans

_WIDTH = 78
_ARTICLE = re.compile(r"\b([Aa]rt\.|lid) (?=\d)")
_BLANK = re.compile(r"(\[[^\[\]]*\])")


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a part, or of the whole."""

    text: str
    top: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Short lines that stand below one another, as in an address."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    points: tuple[str, ...]


Block = str | Heading | Lines | Points


def plain(block: Block) -> str:
    """Return *block* as plain text."""
    match block:
        case Heading(text):
            return neutral(text) + "\n" + "-" * min(len(text), _WIDTH)
        case Lines(lines):
            return "\n".join(map(neutral, lines))
        case Points(points):
            return "\n".join(
                fill(
                    neutral(one),
                    _WIDTH,
                    initial_indent="- ",
                    subsequent_indent="  ",
                    break_on_hyphens=False,
                )
                for one in points
            )
    return fill(neutral(block), _WIDTH, break_on_hyphens=False)


def _joined(text: str) -> str:
    """Return *text* with what belongs together on one line."""
    return _ARTICLE.sub("\\1\N{NO-BREAK SPACE}", text)


def marked_up(block: Block) -> Html:
    """Return *block* as markup."""
    match block:
        case Heading(text, True):
            return html("<h1>{}</h1>\n", _blanks(text))
        case Heading(text):
            return html("<h2>{}</h2>\n", _blanks(text))
        case Lines(lines):
            return html("<p>{}</p>\n", [html("{}<br>", _blanks(line)) for line in lines])
        case Points(points):
            return html("<ul>\n{}</ul>\n", [html("<li>{}</li>\n", _blanks(one)) for one in points])
    return html("<p>{}</p>\n", _blanks(block))


def _blanks(text: str) -> list[Html]:
    """Return *text* with what is to be filled in marked."""
    return [
        html("<mark>{}</mark>", part) if number % 2 else html("{}", spans(part))
        for number, part in enumerate(_BLANK.split(_joined(text)))
    ]
