"""The promises about `export`: everything asked for, nothing else, in files that are safe to unpack."""

import unicodedata

from overdracht.items import Certainty
from overdracht.names import SafeNames
from overdracht.people import SANNE
from overdracht.testing.cast import RECORDS, subject, tokens
from overdracht.testing.harness import Harness
from overdracht.testing.watching import Export, export, find


def _whole_export(harness: Harness) -> Export:
    harness.fill(RECORDS)
    connector = harness.connector()
    return export(connector, find(connector, subject(SANNE, harness.known_by)).items)


class Exporting:
    """R23 to R28."""

    def test_r23_every_item_can_be_read(self, harness: Harness) -> None:
        """R23: The key of every item is in a piece, every piece has content, and the records' own words stand in it."""
        harness.fill(RECORDS)
        connector = harness.connector()
        found = find(connector, subject(SANNE, harness.known_by), thorough=True)
        exported = export(connector, found.items)
        assert exported.gaps == []
        assert exported.keys == {one.key for one in found.items}
        assert [one.path for one in exported.pieces if not one.content] == []
        wordless = [one.key for one in found.items if not harness.tokens(exported.holding(one.key))]
        assert wordless == []

    def test_r24_only_what_was_asked_for_leaves(self, harness: Harness) -> None:
        """R24: An export of some items holds those and no other: no further key, no word of another record."""
        harness.fill(RECORDS)
        connector = harness.connector()
        found = find(connector, subject(SANNE, harness.known_by))
        left: set[str] = set()
        for item in {one.key: one for one in found.of(Certainty.EXACT)}.values():
            exported = export(harness.connector(), [item])
            assert exported.keys == {item.key}
            words = harness.tokens(exported.content)
            assert words.isdisjoint(left)
            left |= words
        assert export(connector, []).keys == set()

    def test_r25_what_is_gone_is_a_gap(self, harness: Harness) -> None:
        """R25: An item that went since it was found is a gap with its key; every other item is exported, or is a gap too when what
        went shared a part with it."""
        harness.fill(RECORDS)
        connector = harness.connector()
        items = find(connector, subject(SANNE, harness.known_by)).of(Certainty.EXACT)
        gone = min(tokens(SANNE, second_part=True))
        harness.remove(gone)
        exported = export(harness.connector(), items)
        gaps = {one.key for one in exported.gaps if one.reason}
        assert gaps | exported.keys == {one.key for one in items}
        assert len({one.part for one in items if one.key in gaps}) == 1
        assert gone not in harness.tokens(exported.content)

    def test_r26_paths_are_safe_everywhere(self, harness: Harness) -> None:
        """R26: A path is relative and every part of it is one that `SafeNames` made: no `..`, no device, no control character."""
        for piece in _whole_export(harness).pieces:
            for name in piece.path.split("/"):
                assert SafeNames()(name) == name

    def test_r27_no_two_files_meet(self, harness: Harness) -> None:
        """R27: No two files have one path, nor a file and a table, even where case does not count."""
        pieces = _whole_export(harness).pieces
        files = [_folded(one.path) for one in pieces if not one.line]
        assert len(files) == len(set(files))
        tables = {one.path for one in pieces if one.line}
        assert set(files).isdisjoint(_folded(one) for one in tables)
        assert len(tables) == len({_folded(one) for one in tables})

    def test_r28_an_extra_form_comes_on_top(self, harness: Harness) -> None:
        """R28: A form on request adds to the export and takes nothing away."""
        plain = {one.path: one.content for one in _whole_export(harness).pieces if not one.line}
        connector = harness.connector()
        items = find(connector, subject(SANNE, harness.known_by)).items
        for extra in connector.extras:
            pieces = export(harness.connector(), items, frozenset({extra})).pieces
            richer = {one.path: one.content for one in pieces if not one.line}
            assert {path: richer.get(path) for path in plain} == plain
            assert len(richer) > len(plain)


def _folded(path: str) -> str:
    return unicodedata.normalize("NFKC", path).casefold()
