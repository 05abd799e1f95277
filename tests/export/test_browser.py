"""The overview in a real browser: it shows, and nothing that stands in the data does anything."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from overdracht.export import Order
from overdracht.report import fill
from tests.export.hostile import a_hostile_world
from tests.export.world import FolderBag, a_customer
from tests.servers.need import need

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

pytestmark = pytest.mark.server


@dataclass
class Visit:
    """One page that was opened, with everything it did."""

    page: "Page"
    requests: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    def refuse(self, dialog: "Dialog") -> None:
        """Note a dialog and close it, for it holds up the page."""
        self.events.append("dialog")
        dialog.dismiss()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A Chromium from Debian."""
    need("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


def _visit(browser: "Browser", path: Path, *, width: int = 1100, scheme: str = "light") -> Visit:
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    visit = Visit(page)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("dialog", visit.refuse)
    page.on("console", lambda message: visit.events.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: visit.events.append(f"error: {error}"))
    page.on("popup", lambda _: visit.events.append("popup"))
    page.on("download", lambda _: visit.events.append("download"))
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_timeout(50)
    return visit


@pytest.fixture(scope="module", params=[a_customer, a_hostile_world])
def bundle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle."""
    asked: Order = request.param()
    top = tmp_path_factory.mktemp("bundle")
    fill(FolderBag(top), asked)
    return top


def test_pages_show_and_do_nothing(browser: "Browser", bundle: Path) -> None:
    """Every page asks for itself alone, runs nothing, opens nothing and leaves the console empty."""
    for path in sorted(bundle.rglob("*.html")):
        visit = _visit(browser, path)
        assert visit.requests == [path.as_uri()]
        assert visit.events == []
        assert visit.page.locator("h1").count() == 1
        assert visit.page.title() != "taken"
        assert (
            visit.page.locator("script, img, iframe, object, embed, form, svg, base").count() == 0
        )
        visit.page.close()


def test_the_policy_holds_even_if_something_got_through(browser: "Browser", bundle: Path) -> None:
    """Should an element slip through one day, the page's own policy stops its script and its requests."""
    visit = _visit(browser, bundle / "index.html")
    visit.page.evaluate(
        """() => { document.body.insertAdjacentHTML("beforeend",
        "<img src='https://evil.example/b.png' onerror='document.title=1'><p style='background:url(https://evil.example/c.png)'>x</p>") }"""
    )
    visit.page.wait_for_timeout(100)
    assert visit.page.title() != "1"
    assert any("Content Security Policy" in event for event in visit.events)
    assert not any(url.startswith("http") for url in _sent(visit))
    visit.page.close()


def _sent(visit: Visit) -> list[str]:
    # Chromium announces a request that its policy then refuses; what was refused has the reason in the console.
    refused = " ".join(visit.events)
    return [url for url in visit.requests if url not in refused]


@pytest.mark.parametrize("width", [320, 390, 1100])
def test_pages_fit_their_screen(browser: "Browser", bundle: Path, width: int) -> None:
    """Nobody scrolls sideways, on a small phone either, whatever stands in the data."""
    for path in sorted(bundle.rglob("*.html")):
        visit = _visit(browser, path, width=width)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        visit.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(browser: "Browser", bundle: Path, scheme: str) -> None:
    """Every text has the contrast that WCAG 2.2 AA asks for (4.5 to 1), by day and by night."""
    visit = _visit(browser, bundle / "index.html", scheme=scheme)
    worst = visit.page.evaluate(_CONTRAST)
    assert worst >= 4.5
    visit.page.close()


_CONTRAST = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = (color) => { const [r, g, b] = rgb(color).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (element) => { for (; element; element = element.parentElement) { const c = getComputedStyle(element).backgroundColor; if (rgb(c)[3] !== 0) return c; } return "rgb(255,255,255)"; };
  let worst = 21;
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return worst;
}"""


def test_headings_and_tables_are_named(browser: "Browser", bundle: Path) -> None:
    """A screen reader finds the language, an unbroken order of headings, and a caption and heads for every table."""
    visit = _visit(browser, bundle / "index.html")
    page = visit.page
    assert page.locator("html[lang=nl]").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((h) => +h.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.locator("table").count() == page.locator("table > caption").count()
    assert page.locator("thead th:not([scope])").count() == 0
    page.close()
