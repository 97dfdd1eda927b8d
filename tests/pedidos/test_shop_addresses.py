"""A shop's address is typed by a person: it leads to the open internet, or nowhere."""

from ipaddress import ip_address

import pytest
from pytest_django.fixtures import Settings

from pedidos.calls.addresses import Forbidden, is_public, place_of, shape_of
from pedidos.calls.shop_http import CallFailed, get
from tests.fake_shop import FakeShop

INSIDE = [
    *("0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.9.1", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.168.1.1", "198.18.0.1", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1"),
    # The inner number is a private one.
    *("::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::10.0.0.1", "2002:0a00:0001::", "2001:0:a00::1"),
]
OUTSIDE = ["8.8.8.8", "177.70.1.1", "2606:4700:4700::1111", "2804:14c::1"]


@pytest.fixture(autouse=True)
def for_real(settings: Settings) -> None:
    settings.DEMO = False


@pytest.mark.parametrize("number", INSIDE)
def test_a_number_of_our_own_house_is_not_public(number: str) -> None:
    assert not is_public(ip_address(number))


@pytest.mark.parametrize("number", OUTSIDE)
def test_a_number_of_the_open_internet_is_public(number: str) -> None:
    assert is_public(ip_address(number))


@pytest.mark.parametrize(
    "address",
    [
        *(f"https://{number}/" for number in INSIDE if ":" not in number),
        *(f"https://[{number}]/" for number in INSIDE if ":" in number),
        *("https://localhost/", "https://localhost:5432", "https://127.1/", "https://0x7f000001/"),
        *("https://2130706433/", "https://017700000001/"),
    ],
)
def test_such_an_address_is_never_asked(address: str) -> None:
    with pytest.raises((Forbidden, OSError)):
        place_of(address)


@pytest.mark.parametrize(
    "address",
    [
        *("http://loja.com.br", "ftp://loja.com.br", "file:///etc/passwd", "loja.com.br", ""),
        *("https://", "https://user:pass@loja.com.br", "https://a@b@loja", "javascript:alert(1)"),
        *("https://[::1", "https://loja\x00.com", "gopher://x"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(Forbidden):
        shape_of(address)


def test_a_shop_inside_our_house_is_asked_nothing(seller: FakeShop, settings: Settings) -> None:
    with pytest.raises(CallFailed) as refusal:
        get(seller.url.replace("http:", "https:"), headers={})
    assert refusal.value.is_final
    with pytest.raises(CallFailed):
        get(seller.url, headers={})
    assert seller.asked == []
    # The same shop answers where a demo may ask it.
    settings.DEMO = True
    assert get(f"{seller.url}/x", headers={}).status == 401
    assert len(seller.asked) == 1


def test_the_server_is_asked_by_its_number_and_called_by_its_name(
    seller: FakeShop, settings: Settings
) -> None:
    """Looked up again it might be another one."""
    settings.DEMO = True
    port = seller.url.rpartition(":")[2]
    place = place_of(f"http://localhost:{port}/x?y=1")
    assert place.url.host in {"127.0.0.1", "::1"}
    assert (place.netloc, place.name) == (f"localhost:{port}", "localhost")
    assert place.url.raw_path == b"/x?y=1"
