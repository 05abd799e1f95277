"""An identifier is found in every spelling, and nowhere else."""

import re
from ipaddress import IPv6Address, ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overdracht_serverlogs import networks
from overdracht_serverlogs.fragments import Finder, Pass
from overdracht_serverlogs.planning import plan
from overdracht_serverlogs.spellings import Wanted, needles
from tests.serverlogs.asking import identified, spans

EVERY_SPELLING = [
    ("jan@x.example", b"to=<JAN@X.example>,", b"JAN@X.example"),
    ("jan@x.example", b"?m=jan%40x.example&", b"jan%40x.example"),
    ("jan@x.example", b"?m%3Djan@x.example", b"jan@x.example"),
    ("jan@x.example", b"?u=%2Fjan%2540x.example", b"jan%2540x.example"),
    ("jan@x.example", b'"\\x22jan@x.example\\x22"', b"jan@x.example"),
    ("jan@x.example", b'{"a":"\\njan@x.example"}', b"jan@x.example"),
    ("jan@x.example", b"#011jan@x.example", b"jan@x.example"),
    ("jan@x.example", b"to=<jan+nieuws@x.example>", b"jan+nieuws@x.example"),
    ("jan@x.example", b"=jan%2Bnieuws%40x.example", b"jan%2Bnieuws%40x.example"),
    ("jan@x.example", b"geschreven aan jan@x.example.", b"jan@x.example"),
    ("jan+a@x.example", b"jan%2Ba%40x.example ", b"jan%2Ba%40x.example"),
    ("10.0.0.1", b"[10.0.0.1]:443", b"10.0.0.1"),
    ("10.0.0.1", b"::ffff:10.0.0.1 ", b"10.0.0.1"),
    ("10.0.0.1", b"[::FFFF:0a00:0001]", b"::FFFF:0a00:0001"),
    ("10.0.0.1", b"x%2010.0.0.1", b"10.0.0.1"),
    ("2001:db8::8a2e:370:7334", b"2001:DB8::8A2E:370:7334", b"2001:DB8::8A2E:370:7334"),
    ("2001:db8::8a2e:370:7334", b"2001:0db8:0:0:0:8a2e:0370:7334,", b"2001:0db8:0:0:0:8a2e:0370:7334"),
    ("2001:db8::8a2e:370:7334", b"[2001:db8::8a2e:370:7334]:25", b"2001:db8::8a2e:370:7334"),
    ("2001:db8::8a2e:370:7334", b"2001%3adb8%3A%3A8a2e%3A370%3A7334", b"2001%3adb8%3A%3A8a2e%3A370%3A7334"),
    ("2001:db8::8a2e:370:7334", b"2001:db8::8a2e:3.112.115.52", b"2001:db8::8a2e:3.112.115.52"),
    ("2001:db8::8a2e:370:7334", b"2001:db8::8a2e:370:7334%eth0", b"2001:db8::8a2e:370:7334"),
    ("2001:db8::7", b"[client 2001:db8::7:50022] AH01617", b"2001:db8::7"),
    ("2001:db8::7", b"[client 2001:db8::7:0] AH01617", b"2001:db8::7"),
    ("2001:db8::7", b"[client 2001:db8::7] ModSecurity", b"2001:db8::7"),
    ("2001:db8::7", b"from 2001:db8::7:50022 ", b"2001:db8::7"),
    ("2001:db8::7", b"for (587:2001:db8::7) at", b"2001:db8::7"),
    ("2001:db8::7", b"for (127.0.0.1:587:2001:db8::7) at", b"2001:db8::7"),
    ("2001:db8::7", b"helo=<[IPv6:2001:db8::7]>", b"2001:db8::7"),
    ("2001:db8::7", b"v=spf1 ip6:2001:db8::7 -all", b"2001:db8::7"),
    ("2001:db8::7", b"(inet6:2001:db8::7)", b"2001:db8::7"),
    ("2001:db8::7", b"source:2001:db8::7", b"2001:db8::7"),
    ("2001:db8::/32", b"node:2001:db8::7", b"2001:db8::7"),
    ("2001:db8::7", b"\\x222001:db8::7\\x22", b"2001:db8::7"),
    ("2001:db8::7", b"#0112001:db8::7", b"2001:db8::7"),
    ("2001:db8::7", b"\\n2001:db8::7", b"2001:db8::7"),
    ("2001:db8::7", b"IP6 2001:db8::7.443 > 2001:db8::9.50: F", b"2001:db8::7"),
    ("2001:db8::7", b"ip=%5B2001%3Adb8%3A%3A7%5D&", b"2001%3Adb8%3A%3A7"),
    ("10.0.0.1", b"IP 10.0.0.1.443 > 10.0.0.9.50: F", b"10.0.0.1"),
    ("10.0.0.0/24", b"IP 10.0.0.1.443 > 10.9.0.9.50: F", b"10.0.0.1"),
    ("10.0.0.0/12", b"::ffff:ac8:101 ::ffff:a08:101", b"::ffff:a08:101"),
    ("10.0.0.0/8", b"::ffff:0ac8:101 ", b"::ffff:0ac8:101"),
    ("10.0.0.1", b"[client ::ffff:10.0.0.1:50022] AH01617", b"10.0.0.1"),
    ("2001:db8:1234:5600::/56", b"2001:db8:1234:56ff::1 ", b"2001:db8:1234:56ff::1"),
    ("84.22.8.0/22", b"84.22.11.255:80", b"84.22.11.255"),
    ("84.22.8.0/22", b"::ffff:84.22.9.1", b"::ffff:84.22.9.1"),
    ("+31612345678", b"tel=%2B31612345678", b"%2B31612345678"),
    ("+31612345678", b"06-12345678", b"06-12345678"),
    ("+31612345678", b"0031 6 1234 5678", b"0031 6 1234 5678"),
    ("+31612345678", b"06+12+34+56+78", b"06+12+34+56+78"),
    ("phone:+33199001234", b"+33 1 99 00 12 34", b"+33 1 99 00 12 34"),
    ("x.example", b"https://www.X.example/", b"X.example"),
    ("x.example", b"jan@x.example", b"x.example"),
    ("domain:bücher.example", "https://BÜCHER.example/".encode(), "BÜCHER.example".encode()),
    ("domain:bücher.example", b"https://xn--bcher-kva.example/", b"xn--bcher-kva.example"),
    ("zoe@bücher.example", "to=<zoe@BÜCHER.example>".encode(), "zoe@BÜCHER.example".encode()),
    ("zoe@bücher.example", b"=zoe%40xn--bcher-kva.example", b"zoe%40xn--bcher-kva.example"),
    ("zoë@x.example", "to=<ZOË@x.example>".encode(), "ZOË@x.example".encode()),
    ("username:josé", "user=JOSÉ".encode(), "JOSÉ".encode()),
    ("username:josé", b"/~jos%C3%A9/", b"jos%C3%A9"),
    ("username:josé", b"user=jos\\xC3\\xA9 ", b"jos\\xC3\\xA9"),
    ("NL91ABNA0417164300", b"nl91 abna 0417 1643 00", b"nl91 abna 0417 1643 00"),
    ("customer:K-00412", b"klant=k00412", b"k00412"),
    ("name:Sanne van der Berg", b"n=Sanne+van%20der+Berg", b"Sanne+van%20der+Berg"),
    ("name:Sanne van der Berg", b"Berg, Sanne van der", b"Berg, Sanne van der"),
]  # fmt: skip

