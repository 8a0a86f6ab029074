"""A transport that asks once what a host's name stands for, and connects to just that.

A name can stand for a public address when it is checked and for another one when it is used. So
the checked address itself is connected to; the name is used for the Host header and in TLS alone.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from ipaddress import ip_address

import httpx2

from leadscore.flows.service.sending.targets import Address, may_reach

__all__ = ["CheckedTransport", "Refused", "Resolve", "resolve"]

#: Asks what addresses a host's name stands for.
Resolve = Callable[[str, int], Awaitable[list[Address]]]


class Refused(httpx2.TransportError):
    """The host stands for an address that no message may go to."""


class CheckedTransport(httpx2.AsyncBaseTransport):
    """Connects to addresses that everybody can reach, and to those that the operator allows.

    Parameters
    ----------
    hosts : collection of str
        What is allowed besides: host names, addresses, networks.
    resolve : callable
        Asks what a host's name stands for.
    """

    def __init__(self, hosts: Collection[str], *, resolve: Resolve) -> None:
        self._hosts, self._resolve = hosts, resolve
        self._inner = httpx2.AsyncHTTPTransport(
            # the environment's proxies would connect for us, to whatever they like
            trust_env=False,
            # a kept connection is known by its address, and was checked for another name's
            # certificate; and one receiver that hangs may not use up what others need
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request to the first address that takes the connection.

        Raises
        ------
        Refused
            If any of the addresses is not allowed: a name that stands for both kinds is a trap.
        """
        host = request.url.host
        addresses = await self._resolve(host, request.url.port or _port(request))
        refused = [one for one in addresses if not may_reach(one, host=host, hosts=self._hosts)]
        if refused or not addresses:
            raise Refused(f"{host} stands for an address that messages may not go to.")
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_to(request, address))
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                # nothing was sent yet
                continue
        return await self._inner.handle_async_request(_to(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


async def resolve(host: str, port: int) -> list[Address]:
    """Ask the machine's resolver what a host's name stands for.

    Raises
    ------
    httpx2.ConnectError
        If it does not know.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx2.ConnectError(f"The host {host} is not known.") from error
    # an address of one's own network may come with the network's name: fe80::1%eth0
    texts = dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found)
    return [ip_address(text) for text in texts]


def _port(request: httpx2.Request) -> int:
    return 443 if request.url.scheme == "https" else 80


def _to(request: httpx2.Request, address: Address) -> httpx2.Request:
    return httpx2.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        # the certificate is the name's, not the address's
        extensions={**request.extensions, "sni_hostname": request.url.host},
    )
