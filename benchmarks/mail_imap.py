"""How fast a person is found and exported on a real Dovecot, beside `doveadm search` and `mbsync`; `mail.py` calls this.

The server reads the Maildir that is measured on disk too, with its indexes elsewhere. Ours is timed as a whole process with everything the
product does: start, configuration, state file, TLS left out (loopback), the exact decision on every address field. `doveadm search` runs without
a network, on the server's own files.
"""

import json
import os
import shutil
import sys
from itertools import islice
from pathlib import Path

import mail_world
from timing import Run, alternate, lines

from overdracht_imap.matching import ADDRESS_FIELDS

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]
from tests.servers.dovecot import (  # noqa: E402 - the test server is not installed
    PASSWORD,
    PASSWORD_VARIABLE,
    Dovecot,
)

USER = "archief"
FIND_GOAL, AGAIN_GOAL, EXPORT_GOAL = 0.4, 0.1, 0.3
DIRECT = {"From", "To", "Cc", "Bcc"}
"""Fields that doveadm has a word of its own for."""


def measure(maildir: Path, directory: Path, rounds: int) -> None:
    """Serve *maildir*, measure finding and exporting, and print it."""
    os.environ[PASSWORD_VARIABLE] = PASSWORD
    with Dovecot(f"maildir:{maildir}:INDEX=%h/index:CONTROL=%h/control") as server:
        print("Dovecot on the same Maildir")
        _find(server, directory / "imap", rounds)
    for number in (1_500, 20_000):
        with Dovecot() as server:
            _export(server, maildir, directory / f"export-{number}", number, rounds)


def _find(server: Dovecot, directory: Path, rounds: int) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    ours = [
        sys.executable,
        "-m",
        "overdracht",
        "--config",
        str(_config(server, directory)),
        "find",
        "--json",
    ]
    ours += mail_world.IDENTIFIERS
    state = directory / "state"
    doveadm = ["doveadm", "-c", str(server.config), "search", "-u", USER, "mailbox", "INBOX"]
    few = Run("doveadm search, From To Cc", [*doveadm, *_question(("From", "To", "Cc"))], lines)
    # What ours looks at: the address fields, and the subject line for mentions.
    question = _question((*ADDRESS_FIELDS, "Subject"))
    same = Run("doveadm search, the same fields", [*doveadm, *question], lines)
    find = Run("find", ours, _items, lambda: shutil.rmtree(state, ignore_errors=True))
    again = Run("find again", ours, _items)
    for run in (few, same, find):
        run.once()
        print(f"  the first time, the server's cache cold: {run.name} {run.seconds.pop():.1f} s")
    alternate((few, same, find, again), rounds)
    for line in (
        few.line(),
        same.line(),
        find.line(same, FIND_GOAL),
        find.line(few, FIND_GOAL),
        again.line(same, AGAIN_GOAL),
    ):
        print(line)


def _config(server: Dovecot, directory: Path) -> Path:
    path = directory / "overdracht.toml"
    path.write_text(
        f'[organisation]\nname = "Voorbeeld ICT"\ncontact = "info@voorbeeld.example"\n[state]\ndirectory = "{directory / "state"}"\n'
        f'[sources.mail]\nconnector = "imap"\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nusername = "{USER}"\n'
        f'password = {{ env = "{PASSWORD_VARIABLE}" }}\n'
    )
    return path


def _question(fields: tuple[str, ...]) -> list[str]:
    """Return the doveadm query for any of the words in any of the *fields*."""
    terms: list[str] = []
    for word in mail_world.WORDS:
        for name in fields:
            asked = [name.lower()] if name in DIRECT else ["header", name]
            terms += [*(["or"] if terms else []), *asked, word]
    return ["(", *terms, ")"]


def _export(server: Dovecot, maildir: Path, directory: Path, number: int, rounds: int) -> None:
    """Measure taking *number* messages off the server, beside mbsync.

    Ours writes them as the product does, one behind the other into one file, with the digest and the index line of each; mbsync makes a
    Maildir, which is what it is for.
    """
    account = f"postbus{number}"
    cur = server.base / "mail" / account / "mail" / "cur"
    for name in ("cur", "new", "tmp"):
        (cur.parent / name).mkdir(parents=True)
    for path in islice(sorted((maildir / "cur").iterdir()), number):
        shutil.copyfile(path, cur / path.name)
    _give_away(server, cur.parent.parent)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    target = directory / "out"
    config = directory / "mbsyncrc"
    config.write_text(
        f"IMAPAccount a\nHost 127.0.0.1\nPort {server.port}\nUser {account}\nPass {PASSWORD}\nSSLType None\nAuthMechs PLAIN\n\n"
        f"IMAPStore r\nAccount a\n\nMaildirStore l\nPath {target}/\nInbox {target}/INBOX\n\n"
        "Channel c\nFar :r:\nNear :l:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n"
    )

    def fresh() -> None:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()

    peer = Run(
        f"mbsync, {number:,}",
        ["mbsync", "-q", "-c", str(config), "c"],
        lambda _: sum(len(names) for _, _, names in os.walk(target)),
        fresh,
    )
    by = str(Path(__file__).with_name("mail_export.py"))
    child = [
        sys.executable,
        by,
        str(server.port),
        account,
        str(target / "messages"),
        PASSWORD_VARIABLE,
    ]
    ours = Run(f"export, {number:,}", child, int, fresh)
    alternate((peer, ours), rounds)
    print(peer.line())
    print(ours.line(peer, EXPORT_GOAL))
    shutil.rmtree(directory)


def _give_away(server: Dovecot, home: Path) -> None:
    owner = (server.base / "mail").stat()
    for path in (home, *home.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


def _items(output: bytes) -> int:
    return sum(int(total["items"]) for total in json.loads(output)["totals"])
