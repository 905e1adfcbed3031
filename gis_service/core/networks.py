"""Networks as a setting names them, and whether an address lies in one. Pure."""

from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def parsed(listed: str) -> tuple[Network, ...]:
    """The networks of a list separated by commas; raises `ValueError` at one that is none.

    >>> [str(network) for network in parsed("10.1.2.0/24, 192.0.2.7")]
    ['10.1.2.0/24', '192.0.2.7/32']
    """
    return tuple(ip_network(each.strip()) for each in listed.split(",") if each.strip())


def holds(networks: Collection[Network], address: str) -> bool:
    """Whether the address lies in one of the networks; what is no address lies in none. IPv4 that comes over IPv6 is IPv4.

    >>> [holds(parsed("10.1.2.0/24"), address) for address in ("10.1.2.9", "::ffff:10.1.2.9", "10.1.3.9", "")]
    [True, True, False, False]
    """
    try:
        told = ip_address(address)
    except ValueError:
        return False
    told = getattr(told, "ipv4_mapped", None) or told
    return any(told in network for network in networks)
