"""Why something was not searched or handed over, in Dutch where the core itself wrote it; a connector's own words stay in their language."""

import re
from collections.abc import Mapping

from overdracht.coverage import NOT_ASKED
from overdracht.export.collecting import NO_CONNECTOR, UNDELIVERED
from overdracht.export.delivery import UNASKED, UNFIT
from overdracht.report.markup import Html, html
from overdracht.survey.engine import SILENT

_DUTCH: Mapping[str, str] = {
    UNDELIVERED: "de connector heeft het niet geleverd",
    NO_CONNECTOR: "de connector is er niet",
    UNASKED: "de connector bood een bestand aan met gegevens waar niet om was gevraagd; het is weggelaten",
    UNFIT: "de connector bood een bestand aan onder een onveilige naam, of een tweede met dezelfde naam; het is weggelaten",
    NOT_ASKED: "deze keer niet gevraagd (--source)",
    SILENT: "de connector zei niets over wat hij heeft doorzocht",
}
_LIKE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), dutch)
    for pattern, dutch in (
        (
            r"the connector failed with (\w+), a fault of its own",
            r"de connector liep vast op \1, een fout van hemzelf",
        ),
        (r"the connector (\S+) failed \((\w+)\)", r"de connector \1 liep vast (\2)"),
        (
            r"the connector (\S+) cannot be started: (\w+)",
            r"de connector \1 kan niet worden gestart: \2",
        ),
        (
            r"no connector (\S+) is installed \(did you mean (\S+)\?\)(.*)",
            r"er is geen connector \1 geïnstalleerd (bedoelt u \2?)\3",
        ),
        (
            r"no connector (\S+) is installed \(.*?\)(.*)",
            r"er is geen connector \1 geïnstalleerd\2",
        ),
        (r"the connector (\S+) is not there: (.*)", r"de connector \1 is er niet: \2"),
        (
            r"further identifiers kept appearing after (\d+) rounds: check which one is shared",
            r"na \1 ronden verschenen er nog steeds nieuwe gegevens: kijk welk gegeven van meer mensen is",
        ),
    )
)


def in_dutch(reason: str) -> str | None:
    """Return *reason* in Dutch, None when somebody else's words have none."""
    if reason in _DUTCH:
        return _DUTCH[reason]
    for pattern, dutch in _LIKE:
        if found := pattern.fullmatch(reason):
            return found.expand(dutch)
    return None


def told_reason(reason: str, language: str) -> Html:
    """Return *reason*, marked as English where it has no Dutch."""
    dutch = reason if language == "en" else in_dutch(reason)
    return html("{}", dutch) if dutch is not None else html('<span lang="en">{}</span>', reason)
