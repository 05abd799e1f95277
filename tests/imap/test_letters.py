"""Where the body and the attachments of a message mention somebody."""

import base64
import quopri
import tracemalloc
from collections.abc import Callable
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overdracht import Certainty, Kinds
from overdracht_imap.letters import Letters
from overdracht_imap.searching import Wanted, read_whole
from tests.imap.test_matching import strongest
from tests.imap.ugly import LETTERS, PERSON, STRANGER, Ugly, enormous

KINDS = Kinds()
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "7bit": bytes,
    "base64": base64.encodebytes,
    "quoted-printable": quopri.encodestring,
}


def places(message: bytes, *identifiers: str) -> dict[str, set[str]]:
    """Return kind → the places where *message* mentions the *identifiers*."""
    found: dict[str, set[str]] = {}
    for match in Letters(map(KINDS.parse, identifiers)).mentions(message):
        found.setdefault(match.identifier.kind, set()).add(match.where)
    return found


@pytest.mark.parametrize("letter", LETTERS, ids=repr)
class TestUglyMail:
    """However a letter is written and broken, what it holds is found."""

    def test_is_found_whole(self, letter: Ugly) -> None:
        """Header section, body and attachments together give the certainty that the corpus names."""
        assert strongest(read_whole(Wanted(PERSON), letter.raw).matches) is letter.whole

    def test_is_found_with_other_line_ends(self, letter: Ugly) -> None:
        """A server hands out CRLF where a disk has LF; that changes nothing."""
        raw = letter.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        assert strongest(read_whole(Wanted(PERSON), raw).matches) is letter.whole

    def test_says_nothing_of_a_stranger(self, letter: Ugly) -> None:
        """Somebody who is in none of it is found in none of it."""
        assert Letters(STRANGER).mentions(letter.raw) == ()


class TestPlaces:
    """The place where it stands is said."""

    def test_body_attachment_and_attached_message_are_told_apart(self) -> None:
        """A person who reviews a mention must know where to look."""
        message = (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nbel 06-12345678\n"
            b'--b\nContent-Type: text/csv; name="klanten K-00412.csv"\n\njan@kaasboer.example;1\n'
            b"--b\nContent-Type: message/rfc822\n\nTo: Jan <jan@kaasboer.example>\nSubject: x\n\nNL91ABNA0417164300\n--b--\n"
        )
        found = places(
            message,
            "+31612345678",
            "customer:K-00412",
            "jan@kaasboer.example",
            "NL91ABNA0417164300",
        )
        assert found == {
            "phone": {"body"},
            "customer": {"attachment"},
            "email": {"attachment", "attached message"},
            "iban": {"attached message"},
        }

    def test_its_own_header_section_is_left_alone(self) -> None:
        """Address fields are decided on by rules of their own."""
        assert places(b"From: jan@kaasboer.example\n\nx\n", "jan@kaasboer.example") == {}

    @pytest.mark.parametrize(
        "written",
        [
            "06 12345678",
            "06-12 34 56 78",
            "+31 (0)6 12 34 56 78",
            "0031612345678",
            "(06) 1234-5678",
            "06.12.34.56.78",
            "+31612345678",
            "06\u201112345678",
        ],
    )
    def test_a_telephone_number_in_every_spelling(self, written: str) -> None:
        """People write telephone numbers as they like."""
        assert places(f"\nbel {written}!\n".encode(), "+31612345678") == {"phone": {"body"}}

    def test_an_iban_is_found_where_a_quote_breaks_it(self) -> None:
        """A mail program that answers puts a mark before each line, also in the middle of a number."""
        quoted = b"\n> > rekening NL91 ABNA 0417\n> > 1643 00 graag\n"
        assert places(quoted, "NL91ABNA0417164300") == {"iban": {"body"}}

    @pytest.mark.parametrize("kind", ["text/calendar", "text/vcard"])
    def test_a_folded_line_of_a_calendar_or_card_is_read_whole(self, kind: str) -> None:
        """These formats break a line after 75 octets, be it in an address (RFC 5545, RFC 6350)."""
        invitation = (
            f"Content-Type: {kind}\r\n\r\nATTENDEE;CN=Jan:mailto:jan@kaasbo\r\n er.example\r\n"
        )
        assert places(invitation.encode(), "jan@kaasboer.example") == {"email": {"body"}}

    @pytest.mark.parametrize("name", ["jan@kaasboer.example.pdf", "brief jan@kaasboer.example"])
    def test_an_address_in_the_name_of_a_file_is_found(self, name: str) -> None:
        """The ending of the name is no part of the domain."""
        message = (
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf\n"
            f'Content-Disposition: attachment; filename="{name}"\n\nx\n--b--\n'
        )
        assert places(message.encode(), "jan@kaasboer.example") == {"email": {"attachment"}}

    @pytest.mark.parametrize(
        "written",
        [
            "NL91ABNA0417164300",
            "nl91 abna 0417 1643 00",
            "NL91.ABNA.0417.1643.00",
            "NL 91 ABNA 04 17 16 43 00",
        ],
    )
    def test_an_iban_in_every_spelling(self, written: str) -> None:
        """An IBAN is grouped for people to read."""
        assert places(f"\nop {written}, graag\n".encode(), "NL91ABNA0417164300") == {
            "iban": {"body"}
        }

    @pytest.mark.parametrize(
        "written",
        ["Zoë Özdemir", "zoe ozdemir", "ZOE\u0308 O\u0308ZDEMIR", "Özdemir, Zoë", "Zoë\n Özdemir"],
    )
    def test_a_name_without_its_accents_or_turned_round(self, written: str) -> None:
        """A name is possible, with or without what its letters wear."""
        found = Letters([KINDS.parse("name:Zoë Özdemir")]).mentions(f"\nvan {written}.\n".encode())
        assert strongest(found) is Certainty.POSSIBLE

    def test_networks_hold_addresses(self) -> None:
        """An address inside the sought network is possible, in whatever form IPv6 is written."""
        assert places(
            b"\nvan 2001:DB8:0:1::7 en 203.0.113.9.\n", "ip:2001:db8::/48", "ip:203.0.113.9"
        ) == {"ip": {"body"}}
        assert (
            places(b"\nvan 2001:db9::7, 203.0.113.99\n", "ip:2001:db8::/48", "ip:203.0.113.9") == {}
        )


