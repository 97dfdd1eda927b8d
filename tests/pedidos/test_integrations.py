"""Pedidos > Integrações: adding shops, their keys, what is parked, and putting it back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from evendas.accounts.models import AuditEntry
from pedidos.actions.sources import MOST_IN_A_STORE
from pedidos.models import Delivery, Order, Source
from pedidos.platforms.evendas import token_digest
from tests.conftest import Actor, Shop
from tests.pedidos.doors import Door, Rings, open_source, signed, work
from tests.pedidos.order_data import WOO_NEW, body
from tests.sac.pages import Answer, Page, read

pytestmark = pytest.mark.django_db
LIST = "/pedidos/integracoes/"


def page(actor: Actor, url: str = LIST) -> Page:
    answer: Answer = actor.client.get(url)
    assert answer.status_code == 200
    return read(answer)


def words(shown: Page) -> str:
    return " ".join(shown.find("main")[0].text.split())


def url_of(source: Source, noun: str = "") -> str:
    return f"{LIST}{source.pk}/{noun}"


def shown_key(actor: Actor, source: Source) -> str:
    """Make a key, and read it off the page."""
    answer: Answer = actor.client.post(url_of(source, "chave/"))
    assert answer.status_code == 200
    return read(answer).find("input", id="key")[0].attributes["value"]


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


# --- Adding and changing --------------------------------------------------------------------------


def test_a_new_shop_is_shut_until_it_has_a_key(dono: Actor, shop: Shop, rings: Rings) -> None:
    assert "Nenhuma integração" in words(page(dono))
    typed = {"platform": "woocommerce", "name": "Loja principal"}
    answer = dono.client.post(f"{LIST}nova/", typed)
    source = Source.objects.get()
    assert answer.headers["Location"] == url_of(source)
    assert "Falta a chave" in words(page(dono))
    assert (source.store_id, source.secret, actions()) == (shop.store.pk, "", ["source.created"])


def test_the_key_is_shown_once_and_opens_the_door(dono: Actor, woo: Door, rings: Rings) -> None:
    key = shown_key(dono, woo.source)
    raw = body(WOO_NEW)
    assert key not in dono.client.get(url_of(woo.source)).content.decode()
    woo.source.secret = key
    assert woo.post(raw, signed(woo.source, raw)).status_code == 200


def test_the_token_of_the_api_is_kept_nowhere(dono: Actor, evendas: Door, rings: Rings) -> None:
    token = shown_key(dono, evendas.source)
    assert Source.objects.get().token_digest == token_digest(token)
    assert evendas.post(b"{}", {"token": token}).status_code == 200
    renewed = shown_key(dono, evendas.source)
    assert renewed != token
    assert evendas.post(b"{}", {"token": token}).status_code == 401
    told = str(list(AuditEntry.objects.values()))
    assert token not in told
    assert renewed not in told


@pytest.mark.parametrize("platform", ["shopify", "nuvemshop"])
def test_a_key_that_the_platform_gives_is_not_made_here(
    platform: str, dono: Actor, shop: Shop
) -> None:
    source = open_source(shop, platform)
    assert dono.client.post(url_of(source, "chave/")).status_code == 404
    assert Source.objects.get().secret == source.secret


def test_a_secret_that_is_changed_leaves_the_former_one_for_two_hours(
    dono: Actor, shopify: Door, rings: Rings
) -> None:
    former, raw = shopify.source.secret, b"{}"
    old = signed(shopify.source, raw)
    typed = {"name": "Loja", "shop_id": "Loja.myshopify.com", "secret": " nova "}
    assert dono.client.post(url_of(shopify.source), typed).status_code == 302
    source = Source.objects.get()
    assert (source.secret, source.former_secret) == ("nova", former)
    assert source.shop_id == "loja.myshopify.com"
    assert source.former_secret_until
    left = source.former_secret_until - timezone.now()
    assert timedelta(minutes=119) < left <= timedelta(hours=2)
    assert shopify.post(raw, old).status_code == 200
    Source.objects.update(former_secret_until=timezone.now())
    assert shopify.post(raw, old).status_code == 401


def test_a_key_made_twice_by_mistake_shuts_nobody_out(dono: Actor, woo: Door, rings: Rings) -> None:
    raw = b"{}"
    old = signed(woo.source, raw)
    for _ in range(2):
        dono.client.post(reverse("source_key", args=[woo.source.pk]))
    assert Source.objects.get().secret != woo.source.secret
    assert woo.post(raw, old).status_code == 200


def test_a_secret_left_empty_stays_and_is_never_shown(dono: Actor, nuvem: Door) -> None:
    before = Source.objects.get()
    typed = {"name": "Outra", "shop_id": "1234567", "secret": "", "api_token": ""}
    assert dono.client.post(url_of(nuvem.source), typed).status_code == 302
    after = Source.objects.get()
    assert (after.secret, after.api_token) == (before.secret, before.api_token)
    assert after.name == "Outra"
    shown = dono.client.get(url_of(nuvem.source)).content.decode()
    assert before.secret not in shown
    assert before.api_token not in shown
    assert "Já está salva" in shown


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"api_url": "http://loja.com.br"}, "https://"),
        ({"api_url": "https://loja.com.br/?x=1"}, "sem nada depois"),
        ({"api_url": "https://u:p@loja.com.br"}, "não é válido"),
        ({"api_url": "loja.com.br"}, "Preencha também este campo."),
        ({"api_user": "ck_1", "api_token": "cs_1"}, "Preencha também este campo."),
        ({"name": ""}, "Dê um nome"),
        ({"api_url": "https://xn--0.com"}, "não é válido"),
        ({"api_url": "https://a.com/" + "é" * 60}, "longo demais"),
    ],
)
def test_what_cannot_be_right_is_said_beside_its_field(
    typed: dict[str, str], told: str, dono: Actor, woo: Door, settings: Settings
) -> None:
    settings.DEMO = False
    answer: Answer = dono.client.post(url_of(woo.source), {"name": "Loja"} | typed)
    assert answer.status_code == 200
    errors = " ".join(one.text for one in read(answer).find("div", class_="field-error"))
    assert told in errors
    assert Source.objects.get().name == "Loja woocommerce"


def test_the_address_of_a_shop_is_understood_without_its_beginning(
    dono: Actor, woo: Door, rings: Rings
) -> None:
    typed = {"name": "Loja", "api_url": "Loja.com.br/", "api_user": "ck_1", "api_token": "cs_1"}
    assert dono.client.post(url_of(woo.source), typed).status_code == 302
    assert Source.objects.get().api_url == "https://loja.com.br"
    assert dono.client.post(url_of(woo.source, "busca/")).status_code == 302
    assert rings == [("pedidos.pull", (woo.source.pk,))]


def test_a_shop_without_an_address_is_not_asked(dono: Actor, woo: Door, rings: Rings) -> None:
    assert dono.client.post(url_of(woo.source, "busca/")).status_code == 302
    assert rings == []


def test_a_store_has_so_many_shops_and_no_more(dono: Actor, shop: Shop) -> None:
    for number in range(MOST_IN_A_STORE):
        open_source(shop, "shopify", name=str(number))
    typed = {"platform": "shopify", "name": "mais uma"}
    dono.client.post(f"{LIST}nova/", typed)
    assert Source.objects.in_store(shop.store).count() == MOST_IN_A_STORE
    Source.objects.filter(name="0").update(removed_at=timezone.now())
    dono.client.post(f"{LIST}nova/", typed)
    assert Source.objects.filter(name="mais uma").count() == 1


def test_a_removed_shop_is_gone_and_its_orders_are_not(
    dono: Actor, woo: Door, rings: Rings
) -> None:
    woo.deliver(WOO_NEW)
    work(rings)
    assert "continuam guardados" in words(page(dono, url_of(woo.source, "remocao/")))
    assert dono.client.post(url_of(woo.source, "remocao/")).status_code == 302
    source = Source.objects.get()
    assert (source.secret, source.api_token, source.token_digest) == ("", "", None)
    assert woo.deliver(WOO_NEW).status_code == 404
    assert Order.objects.count() == 1
    assert "Nenhuma integração" in words(page(dono))
    assert dono.client.get(url_of(source)).status_code == 404
    assert actions()[-1] == "source.removed"


def test_the_address_to_copy_is_the_one_that_is_open(
    dono: Actor, woo: Door, evendas: Door, settings: Settings
) -> None:
    for door in (woo, evendas):
        shown = page(dono, url_of(door.source)).find("input", id="address")[0]
        assert shown.attributes["value"] == f"{settings.PUBLIC_URL}{door.url}"


# --- What nobody understood -----------------------------------------------------------------------


@pytest.fixture
def parked(woo: Door, rings: Rings) -> Delivery:
    """A delivery with markup, a control sign and a secret of the shop in it."""
    key = woo.source.webhook_key
    told = f'{{"x": "<img src=x onerror=alert(1)>\u202e\x07 {woo.source.secret} {key}"'
    woo.say(told.encode(), topic="order.updated")
    work(rings)
    return Delivery.objects.parked().get()


def test_what_is_parked_is_read_as_text_without_its_secrets(
    dono: Actor, woo: Door, parked: Delivery
) -> None:
    shown = page(dono)
    text = shown.find("pre")[0].text
    assert "<img src=x onerror=alert(1)>" in text
    assert shown.find("img") == []
    assert text.count("•••") == 2
    assert woo.source.secret not in text
    assert "\u202e" not in text
    assert "\x07" not in text
    assert "1 estacionado" in words(shown)
    assert "JSON" in words(shown)


@pytest.mark.django_db(transaction=True)
def test_what_is_put_back_is_read_anew_and_kept_once(
    dono: Actor, parked: Delivery, rings: Rings
) -> None:
    Delivery.objects.update(body=body(WOO_NEW))
    url = f"{LIST}entregas/{parked.pk}/reprocesso/"
    assert dono.client.post(url).status_code == 302
    assert rings == [("pedidos.process", (parked.source_id,))]
    work(rings)
    assert (Order.objects.count(), Delivery.objects.get().status) == (1, "done")
    assert actions() == ["deliveries.replayed"]
    rings.clear()
    assert dono.client.post(url).status_code == 302
    assert (rings, actions()) == ([], ["deliveries.replayed"])


def test_all_that_is_parked_of_a_shop_goes_back_at_once(
    dono: Actor, shop: Shop, woo: Door, rings: Rings
) -> None:
    for number in range(12):
        woo.say(b"[]", topic="order.updated", delivery=str(number))
    work(rings)
    assert "12 estacionados" in words(page(dono))
    older = page(dono).find("a", class_="button")[-1].attributes["href"]
    assert len(page(dono, LIST + older.split("#")[0]).find("pre")) == 2
    dono.client.post(url_of(woo.source, "reprocesso/"))
    assert Delivery.objects.parked().count() == 0
    assert AuditEntry.objects.get().details == {"deliveries": 12, "source": woo.source.pk}


def test_the_list_costs_the_same_however_many_there_are(
    dono: Actor, shop: Shop, rings: Rings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def fill(many: int) -> None:
        for number in range(many):
            door = Door(open_source(shop, "woocommerce", name=str(number)))
            door.say(b"[]", topic="order.updated")
        work(rings)

    for many in (1, 10):
        fill(many)
        dono.client.get(LIST)
        with django_assert_num_queries(10):
            dono.client.get(LIST)


@pytest.mark.parametrize("name", ["ana", "sara"])
def test_only_admins_see_any_of_it(
    name: str, request: pytest.FixtureRequest, woo: Door, dono: Actor
) -> None:
    actor: Actor = request.getfixturevalue(name)
    assert actor.client.get(LIST).status_code == 403
    assert actor.client.post(url_of(woo.source, "chave/")).status_code == 403
    rail = dono.client.get(LIST).content.decode()
    assert reverse("source_list") in rail
    assert reverse("source_list") not in actor.client.get("/").content.decode()
