"""IP addresses and networks, in the one form that `ipaddress` prints."""

from typing import TYPE_CHECKING

from overdracht.identifiers.plain_text import clean

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

WIDEST = {4: 8, 6: 16}
"""The shortest prefixes that are believed: a wider network is a slip, and would be everybody."""
_MAPPED = 96
"""The bits in front of an IPv4 address that is written as an IPv6 one."""


def ip(text: str) -> str:
    """Return the address or network in *text*; an IPv4 address written as IPv6 is the IPv4 address."""
    network = _network(clean(text).removeprefix("[").removesuffix("]"))
    if network.prefixlen < WIDEST[network.version]:
        raise ValueError(f"the network is wider than /{WIDEST[network.version]}")
    whole = network.prefixlen == network.max_prefixlen
    return str(network.network_address if whole else network)


def _network(text: str) -> "IPv4Network | IPv6Network":
    from ipaddress import IPv4Network, IPv6Network, ip_network

    address, slash, prefix = text.partition("/")
    # The zone (%eth0) says which interface of one machine, and nothing about the person.
    bare = address.partition("%")[0] + slash + prefix
    try:
        network = ip_network(bare, strict=False)
    except ValueError as error:  # its message repeats the text
        raise ValueError("it is not written as an IP address or network is") from error
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - _MAPPED))
    return network
