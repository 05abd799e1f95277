"""How long it takes to take a person's lines out of a log, beside `grep -v` of the same lines, in the same run.

    python benchmarks/logs_erase.py [--directory DIR] [--megabytes 1000] [--rounds 3]

The log is an nginx access log of that size (seeded) in which every thousandth line is the person's, plain and as gzip. Ours is `erase` of the
product: it finds the planned lines again by their digests, looks whether any was changed, writes the file anew beside the old one, makes it
durable, gives it owner, mode, attributes and times, and puts it in place at one stroke. The peers only filter:

    LC_ALL=C grep -v -F -f identifiers log > new
    zgrep -v -F -f identifiers log.gz | gzip > new

Both start with the log in the page cache, and end with what each holds the end of its work; what makes grep's result durable (`sync`) is
measured beside it. The rounds alternate, and the median counts.
"""

import argparse
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from overdracht import ApprovedStep, Disposition, Item, Kinds, Question, Ruling, Subject, Verdict
from overdracht_serverlogs.connector import ServerLogs
from overdracht_serverlogs.settings import ServerLogsSettings

GOALS = {"plain": 1.0, "gzip": 0.5}
"""Of the peer's time, at most."""
PERSON = "84.22.10.1"
EVERY = 1000
_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0",
    "curl/8.5.0",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
)


def build(path: Path, megabytes: int) -> None:
    """Write the log to *path*, if it is not there yet."""
    if path.exists():
        return
    chance = random.Random(7)
    addresses = [".".join(str(chance.randrange(1, 255)) for _ in range(4)) for _ in range(100_000)]
    when, number = datetime(2026, 3, 1, tzinfo=UTC), 0
    part = path.with_suffix(".part")
    with part.open("w", buffering=1 << 20) as file:
        while file.tell() < megabytes * 1_000_000:
            lines = []
            for _ in range(50_000):
                number += 1
                when += timedelta(milliseconds=chance.randrange(1500))
                who = PERSON if number % EVERY == 0 else chance.choice(addresses)
                lines.append(
                    f"{who} - - [{when:%d/%b/%Y:%H:%M:%S +0000}]"
                    f' "GET /product/{chance.randrange(200_000)}?page={number} HTTP/1.1" 200 {chance.randrange(100, 90_000)}'
                    f' "https://www.fietsenwinkel.example/{chance.randrange(10_000)}" "{chance.choice(_AGENTS)}"\n'
                )
            file.write("".join(lines))
    part.rename(path)


def connector(log: Path) -> ServerLogs:
    """Return the connector to *log* and its rotations."""
    family = {"paths": [f"{log}*"]}
    return ServerLogs("logs", ServerLogsSettings.model_validate({"logs": [family], "zone": "UTC"}))


def planned(log: Path) -> list[ApprovedStep]:
    """Return the steps that take the person's lines out of *log*."""
    one = connector(log)
    subject = Subject("2026-0001", (Kinds().parse(PERSON),))
    items = [found for found in one.find(Question(subject)) if isinstance(found, Item)]
    ruling = Ruling(Disposition(Verdict.ERASE))
    steps = (one.propose(item, ruling) for item in items)
    return [ApprovedStep(each.item, each.disposition, each.action, each.external) for each in steps]


def ours(log: Path, steps: list[ApprovedStep]) -> None:
    """Erase the lines of *steps*."""
    results = {one.result.value for one in connector(log).erase(iter(steps))}
    if results != {"erased"}:
        sys.exit(f"not all was erased: {results}")


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds *work* takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def shell(words: str) -> Callable[[], object]:
    """Return what runs *words* by a shell."""
    return lambda: subprocess.run(
        ["bash", "-c", words], check=True, env={**os.environ, "LC_ALL": "C"}
    )


def rounds(source: Path, directory: Path, kind: str, count: int) -> Iterator[tuple[float, ...]]:
    """Yield what each round took: ours, the peer, and making the peer's result durable."""
    ending = ".1.gz" if kind == "gzip" else ".1"
    log, new = directory / f"access.log{ending}", directory / "filtered"
    identifiers = directory / "identifiers"
    identifiers.write_text(f"{PERSON}\n")
    filtering = f"grep -v -F -f {identifiers} {log} > {new}"
    if kind == "gzip":
        filtering = f"zgrep -v -F -f {identifiers} {log} | gzip > {new}"
    for _ in range(count):
        shutil.copy2(source, log)
        os.sync()
        peer = timed(shell(filtering))
        durable = timed(shell(f"sync {new}"))
        steps = planned(directory / "access.log")
        mine = timed(lambda steps=steps: ours(directory / "access.log", steps))  # type: ignore[misc]
        unpack = "zcat" if kind == "gzip" else "cat"
        shell(f"cmp <({unpack} {log}) <({unpack} {new})")()
        new.unlink()
        log.unlink()
        yield mine, peer, durable


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--directory", type=Path, default=Path(tempfile.gettempdir()) / "overdracht-benchmark"
    )
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    plain = options.directory / f"erase-{options.megabytes}.log"
    build(plain, options.megabytes)
    packed = plain.with_suffix(".log.gz")
    if not packed.exists():
        shell(f"gzip -c {plain} > {packed}.part && mv {packed}.part {packed}")()
    for kind, source in (("plain", plain), ("gzip", packed)):
        with tempfile.TemporaryDirectory(dir=options.directory) as directory:
            times = list(rounds(source, Path(directory), kind, options.rounds))
        mine, peer, durable = (statistics.median(column) for column in zip(*times, strict=True))
        goal = GOALS[kind]
        print(
            f"{kind:6} erase {mine:6.2f} s   grep -v {peer:6.2f} s (+ {durable:5.2f} s to make it durable)"
            f"   {mine / peer:5.2f} of it, {'meets' if mine <= goal * peer else 'MISSES'} {goal};"
            f" {mine / (peer + durable):5.2f} of both"
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"memory at most {memory} MB (with the plan, and Python itself)")


if __name__ == "__main__":
    main()
