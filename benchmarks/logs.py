"""How fast a person is found in server logs, beside the programs one would otherwise use, in the same run.

    python benchmarks/logs.py [--directory DIR] [--megabytes 2000] [--rounds 3] [--only plain,gzip,zstd,many,dense,curve]

Ours is timed as a whole process with the start of Python, exact on token boundaries, without regard to case, with each hit's line taken out, its time
read and items made; `find` is the whole command besides, with its state file. The peers only look for bytes: `rg -F` regards case and is inexact, `rg -i -F` is
inexact. Rounds alternate, and the median counts; the logs are in the page cache. They are made in DIR at the first run and used again.
"""

import argparse
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import logs_world
from installed import as_installed

MEMORY_GOAL = 100
"""Megabytes of any of our processes, at most."""


@dataclass
class Way:
    """One way to search, and what it took."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    state: Path | None = None
    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    hits: int = 0

    def run(self) -> None:
        """Search once, as for the first time."""
        if self.state is not None:
            shutil.rmtree(self.state, ignore_errors=True)
        with tempfile.TemporaryFile() as output:
            began = time.perf_counter()
            process = subprocess.Popen(
                self.command, stdout=output, env={**os.environ, **self.environment}
            )
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds.append(time.perf_counter() - began)
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            if self.name.startswith("ours"):
                records, own, children = map(int, output.read().split())
                self.hits, self.peak = records, max(own, children)
            else:
                self.hits = sum(
                    chunk.count(b"\n") for chunk in iter(lambda: output.read(1 << 20), b"")
                )
                self.peak = usage.ru_maxrss

    @property
    def median(self) -> float:
        """The seconds of the middle round."""
        return statistics.median(self.seconds)


def ours(identifiers: Sequence[str], folder: Path) -> Way:
    """Return our way, as a process of its own."""
    words = folder.with_name(f"{folder.name}.identifiers")
    words.write_text("\n".join(identifiers))
    return Way("ours", [sys.executable, __file__, "--search", str(words), str(folder)])


def command(folder: Path, identifiers: Sequence[str]) -> Way:
    """Return the command as a whole."""
    home = folder.with_name(f"{folder.name}.overdracht")
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    config = home / "overdracht.toml"
    config.write_text(
        f'[organisation]\nname = "Voorbeeld ICT"\ncontact = "info@voorbeeld.example"\n[state]\ndirectory = "{home / "state"}"\n'
        f'[sources.logs]\nconnector = "serverlogs"\n[[sources.logs.logs]]\npaths = ["{folder}/*"]\n'
    )
    find = [sys.executable, "-m", "overdracht", "--config", str(config), "find", "--json"]
    return Way("find", [*find, *identifiers], state=home / "state")


def search(words: Path, folder: Path) -> None:
    """Search as the process that is timed; print the records, and the most memory of this process and of any other of ours."""
    import resource

    from overdracht import Item, Kinds, Question, Subject
    from overdracht.survey import Pool
    from overdracht_serverlogs.connector import ServerLogs
    from overdracht_serverlogs.settings import Family, ServerLogsSettings

    kinds = Kinds()
    identifiers = tuple(kinds.parse(word) for word in words.read_text().split("\n"))
    settings = ServerLogsSettings(logs=(Family(paths=(folder / "*",)),), zone="Europe/Amsterdam")
    records = 0
    with Pool() as pool:
        for one in ServerLogs("logs", settings).find(
            Question(Subject("benchmark", identifiers), pool=pool)
        ):
            if isinstance(one, Item):
                records += len(one.fingerprint) * 3 // 4 // 8
    peaks = [
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(records, *peaks)


def race(title: str, ways: list[Way], goals: Sequence[tuple[str, float]], rounds: int) -> None:
    """Run the *ways* in turn and print what each took, and ours against its *goals*, each a peer and a ratio."""
    for _ in range(rounds):
        for way in ways:
            way.run()
    print(f"\n{title}")
    for way in ways:
        print(f"  {way.name:22} {way.median:7.3f} s {way.hits:9,} lines {way.peak / 1024:6.0f} MB")
    mine = next(way for way in ways if way.name == "ours")
    by_name = {way.name: way.median for way in ways}
    for peer, goal in goals:
        ratio = mine.median / by_name[peer]
        print(f"  {ratio:5.2f} of {peer}: {'meets' if ratio <= goal else 'MISSES'} {goal}")
    memory = mine.peak / 1024
    print(
        f"  memory {memory:.0f} MB: {'meets' if memory < MEMORY_GOAL else 'MISSES'} {MEMORY_GOAL} MB"
    )


def peers(words: Path, folder: Path, *, packed: bool = False) -> list[Way]:
    """Return the other programs."""
    files = sorted(map(str, folder.iterdir()))
    if packed:
        return [
            Way("rg -z -F", ["rg", "-z", "-F", "-f", str(words), *files]),
            Way("rg -z -i -F", ["rg", "-z", "-i", "-F", "-f", str(words), *files]),
        ]
    return [
        Way("rg -F", ["rg", "-F", "-f", str(words), *files]),
        Way("rg -i -F", ["rg", "-i", "-F", "-f", str(words), *files]),
    ]


def others(words: Path, folder: Path, *, packed: bool = False) -> list[Way]:
    """Return the programs that are slower still: run once."""
    files = sorted(map(str, folder.iterdir()))
    ways = [Way("ugrep -F", ["ugrep", *(["-z"] if packed else []), "-F", "-f", str(words), *files])]
    if packed:
        return [*ways, Way("zgrep -F", ["zgrep", "-F", "-f", str(words), *files])]
    return [
        *ways,
        Way("LC_ALL=C grep -F", ["grep", "-F", "-f", str(words), *files], {"LC_ALL": "C"}),
    ]


def packed(folder: Path, method: str) -> Path:
    """Return a folder with the files of *folder* compressed by *method*."""
    into = folder.with_name(f"{folder.name}.{method}")
    if not into.exists():
        into.mkdir()
        for file in sorted(folder.iterdir()):
            if method == "gzip":
                with file.open("rb") as plain, gzip.open(into / f"{file.name}.gz", "wb", 6) as out:
                    shutil.copyfileobj(plain, out, 1 << 20)
            else:
                subprocess.run(
                    ["zstd", "-q", "-3", str(file), "-o", str(into / f"{file.name}.zst")],
                    check=True,
                )
    return into


def _words(folder: Path, words: Sequence[str]) -> Path:
    path = folder.with_name(f"{folder.name}.words{len(words)}")
    path.write_text("\n".join(words) + "\n")
    return path


def races(directory: Path, megabytes: int, rounds: int, only: Sequence[str]) -> None:
    """Run the races that are asked for."""
    plain = logs_world.world(directory / f"plain{megabytes}", megabytes * logs_world.MB)
    words = _words(plain, logs_world.WORDS)
    person = logs_world.IDENTIFIERS
    if "plain" in only:
        ways = [*peers(words, plain), ours(person, plain), command(plain, person)]
        race("plain, 10 identifiers", ways, (("rg -F", 1.0), ("rg -i -F", 0.15)), rounds)
        for way in others(words, plain):
            way.run()
            print(f"  {way.name:22} {way.median:7.3f} s (once)")
    for method, goal in (("gzip", 0.2), ("zstd", 0.6)):
        if method in only:
            folder = packed(plain, method)
            ways = [*peers(words, folder, packed=True), ours(person, folder)]
            race(method, ways, (("rg -z -i -F", goal),), rounds)
            if method == "gzip":
                for way in others(words, folder, packed=True):
                    way.run()
                    print(f"  {way.name:22} {way.median:7.3f} s (once)")
    if "many" in only:
        many = logs_world.many_words()
        ways = [*peers(_words(plain, many), plain), ours(many, plain)]
        race("plain, 200 identifiers", ways, (("rg -i -F", 1.0),), rounds)
    if "dense" in only:
        dense = logs_world.world(directory / f"dense{megabytes}", megabytes * logs_world.MB, 0.1)
        race(
            "10 % of the lines are hits",
            [*peers(_words(dense, logs_world.WORDS), dense), ours(person, dense)],
            (("rg -i -F", 2.0),),
            rounds,
        )
    if "curve" in only:
        curve(directory, plain)


def curve(directory: Path, plain: Path) -> None:
    """Show that time goes with bytes, from 100 MB to 10 GB, as far as the disk has room."""
    print("\nbytes       seconds   GB/s   memory")
    sizes = [one.stat().st_size for one in plain.iterdir()]
    for factor, share in ((1, 20), (1, 4), (1, 1), (2, 1), (5, 1)):
        folder = directory / "curve"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        if shutil.disk_usage(directory).free < 2 * factor * sum(sizes):
            print("  no room on the disk for more")
            break
        for number in range(factor):
            for file in sorted(plain.iterdir()):
                with (
                    file.open("rb") as source,
                    (folder / f"{number}-{file.name}").open("wb") as out,
                ):
                    left = file.stat().st_size // share
                    # In pieces: what this process holds is counted as its child's, too.
                    while left and (piece := source.read(min(left, 1 << 20))):
                        left -= out.write(piece)
        way = ours(logs_world.IDENTIFIERS, folder)
        for _ in range(2):  # the second is what the page cache gives
            way.run()
        size = sum(one.stat().st_size for one in folder.iterdir())
        print(
            f"{size:13,} {way.seconds[-1]:7.2f} {size / way.seconds[-1] / 1e9:6.2f} {way.peak / 1024:6.0f} MB"
        )
    shutil.rmtree(directory / "curve", ignore_errors=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--directory", type=Path, default=Path(tempfile.gettempdir()) / "logbench")
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="plain,gzip,zstd,many,dense,curve")
    parser.add_argument("--search", type=Path, nargs=2)
    given = parser.parse_args()
    as_installed()
    if given.search:
        search(*given.search)
        return
    given.directory.mkdir(parents=True, exist_ok=True)
    races(given.directory, given.megabytes, given.rounds, given.only.split(","))


if __name__ == "__main__":
    main()
