"""Loopback ports for servers that are told their port and cannot take any free one."""

import random
import socket

FIRST, LAST = 10_000, 32_000
"""Below what Linux gives to outgoing connections, so that none of those takes a server's port while it restarts."""

_RESERVED: list[socket.socket] = []
"""Kept until the process ends."""


def free_port() -> int:
    """Return a port on which nothing listens, reserved for this process: no other test run is given it while this one lasts."""
    while True:
        port = random.randrange(FIRST, LAST)  # noqa: S311 - not a secret
        if _reserve(port) and _is_free(port):
            return port


def _reserve(port: int) -> bool:
    """Take the name that stands for *port* among the test runs of this machine; the kernel gives it up with the process."""
    name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        name.bind(f"\0overdracht-tests-port-{port}")
    except OSError:
        name.close()
        return False
    _RESERVED.append(name)
    return True


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
