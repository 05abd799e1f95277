"""Copy the template under another name. It is a distribution that works as it stands; `acmedesk` stands for the name in it."""

import keyword
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from importlib.resources import as_file, files
from pathlib import Path

from overdracht.errors import UsageError

PLACEHOLDER = "acmedesk"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_LEFT_OUT = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"})


def write_distribution(name: str, parent: Path, taken: Collection[str]) -> Path:
    """Write the distribution `overdracht-NAME` below *parent* and return its folder; it is made whole or not at all.

    Raise UsageError when *name* is no name for a package, is one of the connectors *taken*, or the folder is there already.
    """
    _refuse(name, taken)
    target = parent / f"overdracht-{name.replace('_', '-')}"
    if target.exists():
        raise UsageError(f"{target} is there already", remedy="choose another name, or --to FOLDER")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=parent))
    except OSError as error:
        raise UsageError(f"{target} cannot be made: {error.strerror}") from error
    try:
        with as_file(files(__package__).joinpath("template")) as template:
            for source in _sources(template):
                path = unfinished / _named(source.relative_to(template).as_posix(), name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(_named(source.read_text(encoding="utf-8"), name), encoding="utf-8")
        unfinished.chmod(0o755)
        unfinished.rename(target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return target


def _refuse(name: str, taken: Collection[str]) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(
            "this is no name for a connector",
            remedy="lower-case letters, digits and _, beginning with a letter: helpdesk, ticket_system",
        )
    if name in taken:
        raise UsageError(f"there is a connector {name} already", remedy="choose another name")


def _sources(template: Path) -> Iterator[Path]:
    for path in sorted(template.rglob("*")):
        if path.is_file() and _LEFT_OUT.isdisjoint(path.parts) and path.suffix != ".pyc":
            yield path


def _named(text: str, name: str) -> str:
    """Return *text* with the connector's *name* in place of the placeholder: as a class, as a distribution, as it is."""
    title = "".join(word.capitalize() for word in name.split("_"))
    return (
        text.replace(f"overdracht-{PLACEHOLDER}", f"overdracht-{name.replace('_', '-')}")
        .replace(PLACEHOLDER.capitalize(), title)
        .replace(PLACEHOLDER, name)
    )
