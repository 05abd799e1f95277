"""Files that cannot be read to the last card: what can be read is found, and the rest is never passed over in silence."""

import subprocess
from pathlib import Path

import pytest

from overdracht import Question, Result
from overdracht.testing.watching import Found
from tests.contacts.asking import agenda, cards, erased, find, only, proposed, subject

SANNE, PIET = "sanne@vanderberg.example", "piet@dewit.example"
BOM = b"\xef\xbb\xbf"


def card(email: str, uid: str = "") -> bytes:
    """Return a card with this *email*."""
    told = f"UID:{uid or email}\r\nFN:Klant\r\nEMAIL:{email}\r\n"
    return f"BEGIN:VCARD\r\nVERSION:3.0\r\n{told}END:VCARD\r\n".encode()


def event(email: str, uid: str = "", kind: str = "VEVENT") -> bytes:
    """Return a component of this *kind* with one party."""
    told = f"UID:{uid or email}\r\nDTSTART:20260301T090000Z\r\nATTENDEE:mailto:{email}\r\n"
    return f"BEGIN:{kind}\r\n{told}END:{kind}\r\n".encode()


def calendar(*components: bytes) -> bytes:
    """Return the calendar that holds these *components*."""
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//NL\r\n"
    return b"".join([head, *components, b"END:VCALENDAR\r\n"])


@pytest.mark.parametrize("kind", ["cards", "calendar"])
def test_a_byte_order_mark_hides_nothing(tmp_path: Path, kind: str) -> None:
    """The first card or calendar after a mark that Windows puts at the top is found and goes, the mark and the others stay to the byte,
    and with the last one the file goes."""
    connector = cards(tmp_path) if kind == "cards" else agenda(tmp_path)
    mine, other = (
        (card(SANNE), card(PIET))
        if kind == "cards"
        else (calendar(event(SANNE)), calendar(event(PIET)))
    )
    path = tmp_path / ("a.vcf" if kind == "cards" else "a.ics")
    path.write_bytes(BOM + mine + BOM + other)
    found = find(connector, SANNE)
    assert found.gaps == []
    (item,) = found.items
    assert [one.result for one in erased(connector, [proposed(connector, item)])] == [Result.ERASED]
    assert path.read_bytes().replace(BOM, b"").endswith(other)
    assert b"sanne" not in path.read_bytes()
    path.write_bytes(BOM + mine)
    erased(connector, [proposed(connector, only(connector, SANNE))])
    assert not path.exists()


