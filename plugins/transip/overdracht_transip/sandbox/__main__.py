"""Run a sandbox by hand: `python -m overdracht_transip.sandbox`."""

import argparse
import logging
import os
import signal
import threading
from pathlib import Path

from overdracht_transip.sandbox.core import Sandbox
from overdracht_transip.sandbox.samples import contacts, record
from overdracht_transip.sandbox.server import SandboxServer
from overdracht_transip.sandbox.tokens import new_key_pair, public_key_of
from overdracht_transip.sandbox.world import World

LOGIN = "voorbeeld"

_log = logging.getLogger("overdracht_transip.sandbox")


def main(arguments: list[str] | None = None) -> None:
    """Serve until somebody interrupts."""
    options = _options(arguments)
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    sandbox = Sandbox() if options.state is None else Sandbox.of_file(options.state)
    world = World(sandbox)
    with sandbox.state() as state:
        is_new = not state["accounts"]
    if is_new:
        fill(world, _key(options.key))
        _log.info("account %s, private key in %s", LOGIN, options.key)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with SandboxServer(sandbox, options.port) as server:
        _log.info("the API is at %s", server.url)
        stopped.wait()


def _key(path: Path) -> str:
    """Return the public key of the private one in *path*, which is made where it is not there."""
    if path.exists():
        return public_key_of(path.read_text(encoding="ascii"))
    private, public = new_key_pair()
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(private)
    return public


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m overdracht_transip.sandbox",
        description="Serve an API on this machine that behaves like TransIP's.",
    )
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    parser.add_argument(
        "--state", type=Path, help="a file that keeps the state (default: in memory)"
    )
    parser.add_argument(
        "--key",
        type=Path,
        default=Path("sandbox-key.pem"),
        help="the private key of the account; made where it is not there (default: %(default)s)",
    )
    return parser.parse_args(arguments)


def fill(world: World, public_key: str) -> None:
    """Put an account with a few domains, mail and a server into *world*."""
    sanne = contacts(
        firstName="Sanne",
        lastName="van der Berg",
        email="sanne@vanderberg.example",
        phoneNumber="+31 612345678",
    )
    world.add_account(LOGIN, public_key)
    world.add_account("andere-klant")
    world.add_domain(LOGIN, "vanderberg.example", contacts=sanne, tags=["K10023"])
    world.add_domain(LOGIN, "sannefotografie.example", contacts=sanne, isTransferLocked=True)
    world.add_domain(
        LOGIN,
        "kleikunst.nl.example",
        products=True,
        dns=[record("_dmarc", "TXT", "v=DMARC1; p=none; rua=mailto:post@kleikunst.nl.example")],
    )
    world.add_mail(
        LOGIN,
        "vanderberg.example",
        mailboxes=[{"localPart": "sanne"}],
        forwards=[{"localPart": "", "forwardTo": "s.vanderberg@post.example"}],
    )
    world.add_server(LOGIN, "voorbeeld-vps", description="Sanne van der Berg", tags=["K10023"])


if __name__ == "__main__":
    main()
