"""Know files that hold mail in a form that is not read here, and say what to do with them: none is passed over in silence."""

import re
from pathlib import Path

from overdracht_imap.boundaries import beginning, begins_mbox
from overdracht_imap.packed import is_packed, unpacked

_LONE = "the file may hold mail, but is neither in a Maildir nor an mbox: if it is a message, move it into the `cur` of a Maildir"
_PACKED = "the file is compressed, unpack it first"
_DBOX = "the mail is kept in Dovecot's own form (dbox): read it over IMAP, or have `doveadm backup` write it to a Maildir"
_CONVERT = "the file holds mail in the form {}: have a program write it as mbox or Maildir first"

_FORMS = (
    (re.compile(rb"\x01\x01\x01\x01\r?\n"), _CONVERT.format("MMDF")),
    (re.compile(rb"BABYL OPTIONS:", re.IGNORECASE), _CONVERT.format("Babyl (Rmail)")),
    (re.compile(rb"\*m[bt]x\*\r?\n"), _CONVERT.format("mbx (c-client)")),
    (
        re.compile(rb"!BDN"),
        _CONVERT.format("Outlook (.pst, .ost; `readpst -r` reads it)"),
    ),
    (re.compile(rb"\xcf\xad\x12\xfe"), _CONVERT.format("Outlook Express (.dbx)")),
    (re.compile(rb"2 M[0-9a-f]+ C[0-9a-f]+[^\n]{0,40}\n\x01\x02"), _DBOX),
    (re.compile(rb"(?:\xff\xfeF\0r\0o\0m\0|\xfe\xff\0F\0r\0o\0m)[\0 :]"), _CONVERT.format("UTF-16")),
)  # fmt: skip
_LIKE_A_MESSAGE = re.compile(
    rb"(?:\d{1,12}[ \t]*\r?\n)?(?:[A-Za-z][A-Za-z0-9-]{0,75}[ \t]*:(?!//)[^\n]*\n(?:[ \t][^\n]*\n)*){2,}"
)
"""Two header fields; Apple Mail (.emlx) writes the message's length in front of them."""
_ARCHIVE = re.compile(rb"PK\x03\x04|7z\xbc\xaf|Rar!|\x1f\x9d|LZIP")
_ARCHIVE_SUFFIX = re.compile(r"\.(?:zip|7z|rar|z|lz|olm)$", re.IGNORECASE)
"""Office files are archives, too, and no mail."""
_MAIL_NAME = re.compile(
    r"mbox|mail|inbox|sent|\.(?:emlx?|mbx|mmdf|mbs|pst|ost|olm|dbx|msg|tnef|nws)(?:\.|$)",
    re.IGNORECASE,
)
_MAIL_SUFFIX = re.compile(r"\.(?:emlx?|mbox|mbx|mmdf|mbs|pst|ost|olm|dbx|msg|nws)$", re.IGNORECASE)
_MESSAGES_OF_MDBOX = re.compile(r"m\.\d+")


def why_unread(name: str, start: bytes, *, asked: bool = False) -> str:
    """Return why a file called *name* that begins with *start*, and is no mbox, may hold mail that is not read; empty when it holds none.

    One that was *asked* for by its name is taken to hold mail.
    """
    content = start[beginning(start) :]
    for form, reason in _FORMS:
        if form.match(content):
            return reason
    if asked and (is_packed(start) or _ARCHIVE.match(start)):
        return _PACKED
    if _ARCHIVE.match(start):
        return _PACKED if _MAIL_NAME.search(name) and _ARCHIVE_SUFFIX.search(name) else ""
    if is_packed(start):
        return _PACKED if _MAIL_NAME.search(name) or _holds_mail(start) else ""
    if asked or (content and _MAIL_SUFFIX.search(name)) or _LIKE_A_MESSAGE.match(content):
        return _LONE
    return ""


def _holds_mail(start: bytes) -> bool:
    """Say whether what is packed in a file that begins with *start* begins like mail."""
    try:
        inside = unpacked(start, 512)
    except OSError:
        return False
    return begins_mbox(inside) or bool(why_unread("", inside))


def why_not_entered(directory: Path) -> str:
    """Return why *directory* holds mail that is not read, empty when it may be searched for folders."""
    if directory.name == "dbox-Mails":
        return _DBOX
    if directory.name == "storage" and any(
        _MESSAGES_OF_MDBOX.fullmatch(one.name) for one in directory.glob("m.*")
    ):
        return _DBOX
    return ""
