"""A shop is asked by its number over TLS, and has to prove the name it was typed with."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pedidos.calls import shop_http
from pedidos.calls.shop_http import CallFailed, get
from tests.fake_shop import FakeShop, handler_of


@pytest.fixture(params=["localhost", "other.test"])
def certified(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """A name, and a file with a key and the certificate of that name."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, request.param)])
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(request.param)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "server.pem"
    file.write_bytes(secret + certificate.public_bytes(pem))
    return request.param, file


@pytest.fixture
def address(certified: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a shop called localhost answers over TLS with that certificate, which is trusted."""
    _, file = certified
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(FakeShop("")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setattr(shop_http, "_trusted", lambda: ssl.create_default_context(cafile=str(file)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"https://localhost:{server.server_port}/x"
    server.shutdown()
    server.server_close()
    thread.join()


def test_only_who_proves_the_name_is_heard(certified: tuple[str, Path], address: str) -> None:
    name, _ = certified
    if name == "localhost":
        assert get(address, headers={}).status == 401
        return
    with pytest.raises(CallFailed) as refusal:
        get(address, headers={})
    assert refusal.value.pt == "Não foi possível falar com a loja."
