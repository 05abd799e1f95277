"""How a database server is reached: on another machine by TLS with a verified certificate, or not at all."""

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import URL

from overdracht import Unreachable
from overdracht_accounting.settings import is_here

_ELSEWHERE = ("PGHOST", "PGHOSTADDR", "PGSERVICE")
"""Variables by which PostgreSQL's own library is told where a server is, when the URL does not say it."""
_OF_A_FILE = ("service", "read_default_file")
"""What in a URL points to a file that may name another server."""


def is_away(url: URL, environment: Mapping[str, str]) -> bool:
    """Say whether what goes to the database at *url* leaves this machine, or may."""
    named = list(_hosts(url))
    if any(one in url.query for one in _OF_A_FILE):
        return True
    if url.get_backend_name() == "postgresql" and not named:
        named = [environment[one] for one in _ELSEWHERE if environment.get(one)]
    return not all(is_here(one) for several in named for one in several.split(","))


def _hosts(url: URL) -> Iterator[str]:
    """Yield what the URL says of where the server is; what stands behind the question mark counts for the drivers."""
    given = [url.host, url.query.get("host"), url.query.get("hostaddr")]
    for one in given:
        if one:
            yield from (one,) if isinstance(one, str) else one


def verified(url: URL, ca_file: Path | None) -> dict[str, object]:
    """Return the arguments of a driver by which it reaches *url* by TLS only, and only the server that the certificate names.

    Its issuer is one that the system trusts, or that of *ca_file*.
    """
    if url.get_backend_name() == "postgresql":
        return {"sslmode": "verify-full", "sslrootcert": str(ca_file) if ca_file else "system"}
    try:
        context = ssl.create_default_context(cafile=ca_file)
        certificate, key = (url.query.get(one) for one in ("ssl_cert", "ssl_key"))
        if isinstance(certificate, str):
            context.load_cert_chain(certificate, key if isinstance(key, str) else None)
    except OSError as error:
        raise Unreachable(
            "a certificate for the database cannot be read", remedy="check ca_file"
        ) from error
    return {"ssl": context}
