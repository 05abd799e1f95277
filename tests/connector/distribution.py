"""A connector's own distribution, installed beside overdracht for one test."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path


def unpacked(distribution: Path, target: Path) -> Path:
    """Build the wheel of *distribution*, unpack it into *target* as pip does it, and return that."""
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(distribution)).build(directory=str(target), versions=["standard"])
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(target)
    return target


def python(*words: str, path: Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    """Run Python with what is installed in *path*."""
    search = os.pathsep.join([str(path), *(os.path.abspath(one) for one in sys.path if one)])  # noqa: PTH100 - of a list of texts
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=False,
    )
