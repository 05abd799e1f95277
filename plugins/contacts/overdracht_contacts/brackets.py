"""Replace words so that each bracket that stays keeps its other one."""

import re


def marked(mark: str, found: re.Match[str]) -> str:
    """Return *mark* in the place of what was *found*, so that each bracket that stays has its other one: `Ann (Smit)` goes with both."""
    before, words, after = found.groups()
    closing, opening = _unpaired(words)
    if before and closing:
        before, closing = "", closing[1:]
    if after and opening:
        after, opening = "", opening[:-1]
    return f"{before}{mark}{closing}{' ' if opening else ''}{opening}{after}"


def _unpaired(words: str) -> tuple[str, str]:
    """Return the brackets in *words* that close what was opened before, and those that stay open."""
    closing, opening = "", ""
    for sign in re.findall(r"[()\[\]{}]", words):
        if sign in "([{":
            opening += sign
        elif opening:
            opening = opening[:-1]
        else:
            closing += sign
    return closing, opening
