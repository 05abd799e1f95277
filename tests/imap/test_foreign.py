"""Files that hold mail in another form, or begin otherwise than mail does: read, or a gap that says what to do."""

import bz2
import gzip
import lzma
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht_imap.boundaries import begins_mbox
from overdracht_imap.foreign import why_unread
from tests.imap.test_mailfiles import (
    LETTER,
    connector,
    export,
    find,
    gaps,
    items,
    maildir,
    mbox,
    searched,
)

MESSAGE = LETTER % (1, 1)
SEPARATOR = b"From a@b.example Mon Feb  2 10:00:00 2026\n"
FILES: dict[str, tuple[bytes, str]] = {
    "mmdf": (b"\1\1\1\1\n" + MESSAGE + b"\1\1\1\1\n", "MMDF"),
    "RMAIL": (
        b"BABYL OPTIONS: -*- rmail -*-\nVersion: 5\n\x1f\x0c\n1,,\n" + MESSAGE,
        "Babyl",
    ),
    "oud": (b"*mbx*\r\n5ac3b2c100000007\r\n\r\n 2-Feb-2026", "c-client"),
    "outlook.bak": (b"!BDN\xb4\x2b\x6e\x21SM\x0e\x00", "readpst"),
    "Postvak IN": (b"\xcf\xad\x12\xfe\xc5\xfd\x74\x6f", "Outlook Express"),
    "u.1": (b"2 M1e C5f\n\1\2N      000000000000\n" + MESSAGE, "dbox"),
    "12345.emlx": (b"300       \n" + MESSAGE + b"<?xml version='1.0'?>", "neither"),
    "12345": (b"300\n" + MESSAGE, "neither"),
    "leeg voor.eml": (b"\n\r\n" + MESSAGE, "neither"),
    "met bom": (b"\xef\xbb\xbf" + MESSAGE, "neither"),
    "een veld.eml": (b"Return-Path: <a@b.example>\n\n", "neither"),
    "geen veld.eml": (b"zomaar tekst", "neither"),
    "los": (b"From:jan@kaasboer.example\r\nTO :\r\n  a@b.example\r\n\r\nx", "neither"),
    "bericht.msg": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "neither"),
    "utf16": (b"\xff\xfe" + (SEPARATOR + MESSAGE).decode().encode("utf-16-le"), "UTF-16"),
    "2019.gz": (gzip.compress(SEPARATOR + MESSAGE), "unpack it"),
    "2019.bz2": (bz2.compress((SEPARATOR + MESSAGE) * 9000), "unpack it"),
    "los.xz": (lzma.compress(MESSAGE), "unpack it"),
    "mail.zip": (b"PK\x03\x04....", "unpack it"),
}
NO_MAIL = {
    "leesmij.txt": b"Dit is het archief.\nVan voor 2019.\n",
    "dovecot-uidlist": b"3 V1423 N5 Gabc\n4 :17.M1\n",
    "Inbox.msf": b"// <!-- <mdb:mork:z v='1.4'/> -->\n",
    "links.url": b"https://a.example/\nhttps://b.example/\n",
    "Mailing.docx": b"PK\x03\x04....",
    "foto.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "regels.gz": gzip.compress(b"een\ntwee\n"),
    "cache": os.urandom(64).replace(b"\n", b""),
    "tijden": b"10:00\n11:00\n",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("beside", ["maildir", "mbox"])
def test_it_is_a_gap_that_says_what_to_do(tmp_path: Path, name: str, beside: str) -> None:
    """In a tree with folders that are searched all the same; and check does not pass."""
    if beside == "maildir":
        maildir(tmp_path, LETTER % (2, 2))
    else:
        mbox(tmp_path / "goed", LETTER % (2, 2))
    content, word = FILES[name]
    (tmp_path / name).write_bytes(content)
    found = find(tmp_path)
    assert [item.title for item in items(found)] == ["kaas 2"]
    (gap,) = gaps(found)
    assert gap.part == name
    assert word in gap.reason
    assert [one.name for one in connector(tmp_path).check() if not one.ok] == [f"folder {name}"]


@pytest.mark.parametrize("name", NO_MAIL)
def test_what_is_no_mail_is_none(tmp_path: Path, name: str) -> None:
    """What else lies about in an archive makes no search incomplete."""
    maildir(tmp_path / "echt", LETTER % (2, 2))
    (tmp_path / name).write_bytes(NO_MAIL[name])
    assert gaps(find(tmp_path)) == []


@pytest.mark.parametrize("content", [b"\n" + SEPARATOR, b"\xef\xbb\xbf" + SEPARATOR])
def test_an_mbox_that_begins_otherwise_is_read(tmp_path: Path, content: bytes) -> None:
    """An empty line or a byte order mark before the first letter is an editor's doing."""
    (tmp_path / "post").write_bytes(content + MESSAGE + b"\n" + SEPARATOR + LETTER % (2, 2))
    found = find(tmp_path)
    assert gaps(found) == []
    assert [item.title for item in items(found)] == ["kaas 1", "kaas 2"]
    assert export(tmp_path, items(found))[0]["post/000001.eml"] == MESSAGE


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf\r\n"])
def test_an_mbox_out_of_which_all_went(tmp_path: Path, content: bytes) -> None:
    """It is an empty mbox, searched whole."""
    (tmp_path / "post").write_bytes(content)
    found = find(tmp_path)
    assert gaps(found) == []
    assert searched(found)["post"].looked_at == 0


@pytest.mark.parametrize("where", ["INBOX/dbox-Mails/u.1", "storage/m.1"])
def test_dovecots_own_form_is_one_gap(tmp_path: Path, where: str) -> None:
    """Not one for every message, and none is lost among the index files beside them."""
    maildir(tmp_path / "echt", LETTER % (2, 2))
    path = tmp_path / "mailboxes" / where
    path.parent.mkdir(parents=True)
    for number in range(5):
        path.with_suffix(f".{number}").write_bytes(FILES["u.1"][0])
    (path.parent / "dovecot.map.index").write_bytes(b"\x07\x03")
    (gap,) = gaps(find(tmp_path))
    assert "over IMAP" in gap.reason
    assert gap.part == f"mailboxes/{Path(where).parent}"


def test_a_link_to_a_file_with_mail(tmp_path: Path) -> None:
    """It is not followed, and not passed over; one to anything else is."""
    outside = mbox(tmp_path / "elders" / "post", LETTER % (1, 1))
    tree = tmp_path / "boom"
    maildir(tree / "echt", LETTER % (2, 2))
    (tree / "post").symlink_to(outside)
    (tree / "nergens").symlink_to(tmp_path / "weg")
    (tmp_path / "elders" / "tekst").write_text("niets")
    (tree / "tekst").symlink_to(tmp_path / "elders" / "tekst")
    (gap,) = gaps(find(tree))
    assert (gap.part, gap.reason) == (
        "post",
        "the file is a link to elsewhere, name its own path",
    )


@given(st.binary(max_size=300), st.sampled_from(["los", "mail.gz", "x.eml", "x.zip"]))
def test_whatever_a_file_begins_with(start: bytes, name: str) -> None:
    """It is told without an error; a file with content that was asked for is never passed over."""
    why_unread(name, start)
    assert why_unread(name, start + b"x", asked=True) or begins_mbox(start)


@given(
    st.sampled_from([b"", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"]),
    st.sampled_from([b"From: a@b.example", b"Received: from x", b"X-Y:z", b"subject :"]),
    st.sampled_from([b"\n", b"\r\n"]),
    st.binary(max_size=40).map(lambda text: text.replace(b"\n", b"")),
)
def test_every_header_section_is_known(
    before: bytes, field: bytes, line_end: bytes, value: bytes
) -> None:
    """Whatever stands before it, in its fields, or at the ends of its lines."""
    message = before + field + value + line_end + b" verder" + line_end + field + line_end * 2
    assert why_unread("los", message)
