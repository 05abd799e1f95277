"""Where the API is: TransIP's own, a sandbox on this machine, or one that lives in this process and a file."""

import ipaddress
import logging
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from overdracht_transip.client.errors import KeyUnusable

TRANSIP = "https://api.transip.nl/v6"

SANDBOX_SCHEME = "sandbox:"
"""`sandbox:/path/to/state.json` is answered in this process, from that file."""


_LIMITS = httpx.Limits(keepalive_expiry=2.0)
"""A connection that lay idle is not used again: the other side may just be closing it, and then nobody knows whether a change arrived."""


def opened(url: str, timeout: float) -> httpx.Client:
    """Return a client for the API at *url*: `https`, `http` on this machine only, or `sandbox:FILE`."""
    # At its usual level httpx logs every URL, and in the URLs are people's domains and addresses.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    headers = {"User-Agent": "overdracht", "Accept": "application/json", "Time-Zone": "UTC"}
    if url.startswith(SANDBOX_SCHEME):
        from overdracht_transip.sandbox.transport import SandboxTransport

        transport = SandboxTransport.of_file(Path(url.removeprefix(SANDBOX_SCHEME)))
        base = "http://sandbox.invalid/v6"
        return httpx.Client(
            base_url=base, headers=headers, timeout=timeout, transport=transport, trust_env=False
        )
    parts = urlsplit(url)
    local = parts.scheme == "http" and _is_loopback(parts.hostname or "")
    if not local and parts.scheme != "https":
        raise KeyUnusable(
            f"{url}: the API is spoken to over https; plain http is for this machine only"
        )
    if local:
        # It trusts nobody, which takes no time to load, and over plain http nobody is asked.
        verify: ssl.SSLContext | bool = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        verify = True
    return httpx.Client(
        base_url=url,
        headers=headers,
        timeout=timeout,
        verify=verify,
        trust_env=not local,
        limits=_LIMITS,
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
