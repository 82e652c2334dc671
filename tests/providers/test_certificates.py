"""Certificates: fetched once, over TLS, without redirects, small and soon."""

import ssl
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from providers import certificates
from providers.base import CannotVerify
from tests.providers.recorded import NOON

HOST, PATH = "sns.eu-west-1.amazonaws.com", "/a.pem"


def certificate(key):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOON - timedelta(days=3650))
        .not_valid_after(NOON + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def pem(rsa_key):
    return certificate(rsa_key)


class Answers(BaseHTTPRequestHandler):
    """Answers by path: small, too large, elsewhere, not there."""

    def do_GET(self):
        size = {"/small.pem": 100, "/large.pem": certificates.MOST_BYTES + 1}.get(self.path)
        self.send_response(200 if size else 302 if self.path == "/moved.pem" else 404)
        self.send_header("Location", "/small.pem")
        self.end_headers()
        self.wfile.write(b"x" * (size or 0))

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server(rsa_key, pem, tmp_path_factory):
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    chain = tmp_path_factory.mktemp("tls") / "chain.pem"
    chain.write_bytes(rsa_key.private_bytes(serialization.Encoding.PEM, *private) + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with HTTPServer(("127.0.0.1", 0), Answers) as listening:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield listening.server_address[1]
        listening.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def context(pem):
    return ssl.create_default_context(cadata=pem.decode())


def test_a_small_answer_is_taken(server, context):
    body = certificates.fetch("localhost", "/small.pem", port=server, context=context)

    assert body == b"x" * 100


@pytest.mark.parametrize("path", ["/large.pem", "/moved.pem", "/missing.pem"])
def test_no_other_answer_is_taken(server, context, path):
    with pytest.raises(ValueError, match="no certificate there"):
        certificates.fetch("localhost", path, port=server, context=context)


def test_a_host_that_cannot_prove_itself_is_not_asked(server):
    with pytest.raises(ssl.SSLError):
        certificates.fetch("localhost", "/small.pem", port=server)


class Web:
    """Stands for the network: what it answers, and what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def __call__(self, host, path):
        self.asked.append((host, path))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_certificate_is_fetched_once(rsa_key, pem):
    web = Web(pem)
    keys = certificates.Keys(web)

    found = {keys.of(HOST, PATH, at=NOON).public_numbers() for _ in range(3)}

    assert found == {rsa_key.public_key().public_numbers()}
    assert web.asked == [(HOST, PATH)]


def test_threads_that_ask_at_once_fetch_once(pem):
    web = Web(pem)
    keys = certificates.Keys(web)
    keys._lock.acquire()
    threads = [
        threading.Thread(target=keys.of, args=(HOST, PATH), kwargs={"at": NOON}) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    keys._lock.release()
    for thread in threads:
        thread.join()

    assert web.asked == [(HOST, PATH)]


def test_old_ones_make_room(pem):
    web = Web(pem)
    keys = certificates.Keys(web)

    for number in range(certificates.MOST_KEPT + 1):
        keys.of(HOST, f"/{number}.pem", at=NOON)

    assert [path for _host, path in keys._kept] == [
        f"/{number}.pem" for number in range(1, certificates.MOST_KEPT + 1)
    ]


@pytest.mark.parametrize("answer", [OSError("down"), ValueError("404"), b"no certificate"])
def test_after_a_failure_nobody_waits_for_the_network_for_a_while(answer, pem):
    web = Web(answer)
    keys = certificates.Keys(web)

    for _ in range(2):
        with pytest.raises(CannotVerify):
            keys.of(HOST, PATH, at=NOON)
    assert len(web.asked) == 1

    web.answer = pem
    keys.of(HOST, PATH, at=NOON + certificates.PAUSE)
    assert len(web.asked) == 2


def test_a_key_of_another_kind_is_none():
    keys = certificates.Keys(Web(certificate(ec.generate_private_key(ec.SECP256R1()))))

    with pytest.raises(CannotVerify):
        keys.of(HOST, PATH, at=NOON)
