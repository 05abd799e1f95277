"""How fast one person is found among 10,000 cards on a real Radicale over TLS, beside the bare REPORT requests.

Two bare requests are timed: the server's own search (addressbook-query with a text match on EMAIL and TEL), which has to parse every card
and finds only what is spelt as it was asked, and the request for everything, which is what ours sends and then looks at. Ours is the connector's
whole `find`: connection, TLS, discovery, the request, and the exact decision on every card. The same is done for cards in files.

    python benchmarks/contacts.py [CARDS]
"""

import http.client
import os
import random
import ssl
import statistics
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [
    str(ROOT),
    *(str(ROOT / one) for one in ("core", "plugins/contacts", "plugins/imap")),
]
from tests.servers.radicale import PASSWORD, PASSWORD_VARIABLE, Radicale  # noqa: E402

from overdracht import Item, Kinds, Question, Searched, Subject  # noqa: E402 - found beside it
from overdracht_contacts.dav_settings import DavSettings  # noqa: E402
from overdracht_contacts.multistatus import CARDDAV  # noqa: E402
from overdracht_contacts.on_disk import VcardFilesConnector  # noqa: E402
from overdracht_contacts.on_server import CardDavConnector  # noqa: E402
from overdracht_contacts.places import FilesSettings  # noqa: E402

GOAL = 1.2
ROUNDS = 5
PHONES = ("06-12345678", "+31 6 12 34 56 78", "0031612345678", "06 1234 5678")
"""One number as people write it."""
_SEARCH = (
    b'<?xml version="1.0"?><C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/><C:address-data/></D:prop>'
    b'<C:filter test="anyof"><C:prop-filter name="EMAIL"><C:text-match>sanne@vanderberg.example</C:text-match></C:prop-filter>'
    b'<C:prop-filter name="TEL"><C:text-match>06-12345678</C:text-match></C:prop-filter></C:filter></C:addressbook-query>'
)


def cards(count: int) -> Iterable[tuple[str, bytes]]:
    """Yield *count* cards, a fifth of them with a photo, a tenth with accents; one in 2,500 is Sanne's, each spelt differently."""
    chance = random.Random("kaartenbak")
    for number in range(count):
        hers = number % (count // len(PHONES)) == 7
        phone = (
            PHONES[number * len(PHONES) // count] if hers else f"06-{chance.randrange(10**8):08}"
        )
        email = (
            "sanne@vanderberg.example" if number == 7 else f"klant{number}@p{number % 900}.example"
        )
        name = f"Zoë Özdemir {number}" if number % 10 == 3 else f"Klant Nummer {number}"
        photo = b64encode(chance.randbytes(12_000)).decode() if number % 5 == 0 else ""
        lines = [
            "BEGIN:VCARD", "VERSION:3.0", f"UID:{number:06}", f"FN:{name}", f"N:{number};Klant;;;", f"EMAIL;TYPE=INTERNET:{email}",
            f"TEL;TYPE=CELL:{phone}", "ADR;TYPE=HOME:;;Kerkstraat 12;Voorbeeldstad;;1972 BC;Nederland",
            "NOTE:Belt graag in de ochtend.\\nKlant sinds 2012\\, modem vervangen.",
            *([f"PHOTO;ENCODING=b;TYPE=JPEG:{photo}"] if photo else []),
            "REV:20240301T093000Z", "END:VCARD",
        ]  # fmt: skip
        folded = (
            "\r\n ".join(line[at : at + 74] for at in range(0, len(line), 74)) for line in lines
        )
        yield f"{number:06}.vcf", ("\r\n".join(folded) + "\r\n").encode()


def bare(server: Radicale, path: str, question: bytes) -> int:
    """Send one REPORT and read the answer; return how many cards it holds."""
    context = ssl.create_default_context(cafile=str(server.base / "localhost.crt"))
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context)
    password = b64encode(f"bench:{PASSWORD}".encode()).decode()
    headers = {
        "Authorization": f"Basic {password}",
        "Depth": "1",
        "Content-Type": "application/xml",
    }
    connection.request("REPORT", path, question, headers)
    found = connection.getresponse().read().count(b"BEGIN:VCARD")
    connection.close()
    return found


def timed(work: Callable[[], int]) -> tuple[float, int]:
    """Return the median of some rounds of *work* in seconds, and what it returns."""
    took, found = [], work()  # the first warms the server up
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = work()
        took.append(time.perf_counter() - began)
    return statistics.median(took), found


def main(count: int) -> None:
    """Measure and print."""
    kinds = Kinds()
    subject = Subject(
        "bench", (kinds.parse("sanne@vanderberg.example"), kinds.parse("06-12345678"))
    )
    os.environ[PASSWORD_VARIABLE] = PASSWORD
    with Radicale() as server, tempfile.TemporaryDirectory() as folder:
        (server.base / "users").write_text(f"bench:{PASSWORD}\n")
        book = server.collection("bench", "klanten", "VADDRESSBOOK")
        for name, content in cards(count):
            (book / name).write_bytes(content)
            Path(folder, name).write_bytes(content)
        server.stop()
        server.start()
        path = "/bench/klanten/"
        settings = server.settings("bench", url=f"{server.url}bench/klanten/", timeout=600)
        carddav = CardDavConnector("boek", DavSettings.model_validate(settings))
        files = VcardFilesConnector("map", FilesSettings.model_validate({"path": folder}))
        cursors: dict[str, str] = {}

        def find(connector: CardDavConnector | VcardFilesConnector) -> int:
            findings = list(connector.find(Question(subject, cursors=dict(cursors))))
            ended = [one for one in findings if isinstance(one, Searched)]
            cursors.update({one.part: one.cursor for one in ended})
            return sum(isinstance(one, Item) for one in findings)

        def afresh(connector: CardDavConnector | VcardFilesConnector) -> int:
            cursors.clear()
            return find(connector)

        search, by_server = timed(lambda: bare(server, path, _SEARCH))
        whole, held = timed(lambda: bare(server, path, CARDDAV.everything()))
        ours, found = timed(lambda: afresh(carddav))
        again, _ = timed(lambda: find(carddav))
        on_disk, there = timed(lambda: afresh(files))
        print(
            f"{count} cards on Radicale over TLS, one person in {len(PHONES)} of them; median of {ROUNDS}"
        )
        print(f"  bare REPORT, the server searches    {search:7.3f} s   {by_server} cards found")
        print(f"  bare REPORT for everything          {whole:7.3f} s   {held} cards given")
        print(f"  find                                {ours:7.3f} s   {found} cards found")
        print(f"  find again, nothing changed         {again:7.3f} s")
        print(f"  find in {count} files              {on_disk:7.3f} s   {there} cards found")
        for name, seconds in (("searching", search), ("everything", whole)):
            ratio = ours / seconds
            print(
                f"  find / bare REPORT {name:<12} {ratio:5.2f} (goal {GOAL}): {'met' if ratio <= GOAL else 'NOT MET'}"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
