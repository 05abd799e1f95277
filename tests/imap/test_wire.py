"""The bulk reader takes what servers say, in whatever pieces it comes, and does not believe what they must not say."""

import contextlib
import socket
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overdracht_imap import stream, wire
from overdracht_imap.stream import Dropped, Nonsense
from overdracht_imap.tokens import BadAnswer, Skipped, attributes
from overdracht_imap.wire import Block, Done, Fetched, Wire
from tests.imap.scripted import ScriptedWire, fetched, joined

SECTION = b"BODY[HEADER.FIELDS]"


def read_messages(answer: bytes, *, limit: int = 1000, step: int = 1 << 20) -> list[Fetched | Done]:
    with ScriptedWire(answer, step=step) as peer:
        return list(peer.wire.fetch([b"UID FETCH 1:* (BODY.PEEK[])"], limit=limit))


def read_headers(answer: bytes, *, step: int = 1 << 20) -> dict[int, bytes]:
    """Return UID → header section, and see to it that there is one end."""
    found: dict[int, bytes] = {}
    with ScriptedWire(answer, step=step) as peer:
        events = list(
            peer.wire.headers([b"UID FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (FROM TO)])"])
        )
    assert [event for event in events if isinstance(event, Done)] == [Done(0, "OK")]
    for event in events:
        if isinstance(event, Block):
            found.update(event.at(start) for start in event.starts)
            found.update((one.uid, cast("bytes", one.values[SECTION])) for one in event.odd)
    return found


def test_a_message_comes_with_its_items_in_any_order() -> None:
    """UID, flags and date may stand before or behind the literal, and there may be several literals."""
    answer = joined(
        (
            b'* 1 FETCH (UID 11 FLAGS (\\Seen $Done) INTERNALDATE "17-Jul-2024 02:44:25 +0200" BODY[] {5}\r\nhallo)\r\n',
            b'* 2 FETCH (BODY[] {3}\r\nhoi UID 12 X-GM-LABELS ({4}\r\n\x00)(\xff "a \\" b") FLAGS ())\r\n',
        )
    )
    first, second, done = read_messages(answer)
    assert first == Fetched(
        11,
        {
            b"UID": b"11",
            b"FLAGS": (b"\\Seen", b"$Done"),
            b"INTERNALDATE": b"17-Jul-2024 02:44:25 +0200",
            b"BODY[]": b"hallo",
        },
    )
    assert isinstance(second, Fetched)
    assert second.values[b"BODY[]"] == b"hoi"
    assert second.values[b"X-GM-LABELS"] == (b"\x00)(\xff", b'a " b')
    assert done == Done(0, "OK")


def test_a_message_may_be_a_quoted_string_or_nil() -> None:
    """A short text may come quoted, an empty one as NIL."""
    first, second, _ = read_messages(
        joined((b'* 1 FETCH (UID 1 BODY[] "a\\\\b")\r\n', b"* 2 FETCH (UID 2 BODY[] NIL)\r\n"))
    )
    assert isinstance(first, Fetched)
    assert first.values[b"BODY[]"] == b"a\\b"
    assert isinstance(second, Fetched)
    assert second.values[b"BODY[]"] is None


def test_what_the_server_volunteers_is_passed_over() -> None:
    """New mail, expunged mail, flag changes and remarks between the answers change nothing; a remark may end like a literal."""
    noise = (
        b"* 7 EXISTS\r\n* 3 EXPUNGE\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* OK Still here {5}\r\n* FLAGS (\\Seen \\X)\r\n"
        b"* VANISHED 4:5\r\n"
    )
    message = b"* 1 FETCH (UID 1 BODY[] {2}\r\nhi)\r\n"
    events = read_messages(noise + message + noise + b"<tag> OK done\r\n")
    assert [event.uid for event in events if isinstance(event, Fetched)] == [1]
    assert read_headers(
        joined((noise, fetched(1, b"From: a\r\n\r\n"), noise, fetched(2, b"\r\n"), noise))
    ) == {
        1: b"From: a\r\n\r\n",
        2: b"\r\n",
    }


def test_commands_may_be_answered_side_by_side_and_in_another_order() -> None:
    """Two commands are sent ahead; the server may mix their answers and end the second first."""
    answer = (
        b"* 2 FETCH (UID 2 BODY[] {1}\r\nb)\r\n* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n<tag2> OK\r\n"
        b"* 3 FETCH (UID 3 BODY[] {1}\r\nc)\r\n<tag> NO [LIMIT] too much\r\n"
    )
    with ScriptedWire(answer, commands=2) as peer:
        events = list(peer.wire.fetch([b"UID FETCH 1,3 BODY[]", b"UID FETCH 2 BODY[]"], limit=10))
        assert not peer.wire.busy
    assert [event.uid for event in events if isinstance(event, Fetched)] == [2, 1, 3]
    assert [event for event in events if isinstance(event, Done)] == [
        Done(1, "OK"),
        Done(0, "NO", "LIMIT"),
    ]


