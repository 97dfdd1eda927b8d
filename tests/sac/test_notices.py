"""What calls somebody to the desk: which pushes are a customer's word, and how much waits."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.postbox import Postbox
from tests.sac.acts import do, now_of, send
from tests.sac.board import type_on_phone
from tests.sac.pages import read

Pushes = list[tuple[set[str], dict[str, Any]]]
Capture = Callable[..., AbstractContextManager[object]]


@pytest.fixture
def heard(
    pushes: Pushes, rings: object, django_capture_on_commit_callbacks: Capture
) -> Callable[[Callable[[], object]], list[bool]]:
    """What the rows that are pushed by something say of it."""

    def after(happens: Callable[[], object]) -> list[bool]:
        pushes.clear()
        with django_capture_on_commit_callbacks(execute=True):
            happens()
        return [frame["heard"] for _, frame in pushes if frame["t"] == "row"]

    return after


Heard = Callable[[Callable[[], object]], list[bool]]


def test_only_what_a_customer_says_calls_somebody(shop: Shop, ana: Actor, heard: Heard) -> None:
    phone = "+5511987654321"
    assert heard(lambda: shop.hears(phone=phone, department=shop.support)) == [True]
    ticket = Ticket.objects.get()
    assert heard(lambda: shop.hears("E aí?", phone=phone)) == [True]
    for quiet in (
        lambda: do(ana, ticket, "posse"),
        lambda: send(ana, ticket),
        lambda: type_on_phone(shop, ticket, "Pelo celular"),
        lambda: do(ana, ticket, "visualizacao"),
        lambda: do(ana, ticket, "encerramento"),
        lambda: do(ana, ticket, "reabertura"),
    ):
        assert not any(heard(quiet))


def test_ticks_and_a_row_that_is_told_again_call_nobody(
    shop: Shop, ana: Actor, heard: Heard
) -> None:
    box = Postbox(shop.instance)
    raw = box.said("Oi", phone="+5511987654321", message_id="3AFF")
    assert heard(lambda: box.bring(raw)) == [True]
    again = box.said("Oi", phone="+5511987654321", message_id="3AFF", name="Outro nome")
    assert not any(heard(lambda: box.bring(again)))


def pending(actor: Actor) -> tuple[int, int, int]:
    page = read(actor.client.get("/sac/atendimento/contadores/"))
    facts = page.find("span", id="pending")[0].attributes
    return int(facts["data-mine"]), int(facts["data-waiting"]), int(facts["data-unread"])


def test_what_waits_is_counted_for_each_of_what_they_see(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor
) -> None:
    assert pending(ana) == (0, 0, 0)
    first = shop.hears(phone="+5511987654321", department=shop.support)
    shop.hears(department=shop.sales)
    assert (pending(ana), pending(bia), pending(sara)) == ((0, 1, 1), (0, 1, 1), (0, 2, 2))
    send(ana, first)
    assert pending(ana) == (0, 0, 0)
    shop.hears("E aí?", phone="+5511987654321")
    assert (pending(ana), pending(sara)) == ((1, 0, 1), (0, 1, 2))
    do(ana, first, "visualizacao")
    assert pending(ana) == (0, 0, 0)
    assert now_of(first).new_since is None
