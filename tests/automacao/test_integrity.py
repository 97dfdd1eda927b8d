"""Automação > Integridade: the days of each number, what is parked, and putting it back."""

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from automacao.actions.tallies import tally
from automacao.models import ChatbotSettings, InboundEvent, Instance, LineTally
from automacao.parked import parked_page
from evendas.accounts.models import AuditEntry
from tests.automacao.screen import Rings
from tests.conftest import Actor, Shop
from tests.postbox import Postbox
from tests.sac.pages import Answer, Element, Page, read

pytestmark = pytest.mark.django_db
URL = "/automacao/integridade/"


def page(actor: Actor, query: str = "") -> Page:
    answer: Answer = actor.client.get(URL + query)
    assert answer.status_code == 200
    return read(answer)


def words(page: Page) -> str:
    """What stands on the page, in one line."""
    return " ".join(page.find("main")[0].text.split())


def days(page: Page) -> list[Element]:
    """The rows of a store with one number."""
    return [row for row in page.find("tr") if row.text.split()[0] != "Dia"]


def today(shop: Shop) -> date:
    return timezone.localdate(timezone=shop.store.zone)


def park(
    shop: Shop, body: bytes = b"{}", error: str = "quarentena: x", **facts: object
) -> InboundEvent:
    whose = {"store": shop.store, "instance": shop.instance} | facts
    return InboundEvent.objects.create(
        **whose, sha256=sha256(body).digest(), body=body, status="parked", error=error
    )


# --- The days -------------------------------------------------------------------------------------


def test_a_day_tells_what_came_and_what_became_of_it(shop: Shop, dono: Actor) -> None:
    counts = {"received": 1234, "shown": 900, "parked": 2, "retried": 3, "unknown": 4}
    ignored = {"ignored:group": 30, "ignored:newsletter": 5, "ignored:new.word": 5}
    tally(shop.instance.pk, shop.store.pk, counts | ignored | {"reconciled": 6}, day=today(shop))
    shown = page(dono)
    _, *others = days(shown)
    cells = {cell.attributes["data-label"]: cell.text.strip() for cell in shown.find("td")[:7]}
    assert cells["Recebidos"] == "1.234"
    assert cells["Ignorados"].split()[0] == "40"
    assert "grupos 30, canais 5, new.word 5" in " ".join(cells["Ignorados"].split())
    rest = ("Na tela", "Estacionados", "Repetidos", "Envios incertos", "Recuperadas")
    assert [cells[name] for name in rest] == ["900", "2", "3", "4", "6"]
    assert len(others) == 13
    assert all("is-empty" in row.attributes["class"] for row in others)


def test_what_was_replayed_is_parked_no_more_and_what_is_no_message_is_named(
    shop: Shop, dono: Actor
) -> None:
    counts = {"received": 10, "shown": 2, "known": 3, "noticed": 4, "parked": 3, "replayed": 2}
    tally(shop.instance.pk, shop.store.pk, counts, day=today(shop))
    cells = {
        cell.attributes["data-label"]: " ".join(cell.text.split())
        for cell in page(dono).find("td")[:7]
    }
    assert cells["Recebidos"] == "10 avisos 4, já na tela 3"
    assert cells["Estacionados"] == "1 reprocessados 2"


def test_days_beyond_two_weeks_and_other_stores_are_not_told(
    shop: Shop, other_shop: Shop, dono: Actor
) -> None:
    tally(shop.instance.pk, shop.store.pk, {"received": 7}, day=today(shop) - timedelta(days=14))
    tally(other_shop.instance.pk, other_shop.store.pk, {"received": 8}, day=today(shop))
    assert all("is-empty" in row.attributes["class"] for row in days(page(dono)))


def test_what_really_comes_in_is_counted(shop: Shop, dono: Actor, rings: Rings) -> None:
    box = Postbox(shop.instance)
    box.bring(box.said("Oi", phone="+5511987651234"), box.body("who.knows", {}))
    told = dict(LineTally.objects.values_list("what", "count"))
    assert (told["received"], told["shown"]) == (2, 1)
    assert Instance.objects.get(pk=shop.instance.pk).last_event_at


