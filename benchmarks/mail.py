"""How fast a person is found in a mail archive, beside the programs one would otherwise use, in the same run.

    python benchmarks/mail.py [--directory DIR] [--messages 100000] [--person 1500] [--rounds 3] [--notmuch]

Ours is timed as a whole process with everything the product does: start, configuration, state file, exact matching of every address
field. `rg` finds files with the words anywhere, which is another and easier question. The rounds alternate, and the median counts. The archive is
made in DIR at the first run and used again. The half about IMAP is in `mail_imap.py`.
"""

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import mail_world
from installed import as_installed
from timing import Run, alternate, lines

FIND_GOAL = 1.0
"""Of the time of rg, at most."""
AGAIN_GOAL = 10.0
"""Of the time of a notmuch search, at most."""


def items(output: bytes) -> int:
    """Count the items in the answer of `overdracht find --json`."""
    return sum(int(total["items"]) for total in json.loads(output)["totals"])


def configured(directory: Path, maildir: Path) -> Path:
    """Write a configuration for the archive and return it."""
    path = directory / "overdracht.toml"
    path.write_text(
        f'[organisation]\nname = "Voorbeeld ICT"\ncontact = "info@voorbeeld.example"\n'
        f'[state]\ndirectory = "{directory / "state"}"\n[sources.mail]\nconnector = "mailfiles"\npath = "{maildir}"\n'
    )
    return path


def indexed(directory: Path, maildir: Path) -> list[str]:
    """Return the notmuch command for the archive, its index made (minutes) when it is not there."""
    config = directory / "notmuch.config"
    # The index lies outside the Maildir, which another server reads as well.
    index = directory / f"notmuch-{maildir.name}"
    config.write_text(
        f"[database]\npath={index}\nmail_root={maildir}\n[new]\ntags=\n[search]\nexclude_tags=\n"
        "[maildir]\nsynchronize_flags=false\n"
    )
    command = ["notmuch", f"--config={config}"]
    if not index.exists():
        index.mkdir()
        began = time.perf_counter()
        subprocess.run([*command, "new", "--quiet"], check=True)
        print(f"notmuch new took {time.perf_counter() - began:.0f} s")
    terms = " or ".join(f'from:"{word}" or to:"{word}"' for word in mail_world.WORDS)
    return [*command, "search", "--output=files", terms]


def on_disk(directory: Path, maildir: Path, *, with_notmuch: bool) -> list[Run]:
    """Return the ways to find the person in the Maildir, the peer first."""
    words = directory / "words"
    words.write_text("\n".join(mail_world.WORDS) + "\n")
    state = directory / "state"
    config = configured(directory, maildir)
    find = [
        sys.executable,
        "-m",
        "overdracht",
        "--config",
        str(config),
        "find",
        "--json",
        *mail_world.IDENTIFIERS,
    ]
    ways = [
        Run("rg -l -i -F", ["rg", "-l", "-i", "-F", "-f", str(words), str(maildir)], lines),
        Run("find", find, items, lambda: shutil.rmtree(state, ignore_errors=True)),
        Run("find again", find, items),
    ]
    if with_notmuch:
        ways.append(Run("notmuch search", indexed(directory, maildir), lines))
    return ways


def report(ways: list[Run]) -> None:
    """Print what each of the *ways* took."""
    by_name = {way.name: way for way in ways}
    goals = {"find": ("rg -l -i -F", FIND_GOAL), "find again": ("notmuch search", AGAIN_GOAL)}
    for way in ways:
        peer, goal = goals.get(way.name, ("", 0.0))
        print(way.line(by_name.get(peer), goal))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--directory", type=Path, default=Path(tempfile.gettempdir()) / "overdracht-benchmark"
    )
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--person", type=int, default=1_500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--notmuch", action="store_true", help="also measure notmuch, whose index takes minutes"
    )
    options = parser.parse_args()
    as_installed()
    size = mail_world.Size(options.messages, options.person)
    directory: Path = options.directory
    directory.mkdir(parents=True, exist_ok=True)
    maildir = directory / f"Maildir-{size.messages}-{size.of_person}"
    mail_world.build(maildir, size)
    ways = on_disk(directory, maildir, with_notmuch=options.notmuch)
    alternate(ways, options.rounds)
    print(
        f"Maildir of {size.messages:,} messages, {size.of_person:,} of the person, 10 identifiers"
    )
    report(ways)
    if importlib.util.find_spec("mail_imap"):
        importlib.import_module("mail_imap").measure(maildir, directory, options.rounds)


if __name__ == "__main__":
    main()
