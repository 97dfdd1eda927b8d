"""The bar over every page: which numbers are missed while they are down."""

from collections.abc import Callable

import pytest

from automacao.models import Instance
from sac.models import Department, Message
from sac.templatetags.desk_front import lines_in_trouble
from tests.conftest import Actor, Shop

pytestmark = pytest.mark.django_db

STATES = [state for state in Instance.State.values if state != "connected"]


@pytest.fixture(autouse=True)
def quiet(rings: object) -> None:
    """Nobody is called: nothing leaves by itself."""


def bars(shop: Shop, **facts: object) -> list[str]:
    """What stands over the pages of the shop, its number being so."""
    Instance.objects.filter(pk=shop.instance.pk).update(**facts)
    return lines_in_trouble(Instance.objects.in_store(shop.store))


@pytest.mark.parametrize("state", STATES)
def test_a_number_that_departments_work_with_is_missed_whatever_phone_it_had(
    shop: Shop, state: str
) -> None:
    (bar,) = bars(shop, state=state, connected_phone=None)
    assert "Número da Loja Aurora está desconectado" in bar
    assert bars(shop, state="connected") == []


def test_a_number_by_which_something_waits_to_leave_is_missed(
    shop: Shop, ana: Actor, answer: Callable[..., Message]
) -> None:
    message = answer(shop.hears(department=shop.support), by=ana)
    Department.objects.update(is_active=False)
    assert len(bars(shop, state="connecting", connected_phone=None)) == 1
    Message.objects.filter(pk=message.pk).update(state="read")
    assert bars(shop) == []


@pytest.mark.parametrize("state", STATES)
def test_a_number_on_its_way_to_its_first_phone_is_nobodys_trouble(shop: Shop, state: str) -> None:
    Department.objects.update(is_active=False)
    assert bars(shop, state=state, connected_phone=None) == []
    assert len(bars(shop, connected_phone=shop.instance.phone)) == 1


def test_a_number_nobody_filled_in_is_nobodys_trouble(shop: Shop) -> None:
    assert bars(shop, name="", phone="", state="disconnected", connected_phone=None) == []


def test_the_bar_stays_while_another_phone_is_being_paired(shop: Shop, ana: Actor) -> None:
    bars(shop, state="waiting_qr", connected_phone=None)
    assert "está desconectado: as mensagens ficam na fila" in ana.client.get("/").content.decode()


def test_while_all_is_well_nothing_is_asked(
    shop: Shop, django_assert_num_queries: Callable[..., object]
) -> None:
    lines = list(Instance.objects.in_store(shop.store))
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        assert lines_in_trouble(lines) == []
