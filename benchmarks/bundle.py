"""How fast a bundle is written, beside `tar | age` and `tar | tee >(sha512sum) | age` in the same run.

    python benchmarks/bundle.py [--megabytes 1024] [--mails 20000] [--rounds 3]

Ours is hashed (SHA-512 of every file), signed, encrypted and on the disk (fsync) when it ends, and is timed as a whole process, its start
included; the others encrypt, the second of them hashes. The rounds alternate, and the median counts, for machines are restless.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

MAIL = 20 * 1024
GOAL = 0.8

OURS = """
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from overdracht.bundle import create
from overdracht.seal import SigningKey, ToPassphrase, ToRecipients, generate_passphrase

source, destination, how = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
lock = ToRecipients((how,)) if how.startswith("age1") else ToPassphrase(generate_passphrase())

def chunks(path):
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(1 << 20):
            yield chunk

with create(destination, "bundel", signer=SigningKey.generate(), lock=lock, clock=lambda: datetime.now(UTC)) as bag:
    for folder in sorted(source.iterdir()):
        for name in sorted(os.listdir(folder)):
            path = folder / name
            small = path.stat().st_size < 1 << 20
            bag.add(f"data/{folder.name}/{path.name}", path.read_bytes() if small else chunks(path))
"""


@dataclass
class Runner:
    """One way to make the file, and what it took."""

    name: str
    command: list[str]
    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    processor: float = 0

    def run(self, destination: Path) -> None:
        """Make *destination* once, and remove it."""
        began = time.perf_counter()
        process = subprocess.Popen(self.command)
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds.append(time.perf_counter() - began)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{self.name} failed")
        self.peak = max(self.peak, usage.ru_maxrss)
        self.processor = usage.ru_utime + usage.ru_stime
        destination.unlink()

    @property
    def median(self) -> float:
        """The seconds of the middle round."""
        return statistics.median(self.seconds)


def fill(folder: Path, megabytes: int, mails: int) -> dict[str, tuple[Path, int]]:
    """Write what is to be bundled, seeded; return name → folder and bytes."""
    dice = random.Random(20261124)
    large, small = folder / "large" / "a", folder / "small" / "a"
    large.mkdir(parents=True)
    small.mkdir(parents=True)
    with (large / "groot.bin").open("wb") as file:
        for _ in range(megabytes):
            file.write(dice.randbytes(1 << 20))
    for number in range(mails):
        (small / f"{number:06}.eml").write_bytes(dice.randbytes(MAIL))
    return {
        f"one file of {megabytes} MiB": (large.parent, megabytes << 20),
        f"{mails:,} mails of 20 KiB": (small.parent, mails * MAIL),
    }


def runners(source: Path, destination: Path, recipient: str) -> list[Runner]:
    """Return the ways to make *destination*, the peer first."""
    sealed = f"age -r {recipient} > {destination}"
    pack = f"tar cf - -C {source} ."
    ours = [sys.executable, "-c", OURS, str(source), str(destination)]
    return [
        Runner("tar | age", ["bash", "-c", f"{pack} | {sealed}"]),
        Runner(
            "tar | tee >(sha512sum) | age",
            ["bash", "-c", f"{pack} | tee >(sha512sum >/dev/null) | {sealed}"],
        ),
        Runner("bundle, to a key", [*ours, recipient]),
        Runner("bundle, with a passphrase", [*ours, "passphrase"]),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        key = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
        recipient = next(line.split()[-1] for line in key.splitlines() if "public key" in line)
        for title, (source, size) in fill(folder, options.megabytes, options.mails).items():
            ways = runners(source, folder / "out", recipient)
            for _ in range(options.rounds):
                for way in ways:
                    way.run(folder / "out")
            print(f"\n{title}")
            for way in ways:
                ratio = ways[0].median / way.median
                verdict = (
                    ""
                    if not way.name.startswith("bundle")
                    else f"  {'meets' if ratio >= GOAL else 'misses'} {GOAL}"
                )
                peak = f"{way.peak / 1024:5.0f} MB" if way.name.startswith("bundle") else "        "
                print(
                    f"  {way.name:30} {way.median:6.2f} s (best {min(way.seconds):5.2f}, processor {way.processor:5.2f})  {size / way.median / 1e6:6.0f} MB/s"
                    f"  {ratio:5.2f} of tar | age  {peak}{verdict}"
                )


if __name__ == "__main__":
    main()
