"""Mail on disk: which folders there are, what is found in them, and that it leaves as it is."""

import json
import mailbox
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from overdracht import (
    Certainty,
    Extent,
    File,
    Finding,
    Gap,
    Item,
    Kinds,
    Line,
    Question,
    Searched,
    Subject,
    Unreachable,
)
from overdracht_imap.mailfiles import MailFilesConnector, MailFilesSettings
from tests.imap.ugly import LETTERS, PERSON

KINDS = Kinds()
JAN = Subject("2026-1", (KINDS.identifier("email", "jan@kaasboer.example"),))
LETTER = b"From: Jan <jan@kaasboer.example>\nTo: a@b.example\nSubject: kaas %d\nMessage-ID: <%d@kaasboer.example>\nDate: Mon, 05 Jan 2026 10:00:00 +0100\n\nDag,\nFrom hier is het ver.\n"
OTHER = b"From: a@b.example\nTo: otherjan@kaasboer.example\nSubject: niets\n\nzie jan@kaasboer.example\n"
LONG_AGO = 1_700_000_000


def maildir(path: Path, *letters: bytes, flags: str = "S") -> Path:
    """Make a Maildir folder at *path* with the *letters*, settled long ago."""
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True, exist_ok=True)
    for number, letter in enumerate(letters):
        file = path / "cur" / f"{LONG_AGO}.M{number}P1.host:2,{flags}"
        file.write_bytes(letter)
        os.utime(file, (LONG_AGO, LONG_AGO + number))
    settle(path)
    return path


def settle(path: Path) -> None:
    """Make *path* look as if nothing was changed in it for long."""
    for directory in (path / "cur", path / "new"):
        os.utime(directory, (LONG_AGO, LONG_AGO))


