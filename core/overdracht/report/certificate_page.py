"""A certificate of erasure as a page: what was erased, what stays, on what ground and until when."""

from collections.abc import Iterator
from dataclasses import dataclass

from overdracht.coverage import Reach
from overdracht.report.certificate import NOT_DONE, Certificate, SourceResults, Staying
from overdracht.report.erasing_words import (
    PSEUDONYMOUS,
    RESULTS,
    told_backups,
    told_ground,
    told_left_out,
)
from overdracht.report.markup import Html, html, spans
from overdracht.report.page import fact, head, page, table
from overdracht.report.plan_tables import residue_list
from overdracht.report.words import CATEGORIES, REACHES, told_day, told_items, told_number
from overdracht.retention import local_day
from overdracht.steps import Result
from overdracht.text import Text

_COLUMNS = (
    (RESULTS[Result.ERASED], (Result.ERASED,)),
    (RESULTS[Result.ALREADY_GONE], (Result.ALREADY_GONE,)),
    (RESULTS[Result.ANONYMISED], (Result.ANONYMISED,)),
    (RESULTS[Result.RETAINED], (Result.RETAINED,)),
    (RESULTS[Result.SCHEDULED], (Result.SCHEDULED,)),
    (Text("niet gedaan", "not done"), NOT_DONE),
)
_VERIFIED = (
    Text("had weg moeten zijn en is er nog", "should have gone and is still there"),
    Text("is er sinds het plan bij gekomen", "came since the plan"),
    Text("moest blijven en is er niet meer", "was to stay and is not there any more"),
    Text("is er nog en moet er zijn", "is there and is to be"),
)
_NOT_WHOLE = Text(
    "niet elke bron kon opnieuw geheel worden doorzocht",
    "not every source could be searched whole again",
)
_GONE = Text("Geheel; niets meer van de persoon", "Whole; nothing of the person any more")
_NOTHING = Text("er is niets meer gevonden", "nothing was found any more")


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """The page in one *language*; *name* is that of the certificate's file, which lies beside it, and *own_name* its own."""

    certificate: Certificate
    language: str
    name: str
    own_name: str
    public_key: str

    def say(self, nl: str, en: str) -> str:
        """Return the sentence in the page's language."""
        return en if self.language == "en" else nl

    def write(self) -> Iterator[bytes]:
        """Yield the page."""
        reference = self.certificate.reference
        title = self.say(
            f"Certificaat van wissen, verzoek {reference}",
            f"Certificate of erasure, request {reference}",
        )
        return page(self.language, title, self._parts(title))

    def _parts(self, title: str) -> Iterator[Html]:
        yield self._header(title)
        yield html("<main>\n")
        yield self._verdict()
        sections = (
            (self.say("Wat er per bron is gedaan", "What was done, by source"), self._sources()),
            (
                self.say("Wat blijft, tot wanneer en waarom", "What stays, until when and why"),
                self._retained(),
            ),
            (self.say("Wat ongemoeid is gelaten", "What was left alone"), self._left_alone()),
            (self.say("Opnieuw gezocht", "Searched again"), self._verification()),
            (self.say("Wat fysiek achterblijft", "What stays behind physically"), self._residue()),
            (
                self.say("Dit certificaat controleren", "Checking this certificate"),
                self._checking(),
            ),
        )
        for heading, body in sections:
            parts = list(body)
            if parts:
                yield html("<section>\n<h2>{}</h2>\n{}</section>\n", heading, parts)
        yield html(
            "</main>\n<footer><p>{}</p></footer>\n",
            self.say(
                "Gemaakt met overdracht. Dit certificaat bevat geen persoonsgegevens van wie gewist is.",
                "Made with overdracht. This certificate holds no personal data of whoever was erased.",
            ),
        )

    def _header(self, title: str) -> Html:
        certificate = self.certificate
        organisation = certificate.organisation
        return html(
            '<header>\n<p class="kicker"><span>{}</span></p>\n<h1>{}</h1>\n<dl class="facts">{}</dl>\n</header>\n',
            self.say("Wissen (art. 17 AVG)", "Erasure (Art. 17 GDPR)"),
            title,
            (
                fact(
                    self.say("Opgemaakt", "Made"),
                    told_day(local_day(certificate.made), self.language),
                ),
                fact(self.say("Door", "By"), organisation.name, organisation.address),
                fact(self.say("Contact", "Contact"), organisation.contact),
                fact(self.say("Programma", "Program"), certificate.program),
                fact(
                    self.say("Uitgevoerd plan", "Plan applied"),
                    *(html("<code>{}</code>", one) for one in certificate.plans),
                ),
            ),
        )

    def _verdict(self) -> Html:
        certificate = self.certificate
        if certificate.complete and certificate.of_a_sweep:
            told = self.say(
                "Alles wat dit plan noemde is gewist, en bij opnieuw kijken was het er niet meer.",
                "Everything that this plan named was erased, and looking again showed that it is gone.",
            )
        elif certificate.complete:
            told = self.say(
                "Alle bronnen zijn geheel doorzocht, alles wat weg mocht is gewist, en bij opnieuw zoeken was er alleen nog wat bewaard moet blijven.",
                "Every source was searched whole, everything that could go was erased, and searching again showed only what must stay.",
            )
        else:
            told = self.say(
                "Niet alles kon worden doorzocht of gedaan. Wat ontbreekt, staat hieronder.",
                "Not everything could be searched or done. What is missing is said below.",
            )
        return html(
            '<div class="verdict{}"><p><strong>{}</strong> {}</p></div>\n<dl class="figures">{}</dl>\n',
            "" if certificate.complete else " bad",
            self.say("VOLLEDIG", "COMPLETE")
            if certificate.complete
            else self.say("ONVOLLEDIG", "INCOMPLETE"),
            told,
            [
                html(
                    "<div><dt>{}</dt><dd>{}</dd></div>",
                    name.in_(self.language),
                    told_number(certificate.of(*results), self.language),
                )
                for name, results in _COLUMNS
                if certificate.of(*results) or results == (Result.ERASED,)
            ],
        )

    def _sources(self) -> Iterator[Html]:
        shown = [
            (name, results)
            for name, results in _COLUMNS
            if self.certificate.of(*results) or results == (Result.ERASED,)
        ]
        yield table(
            self.say("Aantallen per bron", "Numbers by source"),
            [
                head(self.say("Bron", "Source")),
                head(self.say("Doorzocht", "Searched")),
                *(head(name.in_(self.language), "n long") for name, _ in shown),
            ],
            [
                html(
                    '<tr><th scope="row">{}</th><td>{}</td>{}</tr>\n',
                    one.source,
                    self._searched(one),
                    [
                        html(
                            '<td class="n" data-label="{}">{}</td>',
                            name.in_(self.language),
                            told_number(one.of(*results), self.language),
                        )
                        for name, results in shown
                    ],
                )
                for one in self.certificate.sources
            ],
        )

    def _searched(self, one: SourceResults) -> Html:
        if one.gaps and not one.searched:
            missed = self.say("niet bekeken", "not looked at")
            return html('<span class="bad-word">{}</span>', missed)
        if one.searched not in set(Reach):
            return html("{}", one.searched or "–")
        reach = Reach(one.searched)
        good = reach in {Reach.WHOLE, Reach.EMPTY}
        return html(
            '<span class="{}">{}</span>{}',
            "good-word" if good else "bad-word",
            (_GONE if reach is Reach.EMPTY else REACHES[reach]).in_(self.language),
            [html('<p class="soft">{}</p>', spans(note.in_(self.language))) for note in one.notes],
        )

    def _retained(self) -> Iterator[Html]:
        if self.certificate.retained:
            yield self._grounds(self.certificate.retained)
        if any(one.pseudonymous and one.until for one in self.certificate.retained):
            yield html("<p>{}</p>\n", PSEUDONYMOUS.in_(self.language))

    def _left_alone(self) -> Iterator[Html]:
        if self.certificate.left_alone:
            yield self._grounds(self.certificate.left_alone)
        if self.certificate.left_out:
            yield html("<p>{}</p>\n", told_left_out(self.certificate.left_out, self.language))

    def _grounds(self, grounds: tuple[Staying, ...]) -> Html:
        number = self.say("Aantal", "Number")
        return table(
            self.say("Per bron, soort en grond", "By source, kind and ground"),
            [
                head(self.say("Bron", "Source"), "source"),
                head(self.say("Soort", "Kind"), "kind"),
                head(self.say("Waarom", "Why")),
                head(self.say("Tot", "Until"), "kind"),
                head(number, "n"),
            ],
            [
                html(
                    '<tr><th scope="row">{}</th><td>{}</td><td>{}{}</td><td>{}</td><td class="n" data-label="{}">{}</td></tr>\n',
                    one.source,
                    CATEGORIES[one.category].in_(self.language),
                    spans(told_ground(one.ground, one.article, self.language)),
                    html("<p>{}</p>", RESULTS[Result.ANONYMISED].in_(self.language))
                    if one.pseudonymous
                    else None,
                    told_day(one.until, self.language) if one.until else "–",
                    number,
                    told_number(one.items, self.language),
                )
                for one in grounds
            ],
        )

    def _verification(self) -> Iterator[Html]:
        found = self.certificate.verification
        if found is None:
            told = self.say("Er is niet opnieuw gezocht.", "No second search was made.")
            yield html("<p>{}</p>\n", told)
            return
        counted = zip(_VERIFIED, (found.left, found.new, found.missing, found.kept), strict=True)
        lines = [
            html(
                "<li>{}: {}</li>\n",
                what.in_(self.language),
                told_items(sum(counts.values()), self.language),
            )
            for what, counts in counted
            if sum(counts.values())
        ]
        if not found.searched_whole:
            told = _NOT_WHOLE.in_(self.language)
            lines.insert(0, html('<li class="bad-word">{}</li>\n', told))
        if not lines:
            lines.append(html("<li>{}</li>\n", _NOTHING.in_(self.language)))
        yield html("<ul>\n{}</ul>\n", lines)

    def _residue(self) -> Iterator[Html]:
        yield html(
            "<p>{}</p>\n", told_backups(self.certificate.organisation.backups_kept, self.language)
        )
        if self.certificate.residue:
            yield residue_list(
                ((one.source, one.residue) for one in self.certificate.residue), self.language
            )

    def _checking(self) -> Iterator[Html]:
        yield html(
            "<p>{}</p>\n<pre><code>minisign -Vm {} -P {}\nminisign -Vm {} -P {}</code></pre>\n<p>{}</p>\n",
            self.say(
                "Het certificaat is het eerste bestand hieronder; deze bladzijde is er een weergave van. Beide zijn ondertekend, in het bestand met dezelfde naam en .minisig erachter. Zo ziet u of er iets aan is veranderd:",
                "The certificate is the first file below; this page only shows it. Both are signed, in the file of the same name with .minisig behind it. This tells whether anything in them was changed:",
            ),
            self.name,
            self.public_key,
            self.own_name,
            self.public_key,
            self.say(
                "Vergelijk de sleutel met die u van de organisatie zelf kreeg: wie deze bladzijde namaakt, zet er een eigen sleutel in.",
                "Compare the key with the one the organisation itself gave you: whoever forges this page puts a key of their own in it.",
            ),
        )
