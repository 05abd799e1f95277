"""What stays is told with the reason for which it does, and not with the one for which the rest goes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from overdracht import Category
from overdracht.erasure import facts
from overdracht.report.certificate import Certificate, parse
from overdracht.report.certificate_page import CertificatePage
from overdracht.report.dispositions import Dispositions, dispositions
from overdracht.report.letter import Letter
from overdracht.state import Count, Given, Planned, StepState, Store
from overdracht.steps import Outcome, Result, Step, Verdict
from tests.export.world import NOW, SANNE, item
from tests.report.erasures import ERASE, KEEP

UNTIL = date(2034, 1, 1)
STEPS = (
    ("notities", Step(item("n1", "Gedeelde notitie", category=Category.NOTE), replace(ERASE, verdict=Verdict.ANONYMISE), "edit")),
    ("boeken", Step(item("k1", "Klant", category=Category.CONTACT), replace(KEEP, verdict=Verdict.ANONYMISE), "blank")),
    ("boeken", Step(item("f1", "Factuur", category=Category.INVOICE), KEEP, "")),
    ("post", Step(item("m1", "Brief"), ERASE, "expunge")),
)  # fmt: skip


def _drawn(directory: Path) -> Dispositions:
    with Store(directory) as store:
        plan = store.new_request([Given(SANNE)], NOW).plans().draw(iter(STEPS), {}, NOW)
        return dispositions(plan)


def test_what_loses_the_persons_part_does_not_stay_because_they_asked(tmp_path: Path) -> None:
    """The rest of a shared note stays since it is about somebody else; a customer's row, since the books must be kept."""
    kept = {one.source + one.category: one for one in _drawn(tmp_path).kept}
    assert sorted(kept) == ["boekencontact", "boekeninvoice", "notitiesnote"]
    note = kept["notitiesnote"]
    assert "somebody else" in note.ground.en
    assert not note.article.en
    assert note.until is None
    for one in (kept["boekencontact"], kept["boekeninvoice"]):
        assert (one.ground, one.article, one.until) == (KEEP.ground, KEEP.article, UNTIL)
    assert "You asked for erasure." in {one.ground.en for one in _drawn(tmp_path / "2").why}


class _Done:
    """A plan of which every step was carried out."""

    digest = "6b77e7bf842f5c0458edc347cbdd7230"
    facts: Mapping[str, object] = {}

    def __init__(self, *steps: tuple[str, Step]) -> None:
        self._steps = steps

    def counts(self) -> tuple[Count, ...]:
        """Return nothing: the counts are not what is looked at."""
        return ()

    def steps(self, *verdicts: Verdict) -> Iterator[Planned]:
        """Yield the steps with one of *verdicts*, each with its outcome."""
        results = {Verdict.ANONYMISE: Result.ANONYMISED, Verdict.RETAIN: Result.RETAINED}
        for source, step in self._steps:
            result = results.get(step.disposition.verdict, Result.ERASED)
            if step.disposition.verdict in verdicts:
                yield Planned(0, source, step, StepState.SETTLED, Outcome(step.item.key, result))


def _certificate(*steps: tuple[str, Step]) -> Certificate:
    plan: Any = _Done(*steps)
    made = facts("2026-0007", {"name": "Voorbeeld ICT"}, [plan], (), None, {}, NOW)
    return parse(orjson.dumps(made))


def test_the_certificate_and_the_letter_say_so_too() -> None:
    """What is left of a shared note is no personal data until a day: neither is said of it, and no term of it ends."""
    told = _certificate(STEPS[0])
    (note,) = told.retained
    assert "somebody else" in note.ground.en
    page = b"".join(CertificatePage(told, "en", "c.json", "c.en.html", "key").write()).decode()
    letter = Letter(told, "en").text()
    for text in (page, letter):
        assert "remains personal data" not in text
        assert "You asked for erasure" not in text
    assert "As soon as a term is over" not in letter
    both = _certificate(*STEPS)
    assert "As soon as a term is over" in Letter(both, "en").text()
    assert "remains personal data" in Letter(both, "en").text()
