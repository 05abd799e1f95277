"""The promises about `find`: complete, precise, accounted for, and the same every time."""

import unicodedata
from collections import Counter

import pytest

from overdracht.identifiers import Identifier
from overdracht.items import Certainty, Extent, Gap, Item, Searched
from overdracht.people import CLUB, NAMESAKE, SANNE
from overdracht.subject import Subject
from overdracht.testing.cast import MENTION, RECORDS, STRANGER, TREASURER, crowd, subject, tokens
from overdracht.testing.harness import Harness
from overdracht.testing.watching import Found, export, find, view

LONGEST_TITLE = 500


def told(harness: Harness, found: Found, *certainties: Certainty) -> frozenset[str]:
    """Return the tokens of the records that were *found* with one of the *certainties*."""
    items = [one for one in found.items if one.certainty in certainties]
    exported = export(harness.connector(), items)
    return harness.tokens(b"\n".join(one.content for one in exported.pieces if one.keys))


class Finding:
    """R9 to R22, and R36."""

    def test_r09_everything_of_the_person_is_found(self, harness: Harness) -> None:
        """R9: Every record with a strong identifier of the person in a field that says whose it is, is found as exact."""
        harness.fill(RECORDS)
        found = find(harness.connector(), subject(SANNE, harness.known_by))
        assert tokens(SANNE) - told(harness, found, Certainty.EXACT) == set()

    def test_r10_nobody_elses_is_taken_for_the_persons(self, harness: Harness) -> None:
        """R10: No record of anybody else is exact, however much the identifiers resemble each other."""
        harness.fill(RECORDS)
        found = find(harness.connector(), subject(SANNE, harness.known_by), thorough=True)
        assert told(harness, found, Certainty.EXACT) - tokens(SANNE) == set()

    def test_r11_a_stranger_is_found_nowhere_and_looked_for_everywhere(
        self, harness: Harness
    ) -> None:
        """R11: For somebody the system does not know every part ends as searched, and nothing is found."""
        harness.fill(RECORDS)
        known = find(harness.connector(), subject(SANNE, harness.known_by), thorough=True)
        found = find(harness.connector(), subject(STRANGER, harness.known_by), thorough=True)
        assert found.items == []
        assert found.gaps == []
        assert set(found.searched) == set(known.searched)
        assert sum(one.looked_at for one in found.searched.values()) >= len(RECORDS)

    def test_r12_a_namesake_is_not_the_person(self, harness: Harness) -> None:
        """R12: A record that has nothing but the person's name is never exact, nor a mention."""
        harness.fill(RECORDS)
        person = subject(SANNE, (*harness.known_by, "name"))
        found = find(harness.connector(), person, thorough=True)
        sure = told(harness, found, Certainty.EXACT, Certainty.MENTION)
        assert sure & tokens(NAMESAKE) == set()

    def test_r13_free_text_makes_a_mention(self, harness: Harness) -> None:
        """R13: Somebody else's record with a strong identifier of the person in its text is a mention, and no more."""
        if not harness.mentions:
            pytest.skip("the system has no free text")
        harness.fill(RECORDS)
        found = find(harness.connector(), subject(SANNE, harness.known_by), thorough=True)
        assert MENTION.token in told(harness, found, Certainty.MENTION)

    def test_r14_only_what_was_asked_matches(self, harness: Harness) -> None:
        """R14: Every match names an identifier of the subject, and a weak kind never makes one exact or a mention."""
        harness.fill(RECORDS)
        person = subject(SANNE, (*harness.known_by, "name"))
        for item in find(harness.connector(), person, thorough=True).items:
            assert item.matches
            for match in item.matches:
                assert match.identifier in person.identifiers
                assert match.where
                if match.certainty is not Certainty.POSSIBLE:
                    assert match.identifier.kind in harness.known_by

    def test_r15_a_shared_identifier_shows_by_its_holders(self, harness: Harness) -> None:
        """R15: Where the system knows whose record each is, two customers at one address have different holders."""
        if not harness.holders:
            pytest.skip("the system does not know whose record each is")
        harness.fill(RECORDS)
        found = find(harness.connector(), subject(CLUB, ("email",)))
        assert told(harness, found, Certainty.EXACT) == tokens(CLUB) | tokens(TREASURER)
        assert len({one.holder for one in found.items if one.holder is not None}) == 2

    def test_r16_an_item_is_well_made(self, harness: Harness) -> None:
        """R16: An item has a key of its own, a fingerprint, one of the class's categories, and an aware time if any."""
        harness.fill(RECORDS)
        connector = harness.connector()
        items = find(connector, subject(SANNE, (*harness.known_by, "name")), thorough=True).items
        assert [key for key, count in Counter(one.key for one in items).items() if count > 1] == []
        for item in items:
            assert item.key
            assert item.fingerprint
            assert item.category in connector.categories
            assert item.when is None or item.when.utcoffset() is not None

    def test_r17_hostile_text_cannot_leave_its_line(self, harness: Harness) -> None:
        """R17: A title is one line of bounded length, without control characters or surrogates, whatever the system held."""
        harness.fill(RECORDS)
        for item in find(harness.connector(), subject(SANNE, harness.known_by)).items:
            assert len(item.title) <= LONGEST_TITLE
            kinds = {unicodedata.category(character) for character in item.title}
            assert kinds.isdisjoint({"Cc", "Cs", "Zl", "Zp"})

    def test_r18_every_part_is_accounted_for_once(self, harness: Harness) -> None:
        """R18: Every part ends in one `Searched` or `Gap`, after its last item, and so does the part of every item."""
        harness.fill(RECORDS)
        found = find(harness.connector(), subject(SANNE, harness.known_by), thorough=True)
        ended: list[str] = []
        for finding in found.findings:
            if isinstance(finding, Item):
                assert finding.part not in ended
            elif isinstance(finding, Searched) or (isinstance(finding, Gap) and not finding.key):
                assert finding.part not in ended
                ended.append(finding.part)
        assert {one.part for one in found.items} <= set(ended)
        assert len(ended) >= 2

    def test_r19_finding_twice_is_equal(self, harness: Harness) -> None:
        """R19: A second find, by the same connector or a new one, gives equal items."""
        harness.fill(RECORDS)
        person, connector = subject(SANNE, (*harness.known_by, "name")), harness.connector()
        first = view(find(connector, person))
        assert view(find(connector, person)) == first
        assert view(find(harness.connector(), person)) == first

    def test_r20_cursors_lose_nothing(self, harness: Harness) -> None:
        """R20: With the cursors handed back, what the core believes stays what a find without them gives: when nothing changed,
        when something came, and when something went."""
        harness.fill(RECORDS)
        person = subject(SANNE, harness.known_by)
        found = find(harness.connector(), person)
        believed = view(found)
        gone = next(one.token for one in RECORDS if one.person is SANNE and one.second_part)
        for coming, going in (
            ((), ()),
            (crowd(1), ()),
            ((), (gone,)),
            (crowd(1, 20_000), ("tok10000",)),
        ):
            harness.fill(coming)
            for token in going:
                harness.remove(token)
            found = find(harness.connector(), person, cursors=found.cursors)
            believed = view(found, believed)
            assert believed == view(find(harness.connector(), person))

    def test_r21_a_cursor_is_only_a_hint(self, harness: Harness) -> None:
        """R21: Without a cursor a part is searched whole, and a cursor that is nonsense is as good as none."""
        harness.fill(RECORDS)
        person = subject(SANNE, harness.known_by)
        found = find(harness.connector(), person)
        assert {one.extent for one in found.searched.values()} == {Extent.WHOLE}
        for nonsense in ("x", "0", "{}", "\x00" * 9, "9" * 5000):
            cursors = dict.fromkeys(found.searched, nonsense)
            assert view(find(harness.connector(), person, cursors=cursors)) == view(found)

    def test_r22_what_a_plain_find_leaves_out_it_says(self, harness: Harness) -> None:
        """R22: A thorough find gives all that a plain one gives; where it gives more, the plain one's notes say what it left out."""
        harness.fill(RECORDS)
        person = subject(SANNE, harness.known_by)
        plain = find(harness.connector(), person)
        thorough = find(harness.connector(), person, thorough=True)
        keys = {one.key for one in plain.items}
        assert keys <= {one.key for one in thorough.items}
        for more in thorough.items:
            if more.key not in keys:
                assert plain.searched[more.part].note

    def test_r36_what_is_known_is_revealed_again(self, harness: Harness) -> None:
        """R36: What an item surely reveals does not depend on what was asked: the identifiers that led to others stay told."""
        harness.fill(RECORDS)
        person = subject(SANNE, harness.known_by)
        first = Subject(person.reference, person.identifiers[:1])
        known = _revealed(find(harness.connector(), first))
        everything = {one for revealed in known.values() for one in revealed}
        further = sorted(everything.difference(first.identifiers))
        more = Subject(person.reference, (*first.identifiers, *further))
        again = _revealed(find(harness.connector(), more))
        assert {key: again.get(key) for key in known} == known


def _revealed(found: Found) -> dict[str, frozenset[Identifier]]:
    """Return what each item reveals as surely the person's."""
    return {
        item.key: frozenset(
            one.identifier for one in item.reveals if one.certainty is Certainty.EXACT
        )
        for item in found.items
    }
