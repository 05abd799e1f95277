"""Whether a zstd file is whole: its library reads one that was broken off to where it breaks off, and says nothing (RFC 8878)."""

import os

_MAGIC, _SKIPPABLE = 0xFD2FB528, 0x184D2A5
_DICTIONARY = (0, 1, 2, 4)
_CONTENT_SIZE = (0, 2, 4, 8)
_RUN = 1


def is_whole(descriptor: int) -> bool:
    """Say whether the file behind *descriptor* consists of whole frames."""
    place, size = 0, os.fstat(descriptor).st_size
    while 0 <= place < size:
        place = _frame_end(descriptor, place)
    return place == size


def _frame_end(descriptor: int, place: int) -> int:
    """Return where the frame ends that begins at *place*; -1 when it is none."""
    start = os.pread(descriptor, 8, place)
    magic = int.from_bytes(start[:4], "little")
    if len(start) < 5:
        return -1
    if magic >> 4 == _SKIPPABLE:
        return place + 8 + int.from_bytes(start[4:8], "little")
    if magic != _MAGIC:
        return -1
    flags = start[4]
    single = flags >> 5 & 1
    header = 5 + (not single) + _DICTIONARY[flags & 3] + (_CONTENT_SIZE[flags >> 6] or single)
    place = _blocks_end(descriptor, place + header)
    return place if place < 0 else place + (4 if flags & 4 else 0)


def _blocks_end(descriptor: int, place: int) -> int:
    while True:
        head = os.pread(descriptor, 3, place)
        if len(head) < 3:
            return -1
        block = int.from_bytes(head, "little")
        place += 3 + (1 if block >> 1 & 3 == _RUN else block >> 3)
        if block & 1:
            return place
