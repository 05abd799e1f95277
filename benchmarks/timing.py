"""Time whole processes, side by side: how long each takes, the most memory it had, and what it found."""

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

MEMORY_GOAL = 60
"""Megabytes of a main process, at most."""


@dataclass
class Run:
    """One way to do the job, and what it took, round by round."""

    name: str
    command: list[str]
    count: Callable[[bytes], int]
    """How many hits its output tells."""
    before: Callable[[], None] = lambda: None
    """What makes each round begin from the same."""
    seconds: list[float] = field(default_factory=list)
    peak: int = 0
    """Megabytes."""
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

    @property
    def median(self) -> float:
        """The seconds of the middle round."""
        return statistics.median(self.seconds)

    def line(
        self, peer: "Run | None" = None, goal: float = 0, memory_goal: int = MEMORY_GOAL
    ) -> str:
        """Return the figures, beside those of *peer* where there is one: at most *goal* times its time is wanted."""
        text = f"  {self.name:34} {self.median:7.3f} s  {self.hits:7,}  {self.peak:4} MB"
        if peer is None:
            return text
        ratio = self.median / peer.median
        memory = "" if self.peak < memory_goal else f", MISSES {memory_goal} MB"
        return f"{text}  {ratio:5.2f} of {peer.name}, {'meets' if ratio <= goal else 'MISSES'} {goal}{memory}"


def alternate(runs: Iterable[Run], rounds: int) -> None:
    """Run each of *runs* in turns, so that whatever else the machine does meets them all."""
    runs = tuple(runs)
    for _ in range(rounds):
        for run in runs:
            run.once()


def lines(output: bytes) -> int:
    """Count the lines of *output*."""
    return output.count(b"\n")
