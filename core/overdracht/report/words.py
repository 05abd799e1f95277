"""What things are called when they are said to the person, in Dutch and English."""

from collections.abc import Mapping
from datetime import date

from overdracht.coverage import Reach
from overdracht.export import Purpose
from overdracht.items import Category, Certainty, Origin
from overdracht.retention import CountsFrom, Term
from overdracht.survey import Standing
from overdracht.text import Text

CATEGORIES: Mapping[Category, Text] = {
    Category.CONTACT: Text("Contactgegevens", "Contact details"),
    Category.CORRESPONDENCE: Text("Correspondentie", "Correspondence"),
    Category.NOTE: Text("Notities", "Notes"),
    Category.INVOICE: Text("Facturen", "Invoices"),
    Category.PAYMENT: Text("Betalingen", "Payments"),
    Category.WORK: Text("Werkzaamheden", "Work done"),
    Category.DEVICE: Text("Apparatuur", "Equipment"),
    Category.DOMAIN: Text("Domeinnamen", "Domain names"),
    Category.SERVER: Text("Servers", "Servers"),
    Category.TRAFFIC: Text("Verkeersgegevens", "Traffic data"),
    Category.ACCOUNT: Text("Accounts", "Accounts"),
}

ORIGINS: Mapping[Origin, Text] = {
    Origin.GIVEN: Text("verstrekt", "given"),
    Origin.OBSERVED: Text("waargenomen", "observed"),
    Origin.DERIVED: Text("afgeleid", "derived"),
}

ORIGINS_TOLD: Mapping[Origin, Text] = {
    Origin.GIVEN: Text("door u verstrekt", "given by you"),
    Origin.OBSERVED: Text(
        "waargenomen: ontstaan bij het contact of het gebruik van de dienst, of van anderen ontvangen",
        "observed: it arose from contact or from use of the service, or was received from others",
    ),
    Origin.DERIVED: Text("door ons afgeleid", "derived by us"),
}

CERTAINTIES: Mapping[Certainty, Text] = {
    Certainty.EXACT: Text("zeker", "certain"),
    Certainty.MENTION: Text("genoemd", "mentioned"),
    Certainty.POSSIBLE: Text("mogelijk", "possible"),
}

REACHES: Mapping[Reach, Text] = {
    Reach.WHOLE: Text("Doorzocht", "Searched"),
    Reach.EMPTY: Text("Geheel; niets gevonden", "Whole; nothing found"),
    Reach.PARTIAL: Text("Gedeeltelijk", "Partial"),
    Reach.FAILED: Text("Mislukt", "Failed"),
    Reach.MISSING: Text("Connector ontbreekt", "Connector missing"),
    Reach.SKIPPED: Text("Overgeslagen", "Skipped"),
}

REACHES_TOLD: Mapping[Reach, Text] = {
    Reach.WHOLE: Text("Geheel doorzocht.", "Searched whole."),
    Reach.EMPTY: Text(
        "Geheel doorzocht; er staat niets over u in.", "Searched whole; it holds nothing about you."
    ),
    Reach.PARTIAL: Text("Niet alles kon worden doorzocht.", "Not all of it could be searched."),
    Reach.FAILED: Text("Kon niet worden doorzocht.", "It could not be searched."),
    Reach.MISSING: Text(
        "Kon niet worden doorzocht: het onderdeel dat dit systeem leest ontbreekt.",
        "It could not be searched: the part that reads this system is missing.",
    ),
    Reach.SKIPPED: Text(
        "Is bij deze zoekvraag niet doorzocht.", "It was not searched for this request."
    ),
}

STANDINGS: Mapping[Standing, Text] = {
    Standing.GIVEN: Text("opgegeven bij het verzoek", "given with the request"),
    Standing.REVEALED: Text("gevonden", "found"),
    Standing.SHARED: Text(
        "gedeeld met anderen: telt niet als bewijs", "shared with others: it counts as no proof"
    ),
    Standing.WEAK: Text(
        "gevonden; te algemeen om apart op te zoeken", "found; too general to look for by itself"
    ),
}
"""The standings that are the person's to see: the organisation's own and other people's identifiers are not."""

PURPOSES: Mapping[Purpose, Text] = {
    Purpose.INZAGE: Text("Inzage (art. 15 AVG)", "Access (Art. 15 GDPR)"),
    Purpose.OVERDRACHT: Text("Overdracht (art. 20 AVG)", "Portability (Art. 20 GDPR)"),
}

COUNTS_FROM: Mapping[CountsFrom, Text] = {
    CountsFrom.FINANCIAL_YEAR: Text(
        "vanaf het einde van het boekjaar", "from the end of the financial year"
    ),
    CountsFrom.LAST_CONTACT: Text(
        "vanaf het laatste klantcontact", "from the last customer contact"
    ),
    CountsFrom.ITEM: Text("vanaf de vastlegging", "from the time it was recorded"),
}

_MONTHS = Text(
    "januari februari maart april mei juni juli augustus september oktober november december",
    "January February March April May June July August September October November December",
)


def told_day(day: date | str, language: str) -> str:
    """Return *day* as people write it: `5 maart 2026`."""
    year, month, number = (int(part) for part in str(day).split("-"))
    return f"{number} {_MONTHS.in_(language).split()[month - 1]} {year}"


def told_period(first: str, last: str, language: str) -> str:
    """Return the days from *first* to *last*."""
    days = [told_day(day, language) for day in dict.fromkeys((first, last))]
    return " – ".join(days)


def told_months(first: str, last: str, language: str) -> str:
    """Return the months from *first* to *last*: `maart 2024` to `mei 2026`."""
    months = [told_day(day, language).split(" ", 1)[1] for day in (first, last)]
    return " – ".join(dict.fromkeys(months))


def told_number(number: int, language: str) -> str:
    """Return *number* with the thousands marked."""
    return f"{number:,}" if language == "en" else f"{number:,}".replace(",", ".")


def told_items(number: int, language: str) -> str:
    """Return a number of items in words: `1 gegeven`, `3 gegevens`."""
    one, several = ("item", "items") if language == "en" else ("gegeven", "gegevens")
    return f"{told_number(number, language)} {one if number == 1 else several}"


def told_size(size: int, language: str) -> str:
    """Return *size* in the unit that fits: `1,2 MB`."""
    amount, unit = float(size), "bytes"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, larger
    text = f"{amount:.1f}" if amount < 10 and unit != "bytes" else f"{amount:.0f}"
    return f"{text if language == 'en' else text.replace('.', ',')} {unit}"


def told_term(term: Term, language: str) -> str:
    """Return *term* in words: `7 jaar`, `3 maanden`."""
    dutch = language != "en"
    units = (
        (term.years, ("jaar", "jaar") if dutch else ("year", "years")),
        (term.months, ("maand", "maanden") if dutch else ("month", "months")),
        (term.days, ("dag", "dagen") if dutch else ("day", "days")),
    )
    told = [f"{number} {names[number != 1]}" for number, names in units if number]
    return (" en " if dutch else " and ").join(told)
