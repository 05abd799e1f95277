"""What stands in the documents of a bundle."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import html5lib
import jsonschema
import orjson
import pytest

from overdracht import Category, Certainty, File, Gap, Item, Origin, Piece, Unreachable
from overdracht.coverage import Coverage, Reach
from overdracht.export import Order, Purpose
from overdracht.report import fill
from overdracht.report.lists import PER_PAGE
from tests.export.hostile import a_hostile_world
from tests.export.world import MAIL, Double, FolderBag, a_customer, as_mails, item, order

SCHEMA = orjson.loads(files("overdracht.report").joinpath("overview.schema.json").read_bytes())


def _filled(top: Path, asked: Order) -> FolderBag:
    bag = FolderBag(top)
    fill(bag, asked)
    return bag


def _overview(bag: FolderBag) -> dict[str, Any]:
    record: dict[str, Any] = orjson.loads(bag.text("overview.json"))
    return record


def _words(bag: FolderBag, path: str = "index.html") -> str:
    """Return a page's text as it is read, white space joined."""
    tree = html5lib.parse(bag.text(path), namespaceHTMLElements=False)
    body = tree.find("body")
    assert body is not None
    return re.sub(r"\s+", " ", " ".join(body.itertext()))


@pytest.fixture(scope="module")
def customer(tmp_path_factory: pytest.TempPathFactory) -> FolderBag:
    """A bundle with some of everything."""
    return _filled(tmp_path_factory.mktemp("customer"), a_customer())


