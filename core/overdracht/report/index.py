"""`index.html`: the human overview, which answers GDPR Art. 15(1) and (2) and says what was searched."""

from collections.abc import Iterator
from dataclasses import dataclass

from overdracht.report import rights
from overdracht.report.categories import category
from overdracht.report.facts import SourceFacts
from overdracht.report.lists import NEWEST, newest, page_count, page_path
from overdracht.report.markup import Html, anchor, html, link
from overdracht.report.opening import Opening
from overdracht.report.page import page
from overdracht.report.reuse import reuse
from overdracht.report.searched import coverage_table, identifiers
from overdracht.report.words import told_day, told_items, told_size
from overdracht.retention import Term
from overdracht.text import Text

_ONE_MONTH = Term(months=1)

_SECTIONS = (
    ("doorzocht", Text("Wat is doorzocht", "What was searched")),
    ("gezocht", Text("Waarmee is gezocht", "What we searched by")),
    ("soorten", Text("Uw gegevens per soort", "Your data by kind")),
    ("gegevens", Text("De gegevens zelf", "The data itself")),
    ("rechten", Text("Uw rechten", "Your rights")),
    ("meenemen", Text("Meenemen naar een andere aanbieder", "Taking it to another provider")),
    ("controleren", Text("Controleren of alles klopt", "Checking that all is well")),
)


@dataclass(frozen=True, slots=True)
class Index(Opening):
    """The overview in one *language*."""

    def write(self) -> Iterator[bytes]:
        """Yield the page."""
        order = self.facts.haul.order
        title = self.say(
            f"Uw gegevens bij {order.controller.name}", f"Your data at {order.controller.name}"
        )
        return page(self.language, title, self._parts(title))

    def _parts(self, title: str) -> Iterator[Html]:
        yield self.header(title)
        yield html("<main>\n")
        yield self.verdict()
        yield self._contents()
        bodies = (
            self._searched,
            self._identifiers,
            self._categories,
            self._items,
            self._rights,
            self._reuse,
            self._checking,
        )
        for (name, heading), body in zip(_SECTIONS, bodies, strict=True):
            yield html(
                '<section aria-labelledby="{}">\n<h2 id="{}">{}</h2>\n',
                name,
                name,
                heading.in_(self.language),
            )
            yield from body()
            yield html("</section>\n")
        yield html("</main>\n")
        yield self._footer()

    def _contents(self) -> Html:
        entries = [
            html("<li>{}</li>\n", anchor(name, heading.in_(self.language)))
            for name, heading in _SECTIONS
        ]
        return html(
            '<nav class="contents" aria-label="{}"><ol>\n{}</ol></nav>\n',
            self.say("Inhoud", "Contents"),
            entries,
        )

    def _searched(self) -> Iterator[Html]:
        yield coverage_table(self.facts.haul.order.coverage, self.language)

    def _identifiers(self) -> Iterator[Html]:
        yield html(
            "<p>{}</p>\n",
            self.say(
                "Hiermee is in alle bronnen gezocht. Ingesprongen staat wat bij het zoeken zelf is gevonden, en waar.",
                "Every source was searched by these. Indented is what the search itself brought up, and where.",
            ),
        )
        yield identifiers(self.facts.haul.order, self.language)

    def _categories(self) -> Iterator[Html]:
        if not self.facts.categories:
            yield html(
                "<p>{}</p>\n",
                self.say(
                    "Er is niets over u gevonden.",
                    "Nothing was found about you.",
                ),
            )
        for one in self.facts.categories:
            yield category(one, self.facts.haul, self.language)
        heading = self.say(
            "Automatische besluiten en doorgifte", "Automated decisions and transfers"
        )
        yield html("<h3>{}</h3>\n", heading)
        for statement in rights.statements(self.facts.haul.order.controller):
            yield html("<p>{}</p>\n", statement.in_(self.language))

    def _items(self) -> Iterator[Html]:
        for source in self.facts.sources:
            yield html(
                "<h3>{}<small>{}</small></h3>\n{}<p>{}</p>\n",
                source.source,
                self._counted(source),
                newest(self.facts.haul, source, self.language),
                self._more(source),
            )

    def _counted(self, source: SourceFacts) -> str:
        size = told_size(source.size, self.language)
        told = told_items(source.items, self.language)
        if source.delivered < source.items:
            told = f"{self.number(source.delivered)} {self.say('van', 'of')} {told}"
        return f"{told}, {size}"

    def _more(self, source: SourceFacts) -> Html:
        files = link(f"data/{source.folder}/", self.say("De bestanden", "The files"))
        if source.items <= NEWEST:
            return files
        pages = page_count(source)
        every = self.say(
            f"Alle {told_items(source.items, 'nl')}",
            f"All {told_items(source.items, 'en')}",
        )
        told = "" if pages == 1 else self.say(f" (op {pages} bladen)", f" (on {pages} pages)")
        return html("{}{} · {}", link(page_path(source.folder, 1), every), told, files)

    def _rights(self) -> Iterator[Html]:
        language = self.language
        yield html(
            '<dl class="facts">{}</dl>\n',
            [
                html(
                    '<dt>{} <span class="soft">{} {}</span></dt><dd>{}</dd>\n',
                    one.name.in_(language),
                    self.say("art.", "Art."),
                    one.article,
                    one.told.in_(language),
                )
                for one in rights.RIGHTS
            ],
        )
        received = self.facts.haul.order.received
        yield html("<p>{}</p>\n", rights.ASK.in_(language))
        if received is not None:
            due = told_day(_ONE_MONTH.after(received), language)
            yield html(
                "<p>{}</p>\n",
                self.say(
                    f"Voor dit verzoek was dat uiterlijk {due}.",
                    f"For this request that was {due} at the latest.",
                ),
            )
        yield html("<p>{}</p>\n", rights.COMPLAINT.in_(language))

    def _reuse(self) -> Iterator[Html]:
        yield reuse(self.facts, self.language)

    def _checking(self) -> Iterator[Html]:
        yield html(
            "<p>{}</p>\n<pre><code>sha512sum -c manifest-sha512.txt\nsha512sum -c tagmanifest-sha512.txt\nminisign -Vm tagmanifest-sha512.txt -p minisign.pub</code></pre>\n<p>{}</p>\n",
            self.say(
                "Elk bestand heeft een controlegetal, en over alle controlegetallen samen staat een handtekening. "
                "Met deze gewone programma’s ziet u of er iets is veranderd:",
                "Every file has a checksum, and all checksums together are signed. "
                "These ordinary programs tell whether anything was changed:",
            ),
            html(
                self.say(
                    "{} zegt hoe. {} en {} zijn er voor programma’s.",
                    "{} says how. {} and {} are for programs.",
                ),
                link("LEESMIJ.txt", "LEESMIJ.txt"),
                link("overview.json", "overview.json"),
                link("herkomst.jsonl", "herkomst.jsonl"),
            ),
        )

    def _footer(self) -> Html:
        return html(
            "<footer><p>{}</p></footer>\n",
            self.say(
                "Gemaakt met overdracht. Deze bladzijde haalt niets van het internet en voert niets uit. Bewaar het pakket veilig: er staan persoonsgegevens in, van u en soms van anderen.",
                "Made with overdracht. This page fetches nothing from the internet and runs nothing. Keep the bundle safe: it holds personal data, yours and sometimes other people’s.",
            ),
        )
