"""Connections that go through tables at once, each through one at a time."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import TypeVar

from sqlalchemy import Connection

_AGAIN = 0.05
"""Seconds between one interruption and the next."""
T = TypeVar("T")


def each(
    act: Callable[[T, Connection], None], things: Iterable[T], connections: Sequence[Connection]
) -> None:
    """Do *act* for each of *things*, with as many at once as there are *connections*; the first error ends all."""
    if len(connections) == 1:
        for one in things:
            act(one, connections[0])
        return
    free: SimpleQueue[Connection] = SimpleQueue()
    for connection in connections:
        free.put(connection)

    def with_a_free_one(one: T) -> None:
        connection = free.get()
        try:
            act(one, connection)
        finally:
            free.put(connection)

    with ThreadPoolExecutor(len(connections)) as pool:
        begun = [pool.submit(with_a_free_one, one) for one in things]
        try:
            for done in begun:
                done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            # Again and again, for a question that is yet to be asked is not interrupted.
            while wait(begun, timeout=_AGAIN).not_done:
                for connection in connections:
                    _interrupt(connection)
            raise


def _interrupt(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.interrupt()
