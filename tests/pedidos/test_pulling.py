"""A WooCommerce shop is asked what it did not tell: everything once, and nothing passed over."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from pedidos import pulling, tasks
from pedidos.models import Delivery, Order, Source
from pedidos.pulling import pull_source
from tests.fake_shop import SECRET, USER, FakeShop
from tests.pedidos.doors import Door, Rings, work
from tests.pedidos.order_data import WOO_NEW, body

START = datetime(2026, 3, 9, 12, tzinfo=UTC)


def order(number: int, minute: float, **told: object) -> dict[str, Any]:
    """An order of the shop that changed so many minutes after START."""
    at = (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S")
    known: dict[str, Any] = json.loads(body(WOO_NEW))
    return known | {"id": number, "number": str(number), "date_modified_gmt": at} | told


@pytest.fixture
def source(woo: Door, seller: FakeShop, rings: Rings) -> Source:
    """The shop can be asked, and everything up to START is known."""
    Source.objects.update(api_url=seller.url, api_user=USER, api_token=SECRET, pulled_until=START)
    return Source.objects.get()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> int:
    size = 3
    monkeypatch.setattr("pedidos.calls.woocommerce.PAGE", size)
    monkeypatch.setattr(pulling, "PAGE", size)
    return size


def numbers() -> list[int]:
    return sorted(int(one) for one in Order.objects.values_list("external_id", flat=True))


def test_what_changed_meanwhile_comes_in_as_if_it_had_been_told(
    source: Source, seller: FakeShop, rings: Rings
) -> None:
    seller.changed = [order(1, -5), order(2, 5), order(3, 6)]
    assert pull_source(source.pk) == 2
    assert Order.objects.count() == 0
    work(rings)
    assert numbers() == [2, 3]
    assert Source.objects.get().pulled_until == START + timedelta(minutes=6, seconds=-1)


def test_asked_again_nothing_comes_twice(source: Source, seller: FakeShop, rings: Rings) -> None:
    seller.changed = [order(2, 5), order(3, 6)]
    for _ in range(3):
        pull_source(source.pk)
        work(rings)
    assert (numbers(), Delivery.objects.count()) == ([2, 3], 2)


def test_many_pages_are_read_to_their_end(
    source: Source, seller: FakeShop, rings: Rings, small_pages: int
) -> None:
    seller.changed = [order(number, number) for number in range(1, 12)]
    pull_source(source.pk)
    work(rings)
    assert numbers() == list(range(1, 12))
    assert Source.objects.get().pulled_until == START + timedelta(minutes=11, seconds=-1)


def test_more_in_one_second_than_a_page_holds_are_all_read(
    source: Source, seller: FakeShop, rings: Rings, small_pages: int
) -> None:
    seller.changed = [order(number, 1) for number in range(1, 9)] + [order(9, 2)]
    pull_source(source.pk)
    work(rings)
    assert numbers() == list(range(1, 10))


def test_a_round_that_has_read_enough_leaves_the_rest_to_the_next(
    source: Source,
    seller: FakeShop,
    rings: Rings,
    small_pages: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pulling, "MOST_PAGES", 1)
    seller.changed = [order(number, number) for number in range(1, 6)]
    pull_source(source.pk)
    work(rings)
    assert numbers() == [1, 2, 3]
    for _ in range(3):
        pull_source(source.pk)
        work(rings)
    assert numbers() == [1, 2, 3, 4, 5]


def test_what_breaks_off_goes_on_where_it_was(
    source: Source, seller: FakeShop, rings: Rings, small_pages: int
) -> None:
    seller.changed = [order(number, number) for number in range(1, 6)]
    seller.instead = lambda asked: seller.answer(asked) if len(seller.asked) == 1 else (500, b"")
    assert pull_source(source.pk) == 0
    assert Source.objects.get().pulled_until == START + timedelta(minutes=3, seconds=-1)
    assert Source.objects.get().last_error == "A loja respondeu com o erro 500."
    seller.instead = None
    pull_source(source.pk)
    work(rings)
    assert numbers() == [1, 2, 3, 4, 5]
    assert Source.objects.get().last_error == ""


def test_a_shop_whose_clock_is_ahead_is_believed_no_further_than_now(
    source: Source, seller: FakeShop, rings: Rings
) -> None:
    ahead = (timezone.now() + timedelta(days=30)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    seller.changed = [order(1, 1, date_modified_gmt=ahead)]
    pull_source(source.pk)
    until = Source.objects.get().pulled_until
    assert until
    assert START < until < timezone.now()


def test_an_order_that_makes_no_sense_is_parked_and_holds_up_nothing(
    source: Source, seller: FakeShop, rings: Rings
) -> None:
    seller.changed = [order(1, 1, total="NaN"), order(2, 2)]
    pull_source(source.pk)
    work(rings)
    assert numbers() == [2]
    assert "total" in Delivery.objects.parked().get().error


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"api_token": "outro"}, "A loja recusou a chave do cliente."),
        ({"api_url": "http://127.0.0.1:1"}, "Não foi possível falar com a loja."),
        ({"api_url": "http://nao-existe.invalid"}, "Não foi possível falar com a loja."),
    ],
)
def test_a_shop_that_does_not_answer_is_shown_to_its_admin(
    facts: dict[str, str], told: str, source: Source, rings: Rings
) -> None:
    Source.objects.update(**facts)
    assert pull_source(source.pk) == 0
    row = Source.objects.get()
    assert (row.last_error, row.pulled_until) == (told, START)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"{}", b"[1]", b'["x"]', b"[" * 100_000])
def test_an_answer_that_is_no_list_of_orders_moves_nothing(
    answer: bytes, source: Source, seller: FakeShop, rings: Rings
) -> None:
    seller.instead = lambda _: (200, answer)
    assert pull_source(source.pk) == 0
    row = Source.objects.get()
    assert row.pulled_until == START
    assert row.last_error == "A loja não respondeu com uma lista de pedidos."


def test_a_shop_that_is_new_here_is_asked_for_a_month_back(
    source: Source, seller: FakeShop, rings: Rings
) -> None:
    Source.objects.update(pulled_until=None)
    pull_source(source.pk)
    since = datetime.fromisoformat(seller.asked[0].query["modified_after"]).replace(tzinfo=UTC)
    assert abs(source.created_at - timedelta(days=30) - since) < timedelta(seconds=2)


def test_only_shops_that_can_be_asked_are_rung_for(
    source: Source, shopify: Door, nuvem: Door, rings: Rings
) -> None:
    rings.clear()
    tasks.pull_all()
    assert rings == [("pedidos.pull", (source.pk,))]
    Source.objects.filter(pk=source.pk).update(api_token="")
    rings.clear()
    tasks.pull_all()
    assert rings == []
    assert pull_source(source.pk) == 0
