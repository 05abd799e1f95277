"""What a test does beside a real journald, in a world of its own: find a login in the journal, and have it go by a vacuum.

Prints what became of it, as JSON.
"""

import json
import subprocess
import sys
import time

from overdracht import Disposition, Kinds, Step, Subject, Verdict
from overdracht.testing.acting import approved, erase
from overdracht.testing.watching import find
from overdracht_serverlogs.journald import VACUUM, Journald, JournaldSettings

SANNE = Subject("2026-0001", (Kinds().parse("username:svdberg"),))
KLAAS = Subject("2026-0003", (Kinds().parse("username:klaas"),))
KARIN = Subject("2026-0002", (Kinds().parse("username:karin"),))


def tell(user: str) -> None:
    """Have the journal tell of a login of *user*."""
    text = f"Accepted publickey for {user} from 198.51.100.23 port 50022 ssh2"
    command = ["logger", "-t", "sshd", "-u", "/run/systemd/journal/dev-log", text]
    subprocess.run(command, check=True)
    time.sleep(0.3)


tell("svdberg")
own = Journald("journaal", JournaldSettings())
soon = Journald(
    "journaal", JournaldSettings(vacuum=("journalctl", "--quiet", "--rotate", "--vacuum-time=2s"))
)
items = find(own, SANNE).items
steps = [approved(Step(one, Disposition(Verdict.ERASE), VACUUM)) for one in items]
told = {
    "found": [one.certainty for one in items],
    "objections": len(list(own.prepare(iter(steps)))),
    "within the term": sorted(erase(own, steps).results.values()),
}
time.sleep(2.1)
tell("klaas")  # the last in a file of which the first is over two seconds old
subprocess.run(["journalctl", "--rotate"], check=True)
tell("karin")  # in the next
told["after it"] = sorted(erase(soon, steps).results.values())
told["left"] = len(find(own, SANNE).items)
told["younger"] = len(find(own, KLAAS).items)
told["next"] = len(find(own, KARIN).items)
sys.stdout.write(json.dumps(told))