def test_the_signs_of_a_number_are_told(shop: Shop, dono: Actor) -> None:
    text = words(page(dono))
    for sentence in ("nenhuma ainda", "não foi preciso", "ainda não conferido"):
        assert sentence in text
    at = timezone.now()
    Instance.objects.update(
        last_event_at=at,
        probed_at=at,
        probe_failures=1,
        webhook_checked_at=at,
        reconciled_until=at,
        down_since=at,
    )
    counts = {"repaired": 2, "restarted": 1}
    tally(shop.instance.pk, shop.store.pk, counts, day=today(shop))
    text = words(page(dono))
    for sentence in ("sem resposta 1 vez,", "reaberto 1 vez", "consertado 2 vezes", "Fora do ar"):
        assert sentence in text


def test_a_silent_number_is_told_on_top_of_its_card(shop: Shop, dono: Actor) -> None:
    ChatbotSettings.objects.create(
        store=shop.store, instance=shop.instance, hours=[[["00:00", "23:59"]]] * 7
    )
    assert "sem nenhuma notícia" not in words(page(dono))
    Instance.objects.update(last_event_at=timezone.now() - timedelta(hours=5))
    assert "sem nenhuma notícia desde" in words(page(dono))


def test_the_page_costs_as_much_for_many_numbers_as_for_one(shop: Shop, dono: Actor) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(dono)
        return len(queries)

    page(dono)
    park(shop)
    alone = cost()
    for number in range(5):
        name = f"Loja {number}"
        one = Instance.objects.create(store=shop.store, name=name, state="connected")
        tally(one.pk, shop.store.pk, {"received": 1, "shown": 1}, day=today(shop))
        park(shop, b"{}%d" % number, instance=one)
    assert cost() == alone <= 16


# --- Parked ---------------------------------------------------------------------------------------


def test_a_parked_body_is_shown_inert_masked_and_cut(shop: Shop, dono: Actor) -> None:
    secret = shop.instance.webhook_secret
    body = f'<script>alert(1)</script>\x00\u202e "k": "{secret}" '.encode() + b"x" * 30_000
    park(shop, body, error="quarentena: envelope")
    shown = page(dono)
    (pre,) = shown.find("pre")
    assert pre.text.startswith("<script>alert(1)</script>\ufffd")
    assert "•••" in pre.text
    assert secret not in pre.text
    assert "\u202e" not in pre.text
    assert len(pre.text) <= 20_000
    assert "Falta dizer de que evento se trata." in words(shown)
    assert "Só o começo" in words(shown)
    assert "<script>alert" not in dono.client.get(URL).content.decode()


def test_a_secret_that_the_end_cuts_in_two_is_masked(shop: Shop, dono: Actor) -> None:
    secret = shop.instance.webhook_secret
    park(shop, b"x" * (20_000 - 10) + secret.encode() + b"x" * 5_000)
    (pre,) = page(dono).find("pre")
    assert secret[:8] not in pre.text


@pytest.mark.parametrize(
    "reason",
    [
        "mensagem de outro celular, +55 11 98765-4321",
        "mensagem de um celular que foi recusado",
        "mensagem de um celular conectado em outra conta",
        "mensagem de um celular que não está conectado neste número",
    ],
)
def test_of_what_is_another_phones_the_reason_is_shown_and_never_the_body(
    shop: Shop, dono: Actor, reason: str
) -> None:
    park(shop, b"O segredo deles" + b"x" * 30_000, error=f"quarentena: {reason}")
    shown = page(dono)
    assert f"quarentena: {reason}" in words(shown)
    assert "29,3" in words(shown)
    assert "não é desta loja" in words(shown)
    assert shown.find("pre") == []
    assert "segredo" not in dono.client.get(URL).content.decode()
    assert [one.text for one in parked_page(shop.store, before=None).events] == [""]


