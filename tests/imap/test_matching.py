"""What a header section says about whom a message is from and for."""

import base64
import email.header
import email.headerregistry
import email.policy
import email.utils
import quopri
import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overdracht import Certainty, Identifier, Kinds, Match
from overdracht_imap.addresses import _plain_mailboxes, _Reader
from overdracht_imap.headers import section_end
from overdracht_imap.matching import FIELDS, Matcher
from overdracht_imap.scanning import Scanner
from tests.imap.ugly import LETTERS, PERSON, STRANGER, Ugly

KINDS = Kinds()
JAN = KINDS.identifier("email", "jan@kaasboer.example")


def header_of(raw: bytes) -> bytes:
    """Return the header section of a letter, as a reader of files gives it."""
    raw = raw.lstrip(b"\r\n") if raw.startswith(b"\n\n") else raw
    end = section_end(raw, 0, len(raw))
    return raw[:end] if end >= 0 else raw


def strongest(matches: tuple[Match, ...]) -> Certainty | None:
    """Return the strongest certainty of *matches*."""
    order = list(Certainty)
    return min((match.certainty for match in matches), key=order.index, default=None)


def matches(
    *lines: str, looking_for: tuple[Identifier, ...] = (JAN,)
) -> dict[tuple[str, str], str]:
    """Return (kind, field) → certainty for a header section of *lines*."""
    found = Matcher(looking_for).match("\r\n".join((*lines, "", "")).encode())
    return {(match.identifier.kind, match.where): match.certainty.value for match in found}


@pytest.mark.parametrize("letter", LETTERS, ids=repr)
class TestUglyMail:
    """However a header section is written, it is found, and with the right certainty."""

    def test_is_matched(self, letter: Ugly) -> None:
        """The decision about one header section is the one the corpus names."""
        assert strongest(Matcher(PERSON).match(header_of(letter.raw))) is letter.header

    def test_is_a_candidate_among_many(self, letter: Ugly) -> None:
        """The quick scan tells a place inside every header section that matches, wherever it stands in a block."""
        before = b"".join(
            header_of(other.raw) for other in LETTERS if "not the person" in other.name
        )
        header = header_of(letter.raw).rstrip(b"\r\n") + b"\n\n"
        block = before + header + before
        inside = [
            p
            for p in Matcher(PERSON).candidates(block)
            if len(before) <= p < len(before) + len(header)
        ]
        assert inside or letter.header is None

    def test_says_nothing_of_a_stranger(self, letter: Ugly) -> None:
        """Somebody who is in none of it is found in none of it."""
        assert Matcher(STRANGER).match(header_of(letter.raw)) == ()