SOMEBODY_ELSES = [
    ("jan@x.example", b"ver-jan@x.example xjan@x.example a.jan@x.example b+jan@x.example"),
    ("jan@x.example", b"jan@x.example.com jan@x.examples jan@x.example-a.nl %2Bjan@x.example"),
    ("jan@x.example", b"jan+@x.exampl jan%40y.example"),
    ("10.0.0.1", b"110.0.0.12 10.0.0.10 1.10.0.0.1 10.0.0.1.5 10.0.0.11"),
    ("2001:db8::7", b"2001:db8::7:443 587:2001:db8::7 [client 2001:db8::7:a]"),
    ("2001:db8::7", b"IPv6:2001:db8::7:1 ip6:2001:db8::71 xce:2001:db8::8"),
    ("2001:db8::1", b"2001:db8::10 12001:db8::1 2001:db8::1:1 2001:db8:0:1::1"),
    ("2001:db8:1234:5600::/56", b"2001:db8:1234:5700::1 2001:db8:1235:5600::1"),
    ("84.22.8.0/22", b"84.22.12.1 184.22.9.1 84.22.7.255"),
    ("+31612345678", b"106123456789 0612345679 16123456789 612345678901"),
    ("x.example", b"ax.example x-x.example x.example.com x.examples"),
    ("username:jan", b"jan@y.example janneke x-jan jan.jpg _jan JAN2"),
    ("NL91ABNA0417164300", b"NL91ABNA04171643001"),
    ("name:Sanne van der Berg", b"sannevanderberg Susanne van der Berg"),
]


