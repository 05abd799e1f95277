"""Cut a plain file into stretches that can be searched side by side, each of whole records."""

import os
from collections.abc import Iterator

from overdracht_serverlogs.formats import Format
from overdracht_serverlogs.logs import LogFile
from overdracht_serverlogs.looks import Look, listed

STRETCH = 32 << 20
_WINDOW = 1 << 20
_LINE_WINDOW = 64 << 20


def stretches(file: LogFile, looked: Look) -> Iterator[tuple[int, int | None]]:
    """Yield from where to where *file* is searched at a time; a compressed file is one stretch without a known end."""
    if looked.method != "plain":
        yield 0, None
        return
    if file.size <= 2 * STRETCH:
        if file.size:
            yield 0, file.size
        return
    with listed(file) as reader:
        start = 0
        while start < file.size:
            end = file.size
            if file.size - start > STRETCH * 3 // 2:
                end = _boundary(reader.descriptor, start + STRETCH, file.size, looked.form)
            yield start, end
            start = end


def _boundary(descriptor: int, place: int, size: int, form: Format) -> int:
    """Return where behind *place* a record with a time begins; without one, where a line does that cannot go on with another."""
    text = os.pread(descriptor, _WINDOW, place)
    line = text.find(b"\n") + 1
    first = line
    while 0 < line < len(text):
        end = text.find(b"\n", line) + 1
        if not end:
            break
        if form.stamp(text, line, end) is not None:
            return place + line
        line = end
    if first and not form.multiline:
        return place + first
    behind = place + len(text)
    return (
        size
        if behind >= size or behind - place > _LINE_WINDOW
        else _boundary(descriptor, behind, size, form)
    )