class TestCertainty:
    """How sure a match is depends on what stands where."""

    def test_each_address_field_is_exact_under_its_own_name(self) -> None:
        """An address counts the same in every field that says whom a message is from or for."""
        for name in FIELDS[:15]:
            assert matches(f"{name}: x <jan@kaasboer.example>") == {("email", name): "exact"}

    def test_other_fields_do_not_count(self) -> None:
        """A message identifier or a server's trace is about machines, not about the person."""
        assert (
            matches(
                "Message-ID: <jan@kaasboer.example>",
                "Received: for <jan@kaasboer.example>",
                "X-To: jan@kaasboer.example",
            )
            == {}
        )

    def test_a_tag_is_possible_both_ways(self) -> None:
        """Mail to jan+x@ arrives at jan@, but somebody else may have been meant."""
        tagged = KINDS.identifier("email", "jan+nieuws@kaasboer.example")
        assert matches("To: jan+nieuws@kaasboer.example") == {("email", "To"): "possible"}
        assert matches("To: jan@kaasboer.example", looking_for=(tagged,)) == {
            ("email", "To"): "possible"
        }
        assert matches("To: jan+nieuws@kaasboer.example", looking_for=(tagged,)) == {
            ("email", "To"): "exact"
        }

    def test_a_domain_is_possible_for_all_its_addresses(self) -> None:
        """Whoever has an address at the person's domain may be a colleague."""
        domain = KINDS.identifier("domain", "kaasboer.example")
        assert matches("To: piet@mail.Kaasboer.example", looking_for=(domain,)) == {
            ("domain", "To"): "possible"
        }
        assert matches("To: piet@dekaasboer.example", looking_for=(domain,)) == {}

    def test_a_user_name_is_a_whole_local_part(self) -> None:
        """A user name says little outside the system where it is one."""
        user = KINDS.identifier("username", "jan")
        assert matches("To: Jan@elders.example", looking_for=(user,)) == {
            ("username", "To"): "possible"
        }
        assert matches("To: Jan <janneke@elders.example>", looking_for=(user,)) == {}

    @pytest.mark.parametrize(
        "written",
        [
            "Jan de Vries",
            "JAN DE VRIES",
            "Vries, Jan de",
            "de Vries, Jan",
            "Jan de Vriès (Kaasboer)",
            "Jan de Vries via Lijst",
            "Jan de Vries | Kaasboer",
        ],
    )
    def test_a_name_is_possible_however_it_is_ordered(self, written: str) -> None:
        """A name may be anybody's who bears it."""
        name = KINDS.identifier("name", "Jan de Vries")
        assert matches(f'From: "{written}" <x@elders.example>', looking_for=(name,)) == {
            ("name", "From"): "possible"
        }

    def test_a_name_counts_whole(self) -> None:
        """A longer name is another person's."""
        name = KINDS.identifier("name", "Jan de Vries")
        assert (
            matches(
                'From: "Jan de Vries-Bakker" <x@elders.example>',
                'To: "Pieter Jan de Vries" <y@elders.example>',
                looking_for=(name,),
            )
            == {}
        )

    def test_an_excluded_address_makes_a_weak_match_nobodys(self) -> None:
        """A namesake whose address is known to be another's is not the person, unless a strong match says otherwise."""
        name = KINDS.identifier("name", "Jan de Vries")
        namesake = KINDS.identifier("email", "jdv@elders.example")
        matcher = Matcher((name, JAN), (namesake,))
        assert matcher.match(b"From: Jan de Vries <jdv@elders.example>\n\n") == ()
        assert (
            strongest(
                matcher.match(
                    b"From: Jan de Vries <jdv@elders.example>\nTo: jan@kaasboer.example\n\n"
                )
            )
            is Certainty.EXACT
        )


