"""What every platform's module holds to: bytes, signatures, names, and the expected orders."""

import copy
import hmac
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

import pytest

from pedidos.platforms import evendas, nuvemshop, registry, shopify, woocommerce
from pedidos.platforms.port import Malformed, OrderSeen
from tests.pedidos.order_data import FIXTURES, ROWS, body, manifest, platform_of, reading, row

SECRETS: dict[str, str] = manifest()["secrets"]
SIGNED = [one["file"] for one in ROWS if one["platform"] in SECRETS and one["headers"]]
ORDERS = [one["file"] for one in ROWS if "external_id" in one["expected"]]


def _is_signed(file: str, headers: dict[str, str], raw: bytes, *secrets: str) -> bool:
    return registry.platform(platform_of(file)).authenticate(headers, raw, list(secrets))


@pytest.mark.parametrize("file", [one["file"] for one in ROWS])
def test_a_fixture_is_kept_to_the_byte(file: str) -> None:
    assert sha256(body(file)).hexdigest() == row(file)["sha256"]


def test_the_manifest_names_every_fixture() -> None:
    kept = {path.name for path in FIXTURES.iterdir()} - {"manifest.json"}
    assert kept == {one["file"] for one in ROWS}


@pytest.mark.parametrize("file", SIGNED)
def test_a_signature_holds_for_its_bytes_and_secret_alone(file: str) -> None:
    headers, raw, secret = row(file)["headers"], body(file), SECRETS[platform_of(file)]
    assert _is_signed(file, headers, raw, secret)
    assert _is_signed(file, headers, raw, "novo", secret)
    assert not _is_signed(file, headers, raw + b"\n", secret)
    assert not _is_signed(file, headers, raw, "outro")
    assert not _is_signed(file, headers, raw)
    assert not _is_signed(file, {}, raw, secret)


@pytest.mark.parametrize("file", SIGNED)
@pytest.mark.parametrize("nothing", ["", " "])
def test_an_empty_secret_or_signature_opens_nothing(file: str, nothing: str) -> None:
    unsigned = dict.fromkeys(row(file)["headers"], nothing)
    assert not _is_signed(file, unsigned, body(file), SECRETS[platform_of(file)])
    assert not _is_signed(file, row(file)["headers"], body(file), "")


@pytest.mark.parametrize("name", ["woocommerce", "shopify", "nuvemshop"])
def test_what_is_signed_with_no_secret_is_signed_by_anybody(name: str) -> None:
    digest = hmac.digest(b"", b"{}", sha256)
    for signature in (digest.hex(), b64encode(digest).decode()):
        headers = dict.fromkeys(
            ["X-WC-Webhook-Signature", "X-Shopify-Hmac-Sha256", "X-Linkedstore-HMAC-SHA256"],
            signature,
        )
        assert not registry.platform(name).authenticate(headers, b"{}", ["", "segredo"])


def test_a_signature_in_hex_may_be_in_capitals() -> None:
    file = "nuvemshop-1-order-paid.webhook.json"
    headers = {name: value.upper() for name, value in row(file)["headers"].items()}
    assert _is_signed(file, headers, body(file), SECRETS["nuvemshop"])


@pytest.mark.parametrize("file", SIGNED)
@pytest.mark.parametrize("signature", ["ç" * 44, "\ud800", "=" * 44, "0" * 64])
def test_a_strange_signature_is_only_a_wrong_one(file: str, signature: str) -> None:
    headers = dict.fromkeys(row(file)["headers"], signature)
    assert not _is_signed(file, headers, body(file), SECRETS[platform_of(file)])


@pytest.mark.parametrize("file", SIGNED)
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_header_names_are_read_in_any_case(file: str, case: Callable[[str], str]) -> None:
    headers = {case(name): value for name, value in row(file)["headers"].items()}
    platform = registry.platform(platform_of(file))
    assert platform.authenticate(headers, body(file), [SECRETS[platform_of(file)]])
    assert platform.topic(headers, body(file)) == row(file)["topic"]