UNREADABLE = {
    "utf-16.vcf": card(SANNE).decode().encode("utf-16"),
    "utf-16.ics": calendar(event(SANNE)).decode().encode("utf-16"),
    "returns.vcf": card(SANNE).replace(b"\r\n", b"\r"),
    "returns.ics": calendar(event(SANNE)).replace(b"\r\n", b"\r"),
    "no end.vcf": card(SANNE).removesuffix(b"END:VCARD\r\n"),
    "no end.ics": calendar(event(SANNE)).removesuffix(b"END:VCALENDAR\r\n"),
    "no end inside.ics": calendar(event(SANNE).removesuffix(b"END:VEVENT\r\n"), event(PIET)),
    "two ends.ics": calendar(event(PIET), b"END:VEVENT\r\n", event(SANNE)),
    "no cards.vcf": b"Sanne: sanne@vanderberg.example\r\n",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_read_is_a_gap_and_the_others_come(tmp_path: Path, name: str) -> None:
    """A file in another encoding, with other line ends, or broken off is named as one of which not all can be read; its neighbours are
    found, and the folder is not taken for searched to its end."""
    ending = name[-4:]
    (tmp_path / name).write_bytes(UNREADABLE[name])
    whole = card(SANNE) if ending == ".vcf" else calendar(event(SANNE))
    (tmp_path / f"z{ending}").write_bytes(whole)
    connector = cards(tmp_path) if ending == ".vcf" else agenda(tmp_path)
    found = find(connector, SANNE)
    assert [one.key.rpartition("/")[2].partition("#")[0] for one in found.items] == [f"z{ending}"]
    (gap,) = found.gaps
    assert gap.place == gap.key == f"{tmp_path.name}/{name}"
    assert gap.reason == "not all of the file can be read as cards or appointments"
    assert [one.cursor for one in found.searched.values()] == [""]


def test_empty_files_are_no_gap(tmp_path: Path) -> None:
    """A file without anything in it, or a calendar without appointments, is read to its end."""
    for name, content in {"a.ics": b"", "b.ics": BOM + b"\r\n", "c.ics": calendar()}.items():
        (tmp_path / name).write_bytes(content)
    assert find(agenda(tmp_path), SANNE).gaps == []


def test_a_card_without_an_end_hides_no_other(tmp_path: Path) -> None:
    """The cards around it are found and go; the one without an end, which may be anybody's, stays to the byte and is a gap. What was
    found in such a file and is not there any more is not said to be gone, for it may be in what cannot be read."""
    path = tmp_path / "alles.vcf"
    half = card(PIET).removesuffix(b"END:VCARD\r\n")
    other = card("kees@elders.example")
    path.write_bytes(half + card(SANNE) + other)
    connector = cards(tmp_path)
    found = find(connector, SANNE)
    assert len(found.gaps) == 1
    (item,) = found.items
    step = proposed(connector, item)
    assert [one.result for one in erased(connector, [step])] == [Result.ERASED]
    assert path.read_bytes() == half + other
    (again,) = erased(connector, [step])
    assert again.result is Result.FAILED


def test_the_card_of_an_agent_is_part_of_the_card(tmp_path: Path) -> None:
    """In vCard 2.1 a card may stand inside another; that is no card without an end."""
    agent = b"AGENT:\r\n" + card("hulp@elders.example", "hulp")
    (tmp_path / "a.vcf").write_bytes(card(SANNE).replace(b"END:", agent + b"END:") + card(PIET))
    found = find(cards(tmp_path), SANNE)
    assert (len(found.items), found.gaps) == (1, [])


@pytest.mark.parametrize("kind", ["VFREEBUSY", "VAVAILABILITY", "X-DIENST"])
def test_a_calendar_is_removed_only_when_nothing_is_in_it(tmp_path: Path, kind: str) -> None:
    """When her appointment goes, somebody else's component of whatever kind stays to the byte, and so does its file."""
    path = tmp_path / "agenda.ics"
    path.write_bytes(calendar(event(SANNE), event(PIET, kind=kind)))
    connector = agenda(tmp_path)
    erased(connector, [proposed(connector, only(connector, SANNE))])
    assert path.read_bytes() == calendar(event(PIET, kind=kind))


def test_a_calendar_with_time_zones_only_is_removed(tmp_path: Path) -> None:
    """The zones are nobody's: with the last appointment the file goes."""
    zone = b"BEGIN:VTIMEZONE\r\nTZID:x\r\nBEGIN:STANDARD\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    path = tmp_path / "agenda.ics"
    path.write_bytes(calendar(zone, event(SANNE)))
    connector = agenda(tmp_path)
    erased(connector, [proposed(connector, only(connector, SANNE))])
    assert not path.exists()


def test_busy_times_are_found_and_go(tmp_path: Path) -> None:
    """A file of busy times says whose they are: it is found by that party and goes."""
    path = tmp_path / "sanne.ifb"
    path.write_bytes(calendar(event(SANNE, kind="VFREEBUSY")))
    connector = agenda(tmp_path)
    erased(connector, [proposed(connector, only(connector, SANNE))])
    assert not path.exists()


def titled(content: bytes, title: str) -> bytes:
    """Return the component *content* with this *title*."""
    return content.replace(b"DTSTART", f"SUMMARY:{title}\r\nDTSTART".encode())


def test_appointments_that_share_a_uid_are_told_apart(tmp_path: Path) -> None:
    """Two calendars in one file hold each an appointment with the same UID: both are found, under keys of their own; one goes and the
    other stays, and after that it is still known for the one that was found."""
    path = tmp_path / "agenda.ics"
    first, second = (titled(event(SANNE, "zelfde"), title) for title in ("Een", "Twee"))
    path.write_bytes(calendar(first) + calendar(second))
    connector = agenda(tmp_path)
    items = {one.title: one for one in find(connector, SANNE).items}
    assert sorted(items) == ["Een", "Twee"]
    assert len({one.key for one in items.values()}) == 2
    steps = {title: proposed(connector, one) for title, one in items.items()}
    assert [one.result for one in erased(connector, [steps["Een"]])] == [Result.ERASED]
    assert path.read_bytes() == calendar() + calendar(second)
    outcomes = erased(connector, [steps["Twee"]])
    assert [(one.key, one.result) for one in outcomes] == [(items["Twee"].key, Result.ERASED)]
    assert not path.exists()


def test_both_of_two_appointments_with_one_uid_go(tmp_path: Path) -> None:
    """Erased together, each has an outcome of its own and none stays; two that are equal to the letter are one item."""
    path = tmp_path / "agenda.ics"
    first, second = (titled(event(SANNE, "zelfde"), title) for title in ("Een", "Twee"))
    path.write_bytes(calendar(first) + calendar(second) + calendar(second, event(PIET)))
    connector = agenda(tmp_path)
    items = find(connector, SANNE).items
    outcomes = erased(connector, [proposed(connector, one) for one in items])
    assert {(one.key, one.result) for one in outcomes} == {
        (one.key, Result.ERASED) for one in items
    }
    assert len(outcomes) == 2
    assert path.read_bytes() == calendar() + calendar() + calendar(event(PIET))


@pytest.mark.parametrize("kind", ["cards", "calendar"])
@pytest.mark.parametrize("before", [1, 2])
def test_what_shares_its_uid_since_is_changed_and_not_gone(
    tmp_path: Path, kind: str, before: int
) -> None:
    """When something else with the UID was added after the plan, or the other one with it was altered and this one removed, it cannot be
    said which was found: it is told as changed and nothing is touched."""
    if kind == "cards":
        mine, other = card(SANNE, "zelfde"), card(PIET, "zelfde")
        path = tmp_path / "a.vcf"
    else:
        mine, other = calendar(event(SANNE, "zelfde")), calendar(event(PIET, "zelfde"))
        path = tmp_path / "a.ics"
    connector = cards(tmp_path) if kind == "cards" else agenda(tmp_path)
    states = [mine, mine + other] if before == 1 else [mine + other, other]
    path.write_bytes(states[0])
    step = proposed(connector, only(connector, SANNE))
    path.write_bytes(states[1])
    assert [one.key for one in connector.prepare(iter([step]))] == [step.item.key]
    (outcome,) = erased(connector, [step])
    assert (outcome.result, outcome.reason) == (
        Result.CHANGED,
        "it is no longer the one that was found",
    )
    assert path.read_bytes() == states[1]


def test_a_folder_without_any_such_file_is_empty_and_said_to_be(tmp_path: Path) -> None:
    """It is searched whole, with the remark that no such file is in it; `check` remarks it too, since it may be the wrong folder. A path
    that does not exist stays an error."""
    (tmp_path / "README").write_text("hier staan de kaartjes")
    connector = cards(tmp_path)
    found = find(connector, SANNE)
    assert found.gaps == []
    (searched,) = found.searched.values()
    assert searched.note
    assert searched.note.en == "there is no file in it whose name ends in .vcf or .vcard"
    told = {one.name: one for one in connector.check()}[f"folder {tmp_path.name}"]
    assert (told.ok, told.detail) == (True, f"NOTE: {searched.note.en}; is `path` right?")
    assert list(connector.identifiers()) == []
    (tmp_path / "klanten").mkdir()
    (tmp_path / "klanten" / "a.vcf").write_bytes(card(PIET))
    assert [
        one.note for one in find(connector, SANNE).searched.values() if one.note == searched.note
    ] == []
    assert f"folder {tmp_path.name}" not in {one.name for one in connector.check()}
    assert [one.ok for one in cards(tmp_path / "klnaten").check()] == [False]


def test_a_folder_that_an_erasure_emptied_is_searched(tmp_path: Path) -> None:
    """The last card is gone: that none is there is the answer, also to whoever asks later."""
    folder = tmp_path / "boek"
    folder.mkdir()
    (folder / "a.vcf").write_bytes(card(SANNE))
    connector = cards(folder)
    erased(connector, [proposed(connector, only(connector, SANNE))])
    for asked in (connector, cards(folder)):
        found = find(asked, SANNE)
        assert (found.items, found.gaps, len(found.searched)) == ([], [], 1)


def test_a_folder_that_held_cards_before_may_be_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash another process verifies: the cursor tells that this very folder held some; of another in its place it does not."""
    monkeypatch.setattr("overdracht_contacts.disk._SETTLED", -1.0)
    folder = tmp_path / "boek"
    folder.mkdir()
    (folder / "a.vcf").write_bytes(card(SANNE))
    before = {part: one.cursor for part, one in find(cards(folder), SANNE).searched.items()}
    (folder / "a.vcf").unlink()

    def again() -> Found:
        return Found(list(cards(folder).find(Question(subject(SANNE), cursors=before))))

    assert again().gaps == []
    folder.rename(tmp_path / "weg")
    folder.mkdir()
    assert again().gaps != []


def test_a_folder_is_removed_by_the_command_only_when_it_is_empty(tmp_path: Path) -> None:
    """The command for a folder that is named after somebody; the one that the administrator configured has none."""
    folder = tmp_path / "Sanne's"
    folder.mkdir()
    (folder / "a.vcf").write_bytes(card(SANNE))
    connector = cards(tmp_path)
    command = connector.removing(f"{tmp_path.name}/Sanne's")
    subprocess.run(["sh", "-c", command], check=True)
    assert (folder / "a.vcf").exists()
    (folder / "a.vcf").unlink()
    subprocess.run(["sh", "-c", command], check=True)
    assert not folder.exists()
    assert connector.removing(tmp_path.name) == ""
