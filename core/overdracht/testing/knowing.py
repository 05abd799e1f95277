"""The promises about what a connector says besides: what stays behind, whom it knows, what is old, and nothing personal."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta, timezone

import pytest

from overdracht.connector import Ages, Identifies
from overdracht.errors import SourceError
from overdracht.identifiers import Identifier
from overdracht.items import Category, Certainty, Gap
from overdracht.people import SANNE
from overdracht.steps import Aged, Ruling, Sighting
from overdracht.subject import Subject
from overdracht.testing.acting import RULINGS, Scene, erase, scene
from overdracht.testing.cast import RECORDS, Record, identifiers, subject
from overdracht.testing.harness import ErasingHarness
from overdracht.testing.proposing import objections
from overdracht.testing.watching import export, find

_WINTER = timezone(timedelta(hours=1))
"""The Dutch clock at the days around which the records lie."""


def _day(when: datetime) -> date:
    return when.astimezone(_WINTER).date()


class Knowing:
    """E16 to E20."""

    def test_e16_it_says_what_stays_behind(self, harness: ErasingHarness) -> None:
        """E16: `residue` says, with the system away and in both languages, what stays physically, where and until when; one that leaves
        nothing says nothing."""
        connector = harness.eraser()
        with harness.break_whole():
            told = list(connector.residue())
        for one in told:
            for text in (one.what, one.where, one.until):
                assert text.nl.strip()
                assert text.en.strip()
            assert bool(one.remedy.nl.strip()) == bool(one.remedy.en.strip())

    def test_e17_it_knows_everybody(self, harness: ErasingHarness) -> None:
        """E17: `identifiers` tells of every item by each strong identifier by which `find` finds it surely, and of no other; with the
        same time, part and standing. It changes nothing."""
        connector = _identifying(harness)
        harness.fill(RECORDS)
        before = harness.snapshot()
        sightings = list(connector.identifiers())
        assert harness.snapshot() == before
        people = {one.person.id: one.person for one in RECORDS}.values()
        known = {one for person in people for one in identifiers(person, harness.known_by)}
        for identifier in known:
            told = {
                one.key: one
                for one in sightings
                if isinstance(one, Sighting) and one.identifier == identifier and one.key
            }
            items = find(harness.connector(), Subject("kit", (identifier,))).of(Certainty.EXACT)
            assert set(told) == {one.key for one in items}
            for item in items:
                one = told[item.key]
                assert (one.part, one.when) == (item.part, item.when)
                assert (one.is_contact, one.running) == (item.is_contact, item.running)

    def test_e18_whom_it_could_not_ask_about_is_a_gap(self, harness: ErasingHarness) -> None:
        """E18: A part that cannot be read is a gap of `identifiers` and `aged`, and the others are told; with the system away there is
        an error or nothing but gaps."""
        connector = harness.connector()
        harness.fill(RECORDS)
        soon = dict.fromkeys(Category, date(2100, 1, 1))
        tellings: list[Callable[[], list[object]]] = []
        if isinstance(connector, Identifies):
            tellings.append(lambda: list(connector.identifiers()))
        if isinstance(connector, Ages) and harness.dated:
            tellings.append(lambda: list(connector.aged(soon)))
        if not tellings:
            pytest.skip("the connector cannot tell whom its system knows, nor what is old")
        for tell in tellings:
            with harness.break_part():
                told = tell()
            assert [one for one in told if isinstance(one, Gap)]
            assert [one for one in told if not isinstance(one, Gap)]
            with harness.break_whole():
                try:
                    told = tell()
                except SourceError:
                    continue
            assert told
            assert all(isinstance(one, Gap) for one in told)

    def test_e19_it_tells_exactly_what_is_older(self, harness: ErasingHarness) -> None:
        """E19: `aged` gives what is before the day of its category and nothing of that day or later, of whomever it is, with whom it is
        about; of a category that was not asked for it gives nothing. It changes nothing."""
        connector = harness.connector()
        if not isinstance(connector, Ages) or not harness.dated:
            pytest.skip("the connector cannot tell what is old")
        harness.fill(RECORDS)
        before = harness.snapshot()
        for day in (_day(RECORDS[0].when), _day(RECORDS[6].when), _day(RECORDS[-1].when)):
            older = _told(harness, connector.aged(dict.fromkeys(Category, day)))
            assert set(older) == {one.token for one in RECORDS if _day(one.when) < day}
            for record in RECORDS if harness.parties else ():
                if record.token in older:
                    assert older[record.token] & set(_identifiers(record, harness))
        assert list(connector.aged({})) == []
        assert harness.snapshot() == before

    def test_e20_nothing_personal_is_told(self, harness: ErasingHarness) -> None:
        """E20: No secret and nothing that identifies a person stands in a ground, an objection, a reason, an error, what stays behind or
        the reason of a gap."""
        now = scene(harness)
        said = [str(one) for ruled in RULINGS.values() for one in _grounds(now, ruled)]
        said += [str(one) for one in harness.eraser().residue()]
        for obstacle in (*harness.obstacles().values(), harness.break_part, harness.break_whole):
            with obstacle():
                said += [one.reason for one in objections(now)]
                said += _gaps(harness)
        harness.change(min(now.all_tokens))
        said += [one.reason for one in objections(now)]
        with harness.break_part():
            done = erase(harness.eraser(), now.steps)
        said += [one.reason for one in done.outcomes] + [str(done.error)]
        with harness.break_whole():
            said += [str(erase(harness.eraser(), now.steps).error)]
        values = [one.value for one in subject(SANNE, (*harness.known_by, "name")).identifiers]
        private = {*SANNE.emails, SANNE.name, SANNE.phone, SANNE.iban, SANNE.customer, *values}
        heard = "\n".join(said).casefold()
        for text in {*private, *harness.secrets}:
            assert text.casefold() not in heard


def _identifying(harness: ErasingHarness) -> Identifies:
    connector = harness.connector()
    if not isinstance(connector, Identifies):
        pytest.skip("the connector cannot tell whom its system knows")
    return connector


def _identifiers(record: Record, harness: ErasingHarness) -> tuple[Identifier, ...]:
    return identifiers(record.person, harness.known_by)


def _told(harness: ErasingHarness, aged: Iterable[Aged | Gap]) -> dict[str, frozenset[Identifier]]:
    """Return, by token, whom each aged item is said to be about."""
    told: dict[str, frozenset[Identifier]] = {}
    for one in aged:
        assert isinstance(one, Aged)
        assert one.item.matches == ()
        exported = export(harness.connector(), [one.item])
        told |= dict.fromkeys(harness.tokens(exported.content), frozenset(one.parties))
    return told


def _grounds(now: Scene, ruled: Ruling) -> list[object]:
    connector = now.harness.eraser()
    dispositions = [connector.propose(one.item, ruled).disposition for one in now.steps]
    return [text for one in dispositions for text in (one.ground, one.article)]


def _gaps(harness: ErasingHarness) -> list[str]:
    connector, said = harness.connector(), list[str]()
    for tell in ("identifiers", "aged"):
        asked = getattr(connector, tell, None)
        if asked is None:
            continue
        try:
            told = list(asked({}) if tell == "aged" else asked())
        except SourceError as error:
            said.append(str(error))
        else:
            said += [one.reason for one in told if isinstance(one, Gap)]
    return said
