"""What a request changed, found by comparing before and after, so that no handler can forget to say so."""

from typing import Any

Objects = dict[str, Any]


def changed(before: Objects, after: Objects) -> list[str]:
    """Return where *before* and *after* differ: `login/collection/name`, with `#key` for what in it changed; nothing where they are equal."""
    found: list[str] = []
    for login in sorted({*before, *after}):
        mine, theirs = before.get(login, {}), after.get(login, {})
        for kind in sorted({*mine, *theirs}):
            place = f"{login}/{kind}"
            found += _differences(place, mine.get(kind, {}), theirs.get(kind, {}))
    return found


def _differences(place: str, before: Objects, after: Objects) -> list[str]:
    if before == after:
        return []
    found: list[str] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if not isinstance(old, dict) or not isinstance(new, dict):
            found.append(f"{place}/{name}")
        else:
            keys = sorted(key for key in {*old, *new} if old.get(key) != new.get(key))
            found += [f"{place}/{name}#{key.lstrip('_')}" for key in keys]
    return found