def test_no_is_an_answer_and_says_why() -> None:
    """NO and BAD end a command; that messages were expunged meanwhile is no failure."""
    assert read_messages(b"<tag> BAD [CLIENTBUG] what\r\n") == [Done(0, "BAD", "CLIENTBUG")]
    (done,) = read_messages(b"<tag> NO [EXPUNGEISSUED] some are gone\r\n")
    assert isinstance(done, Done)
    assert done.ok


def test_a_message_cannot_end_the_command() -> None:
    """A message that holds what ends an answer, or begins one, is still only a message."""
    for content in (
        b"<t> OK done\r\n",
        b")\r\n* 2 FETCH (UID 9 BODY[HEADER.FIELDS (FROM TO)] {1}\r\nx)\r\n",
        b"{9}\r\n",
    ):
        header = b"From: a\r\n" + content + b"\r\n"
        assert read_headers(joined((fetched(1, header), fetched(2, header)))) == {
            1: header,
            2: header,
        }


def test_the_tag_cannot_be_guessed() -> None:
    """Every connection has tags of its own, long and random."""
    tags = []
    for _ in range(2):
        with ScriptedWire(b"<tag> OK\r\n") as peer:
            list(peer.wire.fetch([b"NOOP"], limit=1))
            tags.append(peer.asked[0].split()[0])
    assert tags[0] != tags[1]
    assert min(map(len, tags)) >= 12


def test_header_sections_come_in_blocks_whatever_their_shape() -> None:
    """A usual answer is taken as it stands, an unusual one is taken apart, and both come out."""
    header = b"From: a@b.example\r\nTo: c@d.example\r\n\r\n"
    odd = (
        b"* 2 FETCH (BODY[HEADER.FIELDS (FROM TO)] {%d}\r\n%s UID 2)\r\n" % (len(header), header)
        + b'* 3 FETCH (UID 3 BODY[HEADER.FIELDS ("FROM" "TO")] "From: kort")\r\n'
        + b"* 4 FETCH (UID 4 FLAGS () BODY[HEADER.FIELDS (FROM TO)] {%d}\r\n%s)\r\n"
        % (len(header), header)
    )
    found = read_headers(joined((fetched(1, header), odd, fetched(5, header), fetched(6, b""))))
    assert found == {1: header, 2: header, 3: b"From: kort", 4: header, 5: header, 6: b""}


def test_many_header_sections_come_in_several_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than about a block is held, and nothing is lost between two."""
    monkeypatch.setattr(wire, "EMIT", 5_000)
    monkeypatch.setattr(stream, "BLOCK", 80_000)
    headers = {
        uid: b"From: p%d@x.example\r\n" % uid + b"To: y\r\n" * (uid % 90) + b"\r\n"
        for uid in range(1, 3000)
    }
    answer = joined(fetched(uid, header) for uid, header in headers.items())
    with ScriptedWire(answer) as peer:
        blocks = [one for one in peer.wire.headers([b"UID FETCH"]) if isinstance(one, Block)]
    assert len(blocks) > 100
    assert max(len(block.data) for block in blocks) < 90_000
    assert read_headers(answer) == headers


def test_a_long_header_section_is_held_and_a_senseless_one_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The buffer grows for a header section of megabytes; one above the limit is read past and reported."""
    long = b"To: " + b"iemand@x.example,\r\n " * 100_000 + b"\r\n\r\n"
    assert read_headers(
        joined((fetched(1, b"From: a\r\n\r\n"), fetched(2, long), fetched(3, b"\r\n")))
    ) == {
        1: b"From: a\r\n\r\n",
        2: long,
        3: b"\r\n",
    }
    for module in (stream, wire):
        monkeypatch.setattr(module, "MAX_HEADER", 1000)
    found = read_headers(
        joined((fetched(1, b"From: a\r\n\r\n"), fetched(2, long), fetched(3, b"\r\n")))
    )
    assert found[2] == cast("bytes", Skipped(len(long)))
    assert found[3] == b"\r\n"


