"""A second overdracht, in a process of its own, that meets the same systems as they were at first, and the same state."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from overdracht import Category
from overdracht.testing.memory import MemorySystem
from tests.cli.erasing import SHELVES
from tests.erasure.world import PIET, books, hosting, mail, record

DAY = "OVERDRACHT_TESTS_DAY"


def fill() -> None:
    """Put the systems on their shelves: the provider's, with a letter that only mentions her, and a log of a year."""
    post = mail()
    post.add(record("mail-m0", PIET, text="Sanne (sanne@vanderberg.example) belde."))
    logs = MemorySystem(
        record(
            f"log-{month:02}",
            part="access.log",
            category=Category.TRAFFIC,
            title=f"203.0.113.{month}",
            when=datetime(2026, month, 15, 12, tzinfo=UTC),
        )
        for month in range(1, 13)
    )
    SHELVES.update(post=post, boeken=books(), registrar=hosting(), logs=logs)


def start(home: Path, *arguments: str, day: str = "") -> "subprocess.CompletedProcess[str]":
    """Run overdracht with *arguments* in *home*, on that *day*, and return what came of it."""
    return subprocess.run(
        [sys.executable, "-m", "tests.cli.other", *arguments],
        cwd=home,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_path()), DAY: day},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def _path() -> list[str]:
    return [str(Path(one).absolute()) for one in sys.path if one]


def main() -> None:
    """Be that process."""
    from overdracht.cli.main import cli
    from overdracht.cli.session import Session
    from overdracht.erasure import clock

    fill()
    if day := os.environ[DAY]:
        moment = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        setattr(Session, "now", lambda _: moment)  # noqa: B010 - a method
        clock.FAR = timedelta(days=36500)
    cli(sys.argv[1:], prog_name="overdracht")


def digest_of(done: "subprocess.CompletedProcess[str]") -> str | None:
    """Return the digest of the plan that a process drew; None when it drew none."""
    try:
        return str(json.loads(done.stdout)["digest"])
    except (ValueError, KeyError):
        return None


if __name__ == "__main__":
    main()