def mbox(path: Path, *letters: bytes, line_end: bytes = b"\n") -> Path:
    """Make an mbox file at *path* with the *letters*, settled long ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b"".join(
        b"From jan@kaasboer.example Mon Jan  5 09:00:00 2026\n" + letter + b"\n"
        for letter in letters
    )
    path.write_bytes(text.replace(b"\n", line_end))
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def connector(*paths: Path, exclude: tuple[str, ...] = ()) -> MailFilesConnector:
    """Return a connector to the mail at *paths*."""
    return MailFilesConnector("archief", MailFilesSettings(path=paths, exclude=exclude))


def find(
    *paths: Path,
    subject: Subject = JAN,
    thorough: bool = False,
    cursors: dict[str, str] | None = None,
) -> list[Finding]:
    """Return what is found at *paths*."""
    return list(connector(*paths).find(Question(subject, thorough, cursors or {})))


def items(findings: Iterable[Finding]) -> list[Item]:
    """Return the items among *findings*."""
    return [one for one in findings if isinstance(one, Item)]


def searched(findings: Iterable[Finding]) -> dict[str, Searched]:
    """Return the searched parts among *findings*, by name."""
    return {one.part: one for one in findings if isinstance(one, Searched)}


def gaps(findings: Iterable[object]) -> list[Gap]:
    """Return the gaps among *findings*."""
    return [one for one in findings if isinstance(one, Gap)]


def export(
    path: Path, found: Iterable[Item], *extras: str
) -> tuple[dict[str, bytes], list[dict[str, object]], list[Gap]]:
    """Return files, index and gaps of an export of what was *found* at *path*."""
    files: dict[str, bytes] = {}
    lines: list[dict[str, object]] = []
    missing: list[Gap] = []
    for piece in connector(path).export(found, frozenset(extras)):
        match piece:
            case File(path=name, content=content):
                files[name] = content if isinstance(content, bytes) else b"".join(content)
            case Line(record=record):
                lines.append(json.loads(json.dumps(record)))
            case Gap():
                missing.append(piece)
    files.pop("importeer_mail.py")
    return files, lines, missing


class TestFolders:
    """Every folder is a part, whatever its layout and its name."""

    def test_every_layout_is_recognised(self, tmp_path: Path) -> None:
        """Maildir++ with dots, nested Maildirs and trees of mbox files are told by what they are."""
        maildir(tmp_path, LETTER % (1, 1))
        maildir(tmp_path / ".Archief.2019", LETTER % (2, 2))
        maildir(tmp_path / ".Gro&AOs-n", LETTER % (3, 3))
        maildir(tmp_path / "genest" / "diep", LETTER % (4, 4))
        mbox(tmp_path / "oud" / "Verzonden", LETTER % (5, 5))
        (tmp_path / "oud" / "Verzonden.msf").write_text("// niets")
        found = find(tmp_path)
        assert {item.part for item in items(found)} == {
            "INBOX",
            "Archief/2019",
            "Groën",
            "genest/diep",
            "oud/Verzonden",
        }
        assert set(searched(found)) == {item.part for item in items(found)}

    def test_an_mbox_file_alone_is_a_source(self, tmp_path: Path) -> None:
        """The path may be one mbox file."""
        assert [item.part for item in items(find(mbox(tmp_path / "Inbox", LETTER % (1, 1))))] == [
            "Inbox"
        ]

    def test_two_folders_with_one_name_stay_two(self, tmp_path: Path) -> None:
        """A folder that looks like another in print is not lost in it."""
        maildir(tmp_path)
        maildir(tmp_path / ".a.b", LETTER % (1, 1))
        maildir(tmp_path / "a" / "b", LETTER % (2, 2))
        assert len({item.part for item in items(find(tmp_path))}) == 2

    def test_several_paths_are_one_source(self, tmp_path: Path) -> None:
        """The parts of several paths are told apart by the names of those."""
        maildir(tmp_path / "jan", LETTER % (1, 1))
        maildir(tmp_path / "info", LETTER % (2, 2))
        assert {item.part for item in items(find(tmp_path / "jan", tmp_path / "info"))} == {
            "jan",
            "info",
        }

    @pytest.mark.parametrize("count", [1, 2])
    def test_an_excluded_folder_is_left_out(self, tmp_path: Path, count: int) -> None:
        """What the configuration leaves out is no gap; the note says how many folders, in a repeated find too, and names none."""
        maildir(tmp_path, LETTER % (1, 1))
        for number in range(count):
            maildir(tmp_path / f".Junk{number}", LETTER % (2, 2))
        source = connector(tmp_path, exclude=("Ju*",))
        found = list(source.find(Question(JAN)))
        assert {item.part for item in items(found)} == {"INBOX"}
        assert gaps(found) == []
        cursors = {"INBOX": searched(found)["INBOX"].cursor}
        for findings in (found, list(source.find(Question(JAN, cursors=cursors)))):
            note = searched(findings)["INBOX"].note
            assert note is not None
            assert f"{count} folder" in note.en
            assert f"{count} map" in note.nl
            assert "--thorough" in note.en
            assert "Junk" not in note.en + note.nl
        (check,) = [one for one in source.check() if one.name == "folders"]
        assert (check.ok, check.detail) == (True, f"1 folders, {count} left out by `exclude`")

    def test_everything_excluded_is_a_gap(self, tmp_path: Path) -> None:
        """It is not that there is no mail."""
        maildir(tmp_path, LETTER % (1, 1))
        source = connector(tmp_path, exclude=("*",))
        (gap,) = list(source.find(Question(JAN)))
        assert isinstance(gap, Gap)
        assert "`exclude` leaves out every folder" in gap.reason
        assert [one.detail for one in source.check() if not one.ok] == [gap.reason]

    def test_a_folder_name_that_is_no_text_is_still_searched(self, tmp_path: Path) -> None:
        """A name in another encoding is spelt out, and can be stored and exported."""
        maildir(Path(os.fsdecode(os.fsencode(tmp_path) + b"/.caf\xe9")), LETTER % (1, 1))
        (item,) = items(find(tmp_path))
        item.part.encode()
        files, _, missing = export(tmp_path, [item])
        assert len(files) == 1
        assert missing == []


class TestSilence:
    """What is not searched is said."""

    def test_a_path_that_does_not_exist(self, tmp_path: Path) -> None:
        """A moved archive is no empty archive."""
        with pytest.raises(Unreachable, match="check `path`"):
            find(tmp_path / "weg")

    def test_a_path_without_mail(self, tmp_path: Path) -> None:
        """Nor is a directory in which there is none."""
        assert [gap.reason for gap in gaps(find(tmp_path))] == [
            "no Maildir folder and no mbox file was found there"
        ]

    def test_one_of_several_paths_without_mail(self, tmp_path: Path) -> None:
        """Mail in one path is no answer for the other, in which none is: `find` and `check` name it."""
        maildir(tmp_path / "post", OTHER)
        (tmp_path / "oud").mkdir()
        paths = (tmp_path / "post", tmp_path / "oud")
        assert [gap.part for gap in gaps(find(*paths))] == ["oud"]
        assert [one.name for one in connector(*paths).check() if not one.ok] == ["folder oud"]

    def test_bodies_that_were_not_searched(self, tmp_path: Path) -> None:
        """A find of header sections says that it is one; a thorough one finds what stands in bodies and says what it cannot open."""
        maildir(tmp_path, OTHER)
        quick, thorough = find(tmp_path), find(tmp_path, thorough=True)
        assert items(quick) == []
        assert "--thorough" in str(searched(quick)["INBOX"].note)
        assert [(item.certainty, item.title) for item in items(thorough)] == [
            (Certainty.MENTION, "niets")
        ]
        assert "PDF" in str(searched(thorough)["INBOX"].note)

    def test_files_that_may_hold_mail_but_are_not_readable_as_such(self, tmp_path: Path) -> None:
        """A compressed mbox, a loose message and a link to another folder are gaps."""
        maildir(tmp_path / "echt")
        (tmp_path / "mbox.gz").write_bytes(b"\x1f\x8b\x08niets")
        (tmp_path / "los.eml").write_bytes(LETTER % (1, 1))
        (tmp_path / "elders").symlink_to(tmp_path / "echt")
        assert {gap.part for gap in gaps(find(tmp_path))} == {"mbox.gz", "los.eml", "elders"}

    def test_a_message_that_is_a_link_or_a_pipe(self, tmp_path: Path) -> None:
        """A link is not followed, and nobody waits for a pipe."""
        maildir(tmp_path, LETTER % (1, 1))
        (tmp_path / "cur" / "2.link:2,").symlink_to("/etc/passwd")
        os.mkfifo(tmp_path / "cur" / "3.pipe:2,")
        found = find(tmp_path)
        assert len(items(found)) == 1
        assert len(gaps(found)) == 1
        assert searched(found)["INBOX"].cursor == ""

    def test_a_message_in_both_directories_is_one(self, tmp_path: Path) -> None:
        """A delivery that was broken off leaves a message in `new` and in `cur`; it is told of once."""
        maildir(tmp_path, LETTER % (1, 1))
        file = next((tmp_path / "cur").iterdir())
        (tmp_path / "new" / file.name.partition(":")[0]).hardlink_to(file)
        assert len(items(find(tmp_path))) == 1

    def test_a_message_that_vanished_and_came_back_under_another_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A flag that changes while the folder is read renames a file; it is looked for again and found once."""
        maildir(tmp_path, LETTER % (1, 1), LETTER % (2, 2))
        first = next((tmp_path / "cur").iterdir())
        real = os.open

        def rename_first(path: str, *args: object, **kwargs: object) -> int:
            if first.exists() and path == first.name:
                first.rename(f"{first}T")
            return real(path, *args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(os, "open", rename_first)
        found = find(tmp_path)
        assert len(items(found)) == 2
        assert searched(found)["INBOX"].looked_at == 2


class TestCursors:
    """What has not changed is not read again, and what has changed is."""

    def cursors(self, findings: Iterable[Finding]) -> dict[str, str]:
        """Return the cursors to hand back."""
        return {part: one.cursor for part, one in searched(findings).items()}

    def test_an_unchanged_maildir_is_not_read(self, tmp_path: Path) -> None:
        """Not one file is opened for a folder that is as it was."""
        maildir(tmp_path, LETTER % (1, 1))
        again = find(tmp_path, cursors=self.cursors(find(tmp_path)))
        assert items(again) == []
        assert searched(again)["INBOX"].extent is Extent.UNCHANGED
        assert searched(again)["INBOX"].looked_at == 1

    @pytest.mark.parametrize("form", [maildir, mbox])
    def test_what_an_earlier_version_searched_is_searched_again(
        self, tmp_path: Path, form: Callable[..., Path]
    ) -> None:
        """It took two letters for one, and passed over packed ones, and parts nested deep: that nothing changed on disk since does not make it right."""
        path = form(tmp_path / "post", LETTER % (1, 1))
        cursors = self.cursors(find(path))
        ((part, cursor),) = cursors.items()
        assert cursor.startswith(f"{form.__name__}-3 ")
        for earlier in (" ", "-2 "):
            again = find(path, cursors={part: cursor.replace("-3 ", earlier, 1)})
            assert searched(again)[part].extent is Extent.WHOLE
            assert len(items(again)) == 1

    @pytest.mark.parametrize("change", ["add", "remove", "flag", "deliver"])
    def test_a_changed_maildir_is_read_again(self, tmp_path: Path, change: str) -> None:
        """A message that came, went, was read or was delivered makes the folder be searched whole."""
        maildir(tmp_path, LETTER % (1, 1), LETTER % (2, 2))
        cursors = self.cursors(find(tmp_path))
        file = next((tmp_path / "cur").iterdir())
        match change:
            case "add":
                (tmp_path / "cur" / "9.x:2,").write_bytes(LETTER % (9, 9))
            case "deliver":
                (tmp_path / "new" / "9.x").write_bytes(LETTER % (9, 9))
            case "remove":
                file.unlink()
            case "flag":
                file.rename(f"{file}T")
        again = find(tmp_path, cursors=cursors)
        assert searched(again)["INBOX"].extent is Extent.WHOLE
        assert len(items(again)) == {"add": 3, "deliver": 3, "remove": 1, "flag": 2}[change]

    def test_a_folder_changed_just_now_is_not_trusted(self, tmp_path: Path) -> None:
        """Within a tick of the clock a folder could change without its time telling."""
        maildir(tmp_path, LETTER % (1, 1))
        os.utime(tmp_path / "new", (time.time(), time.time()))
        assert searched(find(tmp_path))["INBOX"].cursor == ""

    def test_keys_and_fingerprints_survive_a_flag(self, tmp_path: Path) -> None:
        """Reading a mail in a mail program does not make it another mail."""
        maildir(tmp_path, LETTER % (1, 1))
        before = items(find(tmp_path))
        file = next((tmp_path / "cur").iterdir())
        file.rename(f"{file}RT")
        assert items(find(tmp_path)) == before

    def test_an_mbox_that_grew_is_read_from_where_it_ended(self, tmp_path: Path) -> None:
        """Only what was added is read, when what was there still is."""
        path = mbox(tmp_path / "Inbox", LETTER % (1, 1))
        cursors = self.cursors(find(path))
        assert searched(find(path, cursors=cursors))["Inbox"].extent is Extent.UNCHANGED
        with path.open("ab") as file:
            file.write(b"From a@b.example Tue Jan  6 09:00:00 2026\n" + LETTER % (2, 2))
        again = find(path, cursors=cursors)
        assert [item.title for item in items(again)] == ["kaas 2"]
        assert searched(again)["Inbox"].extent is Extent.ADDED
        assert searched(again)["Inbox"].looked_at == 2

    def test_a_twin_that_was_added_has_a_key_of_its_own(self, tmp_path: Path) -> None:
        """A later letter with the very same header section and another text is another item, whether or not the file is read whole."""
        first, second = LETTER % (1, 1), LETTER % (1, 1) + b"PS: nog iets.\n"
        path = mbox(tmp_path / "Inbox", first)
        before = find(path)
        cursors = self.cursors(before)
        with path.open("ab") as file:
            file.write(b"From a@b.example Tue Jan  6 09:00:00 2026\n" + second)
        added = find(path, cursors=cursors)
        assert searched(added)["Inbox"].extent is Extent.ADDED
        whole = items(find(path))
        assert items(before) + items(added) == whole
        assert len({item.key for item in whole}) == 2

    def test_an_mbox_that_was_rewritten_is_read_whole(self, tmp_path: Path) -> None:
        """A longer file that does not begin with the old one is another file."""
        path = mbox(tmp_path / "Inbox", LETTER % (1, 1))
        cursors = self.cursors(find(path))
        mbox(path, LETTER % (3, 3), LETTER % (4, 4))
        again = find(path, cursors=cursors)
        assert [item.title for item in items(again)] == ["kaas 3", "kaas 4"]
        assert searched(again)["Inbox"].extent is Extent.WHOLE


class TestUglyMail:
    """The corpus of ugly mail, as files and as an mbox."""

    @pytest.mark.parametrize("thorough", [False, True])
    def test_as_a_maildir(self, tmp_path: Path, thorough: bool) -> None:
        """Each letter is found or not as the corpus says, also by several workers and in blocks."""
        maildir(tmp_path, *(letter.raw for letter in LETTERS))
        found = {
            int(item.key.split(".M")[1].split("P")[0]): item.certainty
            for item in items(find(tmp_path, subject=Subject("1", PERSON), thorough=thorough))
        }
        expected = {
            number: letter.whole if thorough else letter.header
            for number, letter in enumerate(LETTERS)
        }
        assert found == {number: certainty for number, certainty in expected.items() if certainty}

    def test_as_an_mbox(self, tmp_path: Path) -> None:
        """In an mbox, too, but for letters that have no header section to begin with and those that look like two."""
        fit = [
            letter
            for letter in LETTERS
            if letter.raw[:1] != b"\n"
            and b"\nFrom jan@" not in letter.raw
            and not letter.raw.startswith((b"From a@", b">From", b"x"))
        ]
        path = mbox(tmp_path / "alles", *(letter.raw for letter in fit))
        found = find(path, subject=Subject("1", PERSON), thorough=True)
        assert searched(found)["alles"].looked_at == len(fit)
        assert [item.certainty for item in items(found)] == [
            letter.whole for letter in fit if letter.whole
        ]


@contextmanager
def pool() -> Iterator[Executor]:
    """Give an executor."""
    with ThreadPoolExecutor(2) as executor:
        yield executor


class TestMany:
    """A big folder is shared out."""

    @pytest.mark.parametrize("form", ["maildir", "mbox"])
    def test_every_message_is_looked_at_once(self, tmp_path: Path, form: str) -> None:
        """Whoever does the work, each message is searched and each hit is told once."""
        letters = [LETTER % (n, n) if n % 7 == 0 else OTHER for n in range(6000)]
        path = (
            maildir(tmp_path, *letters) if form == "maildir" else mbox(tmp_path / "groot", *letters)
        )
        with pool() as executor:
            found = list(connector(path).find(Question(JAN, pool=lambda: executor)))
        (part,) = searched(found).values()
        assert part.looked_at == 6000
        assert len({item.key for item in items(found)}) == len(items(found)) == 858


class TestExport:
    """What leaves is what the disk holds, byte for byte."""

    def test_a_maildir_message_leaves_unchanged(self, tmp_path: Path) -> None:
        """The file, its flags, the time it arrived, and its digest."""
        maildir(tmp_path, LETTER % (1, 1), flags="FRSa")
        (tmp_path / "dovecot-keywords").write_text("0 $Belangrijk\n")
        files, lines, missing = export(tmp_path, items(find(tmp_path)))
        assert files == {"INBOX/000001.eml": LETTER % (1, 1)}
        assert missing == []
        assert lines == [
            {
                "path": "INBOX/000001.eml",
                "folder": "INBOX",
                "uid": None,
                "flags": ["$Belangrijk", "\\Answered", "\\Flagged", "\\Seen"],
                "internal_date": "2023-11-14T22:13:20+00:00",
                "message_id": "<1@kaasboer.example>",
                "sha256": sha256(LETTER % (1, 1)).hexdigest(),
                "size": len(LETTER % (1, 1)),
            }
        ]

    def test_a_message_whose_flags_changed_since_is_found_again(self, tmp_path: Path) -> None:
        """Its name on disk is another, the message is the same."""
        maildir(tmp_path, LETTER % (1, 1))
        found = items(find(tmp_path))
        file = next((tmp_path / "cur").iterdir())
        file.rename(f"{file}T")
        files, lines, _ = export(tmp_path, found)
        assert len(files) == 1
        assert lines[0]["flags"] == ["\\Deleted", "\\Seen"]

    def test_a_message_that_is_gone_or_another_is_a_gap(self, tmp_path: Path) -> None:
        """Nobody is handed what was not found."""
        maildir(tmp_path, LETTER % (1, 1), LETTER % (2, 2))
        found = items(find(tmp_path))
        first, second = sorted((tmp_path / "cur").iterdir())
        first.unlink()
        second.write_bytes(b"iets anders")
        files, lines, missing = export(tmp_path, found)
        assert (files, lines) == ({}, [])
        assert {gap.key for gap in missing} == {item.key for item in found}

    @pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
    def test_an_mbox_message_leaves_as_it_is_stored(self, tmp_path: Path, line_end: bytes) -> None:
        """What stands between two separators, with the quoting and the line ends it has there."""
        path = mbox(
            tmp_path / "oud",
            *(LETTER.replace(b"\nFrom h", b"\n>From h") % (n, n) for n in (1, 2)),
            line_end=line_end,
        )
        files, lines, missing = export(path, items(find(path)))
        expected = (LETTER.replace(b"\nFrom h", b"\n>From h") % (1, 1)).replace(b"\n", line_end)
        assert files["oud/000001.eml"] == expected
        assert len(files) == 2
        assert missing == []
        assert lines[0]["internal_date"] == "2026-01-05T09:00:00+00:00"

    def test_content_length_keeps_a_message_whole(self, tmp_path: Path) -> None:
        """In an mboxcl file a body may hold a line that looks like a separator."""
        body = b"zie onder\n\nFrom a@b.example Mon Jan  5 10:00:00 2026\nSubject: geen brief\n\neinde\n"
        letter = b"From: jan@kaasboer.example\nSubject: een\nContent-Length: %d\n\n%s" % (
            len(body),
            body,
        )
        path = mbox(tmp_path / "cl", letter, LETTER % (2, 2))
        found = find(path)
        assert [item.title for item in items(found)] == ["een", "kaas 2"]
        assert export(path, items(found))[0]["cl/000001.eml"] == letter

    def test_a_changed_mbox_gives_gaps(self, tmp_path: Path) -> None:
        """After the file was rewritten, a message that is gone is a gap and one that only moved is found."""
        path = mbox(tmp_path / "oud", LETTER % (1, 1), LETTER % (2, 2))
        found = items(find(path))
        mbox(path, OTHER, LETTER % (2, 2))
        files, _, missing = export(path, found)
        assert [gap.key for gap in missing] == [found[0].key]
        assert set(files) == {"oud/000001.eml"}

    def test_mboxrd_on_request_reads_back(self, tmp_path: Path) -> None:
        """The extra mbox file holds the same letters, its From lines quoted."""
        maildir(tmp_path, LETTER % (1, 1), LETTER % (2, 2))
        files, _, _ = export(tmp_path, items(find(tmp_path)), "mboxrd")
        path = tmp_path / "terug"
        path.write_bytes(files["INBOX/INBOX.mbox"])
        box = mailbox.mbox(path)
        try:
            assert sorted(message["Message-ID"] for message in box) == [
                "<1@kaasboer.example>",
                "<2@kaasboer.example>",
            ]
        finally:
            box.close()
        assert b"\n>From hier is het ver." in files["INBOX/INBOX.mbox"]

    def test_hostile_folder_names_stay_inside(self, tmp_path: Path) -> None:
        """No name of a folder leads out of the export or takes another file's place."""
        maildir(tmp_path)
        for number, name in enumerate((".&AC4ALg-.x", ".000001.eml", ".INBOX", ".con", ".a&AC8-b")):
            maildir(tmp_path / name, LETTER % (number, number))
        files, lines, missing = export(tmp_path, items(find(tmp_path)), "mboxrd")
        assert missing == []
        assert len(lines) == 5
        assert len(files) == 10
        for name in files:
            assert not {"..", ".", ""} & set(name.split("/"))
            assert not any(other.startswith(f"{name}/") for other in files)


class TestTraces:
    """Reading leaves everything as it was."""

    def test_no_time_changes_and_nothing_moves(self, tmp_path: Path) -> None:
        """Access times, change times, names and what lies in `new` are the same afterwards."""
        maildir(tmp_path, LETTER % (1, 1))
        (tmp_path / "new" / "7.nieuw").write_bytes(LETTER % (7, 7))
        mbox(tmp_path / "oud", LETTER % (2, 2))
        for path in tmp_path.rglob("*"):
            os.utime(path, (LONG_AGO, LONG_AGO))

        def seen() -> dict[str, tuple[int, int, int]]:
            return {
                str(p): (s.st_atime_ns, s.st_mtime_ns, s.st_size)
                for p in tmp_path.rglob("*")
                if p.is_file()
                for s in [p.stat()]
            }

        before = seen()
        found = find(tmp_path, thorough=True)
        export(tmp_path, items(found), "mboxrd")
        list(connector(tmp_path).check())
        assert len(items(found)) == 3
        assert seen() == before

    def test_check_says_what_is_there(self, tmp_path: Path) -> None:
        """Before it is needed: is the path there, and does it hold folders."""
        maildir(tmp_path)
        assert all(check.ok for check in connector(tmp_path).check())
        assert [check.ok for check in connector(tmp_path / "weg").check()] == [False]


class TestRemoving:
    """The command that an administrator is given for a folder named after somebody takes it away when it is empty, and only then."""

    def _run(self, path: Path, part: str) -> str:
        command = connector(path).removing(part)
        subprocess.run(["sh", "-c", command], check=False)
        return command

    def test_an_empty_maildir_goes(self, tmp_path: Path) -> None:
        """With what a mail server keeps beside the mail; one with a message, or a folder with mail in it, stays whole."""
        mine = maildir(tmp_path / ".Klanten.Berg, Sanne van der's")
        (mine / "dovecot.index").write_bytes(b"x")
        part = "Klanten/Berg, Sanne van der's"
        for name in ("cur", "sub/cur"):
            (mine / name).mkdir(parents=True, exist_ok=True)
            (mine / name / "1.host:2,S").write_bytes(OTHER)
            maildir(tmp_path)
            before = sorted(mine.rglob("*"))
            assert self._run(tmp_path, part)
            assert sorted(mine.rglob("*")) == before
            (mine / name / "1.host:2,S").unlink()
        self._run(tmp_path, part)
        assert not mine.exists()
        assert (tmp_path / "cur").is_dir()

    def test_an_empty_mbox_goes(self, tmp_path: Path) -> None:
        """One with a message in it stays."""
        file = mbox(tmp_path / "Sanne van der Berg", OTHER)
        self._run(tmp_path, "Sanne van der Berg")
        assert file.exists()
        file.write_bytes(b"")
        self._run(tmp_path, "Sanne van der Berg")
        assert not file.exists()

    def test_the_source_itself_has_none(self, tmp_path: Path) -> None:
        """Nobody is told to remove the archive."""
        maildir(tmp_path)
        assert connector(tmp_path).removing("INBOX") == ""
        assert connector(tmp_path).removing("weg") == ""
