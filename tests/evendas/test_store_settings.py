"""Configurações: what an admin sets for the whole store."""

import pytest

from evendas.accounts.models import AuditEntry, Store
from tests.conftest import Actor, Shop

pytestmark = pytest.mark.django_db
PAGE = "/configuracoes/"
FILLED = {
    "name": "Loja Nova",
    "timezone": "America/Manaus",
    "shows_deleted": "on",
    "wait_warns_after": "5",
    "wait_alarms_after": "15",
    "sale_within_days": "7",
    "delivers_within": "15",
}
MINUTES = "Digite de 1 a 1440 minutos (um dia)."


def test_an_admin_changes_the_store_and_it_is_written_down(shop: Shop, dono: Actor) -> None:
    response = dono.client.post(PAGE, FILLED | {"shows_deleted": ""}, follow=True)
    assert "Configurações salvas." in response.content.decode()
    store = Store.objects.get(pk=shop.store.pk)
    assert (store.name, store.timezone, store.shows_deleted) == (
        "Loja Nova",
        "America/Manaus",
        False,
    )
    entry = AuditEntry.objects.get(action="store.changed")
    assert entry.actor == dono.user
    assert entry.details["shows_deleted"] is False


def test_nothing_changed_is_nothing_written(shop: Shop, dono: Actor) -> None:
    same = FILLED | {"name": shop.store.name, "timezone": shop.store.timezone}
    assert dono.client.post(PAGE, same).status_code == 302
    assert not AuditEntry.objects.filter(action="store.changed").exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": ""}, "Este campo é obrigatório."),
        ({"timezone": "Europe/Paris"}, "Escolha um dos fusos da lista."),
        ({"wait_warns_after": ""}, MINUTES),
        ({"wait_warns_after": "0"}, MINUTES),
        ({"wait_warns_after": "cinco"}, MINUTES),
        ({"wait_alarms_after": "1441"}, MINUTES),
        ({"sale_within_days": "91"}, "Digite de 1 a 90 dias."),
        ({"delivers_within": "91"}, "Digite de 1 a 90 dias."),
        ({"wait_alarms_after": "5"}, "A espera crítica precisa ser maior que a espera em alerta."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    wrong: dict[str, str], told: str, dono: Actor, shop: Shop
) -> None:
    response = dono.client.post(PAGE, FILLED | wrong)
    page = response.content.decode()
    assert told in page
    assert wrong.get("name", "Loja Nova") in page
    assert Store.objects.get(pk=shop.store.pk).name == shop.store.name


def test_the_stores_other_people_are_told_why_not(ana: Actor, sara: Actor) -> None:
    assert {ana.client.get(PAGE).status_code, sara.client.post(PAGE, FILLED).status_code} == {403}


def test_an_admin_sets_how_people_answer(shop: Shop, dono: Actor) -> None:
    typed = {
        "wait_warns_after": "1",
        "wait_alarms_after": "1440",
        "shows_waiting_order": "on",
        "delivers_within": "7",
        "requires_close_reason": "on",
        "signs_messages": "on",
    }
    assert dono.client.post(PAGE, FILLED | typed).status_code == 302
    store = Store.objects.get(pk=shop.store.pk)
    assert (store.wait_warns_after, store.wait_alarms_after) == (1, 1440)
    assert (store.requires_close_reason, store.signs_messages) == (True, True)
    assert (store.shows_waiting_order, store.delivers_within) == (True, 7)
    written = AuditEntry.objects.get(action="store.changed").details
    assert written.keys() == {"name", "timezone", *typed}
