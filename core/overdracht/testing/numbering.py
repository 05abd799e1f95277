"""Read a contract out of its own tests: the number of each promise, and what it says."""

import re

_NUMBERED = re.compile(r"test_[a-z](\d+)_")


def promises(contract: type) -> dict[str, str]:
    """Return the promises of *contract* in their order: number → text, from the docstrings of its tests."""
    names = sorted(name for name in dir(contract) if _NUMBERED.match(name))
    texts = (" ".join((getattr(contract, name).__doc__ or "").split()) for name in names)
    return dict(text.split(": ", 1) for text in texts)