@pytest.mark.parametrize(("who", "text", "whole"), EVERY_SPELLING)
def test_every_spelling_is_found(who: str, text: bytes, whole: bytes) -> None:
    """Whatever case, encoding or shorter form a program wrote, the identifier is found, and exactly its own bytes."""
    assert spans(text, who) == [whole]


@pytest.mark.parametrize(("who", "text"), SOMEBODY_ELSES)
def test_what_only_resembles_it_is_not(who: str, text: bytes) -> None:
    """An identifier that is a part of a longer token is somebody else's."""
    assert spans(text, who) == []


def _spelled(address: IPv6Address, draw: st.DataObject) -> str:
    """Return *address* in one of its spellings."""
    groups = address.exploded.split(":")
    zeros = [at for at, one in enumerate(groups) if int(one, 16) == 0]
    loose = [one if draw.draw(st.booleans()) else f"{int(one, 16):x}" for one in groups]
    text = ":".join(loose)
    if draw.draw(st.booleans()) and zeros:
        first = draw.draw(st.sampled_from(zeros))
        last = first
        while last + 1 in zeros and draw.draw(st.booleans()):
            last += 1
        text = ":".join(loose[:first]) + "::" + ":".join(loose[last + 1 :])
    return text.upper() if draw.draw(st.booleans()) else text


@settings(deadline=None)  # a machine with other work to do may pause it
@given(st.integers(1, 2**128 - 1), st.data())
def test_an_ipv6_address_is_found_however_it_is_written(number: int, data: st.DataObject) -> None:
    """With or without leading zeros, compressed anywhere, in either case, with its colons encoded or not."""
    address = IPv6Address(number)
    if address.ipv4_mapped is not None:
        return
    text = _spelled(address, data)
    assert ip_address(text) == address
    written = text.replace(":", "%3A") if data.draw(st.booleans()) else text
    assert spans(f"from [{written}] port 1".encode(), f"ip:{address}") == [written.encode()]


@given(st.ip_addresses(v=4), st.binary(max_size=12), st.binary(max_size=12))
def test_an_ipv4_address_is_found_exactly_between_boundaries(
    address: object, before: bytes, after: bytes
) -> None:
    """It is found if and only if no digit, or dot with a digit, goes on with it on either side."""
    text = str(address).encode()
    line = (before + text + after).replace(b"\n", b" ")
    alone = re.search(rb"(?<!\d)(?<!\d\.)" + re.escape(text) + rb"(?!\d|\.\d)", line)
    if alone:
        assert text in spans(line, f"ip:{address}")
    elif b"%" not in line and b"\\" not in line and b"#" not in line and b":" not in line:
        assert spans(line, f"ip:{address}") == []


_ALPHABET = "abcABC012.@-+_ %"


