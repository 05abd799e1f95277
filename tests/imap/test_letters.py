"""Where the body and the attachments of a message mention somebody."""

import base64
import quopri
import time
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
        assert strongest(read_whole(Wanted(PERSON), letter.raw).letterhead.matches) is letter.whole

    def test_is_found_with_other_line_ends(self, letter: Ugly) -> None:
        """A server hands out CRLF where a disk has LF; that changes nothing."""
        raw = letter.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        assert strongest(read_whole(Wanted(PERSON), raw).letterhead.matches) is letter.whole

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


def nested(levels: int, leaf: bytes) -> bytes:
    """Return a message with *leaf* in a multipart in a multipart and so on."""
    top = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%dx\n\n--b%dx\n" % (level, level)
        for level in range(levels)
    )
    ends = b"".join(b"\n--b%dx--\n" % level for level in reversed(range(levels)))
    return top + leaf + ends


def in_base64(text: bytes, kind: bytes = b"text/plain") -> bytes:
    head = b"Content-Type: %s\nContent-Transfer-Encoding: base64\n\n" % kind
    return head + base64.encodebytes(text)


class TestNothingIsPassedOver:
    """What a message holds is read, however it is made; where it is not, that is told."""

    IBAN = "NL91ABNA0417164300"

    def told(self, message: bytes) -> tuple[bool, bool]:
        """Return whether the account number was found, and whether all could be read."""
        told = Letters([KINDS.parse(self.IBAN)]).read(message)
        return bool(told.mentions), not told.unread

    @pytest.mark.parametrize(("levels", "read"), [(31, True), (99, True), (101, False)])
    def test_parts_in_parts(self, levels: int, read: bool) -> None:
        """Nested as deep as any server takes it, a part is read; nested deeper, the message is told to be read in part."""
        message = nested(levels, in_base64(self.IBAN.encode()))
        assert self.told(message) == (read, read)

    @pytest.mark.parametrize("levels", [31, 101])
    def test_messages_in_messages(self, levels: int) -> None:
        """The same for messages attached to messages attached to messages."""
        message = b"Content-Type: message/rfc822\n\n" * levels + in_base64(self.IBAN.encode())
        assert self.told(message) == ((True, True) if levels < 100 else (False, False))

    @pytest.mark.parametrize("count", [19_000, 21_000])
    def test_more_parts_than_are_told_apart(self, count: int) -> None:
        """A part behind thousands of others is read, behind too many it is told that it was not."""
        head = b"Content-Type: multipart/mixed; boundary=b\n\n"
        message = head + b"--b\n\nx\n" * count + b"--b\n" + in_base64(self.IBAN.encode())
        assert self.told(message) == (count < 20_000, count < 20_000)

    def test_a_mischief_takes_little_time_and_memory(self) -> None:
        """Eight megabytes of delimiter lines in a hundred parts one in the other cost no more than any large message."""
        message = nested(90, b"\n" + b"--b0x\n--b89x\n" * 600_000)
        began = time.process_time()
        tracemalloc.start()
        assert self.told(message) == (False, False)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 30 << 20
        assert time.process_time() - began < 30

    def test_a_part_without_a_header_section(self) -> None:
        """What looks like a header field where a text begins does not make the text one."""
        message = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nRekening: %s\n--b--\n"
        assert self.told(message % self.IBAN.encode()) == (True, True)

    def test_a_long_header_section(self) -> None:
        """A list of recipients before the fields that say how to read the body; only a header section of megabytes is not read to its end."""
        for count, read in ((10_000, True), (200_000, False)):
            recipients = b",\n ".join(b"piet%d@elders.example" % one for one in range(count))
            message = b"To: " + recipients + b"\n" + in_base64(self.IBAN.encode())
            assert self.told(message) == (read, read)

    def test_long_parameters(self) -> None:
        """The name of a file, or what stands between the parts, may be longer than any standard allows."""
        head = b'Content-Type: multipart/mixed; boundary="%s"\n\n' % (b"b" * 1500)
        delimiter = b"--%s\n" % (b"b" * 1500)
        assert self.told(head + delimiter + in_base64(self.IBAN.encode())) == (True, True)
        name = b"x " * 1000 + self.IBAN.encode()
        head = b'Content-Type: application/pdf; name="%s"\n\nx' % name
        assert self.told(head) == (True, True)

    def test_an_attached_message_that_is_encoded_as_a_whole(self) -> None:
        """The standard forbids it; what is encoded in it is read all the same, and so is its header section."""
        for inner in (
            b"Subject: %s\n\nx" % self.IBAN.encode(),
            in_base64(self.IBAN.encode()),
            in_base64(in_base64(self.IBAN.encode()), b"message/rfc822"),
        ):
            assert self.told(in_base64(b"From: x@y.example\n" + inner, b"message/rfc822")) == (
                True,
                True,
            )

    def test_encoded_messages_too_deep_are_told(self) -> None:
        """So is one in one in one, but not for ever."""
        message = in_base64(self.IBAN.encode())
        for _ in range(6):
            message = in_base64(message, b"message/rfc822")
        assert self.told(message) == (False, False)

    def test_what_stands_where_a_large_text_in_utf_16_is_cut(self) -> None:
        """A text of megabytes is read in pieces; a number that lies in two of them is found."""
        for before in range(524_288 - 20, 524_288 + 4, 3):
            text = ("x" * before + " " + self.IBAN + " y" * 300_000).encode("utf-16")
            message = b"Content-Type: text/plain; charset=utf-16\n\n" + text
            assert self.told(message) == (True, True)


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