class TestSize:
    """Big letters cost no memory to speak of."""

    def test_an_enormous_attachment_is_not_held(self, tmp_path: Path) -> None:
        """Fifty megabytes of attachment are passed over, and the text before them is read."""
        path = tmp_path / "groot.eml"
        with path.open("wb") as written:
            written.writelines(enormous(50))
        letters = Letters(PERSON)
        with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as message:
            tracemalloc.start()
            found = letters.mentions(message)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert [match.identifier.kind for match in found] == ["phone"]
        assert peak < 4 << 20

    @pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable"])
    def test_a_mention_on_the_seam_of_two_chunks_is_found(self, encoding: str) -> None:
        """A long text is read in chunks that overlap, so that nothing is lost where they meet."""
        encode = ENCODERS[encoding]
        for shift in range(0, 90, 7):
            text = (
                (b"regel met caf\xc3\xa9 en\n" * 55_200)[: (1 << 20) - 60 + shift]
                + b" Zie NL91 ABNA 0417 1643 00 daar \n"
                + b"meer\n" * 300_000
            )
            message = b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + encode(text)
            assert places(message, "NL91ABNA0417164300") == {"iban": {"body"}}
            if encoding != "7bit":
                break


class TestProperties:
    """What holds for every message."""

    @given(st.binary(max_size=600))
    def test_nothing_makes_it_raise(self, raw: bytes) -> None:
        """Whatever bytes a message is made of, there is an answer."""
        Letters(PERSON).mentions(raw)

    @given(
        st.sampled_from(
            ["multipart/mixed", "message/rfc822", "text/html", "text/plain", "application/x"]
        ),
        st.sampled_from(["base64", "quoted-printable", "x", ""]),
        st.sampled_from(
            ["utf-8", "utf-16", "utf-7", "hex", "unicode_escape", "idna", "\0", "nonsense"]
        ),
        st.binary(max_size=200),
    )
    def test_no_structure_makes_it_raise(
        self, kind: str, encoding: str, charset: str, body: bytes
    ) -> None:
        """Nor does any combination of type, encoding and charset, true or not."""
        head = f"Content-Type: {kind}; boundary=b; charset={charset}; name*0*={charset}'x'%41%\nContent-Transfer-Encoding: {encoding}\n\n"
        Letters(PERSON).mentions(
            head.encode() + b"--b\n" + head.encode() + body + b"\n--b\n" + body
        )
