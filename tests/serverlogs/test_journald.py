"""A real journald in a world of its own (a mount namespace): what its vacuum takes, and what it leaves."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.need import need

VISIT = Path(__file__).with_name("journal_visit.py")
JOURNALD = "/lib/systemd/systemd-journald"
WORLD = f"""
mount -t tmpfs tmpfs /run || exit 77
{JOURNALD} 2>/dev/null &
journald=$!
for _ in $(seq 100); do [ -S /run/systemd/journal/dev-log ] && break; sleep 0.05; done
"$@"
ended=$?
kill $journald
wait $journald
exit $ended
"""


@pytest.mark.server
def test_the_vacuum_takes_what_is_older_than_the_term_of_a_running_journal() -> None:
    """An entry of today stays when the term is three months, with the reason; by a term that is over it goes with its file, which journald closed for
    it, and takes along what is younger in that file, but not the next file."""
    need("journalctl", "unshare", "logger")
    command = [
        shutil.which("unshare") or "",
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-mc",
        WORLD,
        "sh",
    ]
    done = subprocess.run(
        [*command, sys.executable, str(VISIT)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode == 77 or "Operation not permitted" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "found": ["exact"],
        "objections": 0,
        "within the term": ["failed"],
        "after it": ["erased"],
        "left": 0,
        "younger": 0,
        "next": 1,
    }
