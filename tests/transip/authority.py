"""A name server on loopback that knows one zone's start of authority, for clients that look for it before they write."""

import contextlib
import socket
import threading
from typing import Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset


class Authority:
    """Answers that *zone* begins at *zone* and at nothing below it."""

    def __init__(self, zone: str) -> None:
        self._zone = dns.name.from_text(zone)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                query, client = self._socket.recvfrom(4096)
                self._socket.sendto(self._answer(dns.message.from_wire(query)).to_wire(), client)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.AA | dns.flags.RA
        soa = dns.rrset.from_text(
            self._zone, 300, "IN", "SOA", "ns0.transip.net. hostmaster.transip.nl. 1 2 3 4 5"
        )
        if query.question[0].name == self._zone:
            answer.answer.append(soa)
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
            answer.authority.append(soa)
        return answer
