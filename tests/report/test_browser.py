"""The documents of an erasure in a real browser: they show, and nothing that stands in the data does anything."""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.export.test_browser import _CONTRAST, _visit, browser
from tests.report.erasures import certificate_page, letter_page, plan_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.server
__all__ = ["browser"]


@pytest.fixture(scope="module", params=[False, True], ids=["customer", "hostile"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every document."""
    top = tmp_path_factory.mktemp("documents")
    hostile: bool = request.param
    for language in ("nl", "en"):
        state = top / f"state-{language}"
        plan = plan_page(state, hostile=hostile, language=language)
        (top / f"plan.{language}.html").write_bytes(plan)
        page = certificate_page(hostile=hostile, language=language)
        (top / f"certificate.{language}.html").write_bytes(page)
        letter = letter_page(hostile=hostile, language=language)
        (top / f"letter.{language}.html").write_bytes(letter)
    return top


def test_documents_show_and_do_nothing(browser: "Browser", folder: Path) -> None:
    """Every page asks for itself alone, runs nothing, opens nothing and leaves the console empty."""
    paths = sorted(folder.glob("*.html"))
    assert len(paths) == 6
    for path in paths:
        visit = _visit(browser, path)
        assert visit.requests == [path.as_uri()]
        assert visit.events == []
        assert visit.page.locator("h1").count() == 1
        assert visit.page.title() != "taken"
        assert (
            visit.page.locator("script, img, iframe, object, embed, form, svg, base").count() == 0
        )
        visit.page.close()


@pytest.mark.parametrize("width", [320, 390, 1100])
def test_documents_fit_their_screen(browser: "Browser", folder: Path, width: int) -> None:
    """Nobody scrolls sideways, on a small phone either, whatever stands in the data."""
    for path in sorted(folder.glob("*.nl.html")):
        visit = _visit(browser, path, width=width)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width, path.name
        visit.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: "Browser", folder: Path, scheme: str) -> None:
    """Every text has the contrast that WCAG 2.2 AA asks for (4.5 to 1), by day and by night."""
    for path in sorted(folder.glob("*.nl.html")):
        visit = _visit(browser, path, scheme=scheme)
        assert visit.page.evaluate(_CONTRAST) >= 4.5, path.name
        visit.page.close()


def test_headings_and_tables_are_named(browser: "Browser", folder: Path) -> None:
    """A screen reader finds the language, an unbroken order of headings, and a caption and heads for every table."""
    for path in sorted(folder.glob("*.html")):
        language = path.name.split(".")[1]
        visit = _visit(browser, path)
        page = visit.page
        assert page.locator(f"html[lang={language}]").count() == 1
        levels = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3')].map((h) => +h.tagName[1])"
        )
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert page.locator("table").count() == page.locator("table > caption").count()
        assert page.locator("thead th:not([scope])").count() == 0
        page.close()


_UNBROKEN = """
[...document.querySelector('table').querySelectorAll('tbody th, tbody td:nth-child(2)')]
    .filter((cell) => !/[\\s-]/.test(cell.textContent))
    .every((cell) => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getClientRects().length === 1;
    })
"""


def test_no_word_is_broken_beside_the_numbers(browser: "Browser", tmp_path: Path) -> None:
    """A plan in which everything happens has a column for each, and the names of sources and kinds still stand on one line."""
    page = tmp_path / "plan.html"
    page.write_bytes(plan_page(tmp_path / "state", hostile=False))
    visit = _visit(browser, page, width=1100)
    assert visit.page.locator("table >> nth=0 >> thead th").count() == 7
    assert visit.page.evaluate(_UNBROKEN)
    visit.page.close()
