"""Export every message of an account on the Dovecot of the benchmark: the process that `mail_imap.py` times beside mbsync."""

import sys
from pathlib import Path

import orjson

from overdracht import Category, Certainty, File, Identifier, Item, Line, Match
from overdracht_imap.answers import fingerprint, size_of
from overdracht_imap.archive import Archive
from overdracht_imap.imap import ImapConnector
from overdracht_imap.settings import ImapSettings
from overdracht_imap.wire import Fetched


def export_all(port: str, account: str, target: Path, password_variable: str) -> int:
    """Export every message in INBOX of *account* into the file *target*, and return how many."""
    settings = ImapSettings.model_validate(
        {
            "host": "127.0.0.1",
            "port": int(port),
            "tls": "none",
            "username": account,
            "password": {"env": password_variable},
        }
    )
    match = (Match(Identifier("email", "jan@kaasboer.example"), Certainty.EXACT, "From"),)
    with Archive(settings) as archive:
        (folder,) = archive.folders()
        state = archive.examine(folder)
        sizes = [
            (one.uid, size_of(one))
            for one in archive.session().wire.fetch([b"UID FETCH 1:* (UID RFC822.SIZE)"], limit=0)
            if isinstance(one, Fetched)
        ]
    items = (
        Item(
            key=folder.key(state.uidvalidity, uid),
            part=folder.name,
            category=Category.CORRESPONDENCE,
            matches=match,
            fingerprint=fingerprint(state.uidvalidity, uid, size),
            title="",
            size=size,
        )
        for uid, size in sizes
    )
    exported = 0
    with target.open("wb") as file:
        for piece in ImapConnector("post", settings).export(items):
            if isinstance(piece, File):
                file.writelines(
                    [piece.content] if isinstance(piece.content, bytes) else piece.content
                )
                exported += len(piece.keys)
            elif isinstance(piece, Line):
                file.write(orjson.dumps(piece.record))
    return exported


if __name__ == "__main__":
    print(export_all(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]))
