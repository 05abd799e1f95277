"""The mail of the demo's world."""

import hashlib
import mailbox
import random
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

from overdracht import Identifier, Item, Mark, Question, Subject, World
from overdracht.people import PEOPLE
from overdracht_imap.demo import write_mail
from overdracht_imap.mailfiles import MailFilesConnector, MailFilesSettings


def _world(directory: Path) -> World:
    directory.mkdir()
    return World(directory, PEOPLE, date(2026, 3, 14))


def _digests(directory: Path) -> dict[str, tuple[str, float]]:
    return {
        str(path.relative_to(directory)): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            path.stat().st_mtime,
        )
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def test_the_same_world_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two archives of one day are equal, whatever the state of the program's own chance."""
    write_mail(_world(tmp_path / "one"))
    random.seed(99)
    write_mail(_world(tmp_path / "two"))

    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_it_is_a_maildir_and_mbox_files(tmp_path: Path) -> None:
    """Python's own mailbox module reads every folder and year; there are a few hundred messages."""
    write_mail(_world(tmp_path / "world"))
    with_folders = mailbox.Maildir(str(tmp_path / "world" / "post"), create=False)
    folders = with_folders.list_folders()
    count = len(with_folders) + sum(len(with_folders.get_folder(one)) for one in folders)
    assert "Klanten.&ANY-zdemir" in folders
    assert len(with_folders.get_folder("Ongewenst")) == 0
    for path in (tmp_path / "world" / "oud-archief").iterdir():
        year = mailbox.mbox(str(path), create=False)
        count += len(year)
        year.close()
    assert 250 <= count <= 500


def test_it_holds_what_goes_wrong_in_real_archives(tmp_path: Path) -> None:
    """There are encoded names, every transfer encoding, HTML alone, attachments, forwards, bounces, newsletters, and broken mail."""
    write_mail(_world(tmp_path / "world"))
    contents = [
        one.read_bytes() for one in (tmp_path / "world" / "post").rglob("*") if one.is_file()
    ]
    whole = b"\n".join(contents)
    for sign in (
        b"From: =?utf-8?",
        b"Transfer-Encoding: base64",
        b"Transfer-Encoding: quoted-printable",
        b"Transfer-Encoding: 8bit",
        b"format=flowed",
        b"charset=windows-1252",
        b"message/rfc822",
        b"multipart/report",
        b"List-Unsubscribe",
        b"Auto-Submitted",
        b"application/pdf",
        b"text/vcard",
        b"text/csv",
        b"text/calendar",
        b"In-Reply-To",
    ):
        assert sign in whole, sign
    messages = [message_from_bytes(one, policy=policy.compat32) for one in contents]
    assert any(one.get_content_type() == "text/html" for one in messages)
    assert any(part.defects for one in messages for part in one.walk())
    assert any(not one.keys() for one in messages)
    leaves = (part for one in messages for part in one.walk() if not part.is_multipart())
    texts = [part.get_payload(decode=True) for part in leaves]
    assert any(b"NL10 VICT 0000 1234 56" in one for one in texts if isinstance(one, bytes))


def test_the_request_lies_in_it(tmp_path: Path) -> None:
    """The plan for the first person names it, and the picture that came with it, although neither its subject line nor the file's name says so."""
    world = _world(tmp_path / "world")
    write_mail(world)
    sanne = Identifier("email", world.person("sanne").email)
    settings = MailFilesSettings.model_validate({"path": world.directory / "post"})
    question = Question(Subject("v", (sanne,)), thorough=True)
    findings = MailFilesConnector("post", settings).find(question)
    marked = {one.title: one.marks for one in findings if isinstance(one, Item) and one.marks}
    assert marked == {"Verzoek": (Mark.REQUEST, Mark.POSSIBLE_IDENTITY_DOCUMENT)}