def test_parked_bodies_come_in_pages_newest_first(
    shop: Shop, other_shop: Shop, dono: Actor
) -> None:
    for number in range(12):
        park(shop, b"{}%d" % number, error=f"motivo {number}.")
    park(other_shop, error="de outra loja")
    first = page(dono)
    assert len(first.find("pre")) == 10
    assert "motivo 11." in words(first)
    assert "motivo 1." not in words(first)
    (older,) = [link for link in first.find("a") if link.text == "Mais antigos"]
    second = page(dono, older.attributes["href"].split("#")[0])
    assert [reason in words(second) for reason in ("motivo 1.", "motivo 0.")] == [True, True]
    assert len(second.find("pre")) == 2
    assert "de outra loja" not in words(first) + words(second)


@pytest.mark.parametrize("query", ["?antes=", "?antes=x", "?antes=-1", f"?antes={10**30}"])
def test_a_cursor_that_is_none_is_the_first_page(shop: Shop, dono: Actor, query: str) -> None:
    park(shop, error="o único")
    assert "o único" in words(page(dono, query))


# --- Reprocessar ----------------------------------------------------------------------------------


def test_an_event_is_put_back_once_and_written_down(
    shop: Shop,
    dono: Actor,
    rings: Rings,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    event, other = park(shop), park(shop, b"[]")
    address = f"{URL}estacionados/{event.pk}/reprocesso/"
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        answer = dono.client.post(address, follow=True)
    assert "1 evento voltou para a fila." in answer.content.decode()
    assert rings == [("sac.drain", (shop.instance.pk,))]
    event.refresh_from_db()
    other.refresh_from_db()
    assert (event.status, other.status) == ("waiting", "parked")
    entry = AuditEntry.objects.get(action="inbox.replayed")
    assert entry.actor == dono.user
    assert entry.details == {"events": 1, "instance": shop.instance.pk}
    again = dono.client.post(address, follow=True)
    assert "já foi reprocessado" in again.content.decode()


def test_all_of_a_number_are_put_back_and_nobody_elses(
    shop: Shop, other_shop: Shop, dono: Actor, rings: Rings
) -> None:
    twin = Instance.objects.create(store=shop.store, name="Outro", removed_at=timezone.now())
    ours = [park(shop, b"{}%d" % number) for number in range(3)]
    kept = [park(shop, instance=twin), park(other_shop)]
    assert "Reprocessar 3 estacionados de Número da Loja Aurora" in words(page(dono))
    answer = dono.client.post(f"{URL}instancias/{shop.instance.pk}/reprocesso/", follow=True)
    assert "3 eventos voltaram para a fila." in answer.content.decode()
    waiting = set(InboundEvent.objects.filter(status="waiting"))
    assert waiting == set(ours)
    assert set(InboundEvent.objects.parked()) == set(kept)


def test_what_is_another_stores_stays_parked(
    shop: Shop, other_shop: Shop, dono: Actor, rings: Rings
) -> None:
    theirs = park(other_shop)
    for noun in (f"estacionados/{theirs.pk}", f"instancias/{other_shop.instance.pk}"):
        assert dono.client.post(f"{URL}{noun}/reprocesso/").status_code == 404
    theirs.refresh_from_db()
    assert theirs.status == "parked"


# --- Who sees it ----------------------------------------------------------------------------------


def test_only_admins_see_it_and_its_entry_in_the_menu(shop: Shop, dono: Actor, sara: Actor) -> None:
    event = park(shop)
    assert URL in dono.client.get("/").content.decode()
    assert URL not in sara.client.get("/").content.decode()
    assert sara.client.get(URL).status_code == 403
    for noun in (f"estacionados/{event.pk}", f"instancias/{shop.instance.pk}"):
        assert sara.client.post(f"{URL}{noun}/reprocesso/").status_code == 403
    event.refresh_from_db()
    assert event.status == "parked"