@pytest.mark.parametrize("asked", [a_customer(), a_hostile_world(), order({}, [])])
def test_the_overview_for_machines_keeps_to_its_schema(tmp_path: Path, asked: Order) -> None:
    """Whatever was found, `overview.json` is valid by the schema that the package ships, and the schema by its own."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(
        SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    validator.validate(_overview(_filled(tmp_path, asked)))


def test_every_item_leads_to_its_files_and_back(customer: FolderBag) -> None:
    """The two indexes say the same, name every payload file, and give each its true size and digest."""
    overview = _overview(customer)
    by_item = {(one["id"], file["path"]) for one in overview["items"] for file in one["files"]}
    by_file = {(one, file["path"]) for file in overview["files"] for one in file["items"]}
    assert by_item == by_file
    assert len(by_item) == 2 * 320 + 3 + 1
    payload = {path: one for path, one in customer.written.items() if path.startswith("data/")}
    assert {file["path"] for file in overview["files"]} == set(payload)
    for file in overview["files"]:
        written = payload[file["path"]]
        assert (file["size"], file["sha512"]) == (written.size, written.sha512)


def test_an_item_in_a_table_is_found_by_its_line(customer: FolderBag) -> None:
    """The index says in which line of a table an item stands."""
    last = [one for one in _overview(customer)["items"] if one["source"] == "mailarchief"][-1]
    assert last["files"][-1] == {"path": "data/mailarchief/index.jsonl", "line": 320}
    assert len(customer.text("data/mailarchief/index.jsonl").splitlines()) == 320


def test_provenance_says_all_of_every_item(customer: FolderBag) -> None:
    """`herkomst.jsonl` has a line per item: source, purpose and ground in both languages, origin, certainty, and its end."""
    lines = [orjson.loads(line) for line in customer.text("herkomst.jsonl").splitlines()]
    assert [one["id"] for one in lines] == [one["id"] for one in _overview(customer)["items"]]
    invoice = next(one for one in lines if "2026-0417" in one["title"])
    assert invoice["source"] == "boekhouding"
    assert invoice["certainty"] == "exact"
    assert invoice["may_go_from"] == "2034-01-01"
    assert invoice["files"] == [{"path": "data/boekhouding/f2026.xml"}]
    said = invoice["processing"]
    assert said["origin"] == {"code": "observed", "nl": "waargenomen", "en": "observed"}
    assert said["purpose"]["nl"].startswith("Facturering")
    assert said["basis"]["en"] == "Legal duty (Art. 6(1)(c) GDPR)"
    assert said["retention"]["article"]["nl"] == "art. 52 lid 4 AWR"


def test_the_end_of_a_letter_counts_from_the_last_contact_of_all(customer: FolderBag) -> None:
    """Every mail and note may go five years after the newest contact, whatever its own time."""
    ends = {
        one["may_go_from"]
        for one in _overview(customer)["items"]
        if one["category"] in {"correspondence", "note"}
    }
    assert ends == {"2031-11-25"}


def test_an_incomplete_bundle_says_so_at_the_top(customer: FolderBag) -> None:
    """ONVOLLEDIG comes before anything else, with what is missing."""
    words = _words(customer)
    assert _overview(customer)["complete"] is False
    assert 0 < words.index("ONVOLLEDIG") < words.index("Wat is doorzocht")
    assert "it was changed since it was found" in words
    assert "4 gegevens zijn nog niet beoordeeld" in words
    assert "1 gegeven is na beoordeling weggelaten" in words


def test_a_complete_bundle_says_so_at_the_top(tmp_path: Path) -> None:
    """VOLLEDIG stands there when every source was searched whole and everything is in."""
    bag = _filled(tmp_path, order({"mail": [item("a")]}, [Double("mail", as_mails, [MAIL])]))
    assert "VOLLEDIG Alle bronnen zijn geheel doorzocht" in _words(bag)
    assert "ONVOLLEDIG" not in _words(bag)
    assert "COMPLETE Every source" in _words(bag, "index.en.html")


@pytest.mark.parametrize(
    ("reach", "word"),
    [
        (Reach.WHOLE, "Doorzocht"),
        (Reach.EMPTY, "Geheel; niets gevonden"),
        (Reach.PARTIAL, "Gedeeltelijk"),
        (Reach.FAILED, "Mislukt"),
        (Reach.MISSING, "Connector ontbreekt"),
        (Reach.SKIPPED, "Overgeslagen"),
    ],
)
def test_every_source_is_listed_with_how_it_was_searched(
    tmp_path: Path, reach: Reach, word: str
) -> None:
    """Silence is not an answer: a source that holds nothing, or could not be asked, is listed too."""
    bag = _filled(tmp_path, order({}, [], coverage=(Coverage("weblogs", "logs", reach),)))
    assert f"weblogs {word}" in _words(bag)
    assert ("ONVOLLEDIG" in _words(bag)) is (reach not in {Reach.WHOLE, Reach.EMPTY})


def test_names_of_other_peoples_folders_stay_out(customer: FolderBag) -> None:
    """A gap is told with its reason and number; the folder's name may be another customer's."""
    assert "no permission to read (3 onderdelen)" in _words(customer)
    for path in (customer.top or Path()).rglob("*"):
        assert path.is_dir() or b"Familie Jansen" not in path.read_bytes()


def test_the_search_is_shown_as_a_tree(customer: FolderBag) -> None:
    """Each identifier stands below the one that led to it, with where; other people's are not shown."""
    tree = html5lib.parse(customer.text("index.html"), namespaceHTMLElements=False)
    top = tree.find(".//ul[@class='tree']")
    assert top is not None
    customer_number = top.find("./li/ul/li")
    assert customer_number is not None
    assert "k-00417" in "".join(customer_number.itertext())
    assert "+31612345678" in "".join(customer_number.find("./ul").itertext())
    words = _words(customer)
    assert "203.0.113.7 (1 maart 2026" in words
    assert "gedeeld met anderen" in words
    assert "namesake" not in customer.text("index.html") + customer.text("overview.json")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (
            "index.html",
            [
                "Facturering en de wettelijke administratie",  # (a)
                "Facturen 3 gegevens",  # (b)
                "TransIP B.V.",  # (c)
                "Belastingdienst, bij controle",
                "7 jaar vanaf het einde van het boekjaar (art. 52 lid 4 AWR)",  # (d)
                "mag weg vanaf 1 januari 2034: 1 gegeven",
                *("Rectificatie", "Wissen", "Beperking", "Bezwaar", "Overdracht", "Inzage"),  # (e)
                "Autoriteit Persoonsgegevens",  # (f)
                "rechter",
                "waargenomen",  # (g)
                "door ons afgeleid",
                "De organisatie verklaart dat zij over u geen besluiten neemt",  # (h)
                "buiten de Europese Economische Ruimte",  # 15(2)
                "uiterlijk 20 december 2026",  # 12(3)
                "andere mensen",  # 15(4)
            ],
        ),
        (
            "index.en.html",
            [
                "Invoicing and the books the law asks for",
                "Invoices 3 items",
                "7 years from the end of the financial year",
                "may go from 1 January 2034: 1 item",
                *("Rectification", "Erasure", "Restriction", "Objection", "Portability", "Access"),
                "The organisation states that it takes no decisions",
                "to countries outside the European Economic Area or to international organisations",
                "has not filled in here. You may ask it: privacy@voorbeeld-ict.example.",
                "20 December 2026 at the latest",
            ],
        ),
    ],
)
def test_everything_that_article_15_asks_for_is_told(
    customer: FolderBag, path: str, told: list[str]
) -> None:
    """Purposes, categories, named recipients, terms with dates, rights, complaint, source, automated decisions, transfers."""
    words = _words(customer, path)
    for sentence in told:
        assert sentence in words


