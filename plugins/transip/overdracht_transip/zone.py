"""Write a domain's DNS as a zone file that any name server takes (RFC 1035).

TransIP keeps entries without the SOA and sometimes without the NS records, writes TXT without quotes and has a type of its own, ALIAS. What a
zone cannot hold becomes a comment at the top and a warning, and never disappears.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.zone

from overdracht_transip.client.domain_records import DnsEntry, Nameserver

if TYPE_CHECKING:
    from dns.name import Name
    from dns.rdata import Rdata
    from dns.rdataset import Rdataset
    from dns.zone import Zone

LONGEST_STRING = 255
"""Bytes of one string in a TXT record."""
SOA = "{primary} hostmaster.{origin} {serial} 14400 1800 604800 300"
TTL = 86400
PLACEHOLDER = "ns.invalid."

_QUOTED = re.compile(r'\s*(?:"(?:[^"\\]|\\.)*"\s*)+', re.DOTALL)
_MAX_TTL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ZoneFile:
    """A zone as text, and what of the entries could not be in it, each with the reason."""

    text: str
    warnings: tuple[str, ...]


def origin_of(domain: str) -> "Name":
    """Return *domain* as a name in the DNS; an internationalised one as its A-labels."""
    return dns.name.from_text(_ascii(domain.rstrip(".")) + ".")


def _ascii(name: str) -> str:
    """Return *name* with its internationalised labels as A-labels; the others may hold what IDNA does not allow (`_dmarc`, `*`)."""
    import idna

    return ".".join(
        label if label.isascii() else idna.encode(label, uts46=True).decode()
        for label in name.split(".")
    )


def zone_file(
    domain: str, entries: Iterable[DnsEntry], nameservers: Sequence[Nameserver], today: date
) -> ZoneFile:
    """Return the zone of *domain*: its *entries*, with a SOA of *today* and the *nameservers* where NS records are missing."""
    origin = origin_of(domain)
    zone: Zone = dns.zone.Zone(origin, relativize=False)
    warnings: list[str] = []
    records = sorted(_records(origin, entries, warnings), key=lambda one: (one.is_cname, one.order))
    for record in records:
        _put(zone, record, warnings)
    _add_nameservers(zone, origin, nameservers, warnings)
    _add_soa(zone, origin, today)
    return ZoneFile(_text(domain, zone, warnings), tuple(warnings))


@dataclass(frozen=True, slots=True)
class _Record:
    entry: DnsEntry
    name: "Name"
    data: "Rdata"

    @property
    def is_cname(self) -> bool:
        return bool(self.data.rdtype == dns.rdatatype.CNAME)

    @property
    def order(self) -> tuple[str, str, str]:
        return self.entry.name, self.entry.type, self.entry.content


def _records(origin: "Name", entries: Iterable[DnsEntry], warnings: list[str]) -> Iterator[_Record]:
    for entry in entries:
        if entry.type.upper() == "ALIAS":
            warnings.append(
                _left_out(entry, "ALIAS is TransIP's own type, and no other server has it")
            )
            continue
        if entry.type.upper() == "SOA":
            continue  # it names the servers that are left behind; the zone gets its own
        try:
            name = _name(origin, entry.name)
            data = _data(origin, entry)
        except (dns.exception.DNSException, ValueError, UnicodeError) as error:
            warnings.append(_left_out(entry, f"it cannot be read ({type(error).__name__})"))
            continue
        if not name.is_subdomain(origin):
            warnings.append(_left_out(entry, "its name lies outside the domain"))
            continue
        yield _Record(entry, name, data)


def _name(origin: "Name", text: str) -> "Name":
    if text.strip() in {"", "@"}:
        return origin
    return dns.name.from_text(_ascii(text.strip()), origin)


def _data(origin: "Name", entry: DnsEntry) -> "Rdata":
    kind = dns.rdatatype.from_text(entry.type)
    if kind == dns.rdatatype.TXT and not _QUOTED.fullmatch(entry.content):
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, kind, _strings(entry.content))
    data = dns.rdata.from_text(
        dns.rdataclass.IN, kind, _one_line(entry.content), origin, relativize=False
    )
    if isinstance(data, dns.rdata.GenericRdata):
        raise ValueError("a type that is not known")  # noqa: TRY004 - its text says so
    data.to_wire(origin=origin)
    return data


def _strings(text: str) -> list[bytes]:
    """Return *text* as the strings of a TXT record: 255 bytes at most in each."""
    data = text.encode()
    return [data[at : at + LONGEST_STRING] for at in range(0, len(data), LONGEST_STRING)] or [b""]


def _put(zone: "Zone", record: _Record, warnings: list[str]) -> None:
    node = zone.get_node(record.name, create=True)
    assert node is not None  # noqa: S101 - it was made
    others = [one for one in node.rdatasets if one.rdtype != dns.rdatatype.CNAME]
    if record.is_cname and (others or node.rdatasets or record.name == zone.origin):
        warnings.append(_left_out(record.entry, "a CNAME stands alone at its name"))
        return
    ttl = min(max(record.entry.expire, 0), _MAX_TTL)
    known = node.find_rdataset(
        dns.rdataclass.IN, record.data.rdtype, record.data.covers(), create=True
    )
    if known and known.ttl != ttl:
        warnings.append(
            f"{_shown(record.entry.name)} {record.entry.type}: the times to live differ, and a zone has one; the shortest is taken"
        )
    known.add(record.data, min(ttl, known.ttl) if known else ttl)


def _add_nameservers(
    zone: "Zone", origin: "Name", nameservers: Sequence[Nameserver], warnings: list[str]
) -> None:
    node = zone.get_node(origin, create=True)
    assert node is not None  # noqa: S101 - it was made
    if node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.NS) is None:
        for one in nameservers:
            try:
                host = origin_of(one.hostname)
            except (dns.exception.DNSException, UnicodeError):
                warnings.append("a name server's name cannot be read, and was left out")
                continue
            _add(zone, origin, "NS", host.to_text())
    for one in nameservers:
        _add_glue(zone, origin, one)
    if node.get_rdataset(dns.rdataclass.IN, dns.rdatatype.NS) is None:
        warnings.append(
            f"no name server is known: {PLACEHOLDER} stands in its place, to be replaced by the new party's"
        )
        _add(zone, origin, "NS", PLACEHOLDER)


def _add_glue(zone: "Zone", origin: "Name", server: Nameserver) -> None:
    addresses = {"A": server.ipv4, "AAAA": server.ipv6}
    for kind, address in addresses.items():
        host = origin_of(server.hostname) if address else origin
        if address and host.is_subdomain(origin) and zone.get_rdataset(host, kind) is None:
            _add(zone, host, kind, address)


def _add(zone: "Zone", name: "Name", kind: str, text: str) -> None:
    data = dns.rdata.from_text("IN", kind, text, zone.origin, relativize=False)
    zone.find_rdataset(name, kind, create=True).add(data, TTL)


def _add_soa(zone: "Zone", origin: "Name", today: date) -> None:
    servers = zone.find_rdataset(origin, "NS")
    primary = min(one.to_text() for one in servers)
    _add(
        zone,
        origin,
        "SOA",
        SOA.format(primary=primary, origin=origin.to_text(), serial=f"{today:%Y%m%d}01"),
    )


def _text(domain: str, zone: "Zone", warnings: Sequence[str]) -> str:
    lines = [f"; {_shown(domain)}, as it was at TransIP"]
    lines += [f"; WARNING {one}" for one in warnings]
    sets = sorted(zone.iterate_rdatasets(), key=lambda one: _place(zone, *one))
    for name, records in sets:
        # Sorted as text: the same entries make the same file.
        lines += sorted(records.to_text(name).splitlines())
    return "\n".join(lines) + "\n"


def _place(zone: "Zone", name: "Name", records: "Rdataset") -> tuple[bool, bool, "Name", int]:
    kind = records.rdtype
    apex = name == zone.origin
    return not (apex and kind == dns.rdatatype.SOA), not apex, name, kind


def _left_out(entry: DnsEntry, reason: str) -> str:
    shown = " ".join(
        (_shown(entry.name), str(entry.expire), _shown(entry.type), _shown(entry.content))
    )
    return f"left out: {shown}: {reason}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shown(text: str) -> str:
    """Return *text* as it can stand in a comment: on one line, of printable ASCII."""
    return _one_line(text).encode("ascii", "backslashreplace").decode().replace("\x7f", "?") or "@"
