"""The letter that tells the person what was corrected, from the signed statement alone."""

from collections.abc import Iterator

from overdracht.report.certificate import NOT_DONE, Staying
from overdracht.report.erasing_words import told_ground
from overdracht.report.letter import Letter
from overdracht.report.letter_form import Block, Heading, Points
from overdracht.report.words import CATEGORIES, told_day, told_items
from overdracht.retention import local_day
from overdracht.steps import Result


class CorrectionLetter(Letter):
    """The letter about a correction."""

    def _subject(self) -> str:
        reference = self.certificate.reference
        return self.say(
            f"Uw verzoek om uw gegevens te verbeteren ({reference})",
            f"Your request to correct your data ({reference})",
        )

    def _body(self) -> Iterator[Block]:
        asked, done = self._asked(), told_day(local_day(self.certificate.made), self.language)
        yield self.say(
            f"Op {asked} ontvingen wij uw verzoek om uw persoonsgegevens te verbeteren (art. 16 AVG). Op {done} is [het oude gegeven] overal waar "
            "dat kon vervangen door [het juiste gegeven]. Hieronder staat waar.",
            f"On {asked} we received your request to correct your personal data (Art. 16 GDPR). On {done} [the old value] was replaced by [the "
            "right value] wherever that was possible. It is said below where.",
        )
        yield from self._corrected()
        yield from self._left()
        yield from self._told()

    def _corrected(self) -> Iterator[Block]:
        yield Heading(self.say("Wat is verbeterd", "What was corrected"))
        points = tuple(
            f"{CATEGORIES[category].in_(self.language)} ({source.source}): {told_items(results[Result.RECTIFIED], self.language)}"
            for source in self.certificate.sources
            for category, results in source.categories.items()
            if results.get(Result.RECTIFIED)
        )
        yield (
            Points(points)
            if points
            else self.say(
                "Er was niets dat verbeterd kon worden.",
                "There was nothing that could be corrected.",
            )
        )

    def _left(self) -> Iterator[Block]:
        if self.certificate.retained:
            yield Heading(self.say("Wat blijft zoals het is", "What stays as it is"))
            yield Points(tuple(self._point(one) for one in self.certificate.retained))
        points = [self._point(one) for one in self.certificate.left_alone]
        if self.certificate.of(*NOT_DONE):
            told = told_items(self.certificate.not_done, self.language)
            points.append(
                self.say(
                    f"{told} kon nog niet worden verbeterd. [Waarom, en wanneer wel.]",
                    f"{told} could not be corrected yet. [Why, and when it will be.]",
                )
            )
        if points:
            yield Heading(self.say("Wat nog niet is verbeterd", "What is not corrected yet"))
            yield Points(tuple(points))

    def _point(self, one: Staying) -> str:
        told = told_items(one.items, self.language)
        name = CATEGORIES[one.category].in_(self.language)
        return (
            f"{name} ({one.source}): {told}. {told_ground(one.ground, one.article, self.language)}"
        )

    def _told(self) -> Iterator[Block]:
        yield Heading(self.say("Aan wie wij dit laten weten", "Whom we tell"))
        yield self.say(
            "Wie van ons het oude gegeven heeft ontvangen, laten wij weten dat het is verbeterd, tenzij dat onmogelijk is of onevenredig veel moeite kost (art. 19 AVG). Het gaat om:",
            "Whoever received the old value from us is told that it was corrected, unless that is impossible or takes disproportionate effort (Art. 19 GDPR). These are:",
        )
        yield self._recipients()
