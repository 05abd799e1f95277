"""The frame of every page of a bundle: one file that loads nothing, runs nothing, and reads well on a phone and on paper."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

from overdracht.report.markup import Html, Value, html

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> Html:
    text = files("overdracht.report").joinpath("style.css").read_text(encoding="utf-8")
    # Our own file, and the one thing that escaping would break; the package's tests hold that it cannot end its element.
    return Html(text)


def page(language: str, title: str, parts: Iterable[Html]) -> Iterator[bytes]:
    """Yield a whole page as it is made of *parts*."""
    yield bytes(
        html(
            '<!DOCTYPE html>\n<html lang="{}">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="{}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n',
            language,
            POLICY,
            title,
            _style(),
        )
    )
    for part in parts:
        yield bytes(part)
    yield b"</body>\n</html>\n"


def table(caption: Value, heads: Iterable[Html], rows: Iterable[Html]) -> Html:
    """Return a table that becomes a list of cards on a narrow screen."""
    return html(
        '<div class="scroll"><table class="cards">\n<caption>{}</caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n',
        caption,
        heads,
        rows,
    )


def head(text: str, kind: str = "") -> Html:
    """Return the head of a column; *kind* is the style's name for what stands in it."""
    # The one word that is wider than a column of numbers breaks where it may.
    broken = text.replace("pseudonimise", "pseudo\u00adnimise")
    return html('<th scope="col" class="{}">{}</th>', kind, broken)


def fact(name: str, *values: Value) -> Html:
    """Return one line of a list of facts; nothing when there is no value."""
    given = [html("<dd>{}</dd>\n", value) for value in values if value]
    return html("<dt>{}</dt>{}", name, given) if given else html("")
