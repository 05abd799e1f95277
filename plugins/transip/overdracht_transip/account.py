"""Read the account: one connection a call, few requests, several at a time where there are many, and none twice in a row.

A search is repeated with every identifier that came to light. What takes a request for each domain or server is therefore remembered for a
few minutes, packed small; a change to the account forgets it.
"""

import pickle
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

from overdracht_transip.client import Domain, Reader, TransipError
from overdracht_transip.client.domains import domain_of

T = TypeVar("T")
PAGE = 500
"""Domains or servers in one answer: few requests, and not the whole account in memory."""
PACKED = 50


class Memory:
    """What was read a moment ago, packed; it holds a few MB at most and forgets after some minutes."""

    most = 8 << 20
    lasts = 600.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._packed: dict[tuple[str, object], tuple[float, bytes]] = {}
        self._size = 0

    def forget(self) -> None:
        """Forget everything: the account has changed."""
        self._packed.clear()
        self._size = 0

    def take(self, kind: str, name: object) -> Any:
        """Return what was kept, None when nothing was."""
        when, packed = self._packed.get((kind, name), (0.0, b""))
        if not packed or self._clock() - when > self.lasts:
            return None
        return pickle.loads(zlib.decompress(packed))  # noqa: S301 - our own bytes, from this process

    def keep(self, kind: str, name: object, value: object) -> None:
        """Keep *value* if there is room."""
        packed = zlib.compress(pickle.dumps(value), 1)
        if self._size + len(packed) <= self.most:
            self._packed[kind, name] = (self._clock(), packed)
            self._size += len(packed)


class Account:
    """The account behind *api*, read with *connections* at a time."""

    def __init__(self, api: Reader, memory: Memory, connections: int) -> None:
        self.api = api
        self._memory = memory
        self._connections = connections

    def once(self, read: Callable[[Any], T], name: object) -> T:
        """Return what *read* gives for *name*, or gave a moment ago."""
        kind = read.__name__
        known: T | None = self._memory.take(kind, name)
        if known is None:
            known = read(name)
            self._memory.keep(kind, name, known)
        return known

    def each(
        self, read: Callable[[Any], T], names: Iterable[Any]
    ) -> Iterator[tuple[Any, T | TransipError]]:
        """Yield what *read* gives for each of *names*, in their order, several requests at a time; an error stands for what failed."""
        names = iter(names)
        waiting: deque[tuple[Any, Future[T]]] = deque()
        with ThreadPoolExecutor(self._connections, thread_name_prefix="transip") as pool:
            try:
                while True:
                    for name in islice(names, 2 * self._connections - len(waiting)):
                        waiting.append((name, pool.submit(self.once, read, name)))
                    if not waiting:
                        return
                    name, future = waiting.popleft()
                    try:
                        yield name, future.result()
                    except TransipError as error:
                        yield name, error
            finally:
                for _, future in waiting:
                    future.cancel()

    def domains(self, *, gone: bool = False) -> "Domains":
        """Return the domains, with *gone* also those that left the account, read in as few requests as their number allows."""
        return Domains(self.api.domains(gone=gone, page_size=PAGE))


class Domains:
    """The account's domains, packed: they are gone through more than once, and are asked for only once."""

    def __init__(self, domains: Iterable[Domain]) -> None:
        self._packed: list[bytes] = []
        self.count = 0
        domains = iter(domains)
        while batch := [one.raw for one in islice(domains, PACKED)]:
            self.count += len(batch)
            self._packed.append(zlib.compress(pickle.dumps(batch), 1))

    def __iter__(self) -> Iterator[Domain]:
        for packed in self._packed:
            batch: Sequence[Any] = pickle.loads(zlib.decompress(packed))  # noqa: S301 - our own
            yield from map(domain_of, batch)
