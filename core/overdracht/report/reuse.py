"""How another provider goes on with each part of a bundle."""

from collections.abc import Mapping

from overdracht.report.facts import Facts
from overdracht.report.markup import Html, html, link
from overdracht.report.page import head, table
from overdracht.report.words import told_number
from overdracht.text import Text

USES: Mapping[str, Text] = {
    "message/rfc822": Text(
        "E-mail, één bericht per bestand (.eml), byte voor byte zoals de server het heeft. Elk mailprogramma opent het; importeer_mail.py "
        "zet alles met map, datum en kenmerken op een andere IMAP-server.",
        "E-mail, one message a file (.eml), byte for byte as the server has it. Every mail program opens it; importeer_mail.py "
        "puts everything on another IMAP server, with folder, date and flags.",
    ),
    "application/mbox": Text(
        "E-mail per map in één bestand (mboxrd), voor Thunderbird en vele andere programma’s.",
        "E-mail, one file a folder (mboxrd), for Thunderbird and many other programs.",
    ),
    "text/vcard": Text(
        "Contactgegevens (vCard): in te lezen in elk adresboek.",
        "Contact details (vCard): every address book reads them.",
    ),
    "text/calendar": Text(
        "Agenda (iCalendar): in te lezen in elk agendaprogramma.",
        "Calendar (iCalendar): every calendar program reads it.",
    ),
    "text/dns": Text(
        "DNS-zone (RFC 1035): in te lezen bij elke naamserver of domeinaanbieder.",
        "DNS zone (RFC 1035): every name server or domain provider reads it.",
    ),
    "text/csv": Text(
        "Tabel (CSV): opent in elk rekenblad.", "Table (CSV): opens in every spreadsheet."
    ),
    "application/jsonl": Text(
        "Tabel voor programma’s (JSON Lines, UTF-8): één regel per gegeven.",
        "Table for programs (JSON Lines, UTF-8): one line an item.",
    ),
    "application/json": Text("Gegevens voor programma’s (JSON).", "Data for programs (JSON)."),
    "application/xml": Text(
        "Gegevens voor boekhoudprogramma’s en andere (XML).",
        "Data for bookkeeping and other programs (XML).",
    ),
    "application/pdf": Text("Document (PDF).", "Document (PDF)."),
    "text/plain": Text("Platte tekst.", "Plain text."),
    "text/x-python": Text(
        "Een hulpprogramma in Python, zonder verdere benodigdheden; het zegt zelf hoe het werkt.",
        "A helper program in Python that needs nothing else; it says itself how it works.",
    ),
}
_OTHER = Text("Zie de beschrijving van dit formaat.", "See the description of this format.")


def reuse(facts: Facts, language: str) -> Html:
    """Return what each kind of file in the bundle is good for."""
    folders = {one.source: one.folder for one in facts.sources}
    rows = [
        html(
            '<tr><th scope="row">{}</th><td><code>{}</code></td><td>{}</td><td class="n">{}</td></tr>\n',
            link(f"data/{folders[source]}/", source),
            media_type,
            USES.get(media_type, _OTHER).in_(language),
            told_number(count, language),
        )
        for source, media_type, count in facts.media_types
    ]
    caption = Text(
        "Open formaten, die andere programma’s lezen", "Open formats that other programs read"
    )
    return table(
        caption.in_(language),
        [
            head(Text("Bron", "Source").in_(language), "source"),
            head(Text("Formaat", "Format").in_(language), "format"),
            head(Text("Waarvoor", "What for").in_(language)),
            head(Text("Bestanden", "Files").in_(language), "n"),
        ],
        rows,
    )