def test_a_literal_above_the_limit_is_read_past() -> None:
    """Its size is told, nothing of it is held, and what follows is read."""
    first, second, _ = read_messages(
        joined(
            (
                b"* 1 FETCH (UID 1 BODY[] {3000}\r\n" + bytes(3000) + b")\r\n",
                b"* 2 FETCH (UID 2 BODY[] {1}\r\nx)\r\n",
            )
        )
    )
    assert isinstance(first, Fetched)
    assert first.values[b"BODY[]"] == Skipped(3000)
    assert isinstance(second, Fetched)
    assert second.values[b"BODY[]"] == b"x"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"* 1 FETCH (UID 1 BODY[] {10}\r\nabc",
        b"* 1 FETCH (UID 1 BODY[] {200000000}\r\nabc",
        b"* 1 FETCH (UID 1",
        b"* BYE shutting down\r\n",
        b"* 1 FETCH (UID 1 BODY[] {1}\r\na)\r\n* bye\r\n<tag> OK\r\n",
        b"<tag> O",
    ],
)
def test_a_connection_that_breaks_off_is_noticed(answer: bytes) -> None:
    """Wherever it breaks off, and with a last word or without, it is `Dropped`."""
    with pytest.raises(Dropped):
        read_messages(answer, limit=1 << 30)
    with pytest.raises(Dropped):
        read_headers(answer)


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 1 BODY[] {99999999999999}\r\n",
        b"x" * (stream.MAX_LINE + 100_000),
        b"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (FROM TO)] " + b"x" * (stream.MAX_LINE + 100_000),
        b"* 1 FETCH (UID 1" + b" X {1}\r\n." * 3_000_000,
        b"* 1 FETCH (UID 1 BODY[] {1}\r\na\r\n",
        b"* 1 FETCH " + b"(" * 5000 + b")" * 5000 + b"\r\n",
        b"* 1 FETCH (UID)\r\n",
        b"* 1 FETCH UID 5\r\n",
        b"* 1 FETCH (UID 1))\r\n",
        b'* 1 FETCH (UID 1 X "open)\r\n',
        b"* 1 FETCH ((UID) 1)\r\n",
        b"otherTag OK\r\n",
        b"<tag> MAYBE\r\n",
        b"\r\n",
    ],
)
def test_what_is_not_imap_is_refused(answer: bytes) -> None:
    """Impossible sizes, endless lines, answers that do not end or cannot be taken apart: an error, and no memory filled."""
    with pytest.raises((Nonsense, BadAnswer)):
        read_messages(answer, limit=100)
    with pytest.raises((Nonsense, BadAnswer)):
        read_headers(answer)


def test_what_the_library_read_ahead_comes_first() -> None:
    """The library reads through a buffer of its own: what stands in it is not lost, and the rest comes straight off the socket."""
    near, far = socket.socketpair()
    with near, far, near.makefile("rb") as file:
        near.settimeout(10)
        message = b"* 1 FETCH (UID 1 BODY[] {6}\r\nlonger)\r\n"
        far.sendall(b"a1 OK examined\r\n* 9 EXISTS\r\n" + message[:20])
        assert file.readline() == b"a1 OK examined\r\n"
        reader = Wire(near, file)
        events = reader.fetch([b"UID FETCH 1 (BODY.PEEK[])"], limit=100)
        far.sendall(message[20:])
        first = next(events)
        assert isinstance(first, Fetched)
        assert first.values[b"BODY[]"] == b"longer"
        tag = far.recv(1000).split()[0]
        far.sendall(tag + b" OK\r\n")
        assert next(events) == Done(0, "OK")
        assert list(events) == []


def test_the_connection_is_given_back_between_two_lines() -> None:
    """What the server volunteers behind the last answer is read to the end of its line."""
    near, far = socket.socketpair()
    with near, far, near.makefile("rb") as file:
        near.settimeout(10)
        reader = Wire(near, file)
        events = _send_later(reader, far)
        assert list(events) == [Done(0, "OK")]
        far.sendall(b"b2 OK next\r\n")
        assert file.readline() == b"b2 OK next\r\n"
        assert not reader.busy


def _send_later(reader: Wire, far: socket.socket) -> Iterator[Fetched | Done]:
    for event in reader.fetch([b"NOOP"], limit=1) if not _answered(reader, far) else ():
        yield event
        far.sendall(b"STS\r\n")


def _answered(reader: Wire, far: socket.socket) -> bool:
    """Let the peer answer the first command that comes, with half a line behind it."""
    sent = reader.send

    def send(*commands: bytes) -> list[bytes]:
        tags = sent(*commands)
        for tag in tags:
            far.recv(1000)
            far.sendall(tag + b" OK\r\n* 12 EXI")
        return tags

    reader.send = send  # type: ignore[method-assign]  # the peer is in the same thread
    return False


@settings(max_examples=40, deadline=None)
@given(
    contents=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from((b"{3}\r\n", b")\r\n", b"* 1 FETCH (", b"\r\n\r\n")),
        ),
        max_size=6,
    ),
    step=st.integers(1, 40),
)
def test_any_bytes_in_any_pieces(contents: list[bytes], step: int) -> None:
    """Whatever messages hold, and however the network cuts it up, they come out byte for byte."""
    expected = dict(enumerate(contents, 1))
    answer = joined(fetched(uid, content) for uid, content in expected.items())
    assert read_headers(answer, step=step) == expected
    messages = read_messages(answer, step=step)
    assert {
        one.uid: one.values[SECTION] for one in messages if isinstance(one, Fetched)
    } == expected


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(st.binary(max_size=30), st.sampled_from((b"(UID 1 ", b")", b'"a', b"[", b"\\"))),
        min_size=1,
    )
)
def test_taking_an_answer_apart_fails_in_one_way(parts: list[bytes]) -> None:
    """Any bytes are either an answer or a BadAnswer."""
    with contextlib.suppress(BadAnswer):
        attributes([b"".join(parts)])
