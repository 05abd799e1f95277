"""Addresses out of the lines that books keep them in."""

import re
from collections.abc import Iterable

from overdracht import fold
from overdracht_accounting.invoices import Address

COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF
    CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH
    GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW
    KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG
    NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN
    SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT
    ZA ZM ZW
    """.split()  # noqa: SIM905 - a list of 249 quoted codes is harder to read
)
"""ISO 3166-1 alpha-2."""

_NAMES = {
    "NL": "nederland|netherlands|the netherlands|holland",
    "BE": "belgie|belgium|belgique",
    "DE": "duitsland|germany|deutschland",
    "FR": "frankrijk|france",
    "LU": "luxemburg|luxembourg",
    "GB": "verenigd koninkrijk|united kingdom|groot-brittannie|great britain|engeland|england|uk|schotland|scotland|wales",
    "AT": "oostenrijk|austria|osterreich",
    "CH": "zwitserland|switzerland|schweiz|suisse",
    "ES": "spanje|spain|espana",
    "IT": "italie|italy|italia",
    "PT": "portugal",
    "DK": "denemarken|denmark|danmark",
    "SE": "zweden|sweden|sverige",
    "NO": "noorwegen|norway|norge",
    "FI": "finland|suomi",
    "PL": "polen|poland|polska",
    "IE": "ierland|ireland",
    "US": "verenigde staten|united states|united states of america|usa",
    "CW": "curacao",
    "AW": "aruba",
    "SR": "suriname",
}
_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split("|")}
_DUTCH = re.compile(r"^(?:NL[ -]?)?([1-9]\d{3}) ?([A-Za-z]{2})\b[ ,]*(.*)$", re.ASCII)
_NUMERIC = re.compile(r"^(?:([A-Z]{1,2})[ -])?(\d{4,5})[ ,]+(\D.*)$", re.ASCII)


def country_code(text: str) -> str:
    """Return the code of the country that *text* names; empty when it names none."""
    word = " ".join(text.split()).strip(" .,")
    if word.upper() in COUNTRIES:
        return word.upper()
    return _BY_NAME.get(fold(word), "")


def address(lines: Iterable[str]) -> Address:
    """Return the address that stands in *lines*, as they are written on an envelope; nothing of them is lost."""
    rest = [tidy for line in lines if (tidy := " ".join(line.split()))]
    if len(rest) == 1:
        rest = [one for part in rest[0].split(",") if (one := part.strip())]
    country = country_code(rest[-1]) if rest else ""
    if country:
        rest.pop()
    for number in range(len(rest) - 1, -1, -1):
        town = _town(rest[number])
        if town is not None:
            before, after = rest[:number], rest[number + 1 :]
            postcode, city, found = town
            if not city and after:
                city, *after = after
            street, extra = _street([*before, *after])
            return Address(street, extra, postcode, city, country or found)
    street, extra = _street(rest)
    return Address(street, extra, country=country)


def _town(line: str) -> tuple[str, str, str] | None:
    """Return postcode, town and country of a *line* that holds them."""
    dutch = _DUTCH.match(line)
    if dutch:
        return f"{dutch[1]} {dutch[2].upper()}", dutch[3].strip(), "NL"
    other = _NUMERIC.match(line)
    if other:
        country = {"B": "BE", "D": "DE", "F": "FR", "L": "LU"}.get(other[1] or "", other[1] or "")
        return other[2], other[3].strip(), country if country in COUNTRIES else ""
    return None


def _street(lines: list[str]) -> tuple[str, str]:
    """Return the line with street and number, and the others: a floor, the name of a building."""
    if not lines:
        return "", ""
    number = next((at for at, line in enumerate(lines) if re.search(r"\d", line)), 0)
    return lines[number], ", ".join(lines[:number] + lines[number + 1 :])