def test_the_overview_is_in_the_language_that_was_asked_for(tmp_path: Path) -> None:
    """`index.html` is in the order's language and leads to the other one, which leads back."""
    for language, other in (("nl", "en"), ("en", "nl")):
        top = tmp_path / language
        bag = _filled(top, order({"mail": [item("a")]}, [], language=language))
        assert f'<html lang="{language}">' in bag.text("index.html")
        assert f'href="index.{other}.html"' in bag.text("index.html")
        assert f'<html lang="{other}">' in bag.text(f"index.{other}.html")
        assert 'href="index.html"' in bag.text(f"index.{other}.html")


def test_portability_says_what_it_leaves_out(tmp_path: Path) -> None:
    """What the organisation derived is not handed over, and the person is told how to get it."""
    items = [item("a"), item("b", "ons oordeel", origin=Origin.DERIVED)]
    bag = _filled(
        tmp_path,
        order({"mail": items}, [Double("mail", as_mails)], purpose=Purpose.OVERDRACHT),
    )
    assert "Overdracht (art. 20 AVG)" in _words(bag)
    assert "1 gegeven is weggelaten omdat wij dit zelf hebben afgeleid" in _words(bag)
    assert _overview(bag)["left_out"]["derived"] == 1
    assert "ons oordeel" not in bag.text("overview.json") + bag.text("herkomst.jsonl")


def test_what_a_connector_does_not_state_is_seen(tmp_path: Path) -> None:
    """A purpose that nobody stated is said to be missing, rather than left out."""

    class Silent(Double):
        def describe(self) -> Iterator[Any]:
            raise RuntimeError

    bag = _filled(tmp_path, order({"mail": [item("a")]}, [Silent("mail", as_mails)]))
    assert "Doel niet opgegeven" in _words(bag)


def test_an_item_that_is_missing_is_listed_as_missing(customer: FolderBag) -> None:
    """The list of items does not end where the files end."""
    assert "(zonder titel) (niet meegegeven)" in _words(customer)
    missing = [one for one in _overview(customer)["items"] if not one["files"]]
    assert len(missing) == 1


def test_long_lists_are_cut_into_pages(tmp_path: Path) -> None:
    """Each page holds a thousand items, newest first, all of them exactly once, and links to its neighbours."""
    count = 2 * PER_PAGE + 1
    bag = _filled(tmp_path, a_customer(count))
    pages = [f"overzicht/mailarchief{end}.html" for end in ("", "-2", "-3")]
    links = [re.findall(r'href="\.\./(data/[^"]+)"', bag.text(page)) for page in pages]
    assert [len(some) for some in links] == [PER_PAGE, PER_PAGE, 1]
    assert len({link for some in links for link in some}) == count
    days = [
        day for page in pages for day in re.findall(r'<td class="d">(.*?)</td>', bag.text(page))
    ]
    assert days == sorted(days, reverse=True)
    assert 'href="../overzicht/mailarchief-3.html"' in bag.text(pages[0])
    assert len(bag.text("index.html")) < 100_000


def test_every_link_leads_to_something_in_the_bundle(tmp_path: Path) -> None:
    """Links are relative and none is dead, also when file names hold what an address cannot."""
    for name, asked in (("customer", a_customer()), ("hostile", a_hostile_world())):
        top = tmp_path / name
        bag = _filled(top, asked)
        for page in top.rglob("*.html"):
            tree = html5lib.parse(page.read_text(encoding="utf-8"), namespaceHTMLElements=False)
            for link in tree.iter("a"):
                target = link.get("href", "")
                if target.startswith("#"):
                    assert tree.find(f".//*[@id='{target[1:]}']") is not None
                else:
                    assert (page.parent / _unquoted(target)).resolve().is_relative_to(top)
                    assert (page.parent / _unquoted(target)).exists(), target
        assert bag.written


def _unquoted(target: str) -> str:
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(target)
    assert (parts.scheme, parts.netloc, parts.query) == ("", "", "")
    return unquote(parts.path)


@pytest.mark.parametrize("asked", [a_customer(), a_hostile_world(), order({}, [])])
def test_pages_are_html_without_a_fault(tmp_path: Path, asked: Order) -> None:
    """A strict parser finds nothing to complain about, whatever stands in the data."""
    _filled(tmp_path, asked)
    for page in tmp_path.rglob("*.html"):
        parser = html5lib.HTMLParser(strict=True)
        parser.parse(page.read_text(encoding="utf-8"))


