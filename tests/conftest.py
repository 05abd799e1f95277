"""What tests of every part may ask for."""

import signal
from collections.abc import Iterator

import pytest

from tests.servers.dovecot import PASSWORD, PASSWORD_VARIABLE, Account, Dovecot
from tests.servers.need import need

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that starts the tests in the background makes them, and every program that they start and interrupt, deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real mail server, one for the whole run."""
    need("dovecot")
    with Dovecot() as server:
        yield server


@pytest.fixture
def account(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An empty account on the mail server, whose password is where its settings point to."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    return dovecot.account()
