"""Where in an mbox one message ends and the next begins: nobody is handed a stranger's letter, and no letter is cut at a word in it."""

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from overdracht import Category, Extent, Result
from overdracht_imap.boundaries import Stretch, stretches
from overdracht_imap.mbox import when_received
from tests.imap.erasing import erase, objections
from tests.imap.test_mailfiles import (
    LONG_AGO,
    connector,
    export,
    find,
    gaps,
    items,
    searched,
)

SURE = b"From jan@kaasboer.example Mon Jan  5 09:00:00 2026\n"
MINE = b"From: Jan <jan@kaasboer.example>\nTo: a@b.example\nSubject: mijn %d\n\nDag.\n\n"
STRANGER = b"From: geheim@ander.example\nTo: e@f.example\nSubject: van een ander\n\ngeheim\n\n"

SEPARATORS = [
    b"From c@d.example Tue Feb  3 10:00:00 1998",
    b"From c@d.example Tue Feb  3 10:00:00 98",
    b"From c@d.example Tue Feb  3 10:00:00 MET DST 98",
    b"From c@d.example  Tue Feb 3 10:00 2026",
    b"From 12345@xxx Tue Feb 03 10:00:00 +0000 2026",
    b"From - Tue Feb 03 10:00:00 2026",
    b"From c Tue Feb  3 10:00:00 2026 +0100",
    b"From  Tue Feb  3 10:00:00 2026",
    b"From uucp Tue Feb  3 10:00:00 2026 remote from kremvax",
    b"From jan at x.example  Tue Feb  3 10:00:00 2026",
    b'From "jan de vries"@x.example Tue Feb  3 10:00:00 2026',
    b"From c@d.example di feb  3 10:00:00 2026",
    b"From c@d.example Tue, 3 Feb 2026 10:00:00 +0100 (CET)",
    b"From c@d.example 2026-02-03T10:00:00Z",
    b"From c@d.example 03/02/2026 10:00:00",
]
IN_DOUBT = [
    b"From c@d.example",
    b"From c@d.example\r",
    b"From ",
    b"From c",
    b"From Piet Jansen",
    b"From c@d.example Tue Feb  3 2026",
    b"From c@d.example 1998",
    b"From Piet Jansen, dinsdag 3 februari 2026, 10:00 uur",
    b"From c@d.example sinds 10:00 op 3 februari 2026 of zo",
]
"""In front of a header section."""
ORDINARY = [
    b">From c@d.example\nFrom: geheim@ander.example\nSubject: x\n\n",
    b">>From c@d.example Tue Feb  3 10:00:00 2026\nFrom: geheim@ander.example\n\n",
    b"From hier is het ver.\n",
    b"From here on:\nNote: it rains.\n",
    b"From here on:\nDate: 5 jan\n",
    b"From our form:\nName: Jan\nEmail: jan@kaasboer.example\nSubject: vraag\n",
    b"From 10:00 on 5 January 2026 we are closed.\n\nBye\n",
    b"From 10:00 on 5 January 2026:\nMonday: closed\n",
    b"From c@d.example\n\nDag.\n",
    b"From c@d.example wrote\nwhat follows: this\n",
    b"From \nhere: there\n",
    b" From c@d.example\nFrom: geheim@ander.example\n",
    b"Fromage\nFrom: geheim@ander.example\n",
    b"From\tc@d.example\nFrom: geheim@ander.example\n",
]


def written(path: Path, *pieces: bytes) -> Path:
    """Write an mbox file of *pieces*, long ago."""
    path.write_bytes(b"".join(pieces))
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


