"""Take an unpacked bundle away again: every file that was unpacked, and nothing that somebody put beside it."""

from collections.abc import Iterator
from pathlib import Path

from overdracht import manifest
from overdracht.errors import BundleError


def clear(folder: Path) -> None:
    """Remove the files that the bag *folder* says it consists of, and the folders that are empty then.

    Raise BundleError when it is no bag, or when something else is left in it; the person's files are gone then all the same.
    """
    if not (folder / manifest.BAGIT).is_file():
        raise BundleError(f"{folder} is no unpacked bundle")
    for path in [*_listed(folder, manifest.MANIFEST), *_listed(folder, manifest.TAG_MANIFEST)]:
        if path.is_symlink() or path.is_file():
            path.unlink()
    # What the rest is known by goes last: whoever is interrupted begins again.
    for name in (*manifest.UNCOVERED, manifest.PUBLIC_KEY, manifest.MANIFEST, manifest.BAGIT):
        (folder / name).unlink(missing_ok=True)
    for below in sorted(_folders(folder), reverse=True):
        if not any(below.iterdir()):
            below.rmdir()
    if folder.exists():
        raise BundleError(f"{folder} holds something else too")


def _listed(folder: Path, name: str) -> Iterator[Path]:
    last = {manifest.BAGIT, manifest.MANIFEST}
    path = folder / name
    if not path.is_file():
        return
    with path.open("rb") as lines:
        for listed, _ in manifest.read_lines(lines, name):
            # A name on the way that leads out of the folder is none that was unpacked.
            if listed not in last and not any(_links(folder, listed)):
                yield folder / listed


def _links(folder: Path, listed: str) -> Iterator[bool]:
    for parent in (folder / listed).parents:
        if parent == folder:
            return
        yield parent.is_symlink()


def _folders(folder: Path) -> Iterator[Path]:
    yield folder
    for below in folder.iterdir():
        if below.is_dir() and not below.is_symlink():
            yield from _folders(below)