class TestWhatElseItTells:
    """A matched message gives away names, addresses, and what kind of message it is."""

    def test_reveals_are_only_suggestions(self) -> None:
        """The name beside the matched address and the address beside the matched name are possible, never exact."""
        name = KINDS.identifier("name", "Jan de Vries")
        found = Matcher((JAN, name)).read(
            b'From: "J. Kaas" <jan@kaasboer.example>\nTo: Jan de Vries <jdv@elders.example>, c@d.example\n\n'
        )
        told = {
            (one.identifier.kind, one.identifier.value, one.certainty.value)
            for one in found.reveals
        }
        assert told == {
            ("name", "J. Kaas", "possible"),
            ("email", "jdv@elders.example", "possible"),
        }

    def test_where_a_sender_wants_to_be_answered_is_a_suggestion(self) -> None:
        """Reply-To and Sender beside the matched From may be the same person's; what is the organisation's or known to be another's is not."""
        letter = b"From: jan@kaasboer.example\nReply-To: jan.prive@elders.example\nSender: jan@werk.example\nTo: c@d.example\n\n"

        def suggested(header: bytes, **known: object) -> set[str]:
            reveals = Matcher((JAN,), **known).read(header).reveals  # type: ignore[arg-type]
            return {one.identifier.value for one in reveals}

        others = (Identifier("email", "jan@werk.example"),)
        own = frozenset({Identifier("domain", "elders.example")})
        assert suggested(letter) == {"jan.prive@elders.example", "jan@werk.example"}
        assert suggested(letter, excluded=others) == {"jan.prive@elders.example"}
        assert suggested(letter, own=own) == {"jan@werk.example"}
        assert suggested(b"List-Id: <x.example>\n" + letter) == set()

    def test_an_address_with_a_tag_is_a_suggestion(self) -> None:
        """It arrives at the person's own address, and is no third party."""
        found = Matcher((JAN,)).read(b"To: jan+winkel@kaasboer.example\n\n")
        assert [one.identifier.value for one in found.reveals] == ["jan+winkel@kaasboer.example"]
        assert found.third_parties == 0

    def test_third_parties_are_counted_once(self) -> None:
        """Other people are told by their addresses, each counted once however often it stands there."""
        found = Matcher((JAN,)).read(
            b"From: jan@kaasboer.example\nTo: a@b.example, A <A@b.example>\nCc: c@d.example\n\n"
        )
        assert found.third_parties == 2

    @pytest.mark.parametrize(
        "line",
        [
            "Auto-Submitted: auto-replied",
            "Precedence: bulk",
            "List-Id: <x.example>",
            "List-Unsubscribe: <https://x.example>",
            "Return-Path: <>",
            "Content-Type: multipart/report; report-type=delivery-status",
        ],
    )
    def test_an_automatic_message_is_no_contact(self, line: str) -> None:
        """A newsletter or an out-of-office answer must not lengthen how long somebody is a contact."""
        assert Matcher((JAN,)).read(f"To: jan@kaasboer.example\n{line}\n\n".encode()).automatic
        assert (
            not Matcher((JAN,)).read(b"To: jan@kaasboer.example\nAuto-Submitted: no\n\n").automatic
        )

    def test_the_subject_is_fit_to_show(self) -> None:
        """Control characters, text direction tricks and endless length do not reach a terminal."""
        found = Matcher((JAN,)).read(
            b"To: jan@kaasboer.example\nSubject: =?utf-8?Q?=1B[2J_a=E2=80=AEb?= "
            + b"x" * 9000
            + b"\n\n"
        )
        assert len(found.subject) <= 200
        assert found.subject.isprintable()


local_parts = st.from_regex(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\.[a-z0-9_-]{1,8})?", fullmatch=True
)
domains = st.from_regex(r"[a-z0-9]{1,10}(-[a-z0-9]{1,5})?\.example", fullmatch=True)
names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30
)