def test_hostile_text_is_text(tmp_path: Path) -> None:
    """No element, attribute, address or invisible character gets onto a page that is not of its template."""
    _filled(tmp_path, a_hostile_world())
    for page in tmp_path.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        tree = html5lib.parse(text, namespaceHTMLElements=False)
        for element in tree.iter():
            assert element.tag in _ELEMENTS
            assert set(element.attrib) <= _ATTRIBUTES
        assert not re.search(
            r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", text
        )


_ELEMENTS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "footer",
        "section",
        "nav",
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "b",
        "i",
        "strong",
        "small",
        "span",
        "bdi",
        "code",
        "pre",
        "dl",
        "dt",
        "dd",
        "div",
        "ul",
        "ol",
        "li",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
_ATTRIBUTES = frozenset(
    [
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "id",
        "href",
        "scope",
        "aria-label",
        "aria-labelledby",
        "data-label",
    ]
)


def test_the_readme_says_how_to_check_with_stock_tools(customer: FolderBag) -> None:
    """Who has nothing but a text editor learns what is where and how to check it, in Dutch and then in English."""
    text = customer.text("LEESMIJ.txt")
    assert text.index("UW GEGEVENS") < text.index("YOUR DATA")
    for needed in (
        "sha512sum -c manifest-sha512.txt",
        "minisign -Vm tagmanifest-sha512.txt -p minisign.pub",
        "age -d",
        "importeer_mail.py",
        "data/mailarchief/",
        "index.en.html",
    ):
        assert needed in text


def test_certainty_and_dates_survive(tmp_path: Path) -> None:
    """A mention stays a mention, and an item's time keeps its own offset."""
    when = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    items = [item("a", when=when, certainty=Certainty.MENTION, category=Category.TRAFFIC)]
    bag = _filled(tmp_path, order({"mail": items}, [Double("mail", as_mails)]))
    [one] = _overview(bag)["items"]
    assert (one["when"], one["certainty"]) == ("2026-01-01T00:30:00+00:00", "mention")
    assert one["may_go_from"] == "2026-04-02"


def test_reasons_are_grouped(tmp_path: Path) -> None:
    """Ten thousand gaps for one reason are one line."""
    gaps = tuple(Gap(f"part {n}", "no permission") for n in range(10_000))
    asked = order({}, [], coverage=(Coverage("mail", "imap", Reach.PARTIAL, gaps=gaps),))
    bag = _filled(tmp_path, asked)
    assert _overview(bag)["coverage"][0]["gaps"] == [{"reason": "no permission", "parts": 10_000}]


def test_equal_orders_make_equal_documents(tmp_path: Path) -> None:
    """Nothing in the documents depends on chance."""
    one, two = _filled(tmp_path / "1", a_customer(40)), _filled(tmp_path / "2", a_customer(40))
    assert one.written == two.written


_PEAK = """
import sys
from pathlib import Path
from overdracht.report import fill
from tests.export.world import FolderBag, a_customer
fill(FolderBag(), a_customer(int(sys.argv[1])))
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""


def _peak(count: int) -> int:
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, str(count)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) * 1024


def test_memory_is_flat() -> None:
    """Ten times as many items do not need more memory, SQLite's included, but for a few bytes each in the double of a bag."""
    few, many = _peak(2_000), _peak(20_000)
    assert many < 60_000_000
    assert many - few < 8_000_000


def test_what_could_not_be_had_is_not_counted_as_there(tmp_path: Path) -> None:
    """When a source goes away at the first item, the figures say that nothing of it is in the bundle, in every document."""

    def gone(items: Iterable[Item], extras: frozenset[str]) -> Iterator[Piece]:
        yield File("importeer_mail.py", b"print('...')\n", "text/x-python")
        next(iter(items))
        raise Unreachable("the server went away")

    sources = [Double("post", gone), Double("boeken", as_mails)]
    asked = order({"post": [item(f"m{n}") for n in range(9)], "boeken": [item("b")]}, sources)
    bag = FolderBag(tmp_path)
    assert fill(bag, asked).items == 1
    overview = _overview(bag)
    assert overview["totals"]["items"] == 1
    assert {one["source"]: one["items"] for one in overview["sources"]} == {"post": 0, "boeken": 1}
    assert len(overview["items"]) == 10
    words = _words(bag)
    assert "gegevens 1 bestanden" in words
    assert "0 van 9 gegevens" in words
    assert "0 of 9 items" in _words(bag, "index.en.html")
    assert "1 van" not in words
