"""Where a webhook may go: only to public addresses, over https, and exactly to the address that was looked at.

A name is resolved once for each sending, every address that it has is judged, and the connection goes to one of those: a name
that says something else a moment later (DNS rebinding) changes nothing. Networks of `settings.WEBHOOK_NETWORKS` are trusted, over
plain http as well; there are none outside of the tests.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

Address = IPv4Address | IPv6Address
LONGEST = 500
PORTS = {"https": 443, "http": 80}
FIRST_FREE_PORT = 1024
# They look public and are not: answered inside of clouds only, set aside for protocols, or IPv4 addresses in another coat (6to4;
# Teredo lies in 2001::/23, and mapped, compatible and NAT64 ones in ::/8, which is reserved); fec0::/10 is of one site, 3fff::/20
# of examples.
INSIDE = [
    ip_network(text)
    for text in (
        "168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "fec0::/10", "3fff::/20",
    )
]  # fmt: skip


class AddressRefused(Exception):
    """Nothing may be sent there: a code and its parameters, for `wording.sentences.say`."""

    def __init__(self, code: str, params: dict[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.params = code, params or {}


@dataclass(frozen=True, slots=True)
class Target:
    """Where one message goes: the address that was judged, and the name under which the receiver knows itself."""

    address: str
    port: int
    host: str
    path: str
    secure: bool


Resolver = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def target_of(url: str, resolver: Resolver | None = None) -> Target:
    """Where a message for this address goes now; raises AddressRefused for what is no address, not public or not found."""
    parts = _parts(url)
    host, port = parts[1], parts[2]
    try:
        found = (resolver or resolve)(host, port)
    except (OSError, UnicodeError) as error:
        raise AddressRefused("webhook.unknown_host", {"host": host}) from error
    addresses = [ip_address(text.partition("%")[0]) for text in found]
    if not addresses:
        raise AddressRefused("webhook.unknown_host", {"host": host})
    for one in addresses:
        _judge(one, host, parts[0])
    return Target(str(addresses[0]), port, host, parts[3], parts[0] == "https")


def _parts(url: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path with query."""
    if len(url) > LONGEST or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise AddressRefused("webhook.url", {"longest": LONGEST})
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
        host = host.encode("idna").decode() if not host.isascii() else host
    except ValueError as error:
        raise AddressRefused("webhook.url", {"longest": LONGEST}) from error
    if parts.scheme not in _schemes() or not host:
        raise AddressRefused("webhook.https")
    if "@" in parts.netloc:
        raise AddressRefused("webhook.credentials")
    if port != PORTS[parts.scheme] and port < FIRST_FREE_PORT:
        raise AddressRefused(
            "webhook.port", {"port": port, "usual": PORTS[parts.scheme], "first": FIRST_FREE_PORT}
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise AddressRefused("webhook.url", {"longest": LONGEST})
    return parts.scheme, host, port, path


def _schemes() -> tuple[str, ...]:
    return ("https", "http") if settings.WEBHOOK_NETWORKS else ("https",)


def _judge(address: Address, host: str, scheme: str) -> None:
    """Raises AddressRefused unless the address is public, or in a network that is trusted."""
    if any(
        address in ip_network(text)
        for text in settings.WEBHOOK_NETWORKS
        if ip_network(text).version == address.version
    ):
        return
    if not is_public(address):
        raise AddressRefused("webhook.private", {"host": host})
    if scheme != "https":
        raise AddressRefused("webhook.https")


def is_public(address: Address) -> bool:
    """Whether anybody's server may have this address; never the own machine, network, neighbours, groups or a cloud's inside."""
    inside = any(address in network for network in INSIDE if network.version == address.version)
    odd = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not (inside or odd)