class TestProperties:
    """What holds for every header section."""

    @given(st.binary(max_size=400))
    def test_nothing_makes_it_raise(self, raw: bytes) -> None:
        """Whatever bytes a header section is made of, there is an answer."""
        matcher = Matcher(PERSON)
        list(matcher.candidates(raw))
        matcher.match(raw)
        matcher.match(b"From: " + raw + b"\nSubject: " + raw)

    @given(st.text(st.sampled_from(list('"<>()@,;:\\= ?qbjan.kaasboerexample\n\t')), max_size=120))
    def test_no_grammar_makes_it_raise(self, text: str) -> None:
        """Nor does any arrangement of the characters the grammar is made of."""
        Matcher((JAN,)).match(f"To: {text}\nFrom: jan@kaasboer.example, {text}\n\n".encode())

    @given(
        names, local_parts, domains, st.sampled_from(["utf-8", "iso-8859-15", "utf-16", "koi8-r"])
    )
    def test_an_address_that_a_library_wrote_is_found(
        self, name: str, local: str, domain: str, charset: str
    ) -> None:
        """Whoever formats a mailbox by the standard library, in whatever encoding, is found by it."""
        wanted = KINDS.identifier("email", f"{local}@{domain}")
        try:
            mailbox = email.utils.formataddr((name, f"{local}@{domain}"), charset)
        except UnicodeEncodeError:
            mailbox = email.utils.formataddr((name, f"{local}@{domain}"))
        header = f"To: x@y.example,\r\n {mailbox}\r\n\r\n".encode()
        assert strongest(Matcher((wanted,)).match(header)) is Certainty.EXACT
        assert list(Matcher((wanted,)).candidates(header))

    @given(names, local_parts, domains)
    def test_an_address_in_a_message_object_is_found(
        self, name: str, local: str, domain: str
    ) -> None:
        """So is who is written by the modern message class, folded as it likes."""
        wanted = KINDS.identifier("email", f"{local}@{domain}")
        message = EmailMessage(policy=email.policy.SMTP)
        message["To"] = [
            email.headerregistry.Address(name, username=local, domain=domain),
            email.headerregistry.Address("", "x", "y.example"),
        ]
        header = bytes(message)
        assert strongest(Matcher((wanted,)).match(header)) is Certainty.EXACT
        assert list(Matcher((wanted,)).candidates(header))

    @given(local_parts, domains, local_parts, domains, names)
    def test_another_address_is_never_exact(
        self, local: str, domain: str, other_local: str, other_domain: str, name: str
    ) -> None:
        """An address that is not the person's never makes a message surely the person's."""
        wanted = KINDS.identifier("email", f"{local}@{domain}")
        for other in (
            f"{other_local}@{other_domain}",
            f"{local}@{other_domain}",
            f"{other_local}@{domain}",
            f"x{local}@{domain}",
            f"{local}@{domain}x",
        ):
            if other == wanted.value:
                continue
            header = f"From: {email.utils.formataddr((name, other))}\r\n\r\n".encode()
            assert strongest(Matcher((wanted,)).match(header)) is not Certainty.EXACT

    @given(st.text(max_size=60).filter(lambda text: "\0" not in text))
    def test_a_mailbox_hidden_in_an_encoded_word_is_found(self, before: str) -> None:
        """A mailer that encodes name and address together hides nobody."""
        plain = (
            before.replace("=", "")
            .replace('"', "")
            .replace("(", "")
            .replace("<", "")
            .replace("@", "")
            .replace("\\", "")
        )
        word = email.header.Header(
            f"{' '.join(plain.split())} <jan@kaasboer.example>", "utf-8"
        ).encode()
        header = f"From: {word}\n\n".encode()
        assert strongest(Matcher((JAN,)).match(header)) is Certainty.EXACT
        assert list(Matcher((JAN,)).candidates(header))


