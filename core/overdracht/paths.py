"""Where files are: paths as the configuration writes them, and the directories of the user (XDG)."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo


def located(path: Path, info: ValidationInfo) -> Path:
    """Return *path* with ~ expanded, and relative to the validation context's `directory`, if there is one."""
    try:
        expanded = path.expanduser()
    except RuntimeError as error:
        raise ValueError("the ~ in front names no known user") from error
    directory = (info.context or {}).get("directory")
    return expanded if directory is None else Path(directory) / expanded


ConfigPath = Annotated[Path, AfterValidator(located)]
"""A path in the configuration: ~ is the home directory, and what is relative is so to the configuration's own folder."""


def state_directory() -> Path:
    """Return where the state is when the configuration does not say."""
    return _user_directory("XDG_STATE_HOME", ".local/state")


def config_directory() -> Path:
    """Return where the user's own configuration is."""
    return _user_directory("XDG_CONFIG_HOME", ".config")


def _user_directory(variable: str, default: str) -> Path:
    given = Path(os.environ.get(variable, ""))
    # XDG: a relative path in these variables is to be ignored.
    return (given if given.is_absolute() else Path("~", default).expanduser()) / "overdracht"
