"""Say in one line what went wrong in a conversation with a mail server.

Every error of the library IMAPClient, of imaplib and ssl beneath it, and of `wire` becomes one of the three kinds of SourceError. The
server's own words are left out: they may hold names.
"""

import contextlib
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator

from overdracht import Misbehaving, OverdrachtError, Refused, SourceError, Unreachable
from overdracht_imap.stream import Dropped
from overdracht_imap.tokens import WireError


class LoginRefused(Refused):
    """The server does not let us in: asking again would only lock the account."""


_NOT_IMAP = (LookupError, TypeError, AssertionError, AttributeError, MemoryError, OverflowError)
"""What the libraries meet in an answer that is not IMAP, such as a literal of a terabyte."""
_CODE = re.compile(r"\[([A-Z][A-Z0-9-]{1,30})[\] ]")
EXPIRED, NOT_YET, HOSTNAME = 10, 9, 62
UNTRUSTED = frozenset({18, 19, 20, 21})
"""OpenSSL's codes for a chain that ends in an authority nobody here trusts."""
_CODES = {
    "UNAVAILABLE": "is temporarily out of order",
    "INUSE": "says that another program holds it",
    "LIMIT": "says that a limit is reached",
    "OVERQUOTA": "says that a limit is reached",
    "NOPERM": "gives no permission",
    "NONEXISTENT": "says that it does not exist",
    "SERVERBUG": "fails at it",
    "CORRUPTION": "says that it is damaged",
    "CONTACTADMIN": "says that its administrator must look",
}


@contextlib.contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn whatever the libraries raise inside into a SourceError about *place*."""
    try:
        yield
    except OverdrachtError:
        raise
    except (OSError, WireError, imaplib.IMAP4.error, ValueError) as error:
        raise translate(error, place) from error
    except _NOT_IMAP as error:
        raise Misbehaving(f"{place} answers what is not IMAP") from error


def translate(error: Exception, place: str) -> SourceError:
    """Return the SourceError that says what *error* means for *place*."""
    if isinstance(error, ssl.SSLError):
        return _tls(error, place)
    if isinstance(error, OSError):
        return _network(error, place)
    if isinstance(error, Dropped):
        return Unreachable(f"{place} broke off: {error}")
    if isinstance(error, WireError):
        return Misbehaving(f"{place} sends {error}")
    if isinstance(error, imaplib.IMAP4.error):
        return _imap(error, place)
    return Misbehaving(f"{place} answers what is not IMAP")


def refusal(code: str, what: str) -> str:
    """Say why the server said no to *what*, as far as its response *code* tells."""
    return f"{what}: the server {_CODES.get(code, 'refuses')}" + (f" [{code}]" if code else "")


def _tls(error: ssl.SSLError, place: str) -> SourceError:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason, remedy = _certificate(error.verify_code)
        return Unreachable(f"{place}: {reason}", remedy=remedy)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Unreachable(f"{place} broke off the TLS connection")
    reason = getattr(error, "reason", None) or "no reason given"  # not set on every one
    return Unreachable(
        f"{place} does not speak TLS as it should ({reason})",
        remedy='check the port, and tls = "tls" or "starttls"',
    )


def _certificate(code: int) -> tuple[str, str]:
    if code == EXPIRED:
        return "the certificate has expired", "have it renewed"
    if code == NOT_YET:
        return "the certificate is not valid yet", "check the clocks"
    if code == HOSTNAME:
        return "the certificate is for another name", "use the name in the certificate as host"
    if code in UNTRUSTED:
        return "nobody here trusts who issued the certificate", "set ca_file if it is your own"
    return f"the certificate cannot be trusted (code {code})", "have it replaced"


def _network(error: OSError, place: str) -> SourceError:
    if isinstance(error, socket.gaierror):
        return Unreachable(f"{place}: there is no server of that name", remedy="check host")
    if isinstance(error, TimeoutError):
        return Unreachable(f"{place} does not answer in time", remedy="check host, port, firewall")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(f"{place}: nothing listens there", remedy="check host and port")
    return Unreachable(f"{place} cannot be reached: {error.strerror or type(error).__name__}")


def _imap(error: imaplib.IMAP4.error, place: str) -> SourceError:
    from imapclient import exceptions

    if isinstance(error, imaplib.IMAP4.readonly):
        return Misbehaving(f"{place} changed how the folder is open")
    if isinstance(error, imaplib.IMAP4.abort):
        return Unreachable(f"{place} broke off the conversation")
    if isinstance(error, exceptions.LoginError):
        return _login(error, place)
    if isinstance(error, exceptions.CapabilityError):
        return Refused(f"{place} does not offer what is needed for this")
    if isinstance(error, exceptions.ProtocolError):
        return Misbehaving(f"{place} answers what is not IMAP")
    found = _CODE.search(str(error))
    return Refused(refusal(found[1] if found else "", place))


def _login(error: Exception, place: str) -> SourceError:
    # IMAPClient makes a LoginError of whatever happens while logging in, a cut connection too.
    if isinstance(error.__context__, imaplib.IMAP4.abort):
        return Unreachable(f"{place} broke off while logging in")
    if "[UNAVAILABLE]" in str(error):
        return Unreachable(
            f"{place} cannot check passwords at the moment", remedy="try again later"
        )
    return LoginRefused(f"{place} does not accept the login", remedy="check username and password")
