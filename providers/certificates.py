"""Public keys out of certificates, each fetched once from a pinned host, and kept.

The one place where verification speaks to the outside.  Whoever calls has made sure that the
host is the provider's: nothing that an unproven request names is fetched.
"""

import http.client
import ssl
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from providers.base import CannotVerify

TIMEOUT_SECONDS = 2
MOST_BYTES = 16 * 1024
MOST_KEPT = 32
# After a failure nobody waits for the network again, so that it cannot hold every thread.
PAUSE = timedelta(seconds=5)

Fetch = Callable[[str, str], bytes]


def fetch(host: str, path: str, *, port: int = 443, context: ssl.SSLContext | None = None) -> bytes:
    """Return what stands at an address over TLS; redirects are not followed.

    Raises OSError, HTTPException, or ValueError for any other answer than a small 200.
    """
    trusted = context or ssl.create_default_context()
    with closing(
        http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=trusted)
    ) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read(MOST_BYTES + 1)
    if response.status != HTTPStatus.OK or len(body) > MOST_BYTES:
        raise ValueError("no certificate there")
    return body


class Keys:
    """The keys that are known; a key that is not is fetched by one thread at a time."""

    def __init__(self, fetch: Fetch = fetch) -> None:
        self._fetch = fetch
        self._kept: dict[tuple[str, str], RSAPublicKey] = {}
        self._lock = Lock()
        self._failed_at: datetime | None = None

    def of(self, host: str, path: str, *, at: datetime) -> RSAPublicKey:
        """Return the key of a certificate; raise CannotVerify where it is not to be had now."""
        address = host, path
        if address not in self._kept:
            with self._lock:
                if address not in self._kept:
                    self._keep(address, at)
        return self._kept[address]

    def _keep(self, address: tuple[str, str], at: datetime) -> None:
        if self._failed_at and abs(at - self._failed_at) < PAUSE:
            raise CannotVerify("certificate: could not be fetched a moment ago")
        try:
            key = _key(self._fetch(*address))
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._failed_at = at
            raise CannotVerify("certificate: could not be fetched") from error
        # Copied, so that whoever reads at this moment finds what was there.
        newest = list(self._kept.items())[1 - MOST_KEPT :]
        self._kept = {**dict(newest), address: key}


def _key(pem: bytes) -> RSAPublicKey:
    # Its validity is not compared with the clock: TLS has proven the host that it comes from, and
    # a message may be delivered again after the certificate that it was signed with.
    key = x509.load_pem_x509_certificate(pem).public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")  # noqa: TRY004 (the certificate is wrong, not the call)
    return key


keys = Keys()