class TestWhatSurelyBegins:
    """The lines that programs write between messages, in the ways of forty years."""

    @pytest.mark.parametrize("line", SEPARATORS)
    @pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
    @pytest.mark.parametrize("empty", [True, False], ids=["behind an empty line", "behind text"])
    def test_a_separator_with_a_date(
        self, tmp_path: Path, line: bytes, line_end: bytes, empty: bool
    ) -> None:
        """The stranger's letter is in no export, and stays when the person's goes."""
        mine = MINE % 1 if empty else (MINE % 1)[:-1]
        text = SURE + mine, line + b"\n" + STRANGER
        path = written(tmp_path / "box", *(one.replace(b"\n", line_end) for one in text))
        found = find(path)
        assert gaps(found) == []
        assert searched(found)["box"].looked_at == 2
        files, _, missing = export(path, items(found))
        assert list(files.values()) == [(MINE % 1)[:-1].replace(b"\n", line_end)]
        assert missing == []
        assert erase(connector(path), items(found)).counts == {Result.ERASED: 1}
        assert path.read_bytes() == (line + b"\n" + STRANGER).replace(b"\n", line_end)

    def test_as_thunderbird_writes_it(self, tmp_path: Path) -> None:
        """`From ` and nothing behind it, and then a field that only that program writes."""
        mozilla = b"From \nX-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\n"
        path = written(tmp_path / "box", mozilla, MINE % 1, mozilla, STRANGER)
        assert searched(find(path))["box"].looked_at == 2
        assert gaps(find(path)) == []

    @pytest.mark.parametrize(("written", "year"), [(b"98", 1998), (b"70", 1970), (b"05", 2005)])
    def test_a_year_of_two_figures(self, written: bytes, year: int) -> None:
        """It is what it must have been."""
        received = when_received(b"From c@d.example Tue Feb  3 10:00:00 " + written + b"\n")
        assert received is not None
        assert received.year == year

    @pytest.mark.parametrize("before", [b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
    def test_empty_lines_and_a_byte_order_mark_before_the_first(
        self, tmp_path: Path, before: bytes
    ) -> None:
        """Somebody's editor put them there; they stay there when the first letter goes."""
        path = written(tmp_path / "box", before, SURE, MINE % 1, SURE, STRANGER)
        found = find(path)
        assert [item.title for item in items(found)] == ["mijn 1"]
        assert list(export(path, items(found))[0].values()) == [(MINE % 1)[:-1]]
        assert erase(connector(path), items(found)).counts == {Result.ERASED: 1}
        assert path.read_bytes() == before + SURE + STRANGER
        assert gaps(find(path)) == []


class TestDoubt:
    """A line that may begin another's letter: what is around it goes nowhere."""

    @pytest.mark.parametrize("line", IN_DOUBT)
    def test_what_may_be_two_letters_is_a_gap(self, tmp_path: Path, line: bytes) -> None:
        """Neither of them is found, handed over or erased; the gap says where and what to do; all the others are."""
        doubtful = SURE + MINE % 2 + line + b"\n" + STRANGER
        path = written(tmp_path / "box", SURE + MINE % 1, doubtful, SURE + MINE % 3)
        found = find(path)
        assert [item.title for item in items(found)] == ["mijn 1", "mijn 3"]
        (gap,) = gaps(found)
        place = path.read_bytes().index(b"\n" + line + b"\n") + 1
        assert f"byte {place}. Write `>From `" in gap.reason
        assert "ander.example" not in gap.reason
        assert searched(found)["box"].cursor == ""
        assert searched(found)["box"].extent is Extent.ADDED
        assert not any(b"geheim" in one for one in export(path, items(found))[0].values())
        assert erase(connector(path), items(found)).counts == {Result.ERASED: 2}
        assert path.read_bytes() == doubtful

    def test_the_remedy_helps(self, tmp_path: Path) -> None:
        """Quoted, it is one letter; dated, it is two."""
        doubtful = SURE + MINE % 1 + b"From c@d.example\n" + STRANGER
        quoted = doubtful.replace(b"\nFrom c@d.example\n", b"\n>From c@d.example\n")
        dated = doubtful.replace(
            b"From c@d.example\n", b"From c@d.example Mon Jan  5 10:00:00 2026\n"
        )
        for content, count in ((quoted, 1), (dated, 2)):
            found = find(written(tmp_path / "box", content))
            assert searched(found)["box"].looked_at == count
            assert gaps(found) == []

    def test_no_line_has_a_date(self, tmp_path: Path) -> None:
        """A file of which nobody can tell where its letters begin is searched in no part, and says so."""
        content = b"From a@b.example\n" + MINE % 1 + b"From c@d.example\n" + STRANGER
        path = written(tmp_path / "box", content)
        found = find(path, thorough=True)
        assert items(found) == []
        assert len(gaps(found)) == 1
        assert len(gaps(connector(path).identifiers())) == 1
        assert len(gaps(connector(path).aged({Category.CORRESPONDENCE: _today()}))) == 1

    def test_a_letter_that_came_into_doubt_since_it_was_found(self, tmp_path: Path) -> None:
        """Something was appended: it is an objection and CHANGED with the reason, an export has a gap, and the file stays as it is."""
        path = written(tmp_path / "box", SURE, MINE % 1)
        before = find(path)
        with path.open("ab") as file:
            file.write(b"From c@d.example\n" + STRANGER)
        os.utime(path, (LONG_AGO, LONG_AGO + 60))
        content = path.read_bytes()
        cursors = {part: one.cursor for part, one in searched(before).items()}
        again = find(path, cursors=cursors)
        assert items(again) == []
        assert len(gaps(again)) == 1
        files, _, missing = export(path, items(before))
        assert files == {}
        assert ["cannot be told" in gap.reason for gap in missing] == [True]
        (objection,) = objections(connector(path), items(before))
        assert "cannot be told where the message ends" in objection.reason
        done = erase(connector(path), items(before))
        assert done.counts == {Result.CHANGED: 1}
        assert "cannot be told" in done.outcomes[items(before)[0].key].reason
        assert path.read_bytes() == content

    def test_what_was_found_as_one_with_a_strangers_is_not_erased(self, tmp_path: Path) -> None:
        """A fingerprint of both together, as an older version wrote it down, takes neither away."""
        path = written(tmp_path / "box", SURE, MINE % 1, b">From c@d.example\n", STRANGER)
        (item,) = items(find(path))
        content = path.read_bytes().replace(b"\n>From", b"\nFrom")
        with path.open("r+b") as file:
            file.write(content)
            file.truncate()
        assert erase(connector(path), [item]).counts == {Result.CHANGED: 1}
        assert path.read_bytes() == content

    def test_many_doubts_are_one_gap(self, tmp_path: Path) -> None:
        """It names the first few places."""
        doubtful = SURE + MINE % 2 + b"From c@d.example\n" + STRANGER
        (gap,) = gaps(find(written(tmp_path / "box", *[doubtful] * 50)))
        assert gap.reason.startswith("50 messages may be two")
        assert ", …. Write" in gap.reason

    def test_a_length_that_is_right_leaves_no_doubt(self, tmp_path: Path) -> None:
        """In an mboxcl file a body may hold anything."""
        body = b"zie:\n\nFrom c@d.example\n" + STRANGER[:-1]
        letter = MINE[:-7] % 1 + b"Content-Length: %d\n\n%s\n" % (len(body), body)
        found = find(written(tmp_path / "box", SURE, letter, SURE, MINE % 2))
        assert [item.title for item in items(found)] == ["mijn 1", "mijn 2"]
        assert gaps(found) == []


class TestOrdinaryText:
    """A word at a line's beginning cuts no letter in two, and makes none doubtful."""

    @pytest.mark.parametrize("text", ORDINARY)
    @pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
    def test_a_letter_with_the_word_in_it_is_whole(
        self, tmp_path: Path, text: bytes, line_end: bytes
    ) -> None:
        """It is found, leaves and goes as a whole."""
        letter = (MINE % 1 + text + b"einde\n").replace(b"\n", line_end)
        rest = (SURE + STRANGER).replace(b"\n", line_end)
        path = written(tmp_path / "box", SURE, letter, line_end, rest)
        found = find(path)
        assert gaps(found) == []
        assert list(export(path, items(found))[0].values()) == [letter]
        assert erase(connector(path), items(found)).counts == {Result.ERASED: 1}
        assert path.read_bytes() == rest


def _today() -> date:

    return datetime.now(UTC).date()


_WORDS = st.sampled_from([
    b"From ", b"From", b">From ", b"c@d.example", b"hier", b" ", b"\n", b"\n\n", b"\r\n", b"10:00:00", b"2026", b"Mon Jan  5 10:00:00 2026", b"98",
    b"Subject: x\n", b"From: a@b.example\n", b"Let op: ", b"\xff", b"\xef\xbb\xbf",
])  # fmt: skip
_TEXT = st.lists(_WORDS, max_size=12).map(b"".join)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_TEXT, min_size=1, max_size=5))
@example([b"\nFrom \n"])
def test_whatever_stands_in_a_file(texts: list[bytes]) -> None:
    """The stretches cover it from its first message to its end without overlap, each begins at a `From ` line; the same is told from each of their beginnings."""
    content = b"".join(SURE + MINE % 1 + text + b"\n" for text in texts)
    descriptor = os.memfd_create("box")
    try:
        os.write(descriptor, content)
        found = list(stretches(descriptor, 0, len(content)))
        assert found[0].start == 0
        assert [one.end for one in found] == [*(one.start for one in found[1:]), len(content)]
        assert len(found) >= len(texts)
        for one in found:
            assert content.startswith(b"From ", one.start)
            assert one.is_one or one.start < one.doubt < one.end
            assert next(stretches(descriptor, one.start, len(content))) == one
    finally:
        os.close(descriptor)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from([*SEPARATORS, *IN_DOUBT]), st.sampled_from([b"", *ORDINARY])),
        min_size=1,
        max_size=6,
    )
)
def test_no_stretch_that_is_one_message_holds_two(parts: list[tuple[bytes, bytes]]) -> None:
    """However separators with and without a date, and letters with the word in them, follow each other."""
    content, begins = b"", []
    for line, text in parts:
        begins.append(len(content))
        content += line + b"\n" + STRANGER + text + b"\n"
    descriptor = os.memfd_create("box")
    try:
        os.write(descriptor, content)
        for one in stretches(descriptor, 0, len(content)):
            inside = sum(one.start <= place < one.end for place in begins)
            assert one == Stretch(one.start, one.end) if inside == 1 else not one.is_one
            assert one.start in begins
    finally:
        os.close(descriptor)
