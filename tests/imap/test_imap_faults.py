"""Every error of the libraries becomes one of ours, in one line that says what to do and tells no secret."""

import imaplib
import inspect
import socket
import ssl
from typing import Any

import pytest
from imapclient import exceptions

from overdracht import Misbehaving, Refused, SourceError, Unreachable
from overdracht_imap import stream, tokens
from overdracht_imap.faults import LoginRefused, translate, translated

PLACE = "mail.voorbeeld.example:993"


def certificate_error(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return error


EXPECTED: dict[type[Exception], type[SourceError]] = {
    exceptions.CapabilityError: Refused,
    exceptions.LoginError: LoginRefused,
    exceptions.IllegalStateError: Refused,
    exceptions.InvalidCriteriaError: Refused,
    exceptions.ProtocolError: Misbehaving,
    imaplib.IMAP4.error: Refused,
    imaplib.IMAP4.abort: Unreachable,
    imaplib.IMAP4.readonly: Misbehaving,
    stream.Dropped: Unreachable,
    stream.Nonsense: Misbehaving,
    tokens.BadAnswer: Misbehaving,
    tokens.WireError: Misbehaving,
    ssl.SSLError: Unreachable,
    ssl.SSLEOFError: Unreachable,
    ssl.SSLZeroReturnError: Unreachable,
    socket.gaierror: Unreachable,
    TimeoutError: Unreachable,
    ConnectionRefusedError: Unreachable,
    ConnectionResetError: Unreachable,
    BrokenPipeError: Unreachable,
    UnicodeDecodeError: Misbehaving,
    KeyError: Misbehaving,
    IndexError: Misbehaving,
    TypeError: Misbehaving,
    AssertionError: Misbehaving,
}


def made(kind: type[Exception]) -> Exception:
    if kind is UnicodeDecodeError:
        return UnicodeDecodeError("ascii", b"\xff", 0, 1, "geheim")
    if issubclass(kind, tokens.WireError):
        return kind("a line that does not end")  # our own words
    return kind("geheim")


@pytest.mark.parametrize(("kind", "becomes"), EXPECTED.items())
def test_an_error_becomes_one_of_ours(kind: type[Exception], becomes: type[SourceError]) -> None:
    """The kind is right, the place is named, and nothing of what the server said is repeated."""
    with pytest.raises(SourceError) as caught, translated(PLACE):
        raise made(kind)
    assert type(caught.value) is becomes
    assert PLACE in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_error_of_the_libraries_is_forgotten() -> None:
    """A new exception class in IMAPClient or imaplib fails this test until somebody says what it means."""
    known = {
        one
        for module in (exceptions, imaplib.IMAP4, stream, tokens)
        for _, one in inspect.getmembers(module, inspect.isclass)
        if issubclass(one, Exception)
    }
    assert known <= set(EXPECTED)


def test_an_error_of_ours_is_left_alone() -> None:
    """What is translated already stays as it is."""
    with pytest.raises(Refused, match="precies zo"), translated(PLACE):
        raise Refused("precies zo")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (10, "expired"),
        (9, "not valid yet"),
        (62, "another name"),
        (18, "trusts"),
        (20, "trusts"),
        (7, "code 7"),
    ],
)
def test_a_certificate_is_named_as_what_it_is(code: int, says: str) -> None:
    """An expired certificate, one for another name and one that nobody trusts need different remedies."""
    told = translate(certificate_error(code), PLACE)
    assert says in str(told)
    assert told.remedy


def test_a_login_that_breaks_off_is_no_wrong_password() -> None:
    """IMAPClient makes a LoginError of whatever happens while logging in."""
    with pytest.raises(Unreachable), translated(PLACE):
        try:
            raise imaplib.IMAP4.abort("socket error: EOF")
        except imaplib.IMAP4.error as error:
            raise exceptions.LoginError(str(error))  # noqa: B904 - as IMAPClient does
    busy: Any = exceptions.LoginError("[UNAVAILABLE] database is down")
    assert isinstance(translate(busy, PLACE), Unreachable)


def test_a_refusal_says_why_as_far_as_the_server_tells() -> None:
    """The response code is told, the text is not."""
    told = translate(imaplib.IMAP4.error("select failed: [NOPERM] jan mag niet"), PLACE)
    assert isinstance(told, Refused)
    assert "no permission [NOPERM]" in str(told)
    assert "jan" not in str(told)
