"""The search goes on beyond one machine: on a real Dask scheduler, also when a worker dies."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from overdracht import Gap, Item, Progress, Question, Searched, Subject, Unreachable
from overdracht.survey import Pool
from overdracht_serverlogs import finding, stretches, workforce
from tests.serverlogs.asking import find, identified, logs_in
from tests.serverlogs.test_finding import ADDRESS, _much


@contextmanager
def _process(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            assert process.stderr is not None
            process.stderr.close()


def _said(process: subprocess.Popen[bytes], pattern: str) -> str:
    """Wait until *process* says what *pattern* matches, and return its group."""
    assert process.stderr is not None
    said = b""
    while line := process.stderr.readline():
        said += line
        if found := re.search(pattern, line.decode(errors="replace")):
            return found[1]
    raise AssertionError(said.decode(errors="replace"))


@contextmanager
def _cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and two workers, each one process that can die; yield the address and the workers."""
    local = ("--local-directory", str(folder / "dask"))
    with ExitStack() as stack:
        scheduler = stack.enter_context(
            _process(
                "distributed.cli.dask_scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--no-dashboard",
            )
        )
        place = _said(scheduler, r"Scheduler at:\s+tcp://(\S+)")
        workers = [
            stack.enter_context(
                _process("distributed.cli.dask_worker", f"tcp://{place}", "--no-nanny", "--nthreads", "1", "--no-dashboard", *local)
            )
            for _ in range(2)
        ]  # fmt: skip
        for worker in workers:
            _said(worker, r"(Registered to)")
        yield f"dask://{place}", workers


@pytest.mark.filterwarnings("default")  # Dask's own
def test_a_worker_that_dies_half_way_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers on a real scheduler, one of which is killed while it works: the same findings in the same order, and no gap."""
    logs = tmp_path / "logs"
    logs.mkdir()
    _much(logs, 20_000)
    alone = find(logs_in(logs), ADDRESS)
    monkeypatch.setattr(finding, "ALONE", 0)
    monkeypatch.setattr(finding, "QUICK", 0)
    monkeypatch.setattr(workforce, "DENSE", 10**9)
    monkeypatch.setattr(stretches, "STRETCH", 50_000)
    subject = Subject("test", identified(ADDRESS))
    with _cluster(tmp_path) as (address, workers), Pool(address) as pool:
        findings = []
        stretched = 0
        for one in logs_in(logs).find(Question(subject, pool=pool)):
            stretched += isinstance(one, Progress)
            if stretched == 5 and workers[0].poll() is None:
                workers[0].send_signal(signal.SIGKILL)
                workers[0].wait()
            findings.append(one)
        assert workers[1].poll() is None
    assert stretched > 20
    assert [one for one in findings if isinstance(one, Gap)] == []
    assert [one for one in findings if isinstance(one, Item)] == alone.items
    assert [one for one in findings if isinstance(one, Searched)] == list(alone.searched.values())


@pytest.mark.filterwarnings("default")  # Dask's own
def test_a_scheduler_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the key to look at."""
    monkeypatch.setattr("overdracht.survey.pool._PATIENCE", "300ms")
    with Pool("dask://127.0.0.1:9") as pool, pytest.raises(Unreachable, match=r"engine\.executor"):
        pool()


def test_a_process_that_dies_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the processes of the pool are killed, what they were searching is searched here."""
    _much(tmp_path, 20_000)
    alone = find(logs_in(tmp_path), ADDRESS)
    monkeypatch.setattr(finding, "ALONE", 0)
    monkeypatch.setattr(finding, "QUICK", 0)
    monkeypatch.setattr(workforce, "DENSE", 10**9)
    monkeypatch.setattr(stretches, "STRETCH", 50_000)
    subject = Subject("test", identified(ADDRESS))
    with Pool() as pool:
        killed = pool().submit(os.getpid).result()
        findings = []
        for one in logs_in(tmp_path).find(Question(subject, pool=pool)):
            if killed:
                os.kill(killed, signal.SIGKILL)
                time.sleep(0.1)
                killed = 0
            findings.append(one)
    assert [one for one in findings if isinstance(one, Item)] == alone.items
    assert [one for one in findings if isinstance(one, Gap)] == []
