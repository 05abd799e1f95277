"""How fast a person is found and exported on a real Dovecot, beside `doveadm search` and `mbsync`; `mail.py` calls this.

The server reads the Maildir that is measured on disk too, with its indexes elsewhere. Ours is timed as a whole process with everything the
product does: start, configuration, state file, TLS left out (loopback), the exact decision on every address field. `doveadm search` runs without
a network, on the server's own files.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import mail_world

from overdracht_imap.matching import ADDRESS_FIELDS

sys.path[:0] = [str(Path(__file__).resolve().parent.parent)]
from tests.servers.dovecot import (  # noqa: E402 - the test server is not installed
    PASSWORD,
    PASSWORD_VARIABLE,
    Dovecot,
)

USER = "archief"
FIND_GOAL, AGAIN_GOAL, EXPORT_GOAL, MEMORY_GOAL = 0.4, 0.1, 0.3, 60
DIRECT = {"From", "To", "Cc", "Bcc"}
"""Fields that doveadm has a word of its own for."""


@dataclass
class Run:
    """What one way took, round by round."""

    name: str
    command: list[str]
    count: Callable[[bytes], int]
    before: Callable[[], None] = lambda: None
    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    hits: int = 0

    def once(self) -> None:
        """Run it and take note."""
        self.before()
        with tempfile.TemporaryFile() as output:
            began = time.perf_counter()
            process = subprocess.Popen(self.command, stdout=output)
            watcher = threading.Thread(target=self._watch, args=(process.pid,))
            watcher.start()
            process.wait()
            self.seconds.append(time.perf_counter() - began)
            watcher.join()
            if process.returncode:
                sys.exit(f"{self.name} ended with {process.returncode}")
            output.seek(0)
            self.hits = self.count(output.read())

    def _watch(self, pid: int) -> None:
        """Note the peak of the memory now and then; what wait4 tells counts the parent's too, from before the exec."""
        while True:
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                return
            _, found, rest = status.partition("VmHWM:")
            if not found:
                return
            self.peak = max(self.peak, int(rest.split()[0]) // 1024)
            time.sleep(0.02)

    def line(self, peer: "Run | None" = None, goal: float = 0) -> str:
        """Return the figures, beside those of *peer* where there is one."""
        median = statistics.median(self.seconds)
        text = f"  {self.name:34} {median:7.3f} s  {self.hits:7,}  {self.peak:4} MB"
        if peer is None:
            return text
        ratio = median / statistics.median(peer.seconds)
        memory = "" if self.peak < MEMORY_GOAL else f", MISSES {MEMORY_GOAL} MB"
        return f"{text}  {ratio:5.2f} of {peer.name}, {'meets' if ratio <= goal else 'MISSES'} {goal}{memory}"


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
    few = Run("doveadm search, From To Cc", [*doveadm, *_question(("From", "To", "Cc"))], _lines)
    # What ours looks at: the address fields, and the subject line for mentions.
    question = _question((*ADDRESS_FIELDS, "Subject"))
    same = Run("doveadm search, the same fields", [*doveadm, *question], _lines)
    find = Run("find", ours, _items, lambda: shutil.rmtree(state, ignore_errors=True))
    again = Run("find again", ours, _items)
    for run in (few, same, find):
        run.once()
        print(f"  the first time, the server's cache cold: {run.name} {run.seconds.pop():.1f} s")
    for _ in range(rounds):
        for run in (few, same, find, again):
            run.once()
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
    """Measure taking *number* messages off the server, beside mbsync, which writes them as files too."""
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
    fresh = _emptier(target)
    config = directory / "mbsyncrc"
    config.write_text(
        f"IMAPAccount a\nHost 127.0.0.1\nPort {server.port}\nUser {account}\nPass {PASSWORD}\nSSLType None\nAuthMechs PLAIN\n\n"
        f"IMAPStore r\nAccount a\n\nMaildirStore l\nPath {target}/\nInbox {target}/INBOX\n\n"
        "Channel c\nFar :r:\nNear :l:\nPatterns INBOX\nCreate Near\nSync Pull\nSyncState *\n"
    )
    peer = Run(
        f"mbsync, {number:,}",
        ["mbsync", "-q", "-c", str(config), "c"],
        lambda _: _files(target),
        fresh,
    )
    child = [sys.executable, __file__, str(server.port), account, str(target)]
    ours = Run(f"export, {number:,}", child, lambda _: _files(target), fresh)
    for _ in range(rounds):
        for run in (peer, ours):
            run.once()
    print(peer.line())
    print(ours.line(peer, EXPORT_GOAL))
    shutil.rmtree(directory)


def _emptier(target: Path) -> Callable[[], None]:
    def empty() -> None:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()

    return empty


def _give_away(server: Dovecot, home: Path) -> None:
    owner = (server.base / "mail").stat()
    for path in (home, *home.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


def _lines(output: bytes) -> int:
    return output.count(b"\n")


def _items(output: bytes) -> int:
    return sum(int(total["items"]) for total in json.loads(output)["totals"])


def _files(directory: Path) -> int:
    return sum(len(names) for _, _, names in os.walk(directory))


def export_all(port: str, account: str, directory: Path) -> None:
    """Export every message in INBOX into *directory*: what the child process does that is timed."""
    from overdracht import Category, Certainty, File, Identifier, Item, Match
    from overdracht_imap.answers import fingerprint, size_of
    from overdracht_imap.archive import Archive
    from overdracht_imap.imap import ImapConnector
    from overdracht_imap.settings import ImapSettings
    from overdracht_imap.wire import Fetched

    settings = ImapSettings.model_validate(
        {
            "host": "127.0.0.1",
            "port": int(port),
            "tls": "none",
            "username": account,
            "password": {"env": PASSWORD_VARIABLE},
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
    made: set[Path] = set()
    for piece in ImapConnector("post", settings).export(items):
        if isinstance(piece, File):
            path = directory / piece.path
            if path.parent not in made:
                path.parent.mkdir(parents=True, exist_ok=True)
                made.add(path.parent)
            with path.open("wb") as file:
                file.writelines(
                    [piece.content] if isinstance(piece.content, bytes) else piece.content
                )


if __name__ == "__main__":
    export_all(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
