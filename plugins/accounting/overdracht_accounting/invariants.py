"""What must be the same before and after an erasure, made comparable."""

import hashlib

from sqlalchemy import Connection, text

from overdracht_accounting.mapping import Invariant
from overdracht_accounting.scanning import STREAMED


def digest(connection: Connection, invariant: Invariant) -> tuple[int, int]:
    """Return what is the same for the same rows in any order."""
    count, total = 0, 0
    with connection.execute(text(invariant.sql), execution_options=STREAMED) as result:
        for row in result:
            count += 1
            digest = hashlib.sha256(
                repr([None if one is None else str(one) for one in row]).encode()
            )
            total = (total + int.from_bytes(digest.digest())) % (1 << 256)
    return count, total