HOSTILE = (
    "(",
    "\\",
    '"',
    "<",
    '"a\\',
    "(\\",
    "=?a?q?",
    "=?utf-8?q?a",
    "@",
    "a@",
    "[",
    "'",
    " ",
    "1.1.",
    "é",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_grows_with_length_and_not_with_its_square(piece: str) -> None:
    """A field made to be slow is read about as fast as any: the test would take hours if it were not."""
    header = f"To: {piece * (200_000 // len(piece))}, jan@kaasboer.example\nSubject: {piece * 1000}\n\n".encode()
    assert list(Matcher(PERSON).candidates(header))
    Matcher(PERSON).match(header)


def test_the_organisation_itself_is_no_third_party() -> None:
    """Its own addresses, also those at its domains, are not counted among the other people in a message."""
    own = frozenset(
        {Identifier("domain", "provider.example"), Identifier("email", "piet@elders.example")}
    )
    header = (
        b"From: jan@kaasboer.example\r\nTo: info@provider.example, help@mail.provider.example\r\n"
        b"Cc: piet@elders.example, anna@provider.example.net\r\n\r\n"
    )
    jan = (Identifier("email", "jan@kaasboer.example"),)
    assert Matcher(jan).read(header).third_parties == 4
    assert Matcher(jan, own=own).read(header).third_parties == 1


@settings(max_examples=1_000)
@given(
    st.lists(
        st.sampled_from(
            ["jan@x.nl", "Jan", "de Vries", '"', "<", ">", ",", " ", "O'Neill", "(", ")", ";", ":", "@",
             '"Jan" <jan@x.nl>', "Zoë <z+a@y.example>", "\t", "&", "=", ".", "'", "\\", "\0", "=?utf-8?q?a?=",
             "=?utf-8?q?J=C3=BCrgen_Visser?= <j@x.nl>", "=?utf-8?b?YUB4Lm5sLCBi?=", " <b@y.nl>", "=?x?Q?=00=22Jan=22_=3Ca@x.nl=3E?=", "=?", "?=", "_"]
        ),
        max_size=12,
    ).map("".join)
)  # fmt: skip
def test_the_short_way_reads_what_the_long_way_reads(value: str) -> None:
    """A plain field is read by one pattern; that gives what the whole grammar gives."""
    plain = _plain_mailboxes(value)
    if plain is not None:
        assert plain == list(_Reader(value).mailboxes())


@given(
    st.sampled_from(["Jan de Vries", "Søren Ærø", "Weiß", "Zoë Özdemir", "Łukasz"]),
    st.lists(
        st.text(max_size=20) | st.sampled_from(["soren", "VRIÈS", "Ö z", "ﬁ", "K"]), max_size=5
    ),
)
def test_what_the_quick_look_passes_over_holds_nothing(name: str, texts: list[str]) -> None:
    """The scanner may skip folding a text only where folding it would find nothing."""
    scanner = Scanner((Identifier("name", name),))
    text = " ".join(texts)
    if not scanner._may_hide(text):
        assert not scanner._hides(text)


def word(text: str, encoding: str = "b") -> str:
    """Return *text* as one encoded word, however long."""
    raw = text.encode()
    coded = base64.b64encode(raw) if encoding == "b" else quopri.encodestring(raw, header=True)
    return f"=?utf-8?{encoding}?{coded.decode().replace('=' + chr(10), '').replace(chr(10), '')}?="


@pytest.mark.parametrize("length", [100, 3_000, 400_000])
class TestLongWords:
    """An encoded word should have 75 characters at most; how many it has makes no difference."""

    def found(self, line: str, sought: Identifier) -> dict[tuple[str, str], str]:
        """Return what is matched, and make sure that the quick scan has a place in it."""
        header = f"{line}\r\n\r\n".encode()
        assert list(Matcher((sought,)).candidates(header))
        return matches(line, looking_for=(sought,))

    def test_a_whole_mailbox(self, length: int) -> None:
        """A mailer that encoded the mailbox, angle brackets and all, behind a name without end."""
        line = f"From: {word('x' * length + ' <jan@kaasboer.example>')}"
        assert self.found(line, JAN) == {("email", "From"): "exact"}

    def test_an_address_in_a_name(self, length: int) -> None:
        """It stands behind so many other characters of the name."""
        line = f"From: {word('x ' * (length // 2) + 'jan@kaasboer.example')} <piet@elders.example>"
        assert self.found(line, JAN) == {("email", "From"): "mention"}

    @pytest.mark.parametrize("encoding", ["b", "q"])
    def test_a_subject_line(self, length: int, encoding: str) -> None:
        """However far to the end it stands."""
        sought = KINDS.parse("NL91ABNA0417164300")
        line = f"Subject: {word('é ' * (length // 2) + 'NL91 ABNA 0417 1643 00', encoding)}"
        assert self.found(line, sought) == {("iban", "Subject"): "mention"}

    def test_folded_and_asking(self, length: int) -> None:
        """A careless mailer broke it over lines and left its question marks as they were."""
        asked = "\r\n ".join(["Wat?_Hoe?_" + "x" * 60] * (length // 70))
        line = f"Subject: =?utf-8?q?{asked}_J=61n=40kaasboer=2Eexample?="
        assert self.found(line, JAN) == {("email", "Subject"): "mention"}


@pytest.mark.parametrize(
    "piece", ["=?a?q?x", "=?a?q?\r\n ", "=?a?q??", "=?", "=?a?b?==?", "=?utf-8?q?" + "x" * 100]
)
def test_words_without_an_end_cost_little(piece: str) -> None:
    """A header section of megabytes made of words that begin and never end is read in seconds, not in hours."""
    line = "Subject: " + piece * (2_000_000 // len(piece))
    began = time.process_time()
    assert matches(line) == {}
    list(Matcher((JAN,)).candidates(line.encode()))
    assert time.process_time() - began < 15