@given(st.text(_ALPHABET, max_size=40))
def test_a_mail_address_is_found_as_an_exact_expression_would(line: str) -> None:
    """Against the plain regular expression of a whole address in lower case, on texts of the letters that matter."""
    found = spans(line.encode(), "abc@a.bc")
    exact = re.findall(r"(?<![\w.+-])abc(?:\+[^\s@]+)?@a\.bc(?![\w-]|\.\w)", line.lower())
    if "%" not in line:
        assert [one.decode().lower() for one in found] == exact


@given(
    st.lists(st.text("abcd", min_size=3, max_size=6), min_size=1, max_size=8),
    st.text("abcdABCD _", max_size=60),
)
def test_no_name_hides_another(names: list[str], line: str) -> None:
    """Identifiers whose pieces overlap are all found: the searcher tells the first of two that overlap, and no name is lost by it."""
    who = sorted(set(names))
    wanted = Wanted(identified(*(f"username:{one}" for one in who)))
    text = bytearray(line.encode() + b"\n")
    with memoryview(text) as view:
        found = Finder(wanted, plan(wanted, b"abcd" * 9)).find(view, text)
    told = {(start, end, who[number]) for start, end, number in found}
    exact = {
        (one.start(), one.end(), name)
        for name in who
        for one in re.finditer(rf"(?<![\w.\-@]){name}(?![\w\-@]|\.\w)", line, re.IGNORECASE)
    }
    assert told == exact


def test_a_pass_keeps_to_what_the_vector_instructions_take() -> None:
    """No pass has more than 64 literals while there are few identifiers; with hundreds there is one pass, not hundreds."""
    few = Wanted(identified("jan@x.example", "10.0.0.1", "+31612345678", "2001:db8::8a2e:370:7334"))
    assert all(len(Pass(needles(few), group).literals) <= 64 for group in plan(few, b"x" * 99))
    many = Wanted(
        identified(*(f"klant{number}@voorbeeld{number % 7}.example" for number in range(200)))
    )
    assert len(plan(many, b"klant@x" * 99)) <= 4


def test_nothing_is_put_together_from_two_lines() -> None:
    """The end of one line and the beginning of the next are no telephone number, name or customer number."""
    who = ("+31612345678", "customer:K-00412", "name:Sanne van der Berg", "NL91ABNA0417164300")
    for one, text in zip(
        who,
        (b"06\n12345678", b"K\n00412", b"Sanne\nvan der Berg", b"NL91\nABNA0417164300"),
        strict=True,
    ):
        assert b"\n" not in b"".join(spans(text, one))


_DIGITS = "0031612345678"


@given(
    st.lists(st.sampled_from(["", " ", "-", ".", "+", "%20", "(", "  ", "a"]), min_size=13, max_size=13),
    st.integers(0, 6),
    st.sampled_from(["", " ", "6", "x"]),
)  # fmt: skip
def test_a_telephone_number_is_found_where_its_whole_pattern_is(
    gaps: list[str], first: int, before: str
) -> None:
    """The quick look at the digit in front of the last four loses no number that the whole pattern would take."""
    line = f"{before}{''.join(a + b for a, b in zip(_DIGITS[first:], gaps[first:], strict=True))}".encode()
    (needle,) = needles(Wanted(identified("+31612345678")))
    for choice in needle.choices:
        for anchor in choice:
            assert anchor.check is not None
            for place in range(len(line)):
                if line.startswith(anchor.text, place) and anchor.check(line, place):
                    assert anchor.whole.match(line, place)


@given(st.text("0123456789abF:.%3 [", max_size=60), st.integers(0, 60))
def test_an_address_is_read_from_all_that_may_be_part_of_it(text: str, place: int) -> None:
    """What is cut out around a place is what a walk byte by byte would cut out."""
    line, place = text.encode(), min(place, len(text))
    start = end = place
    while start > 0 and line[start - 1] in networks._PART:
        start -= 1
    while end < len(line) and line[end] in networks._PART:
        end += 1
    assert networks._token(line, place) == (start, line[start:end], line[max(0, start - 8) : start])
