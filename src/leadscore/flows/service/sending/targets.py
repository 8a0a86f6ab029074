"""Where messages may go: addresses that everybody can reach, and those that the operator allows.

A webhook's address is chosen by whoever holds an admin's key, and fetched by a machine that stands
inside: without a rule it could be made to knock at databases and at the cloud's metadata.
"""

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from leadscore.errors import Fault

__all__ = ["Address", "may_reach", "refused_url"]

Address = IPv4Address | IPv6Address

_LONGEST = 2_000
_ALLOWED = "https://HOST/PATH or http://HOST/PATH, without user name and password"
#: The part of the IPv6 addresses that is given out to the public.
_GIVEN_OUT = IPv6Network("2000::/3")
#: Where an IPv6 network has its gateway to IPv4: the address is in the last 32 bits.
_TRANSLATED = IPv6Network("64:ff9b::/96")
_LAST_32 = 0xFFFFFFFF
#: What resolvers take for an IPv4 address besides four decimal numbers: 2130706433, 127.1, 0x7f.1.
_NUMBERS = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)(?:\.(?:0[xX][0-9a-fA-F]*|[0-9]+)){0,3}\.?")


def may_reach(address: Address, *, host: str, hosts: Collection[str]) -> bool:
    """Tell whether messages may go to an address.

    Parameters
    ----------
    address : Address
        What the host's name stands for.
    host : str
        The host as the webhook's URL names it.
    hosts : collection of str
        What the operator allows besides what everybody can reach: host names, addresses, networks.

    Examples
    --------
    >>> may_reach(ip_address("10.0.0.7"), host="crm.local", hosts=())
    False
    >>> may_reach(ip_address("10.0.0.7"), host="crm.local", hosts=("10.0.0.0/8",))
    True
    """
    meant = _meant(address)
    if _is_public(meant):
        return True
    names = {one.lower() for one in hosts if "/" not in one}
    if host.lower() in names or str(meant) in names:
        return True
    return any(meant in ip_network(one) for one in hosts if "/" in one)


def refused_url(url: object, *, hosts: Collection[str]) -> Fault | None:
    """Return what is wrong with a webhook's URL, as far as that shows without asking anybody.

    What a host's name stands for is asked at each attempt.
    """
    if not isinstance(url, str):
        return Fault(field="url", got=repr(url)[:100], allowed=_ALLOWED)
    shown = repr(url if len(url) <= _LONGEST else url[:100] + "…")
    parts = _parts(url)
    if parts is None:
        return Fault(field="url", got=shown, allowed=_ALLOWED)
    host = str(parts.hostname)
    literal = _literal(host)
    if literal is not None:
        allowed = may_reach(literal, host=host, hosts=hosts)
    else:
        # a number that is no plain address is one in disguise
        allowed = not _NUMBERS.fullmatch(host) or host in hosts
    if not allowed:
        return Fault(
            field="url", got=shown, allowed="a public address, or one in LEADSCORE_WEBHOOK_HOSTS"
        )
    return None


def _parts(url: str) -> SplitResult | None:
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    plain = parts.username is None and parts.password is None and not parts.fragment and port != 0
    known = parts.scheme in ("http", "https") and bool(parts.hostname)
    return parts if plain and known else None


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_public(address: Address) -> bool:
    # Pythons differ in which special networks they know; all that is public is in this one
    given_out = isinstance(address, IPv4Address) or address in _GIVEN_OUT
    return given_out and address.is_global and not address.is_multicast


def _meant(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one only wraps, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & _LAST_32)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
