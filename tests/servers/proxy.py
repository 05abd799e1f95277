"""A way to a server on which connections break off, or are wrapped in TLS."""

import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from typing import Self


class Proxy:
    """Passes connections on to *target*, a loopback port; each in turn breaks off after so many bytes of answers as *cuts* says.

    None lets a connection be, and so it goes on when *cuts* ends. With *tls* it speaks TLS to whoever connects.
    """

    def __init__(
        self, target: int, cuts: Iterable[int | None] = (), tls: ssl.SSLContext | None = None
    ) -> None:
        self._target = target
        self._cuts: Iterator[int | None] = itertools.chain(cuts, itertools.repeat(None))
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self.closed = False
        """Whoever connects is hung up on."""
        self.asked = b""
        """All that was sent to the server."""
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]  # a bound method
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.closed:
                client.close()
                continue
            self._start(self._pass_on, client, next(self._cuts))

    def _pass_on(self, client: socket.socket, cut: int | None) -> None:
        with contextlib.suppress(OSError), client:
            if self._tls is not None:
                client = self._tls.wrap_socket(client, server_side=True)
            with client, socket.create_connection(("127.0.0.1", self._target)) as server:
                back = threading.Thread(target=self._back, args=(client, server), daemon=True)
                back.start()
                left = cut
                while data := server.recv(1 << 16 if left is None else min(left, 1 << 16)):
                    client.sendall(data)
                    if left is not None:
                        left -= len(data)
                        if left <= 0:
                            break
                for end in (client, server):
                    with contextlib.suppress(OSError):
                        end.shutdown(socket.SHUT_RDWR)
                back.join(10)

    def _back(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                self.asked += data
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
