"""Say in every note how many folders the settings leave out: who reads it must not take the rest for all."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from overdracht import Finding, Searched, Text

NO_FOLDER = "the settings leave no folder to search: look at `folders` and `exclude`"


def noted(findings: Iterable[Finding], count: int) -> Iterator[Finding]:
    """Yield the *findings*; where something was searched, it is noted that *count* folders were left out."""
    for one in findings:
        yield replace(one, note=_and(one.note, count)) if isinstance(one, Searched) else one


def _and(note: Text | None, count: int) -> Text | None:
    if not count:
        return note
    left_out = (
        Text(
            "1 map is volgens de instellingen niet doorzocht",
            "1 folder was not searched, as the settings say",
        )
        if count == 1
        else Text(
            f"{count} mappen zijn volgens de instellingen niet doorzocht",
            f"{count} folders were not searched, as the settings say",
        )
    )
    if note is None:
        return left_out
    return Text(f"{note.nl}; {left_out.nl}", f"{note.en}; {left_out.en}")
