"""Read a server's multi-status answers (RFC 4918) as they come in, and write the questions."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

DAV = "{DAV:}"
CARD = "{urn:ietf:params:xml:ns:carddav}"
CALENDAR = "{urn:ietf:params:xml:ns:caldav}"
_NAMESPACES = 'xmlns:D="DAV:" xmlns:C="{}"'
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_RESPONSE, _HREF, _STATUS = f"{DAV}response", f"{DAV}href", f"{DAV}status"
_PROPSTAT, _PROP = f"{DAV}propstat", f"{DAV}prop"


class Garbled(ValueError):
    """The answer is no XML that a server of this kind may send."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the server says of one resource."""

    href: str
    status: int
    """Of the resource as a whole; 200 when only its properties have one."""
    properties: dict[str, ET.Element] = field(default_factory=dict)
    """Those that it gave."""

    def text(self, name: str) -> str:
        """Return the text of the property called *name*."""
        found = self.properties.get(name)
        return (found.text or "") if found is not None else ""


def responses(chunks: Iterable[bytes]) -> Iterator[Response]:
    """Yield what stands in the *chunks* of an answer, each as soon as it is whole.

    No entity is taken that the answer itself defines, and none is fetched.
    """
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(("start",))
    prolog = b""
    root: ET.Element | None = None
    try:
        for chunk in chunks:
            if root is None:
                prolog += chunk
                if b"<!DOCTYPE" in prolog.partition(b"multistatus")[0]:
                    raise Garbled("it holds a document type, which no server needs")
            parser.feed(chunk)
            if root is None:
                root = _root(parser)
            deque(parser.read_events(), maxlen=0)  # they hold on to what they are about
            if root is not None:
                yield from _whole(root)
        parser.close()
    except ET.ParseError as error:
        raise Garbled("it is no well-formed XML") from error
    if root is None:
        raise Garbled("it is empty")
    yield from (_response(one) for one in root if one.tag == _RESPONSE)


def _root(parser: "ET.XMLPullParser[ET.Element]") -> ET.Element | None:
    for event in parser.read_events():
        root = event[-1]
        assert isinstance(root, ET.Element)  # noqa: S101 - a start comes with one
        if root.tag != f"{DAV}multistatus":
            raise Garbled("it is no multi-status")
        return root
    return None


def _whole(root: ET.Element) -> Iterator[Response]:
    """Yield the responses below *root* that are whole, which are all but the last, and let go of them."""
    whole = root[:-1]
    del root[:-1]
    yield from (_response(one) for one in whole if one.tag == _RESPONSE)


def _response(element: ET.Element) -> Response:
    properties: dict[str, ET.Element] = {}
    href, status = "", 200
    for one in element:
        if one.tag == _HREF:
            href = (one.text or "").strip()
        elif one.tag == _STATUS:
            status = _code(one.text or "")
        elif one.tag == _PROPSTAT and _code(one.findtext(_STATUS, "")) == 200:
            properties |= {each.tag: each for prop in one if prop.tag == _PROP for each in prop}
    return Response(href, status, properties)


def _code(status: str) -> int:
    words = status.split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


@dataclass(frozen=True, slots=True)
class Dialect:
    """What tells an address book from a calendar in the protocol."""

    namespace: str
    collection: str
    """The resource type of a collection, qualified."""
    home: str
    """The property that says where a user's collections are, qualified."""
    data: str
    """The property with the content of a resource, qualified."""
    query: str
    """The report that gives all there is, and the filter that lets all through."""
    filter: str
    multiget: str
    media_type: str
    well_known: str

    def everything(self) -> bytes:
        """Ask for the content of all resources."""
        prop = self._prop()
        return self._document(self.query, f"{prop}{self.filter}")

    def these(self, hrefs: Iterable[str]) -> bytes:
        """Ask for the content of the resources at *hrefs*."""
        named = "".join(f"<D:href>{escape(one)}</D:href>" for one in hrefs)
        return self._document(self.multiget, f"{self._prop()}{named}")

    def _prop(self) -> str:
        return f"<D:prop><D:getetag/><C:{self.data.rpartition('}')[2]}/></D:prop>"

    def _document(self, name: str, inside: str) -> bytes:
        spaces = _NAMESPACES.format(self.namespace)
        return f"{_HEAD}<C:{name} {spaces}>{inside}</C:{name}>".encode()

    def about(self) -> bytes:
        """Ask what a resource is and where the user's collections are."""
        home = self.home.rpartition("}")[2]
        return self._propfind(
            f"<D:resourcetype/><D:displayname/><D:current-user-principal/><C:{home}/>"
        )

    def listing(self) -> bytes:
        """Ask for the ETags."""
        return self._propfind("<D:resourcetype/><D:getetag/>")

    def privileges(self) -> bytes:
        """Ask what the user may do."""
        return self._propfind("<D:current-user-privilege-set/>")

    def _propfind(self, inside: str) -> bytes:
        spaces = _NAMESPACES.format(self.namespace)
        return f"{_HEAD}<D:propfind {spaces}><D:prop>{inside}</D:prop></D:propfind>".encode()


CARDDAV = Dialect(
    CARD[1:-1],
    f"{CARD}addressbook",
    f"{CARD}addressbook-home-set",
    f"{CARD}address-data",
    "addressbook-query",
    "<C:filter/>",
    "addressbook-multiget",
    "text/vcard; charset=utf-8",
    "/.well-known/carddav",
)
CALDAV = Dialect(
    CALENDAR[1:-1],
    f"{CALENDAR}calendar",
    f"{CALENDAR}calendar-home-set",
    f"{CALENDAR}calendar-data",
    "calendar-query",
    '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>',
    "calendar-multiget",
    "text/calendar; charset=utf-8",
    "/.well-known/caldav",
)
