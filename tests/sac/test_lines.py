"""The bar over every page: which numbers are missed while they are down, and what waits."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from automacao.models import Instance
from sac.actions.troubles import lines_of, lines_of_store
from sac.models import Department, Message
from tests.conftest import Actor, Shop

pytestmark = pytest.mark.django_db

STATES = [state for state in Instance.State.values if state != "connected"]
Answer = Callable[..., Message]


@pytest.fixture(autouse=True)
def quiet(rings: object) -> None:
    """Nobody is called: nothing leaves by itself."""


def bars(shop: Shop, **facts: object) -> list[str]:
    """What stands over the pages of the shop, its number being so."""
    Instance.objects.filter(pk=shop.instance.pk).update(**facts)
    return lines_of_store(shop.store.pk).troubles


@pytest.mark.parametrize("state", STATES)
def test_a_number_that_departments_work_with_is_missed_whatever_phone_it_had(
    shop: Shop, state: str
) -> None:
    (bar,) = bars(shop, state=state, connected_phone=None)
    assert "Número da Loja Aurora está " in bar
    assert bars(shop, state="connected") == []


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("banned", "está bloqueado pelo WhatsApp: as mensagens ficam na fila"),
        ("logged_out", "está desconectado pelo celular: as mensagens ficam na fila"),
        ("disconnected", "está desconectado: as mensagens ficam na fila"),
    ],
)
def test_the_bar_tells_a_ban_from_a_log_out(shop: Shop, state: str, sentence: str) -> None:
    (bar,) = bars(shop, state=state)
    assert sentence in bar


def test_the_bar_tells_how_many_messages_wait(shop: Shop, ana: Actor, answer: Answer) -> None:
    ticket = shop.hears(department=shop.support)
    answer(ticket, by=ana)
    (bar,) = bars(shop, state="connecting")
    assert bar.endswith("está desconectado: 1 mensagem espera na fila e sai quando ele voltar.")
    second = answer(ticket, by=ana)
    (bar,) = bars(shop)
    assert bar.endswith("2 mensagens esperam na fila e saem quando ele voltar.")
    # What may have left is doubted, and does not wait.
    Message.objects.filter(pk=second.pk).update(state="unknown")
    assert "1 mensagem espera" in bars(shop)[0]


def test_a_gateway_that_does_not_answer_is_told_with_what_waits(
    shop: Shop, ana: Actor, answer: Answer
) -> None:
    answer(shop.hears(department=shop.support), by=ana)
    soon = timezone.now() + timedelta(seconds=10)
    (bar,) = bars(shop, send_failures=2, send_paused_until=soon)
    assert "não está respondendo: 1 mensagem espera" in bar


def test_a_number_by_which_something_waits_to_leave_is_missed(
    shop: Shop, ana: Actor, answer: Answer
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
    for address in ("/", "/sac/atendimento/"):
        page = ana.client.get(address).content.decode()
        assert "está desconectado: as mensagens ficam na fila" in page


def test_all_is_well_in_one_sentence(shop: Shop) -> None:
    assert lines_of_store(shop.store.pk).summary == "Número da Loja Aurora conectada"
    phone = "+5511987659999"
    twin = {"store": shop.store, "name": "Outro", "connected_phone": phone, "state": "connected"}
    Instance.objects.create(**twin)
    assert lines_of_store(shop.store.pk).summary == "2 números conectados"
    bars(shop, state="banned")
    assert lines_of_store(shop.store.pk).summary == ""


def test_while_all_is_well_nothing_is_asked_and_in_trouble_two_questions(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lines = list(Instance.objects.in_store(shop.store))
    with django_assert_num_queries(0):
        assert lines_of(lines).troubles == []
    for number in range(5):
        Instance.objects.create(store=shop.store, name=f"Loja {number}", state="connecting")
    lines = list(Instance.objects.in_store(shop.store))
    with django_assert_num_queries(2):
        lines_of(lines)


def test_the_bar_counts_what_is_written_while_the_number_is_down(
    shop: Shop,
    ana: Actor,
    answer: Callable[..., Message],
    pushes: list[tuple[set[str], dict[str, object]]],
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    ticket = shop.hears(department=shop.support)
    Instance.objects.update(state="connecting", down_since=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        answer(ticket, by=ana)
    (bar,) = [frame for _, frame in pushes if frame["t"] == "lines"]
    assert "1 mensagem espera" in str(bar["html"])
