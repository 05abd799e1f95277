"""The zone files that leave the organisation are ones that any name server takes, and nothing is lost in them."""

import subprocess
from datetime import date
from pathlib import Path

import dns.rdatatype
import dns.zone
import pytest
from dns.rdtypes.ANY.TXT import TXT
from hypothesis import given, settings
from hypothesis import strategies as st

from overdracht_transip.client import DnsEntry, Nameserver
from overdracht_transip.zone import LONGEST_STRING, ZoneFile, origin_of, zone_file
from tests.servers.need import need
from tests.servers.nsd import Nsd

TODAY = date(2026, 11, 24)
SERVERS = tuple(Nameserver(f"ns{n}.transip.{end}") for n, end in enumerate(("net", "nl", "eu")))
DKIM = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 12
MESSY = (
    DnsEntry("@", 300, "A", "192.0.2.1"),
    DnsEntry("@", 300, "AAAA", "2001:db8::1"),
    DnsEntry("www", 300, "CNAME", "@"),
    DnsEntry("*", 300, "A", "192.0.2.2"),
    DnsEntry("@", 300, "MX", "10 mail"),
    DnsEntry("@", 300, "MX", "20 mx.elders.example."),
    DnsEntry("mail", 300, "A", "192.0.2.3"),
    DnsEntry("@", 300, "TXT", 'v=spf1 mx -all; "tussen aanhalingstekens"; \\backslash'),
    DnsEntry("@", 300, "TXT", "één, naïef en € 5"),
    DnsEntry("_dmarc", 300, "TXT", "v=DMARC1; p=none; rua=mailto:sanne@vanderberg.example"),
    DnsEntry("x._domainkey", 300, "TXT", DKIM),
    DnsEntry("@", 300, "CAA", '0 issue "letsencrypt.org"'),
    DnsEntry("_sip._tcp", 300, "SRV", "10 5 5060 sip"),
    DnsEntry("sip", 300, "A", "192.0.2.4"),
    DnsEntry("_443._tcp", 300, "TLSA", "3 1 1 " + "ab" * 32),
    DnsEntry("@", 300, "SSHFP", "1 1 123456789abcdef67890123456789abcdef67890"),
    DnsEntry("n", 300, "NAPTR", '100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.elders.example.'),
    DnsEntry("sub", 300, "NS", "ns1.elders.example."),
    DnsEntry("sub", 300, "DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
)


def read(made: ZoneFile, domain: str) -> dns.zone.Zone:
    """Return the zone as dnspython reads it."""
    return dns.zone.from_text(made.text, origin_of(domain), relativize=False)


def accepted(made: ZoneFile, domain: str, directory: Path) -> None:
    """Have BIND and NSD say what they think of the file."""
    need("named-checkzone", "nsd-checkzone")
    file = directory / "zone"
    file.write_text(made.text)
    name = origin_of(domain).to_text()
    for command in (
        ["/usr/bin/named-checkzone", "-k", "fail", "-n", "fail", name, str(file)],
        ["/usr/sbin/nsd-checkzone", name, str(file)],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.server
def test_a_messy_zone_is_taken_by_bind_and_nsd_and_served_as_it_is(tmp_path: Path) -> None:
    """Every type TransIP has, a long key, quotes and accents: accepted by both, served by NSD, and equal after a transfer."""
    made = zone_file("vanderberg.example", MESSY, SERVERS, TODAY)
    assert made.warnings == ()
    accepted(made, "vanderberg.example", tmp_path)
    need("nsd")
    with Nsd({"vanderberg.example": made.text}) as server:
        assert server.transferred("vanderberg.example") == read(made, "vanderberg.example")


@pytest.mark.server
def test_two_thousand_records_are_no_trouble(tmp_path: Path) -> None:
    """A domain with 2,000 records is one zone, accepted and served whole."""
    entries = [
        DnsEntry(f"klant{n}", 300, "A", f"192.0.{n // 250}.{n % 250 + 1}") for n in range(2000)
    ]
    made = zone_file("groot.example", entries, SERVERS, TODAY)
    accepted(made, "groot.example", tmp_path)
    need("nsd")
    with Nsd({"groot.example": made.text}) as server:
        zone = server.transferred("groot.example")
    assert zone == read(made, "groot.example")
    assert sum(1 for _ in zone.iterate_rdatas(dns.rdatatype.A)) == 2000


@pytest.mark.server
def test_a_name_with_its_own_letters_becomes_a_labels(tmp_path: Path) -> None:
    """An internationalised domain, with such a name in it and a record whose name IDNA does not allow."""
    entries = (
        DnsEntry("@", 300, "A", "192.0.2.1"),
        DnsEntry("café", 300, "A", "192.0.2.2"),
        DnsEntry("_dmarc", 300, "TXT", "v=DMARC1; p=none"),
    )
    made = zone_file("müller.example", entries, SERVERS, TODAY)
    assert made.warnings == ()
    assert "caf\u00e9" not in made.text
    accepted(made, "müller.example", tmp_path)
    names = {name.to_text() for name in read(made, "müller.example")}
    assert {one.split(".")[0] for one in names} == {"xn--mller-kva", "xn--caf-dma", "_dmarc"}


@pytest.mark.server
def test_what_a_zone_cannot_hold_is_a_comment_and_a_warning(tmp_path: Path) -> None:
    """ALIAS, a CNAME beside other data, an unreadable address, a name elsewhere: each stands in a comment with the reason, and the
    rest is accepted."""
    wrong = (
        DnsEntry("@", 300, "ALIAS", "elders.example."),
        DnsEntry("mail", 300, "CNAME", "elders.example."),
        DnsEntry("kapot", 300, "A", "geen adres\n$INCLUDE /etc/passwd"),
        DnsEntry("www.elders.example.", 300, "A", "192.0.2.9"),
        DnsEntry("vreemd", 300, "WEIRD", "1 2 3"),
    )
    made = zone_file("vanderberg.example", (*MESSY, *wrong), SERVERS, TODAY)
    assert len(made.warnings) == len(wrong)
    for one in wrong:
        (line,) = (line for line in made.warnings if line.startswith(f"left out: {one.name} "))
        assert one.type in line
        assert f"; WARNING {line}\n" in made.text
    accepted(made, "vanderberg.example", tmp_path)
    assert read(made, "vanderberg.example") == read(
        zone_file("vanderberg.example", MESSY, SERVERS, TODAY), "vanderberg.example"
    )


@pytest.mark.server
def test_name_servers_in_the_domain_bring_their_glue(tmp_path: Path) -> None:
    """Name servers below the domain itself need addresses in the zone, or no server takes it."""
    servers = (Nameserver("ns1.eigen.example", "192.0.2.53", "2001:db8::53"), SERVERS[0])
    made = zone_file("eigen.example", (), servers, TODAY)
    accepted(made, "eigen.example", tmp_path)
    assert "ns1.eigen.example. 86400 IN A 192.0.2.53" in made.text
    assert "ns1.eigen.example. 86400 IN AAAA 2001:db8::53" in made.text


def test_one_set_of_records_has_one_time_to_live() -> None:
    """Where TransIP keeps several the shortest is taken, and a warning says so."""
    entries = (DnsEntry("@", 300, "A", "192.0.2.1"), DnsEntry("@", 60, "A", "192.0.2.2"))
    made = zone_file("vanderberg.example", entries, SERVERS, TODAY)
    assert [line for line in made.text.splitlines() if " A " in line] == [
        "vanderberg.example. 60 IN A 192.0.2.1",
        "vanderberg.example. 60 IN A 192.0.2.2",
    ]
    assert len(made.warnings) == 1


def test_a_domain_without_name_servers_says_so() -> None:
    """A zone needs one: a name that can never exist stands in its place, with a warning."""
    made = zone_file("vanderberg.example", (), (), TODAY)
    assert "ns.invalid" in made.warnings[0]
    assert read(made, "vanderberg.example").get_soa()


def test_the_same_entries_make_the_same_bytes() -> None:
    """In whatever order TransIP gives them."""
    first = zone_file("vanderberg.example", MESSY, SERVERS, TODAY)
    assert zone_file("vanderberg.example", reversed(MESSY), SERVERS[::-1], TODAY) == first


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=700))
def test_any_text_comes_out_of_a_txt_record_as_it_went_in(text: str) -> None:
    """However long, with whatever in it: in strings of 255 bytes at most that together are the text, or in a comment."""
    entry = DnsEntry("@", 300, "TXT", text)
    try:
        made = zone_file("vanderberg.example", (entry,), SERVERS, TODAY)
    except UnicodeEncodeError:
        pytest.fail("a text that cannot be encoded is a warning")
    records = list(read(made, "vanderberg.example").iterate_rdatas(dns.rdatatype.TXT))
    if made.warnings:
        assert records == []
        return
    ((_, _, record),) = records
    assert isinstance(record, TXT)
    assert all(len(one) <= LONGEST_STRING for one in record.strings)
    if not text.strip().startswith('"'):
        assert b"".join(record.strings).decode() == text


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.builds(
            DnsEntry,
            st.text(max_size=12),
            st.integers(-5, 2**40),
            st.sampled_from(["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "CAA", "ALIAS", "X"]),
            st.text(max_size=20),
        ),
        max_size=6,
    )
)
def test_whatever_stands_there_makes_a_zone(entries: list[DnsEntry]) -> None:
    """Hostile entries never break the file: it is read back, and what is not in it stands in a warning."""
    made = zone_file("vanderberg.example", entries, SERVERS, TODAY)
    zone = read(made, "vanderberg.example")
    assert zone.get_soa()
    assert made.text.isascii()