@pytest.mark.parametrize("file", [file for file in SIGNED if file.startswith("shopify")])
def test_shopify_may_leave_out_the_x(file: str) -> None:
    headers = {name.removeprefix("X-"): value for name, value in row(file)["headers"].items()}
    assert shopify.authenticate(headers, body(file), [SECRETS["shopify"]])
    assert shopify.topic(headers, body(file)) == row(file)["topic"]
    assert shopify.delivery_id(headers) == row(file)["headers"]["X-Shopify-Webhook-Id"]


def test_a_delivery_is_named_where_the_platform_names_it() -> None:
    woo = row("woocommerce-1-order-created-pending.json")["headers"]
    assert woocommerce.delivery_id(woo) == woo["X-WC-Webhook-Delivery-ID"]
    assert woocommerce.delivery_id({}) is None
    assert shopify.delivery_id({}) is None
    assert nuvemshop.delivery_id(woo) is None
    assert evendas.delivery_id(woo) is None


def test_what_headers_name_fits_where_it_is_kept() -> None:
    long = {"X-WC-Webhook-Topic": "t" * 500, "X-WC-Webhook-Delivery-ID": "d" * 500}
    assert len(woocommerce.topic(long, b"")) == 80
    assert len(woocommerce.delivery_id(long) or "") == 120


def test_the_knock_of_woocommerce_is_a_ping_and_an_order_never() -> None:
    ping = manifest()["woocommerce_ping"]["body"].encode()
    assert woocommerce.is_ping({}, ping)
    assert not woocommerce.is_ping({"X-WC-Webhook-Topic": "order.created"}, ping)
    for file in SIGNED:
        assert not registry.platform(platform_of(file)).is_ping({}, body(file))


def test_a_token_is_compared_by_its_digest() -> None:
    token = row("evendas-generic-1.json")["headers"]["token"]
    digests = [evendas.token_digest("outro"), evendas.token_digest(token)]
    assert evendas.authenticate({"Token": token}, b"", digests)
    assert evendas.authenticate({"TOKEN": f" {token} "}, b"", digests)
    assert not evendas.authenticate({"token": "errado"}, b"", digests)
    assert not evendas.authenticate({"token": ""}, b"", [evendas.token_digest("")])
    assert not evendas.authenticate({}, b"", digests)
    assert not evendas.authenticate({"token": token}, b"", [])


@pytest.mark.parametrize("file", ORDERS)
def test_the_topic_of_an_order_makes_no_other_order_of_it(file: str) -> None:
    platform = registry.platform(platform_of(file))
    told = platform.parse("", body(file), reading())
    topic = row(file)["topic"] if row(file)["headers"] else "order/paid"
    assert isinstance(told, OrderSeen)
    assert platform.parse(topic, body(file), reading()) == told


@pytest.mark.parametrize("name", registry.names())
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "o corpo não é JSON"),
        (b"{", "o corpo não é JSON"),
        (b"\xff\xfe", "o corpo não é JSON"),
        (b"[" * 100_000, "o corpo não é JSON"),
        (b"[]", "o corpo não é um objeto JSON"),
        (b"null", "o corpo não é um objeto JSON"),
        (b'"texto"', "o corpo não é um objeto JSON"),
    ],
)
def test_what_is_no_object_is_malformed(name: str, raw: bytes, why: str) -> None:
    assert registry.platform(name).parse("", raw, reading()) == Malformed(why)


def test_a_byte_order_mark_is_no_fault() -> None:
    raw = body("evendas-generic-1.json")
    marked = evendas.parse("", b"\xef\xbb\xbf" + raw, reading())
    assert marked == evendas.parse("", raw, reading())


def test_an_unknown_platform_is_nobodys_name() -> None:
    with pytest.raises(LookupError, match="no platform named 'loja'"):
        registry.platform("loja")


def test_reading_changes_nothing_of_what_it_is_given() -> None:
    headers = copy.deepcopy(ROWS[0]["headers"])
    woocommerce.topic(headers, b"")
    assert headers == ROWS[0]["headers"]
