"""What the documents of an erasure call things, in Dutch and English."""

from collections.abc import Mapping
from datetime import date

from overdracht.items import Mark
from overdracht.report.words import told_day, told_items, told_term
from overdracht.retention import Term
from overdracht.steps import Result, Verdict
from overdracht.text import Text

VERDICTS: Mapping[Verdict, Text] = {
    Verdict.ERASE: Text("wissen", "erase"),
    Verdict.ANONYMISE: Text("pseudonimiseren", "pseudonymise"),
    Verdict.RETAIN: Text("bewaren", "keep"),
    Verdict.CANCEL: Text("opzeggen", "cancel"),
    Verdict.REVIEW: Text("niet aanraken", "leave alone"),
    Verdict.RECTIFY: Text("verbeteren", "correct"),
}

RESULTS: Mapping[str, Text] = {
    Result.ERASED: Text("gewist", "erased"),
    Result.ANONYMISED: Text("gepseudonimiseerd", "pseudonymised"),
    Result.ALREADY_GONE: Text("was al weg", "already gone"),
    Result.RETAINED: Text("bewaard", "kept"),
    Result.SCHEDULED: Text("ingepland", "scheduled"),
    Result.RECTIFIED: Text("verbeterd", "corrected"),
    Result.CHANGED: Text(
        "veranderd sinds het plan, niet aangeraakt", "changed since the plan, not touched"
    ),
    Result.REFUSED: Text("geweigerd", "refused"),
    Result.FAILED: Text("mislukt", "failed"),
    "open": Text("nog niet gedaan", "not done yet"),
}

MARKS: Mapping[Mark, Text] = {
    Mark.REQUEST: Text("lijkt het verzoek zelf", "looks like the request itself"),
    Mark.IDENTITY_DOCUMENT: Text(
        "lijkt een kopie van een identiteitsbewijs te bevatten",
        "seems to carry a copy of an identity document",
    ),
    Mark.POSSIBLE_IDENTITY_DOCUMENT: Text(
        "bevat een afbeelding of pdf: mogelijk een kopie van een identiteitsbewijs",
        "carries an image or a PDF: possibly a copy of an identity document",
    ),
}

PSEUDONYMOUS = Text(
    "Namen en contactgegevens zijn vervangen; de bedragen en datums blijven staan. Dat heet gepseudonimiseerd, niet anoniem: "
    "het blijven persoonsgegevens, tot ook de rest gewist is.",
    "Names and contact details were replaced; amounts and dates stay. That is called pseudonymised, not anonymous: "
    "it remains personal data until the rest is erased too.",
)


def told_verdict(verdict: Verdict, until: date | None, language: str) -> str:
    """Return what happens to an item, and when: `bewaren tot 1 januari 2034`."""
    word = VERDICTS[verdict].in_(language)
    if until is None:
        return word
    day = told_day(until, language)
    if verdict is Verdict.ANONYMISE:
        rest = Text(f"de rest bewaren tot {day}", f"keep the rest until {day}").in_(language)
        return f"{word}, {rest}"
    if verdict is Verdict.CANCEL:
        return Text(f"{word} per {day}", f"{word} as of {day}").in_(language)
    return Text(f"{word} tot {day}", f"{word} until {day}").in_(language)


def told_ground(ground: Text, article: Text, language: str) -> str:
    """Return a ground with its article in one sentence."""
    sentence, law = ground.in_(language), article.in_(language)
    return f"{sentence.removesuffix('.')} ({law})." if sentence and law else sentence or law


def told_left_out(number: int, language: str) -> str:
    """Return what is said of items that a review left out."""
    nl, en = told_items(number, "nl"), told_items(number, "en")
    return Text(
        f"Na beoordeling niet aangeraakt: {nl}, omdat dit niet over u gaat, of ook over anderen, wier rechten zwaarder wegen.",
        f"Not touched after review: {en}, because this is not about you, or is about others too, whose rights weigh more.",
    ).in_(language)


def told_backups(term: Term | None, language: str) -> str:
    """Return how long what was erased can still stand in backups; *term* is None when nobody said."""
    if term is None:
        return Text(
            "Hoe lang reservekopieën worden bewaard, is niet opgegeven ([erasure] backups in de configuratie).",
            "How long backups are kept was not stated ([erasure] backups in the configuration).",
        ).in_(language)
    told = told_term(term, language)
    return Text(
        f"In reservekopieën blijft het gewiste nog ten hoogste {told} staan. Wordt er een teruggezet, dan wordt het opnieuw gewist.",
        f"In backups what was erased remains for at most {told}. Should one be restored, it is erased again.",
    ).in_(language)
