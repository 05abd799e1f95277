"""The promises about what goes wrong, what must not be told, and what it may cost."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from overdracht.connector import Question
from overdracht.errors import SourceError
from overdracht.items import Certainty
from overdracht.people import SANNE
from overdracht.testing.cast import RECORDS, crowd, subject, tokens
from overdracht.testing.harness import Harness
from overdracht.testing.watching import Export, Found, discard, export, find, peak

FEW = 200
ALLOWED = 400
"""Bytes a further record may cost: enough to remember a number or a file name for each, not enough for an item."""


class Faults:
    """R29 to R35, and R37."""

    def test_r29_a_broken_part_is_a_gap_and_stays_alone(self, harness: Harness) -> None:
        """R29: A part that cannot be read is a gap that says why, and the others are searched to their end."""
        harness.fill(RECORDS)
        person = subject(SANNE, harness.known_by)
        whole = find(harness.connector(), person)
        with harness.break_part():
            found = find(harness.connector(), person)
        exported = export(harness.connector(), found.of(Certainty.EXACT))
        assert [one for one in found.gaps if not one.reason.strip()] == []
        gaps = {one.part for one in found.gaps}
        assert gaps
        assert set(whole.searched) - set(found.searched) - gaps == set()
        assert set(found.searched).isdisjoint(gaps)
        missed = tokens(SANNE, second_part=False) - harness.tokens(exported.content)
        assert missed == set()

    def test_r30_a_broken_system_is_never_an_empty_answer(self, harness: Harness) -> None:
        """R30: A system that is away is a SourceError or gaps and nothing but gaps: no part counts as searched."""
        harness.fill(RECORDS)
        found, refused = Found(), False
        question = Question(subject(SANNE, harness.known_by))
        with harness.break_whole():
            try:
                for finding in harness.connector().find(question):
                    found.findings.append(finding)
            except SourceError:
                refused = True
        assert refused or found.gaps
        assert found.items == []
        assert found.searched == {}

    def test_r31_an_export_goes_on_past_a_broken_part(self, harness: Harness) -> None:
        """R31: Items that cannot be read are gaps with their keys, one each, and the others are exported."""
        harness.fill(RECORDS)
        items = find(harness.connector(), subject(SANNE, harness.known_by)).of(Certainty.EXACT)
        with harness.break_part():
            exported = export(harness.connector(), items)
        assert {one.key for one in exported.gaps} | exported.keys >= {one.key for one in items}
        assert harness.tokens(exported.content) >= tokens(SANNE, second_part=False)

    def test_r32_an_export_of_a_broken_system_says_so(self, harness: Harness) -> None:
        """R32: With the system away an export is a SourceError or a gap for every item, never a shorter export."""
        harness.fill(RECORDS)
        items = find(harness.connector(), subject(SANNE, harness.known_by)).of(Certainty.EXACT)
        exported = Export()
        with harness.break_whole():
            try:
                exported = export(harness.connector(), items)
            except SourceError:
                return
        assert {one.key for one in exported.gaps} == {one.key for one in items}

    def test_r33_nothing_personal_or_secret_is_told(self, harness: Harness) -> None:
        """R33: No secret, and nothing that identifies a person, stands in a repr, an error, a check, a gap's reason or a log
        above debug, with the system well, half broken and away."""
        harness.fill(RECORDS)
        with _log() as said:
            _tell(harness, said)
            with harness.break_part():
                _tell(harness, said)
            with harness.break_whole():
                _tell(harness, said)
        private = (*SANNE.emails, SANNE.name, SANNE.phone, SANNE.iban, SANNE.customer)
        values = [one.value for one in subject(SANNE, (*harness.known_by, "name")).identifiers]
        heard = "\n".join(said).casefold()
        for text in {*private, *values, *harness.secrets}:
            assert text.casefold() not in heard

    def test_r34_the_memory_of_a_find_is_flat(self, harness: Harness) -> None:
        """R34: Finding many items holds no more memory than finding few: a connector never holds its items."""
        question = Question(subject(SANNE, harness.known_by))

        def search() -> None:
            for _ in harness.connector().find(question):
                pass

        harness.fill(crowd(FEW))
        search()
        few = peak(search)
        harness.fill(crowd(harness.many, first=20_000))
        assert peak(search) - few < harness.batch + ALLOWED * harness.many

    def test_r35_the_memory_of_an_export_is_flat(self, harness: Harness) -> None:
        """R35: Exporting many items holds no more memory than exporting few."""
        person = subject(SANNE, harness.known_by)
        harness.fill(crowd(FEW))
        items = find(harness.connector(), person).items
        discard(harness.connector().export(iter(items)))
        few = peak(lambda: discard(harness.connector().export(iter(items))))
        harness.fill(crowd(harness.many, first=20_000))
        everything = find(harness.connector(), person).items
        many = peak(lambda: discard(harness.connector().export(iter(everything))))
        assert many - few < harness.batch + ALLOWED * harness.many

    def test_r37_throttling_is_respected(self, harness: Harness) -> None:
        """R37: A system that says for a while that it is asked too often is asked again later: what is found is the same, and no part is
        a gap."""
        harness.fill(RECORDS)
        person = subject(SANNE, harness.known_by)
        before = find(harness.connector(), person)
        with harness.throttled():
            throttled = find(harness.connector(), person)
        assert throttled.gaps == []
        assert {one.key for one in throttled.items} == {one.key for one in before.items}


@contextmanager
def _log() -> Iterator[list[str]]:
    """Collect what is logged at INFO and above, as it would be written."""
    said: list[str] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = lambda record: said.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield said
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _tell(harness: Harness, said: list[str]) -> None:
    """Have a connector check, find and export, and keep all that may end in a log."""
    connector = harness.connector()
    said += [repr(connector), str(connector), repr(connector.settings), str(connector.settings)]
    for telling in (_checks, _finds, _exports):
        try:
            said += telling(harness)
        except SourceError as error:
            said += [str(error), repr(error)]


def _checks(harness: Harness) -> list[str]:
    return [f"{one.name} {one.detail}" for one in harness.connector().check()]


def _finds(harness: Harness) -> list[str]:
    found = find(harness.connector(), subject(SANNE, harness.known_by), thorough=True)
    return [one.reason for one in found.gaps] + [
        text for one in found.searched.values() if one.note for text in (one.note.nl, one.note.en)
    ]


def _exports(harness: Harness) -> list[str]:
    connector = harness.connector()
    items = find(connector, subject(SANNE, harness.known_by)).items
    changed = [replace(one, fingerprint="another") for one in items]
    return [one.reason for one in export(connector, changed).gaps]
