"""Sincronizar WhatsApp as a page: who gets in, what is shown, what is refused, what is kept."""

import pytest
from django.test import Client

from automacao.models import Instance
from evendas.accounts.models import AuditEntry
from tests.conftest import Actor, Shop
from tests.sac.pages import Page, read

pytestmark = pytest.mark.django_db

LIST = "/automacao/sincronizar-whatsapp/"
GETS = ("", "pareamento/", "desconexao/", "remocao/")
POSTS = ("", "codigo/", "desconexao/", "remocao/")
Rings = list[tuple[str, tuple[int, ...]]]


@pytest.fixture(autouse=True)
def recorded(rings: Rings) -> Rings:
    return rings


@pytest.fixture
def blank(shop: Shop) -> Instance:
    """The number of a store that has just signed up."""
    return Instance.objects.create(store=shop.store)


def page(actor: Actor, address: str) -> Page:
    answer = actor.client.get(address)
    assert answer.status_code == 200
    return read(answer)


def save(actor: Actor, instance: Instance, **typed: object) -> Page:
    """Post the form; read the page that answers, after the redirect."""
    answer = actor.client.post(f"{LIST}{instance.pk}/", typed, follow=True)
    return read(answer)


def error_of(form: Page, name: str) -> str:
    """What stands beside a field, found as a screen reader finds it."""
    (field,) = form.find(name=name)
    assert field.attributes["aria-invalid"] == "true"
    told = field.attributes["aria-describedby"].split()[-1]
    return form.find(id=told)[0].text.strip()


def test_a_store_has_numbers_enough_at_twenty(dono: Actor, shop: Shop) -> None:
    def add(number: int) -> Page:
        answer = dono.client.post(f"{LIST}nova/", follow=True)
        Instance.objects.filter(name="").update(name=f"Loja {number}", phone=f"+55219{number:08d}")
        return read(answer)

    for number in range(2, Instance.MOST_IN_A_STORE + 1):
        add(number)
    assert Instance.objects.in_store(shop.store).count() == Instance.MOST_IN_A_STORE
    (told,) = add(99).find("p", class_="notice-error")
    assert "já tem o máximo de números" in told.text
    assert Instance.objects.in_store(shop.store).count() == Instance.MOST_IN_A_STORE


# --- The list -------------------------------------------------------------------------------------


def test_the_list_shows_name_number_and_state(dono: Actor, shop: Shop, blank: Instance) -> None:
    found = page(dono, LIST)
    entries = [" ".join(entry.text.split()) for entry in found.find("li", class_="entry")]
    assert entries == [
        f"Número da Loja Aurora {shop.instance.phone_display} Conectado Editar",
        "Nova instância Falta preencher o número e o nome. Desconectado Editar",
    ]
    links = [link.attributes["href"] for link in found.find("a") if link.text == "Editar"]
    assert links == [f"{LIST}{shop.instance.pk}/", f"{LIST}{blank.pk}/"]


@pytest.mark.parametrize(("state", "words"), Instance.State.choices)
def test_states_are_in_the_products_words(dono: Actor, shop: Shop, state: str, words: str) -> None:
    Instance.objects.filter(pk=shop.instance.pk).update(state=state)
    assert words in page(dono, LIST).find("li", class_="entry")[0].text
    assert page(dono, f"{LIST}{shop.instance.pk}/").find(id="state")[0].text == words


def test_plus_leads_to_the_number_that_waits_or_to_a_new_one(
    dono: Actor, shop: Shop, blank: Instance
) -> None:
    assert dono.client.post(f"{LIST}nova/")["Location"] == f"{LIST}{blank.pk}/"
    save(dono, blank, phone="11987650000", name="Loja SP")
    location = dono.client.post(f"{LIST}nova/")["Location"]
    assert location != f"{LIST}{blank.pk}/"
    assert Instance.objects.in_store(shop.store).count() == 3


def test_without_numbers_the_list_says_how_to_add_one(dono: Actor, shop: Shop) -> None:
    Instance.objects.update(removed_at="2026-11-01T12:00Z")
    assert "Nenhuma instância" in page(dono, LIST).find("main")[0].text


# --- Who gets in ----------------------------------------------------------------------------------


def test_only_admins_get_in(ana: Actor, sara: Actor, blank: Instance) -> None:
    for actor in (ana, sara):
        for noun in GETS:
            assert actor.client.get(f"{LIST}{blank.pk}/{noun}").status_code == 403
        for noun in POSTS:
            assert actor.client.post(f"{LIST}{blank.pk}/{noun}").status_code == 403
        assert actor.client.get(LIST).status_code == 403
        assert actor.client.post(f"{LIST}nova/").status_code == 403
        assert "Automação" not in actor.client.get("/").content.decode()
    assert Client().get(LIST)["Location"].startswith("/entrar/")


def test_the_numbers_of_another_store_are_not_there(
    dono: Actor, other_shop: Shop, recorded: Rings
) -> None:
    theirs = other_shop.instance
    for noun in GETS:
        assert dono.client.get(f"{LIST}{theirs.pk}/{noun}").status_code == 404
    for noun in POSTS:
        answer = dono.client.post(
            f"{LIST}{theirs.pk}/{noun}", {"phone": "11987650000", "name": "x"}
        )
        assert answer.status_code == 404
    assert other_shop.instance.name not in dono.client.get(LIST).content.decode()
    assert Instance.objects.get(pk=theirs.pk).name == theirs.name
    assert recorded == []


def test_a_removed_number_is_not_there(dono: Actor, blank: Instance) -> None:
    dono.client.post(f"{LIST}{blank.pk}/remocao/")
    for noun in GETS:
        assert dono.client.get(f"{LIST}{blank.pk}/{noun}").status_code == 404
    for noun in POSTS:
        assert dono.client.post(f"{LIST}{blank.pk}/{noun}").status_code == 404


@pytest.mark.parametrize("pk", ["0", "99999999999999999999999", "-1", "abc"])
def test_a_number_that_cannot_be_is_not_there(dono: Actor, pk: str) -> None:
    assert dono.client.get(f"{LIST}{pk}/").status_code == 404


def test_looking_changes_nothing(dono: Actor, shop: Shop, recorded: Rings) -> None:
    before = list(Instance.objects.values())
    for noun in GETS:
        dono.client.get(f"{LIST}{shop.instance.pk}/{noun}")
    assert list(Instance.objects.values()) == before
    assert dono.client.get(f"{LIST}nova/").status_code == 405
    assert dono.client.get(f"{LIST}{shop.instance.pk}/codigo/").status_code == 405
    assert recorded == []


# --- Salvar ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "(11) 98765-0000",
        "11987650000",
        "+55 11 98765-0000",
        "5511987650000",
        "011 98765 0000",
        "11 8765-0000",
        "https://wa.me/5511987650000",
    ],
)
def test_a_number_is_saved_however_it_is_typed(dono: Actor, blank: Instance, typed: str) -> None:
    found = save(dono, blank, phone=typed, name="Loja SP")
    assert Instance.objects.get(pk=blank.pk).phone == "+5511987650000"
    assert "Salvo como +55 11 98765-0000." in found.find("main")[0].text
    assert found.find(name="phone")[0].attributes["value"] == "(11) 98765-0000"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "Digite o número com DDD"),
        ("98765-0000", "não existe"),
        ("abc", "não existe"),
        ("(11) 11111-1111", "não existe"),
        ("(00) 98765-0000", "não existe"),
        ("+55 11 98765-00000000000", "não existe"),
        ("😀", "não existe"),
        ("9" * 300, "100 caracteres"),
        ("11987650000\0", "nulos"),
        ("0800 123 4567", "0800, 4004"),
        ("4004-1234", "0800, 4004"),
    ],
)
def test_what_is_no_number_is_told_beside_the_field_and_stays(
    dono: Actor, blank: Instance, typed: str, reason: str, recorded: Rings
) -> None:
    found = save(dono, blank, phone=typed, name="Loja 😀")
    assert reason in error_of(found, "phone")
    assert found.find(name="name")[0].attributes["value"] == "Loja 😀"
    if typed.isprintable():
        assert found.find(name="phone")[0].attributes.get("value", "") == typed
    assert Instance.objects.get(pk=blank.pk).is_blank
    assert recorded == []


def test_both_fields_are_required(dono: Actor, blank: Instance) -> None:
    found = save(dono, blank, phone=" ", name=" ")
    assert error_of(found, "phone")
    assert error_of(found, "name") == "Dê um nome a este telefone."


def test_a_name_may_hold_anything_but_not_three_hundred_characters(
    dono: Actor, blank: Instance
) -> None:
    found = save(dono, blank, phone="11987650000", name="ã" * 300)
    assert "no máximo 60 caracteres (ele possui 300)" in error_of(found, "name")
    assert found.find(name="name")[0].attributes["value"] == "ã" * 300
    name = "Loja <b>São João</b> 👩‍👩‍👧 &amp; Cia"
    found = save(dono, blank, phone="11987650000", name=name)
    assert Instance.objects.get(pk=blank.pk).name == name
    assert found.find("h1")[0].text == name
    assert name in page(dono, LIST).find("main")[0].text


def test_a_number_stands_once_in_a_store(dono: Actor, shop: Shop, blank: Instance) -> None:
    found = save(dono, blank, phone=shop.instance.phone, name="De novo")
    assert error_of(found, "phone") == "Este número já está em outra instância da sua loja."


def test_a_number_of_another_store_may_be_typed(
    dono: Actor, other_shop: Shop, blank: Instance
) -> None:
    """Whether it is theirs shows when a phone pairs; typing it must tell nothing."""
    found = save(dono, blank, phone=other_shop.instance.phone, name="Loja SP")
    assert "Alterações salvas." in found.find(id="done")[0].text
    assert Instance.objects.get(pk=blank.pk).phone == other_shop.instance.phone


def test_the_button_says_what_it_does(dono: Actor, shop: Shop, blank: Instance) -> None:
    def button(instance: Instance) -> str:
        return page(dono, f"{LIST}{instance.pk}/").find("button", id="save")[0].text

    assert button(blank) == "Salvar e gerar QR Code"
    assert button(shop.instance) == "Salvar"


def test_a_page_without_scripts_has_a_way_to_look_again(dono: Actor, blank: Instance) -> None:
    found = page(dono, f"{LIST}{blank.pk}/")
    link = next(link for link in found.find("a") if link.text == "Atualizar esta página")
    assert link.attributes["href"] == f"{LIST}{blank.pk}/"


# --- What is kept of it ---------------------------------------------------------------------------


def audit() -> list[tuple[str, object]]:
    rows = AuditEntry.objects.order_by("id")
    return [(row.action, row.details) for row in rows]


def test_every_change_is_audited(dono: Actor, shop: Shop) -> None:
    dono.client.post(f"{LIST}nova/")
    instance = Instance.objects.latest("id")
    save(dono, instance, phone="11987650000", name="Loja SP")
    save(dono, instance, phone="11987650000", name="Loja Rio", greeting="Oi!")
    dono.client.post(f"{LIST}{instance.pk}/desconexao/")
    dono.client.post(f"{LIST}{instance.pk}/codigo/")
    dono.client.post(f"{LIST}{instance.pk}/remocao/")
    assert audit() == [
        ("instance.created", {}),
        (
            "instance.changed",
            {"name": ["", "Loja SP"], "phone": ["", "+5511987650000"], "pairing": True},
        ),
        ("instance.changed", {"name": ["Loja SP", "Loja Rio"], "chatbot": ["greeting"]}),
        ("instance.disconnected", {}),
        ("instance.pairing_requested", {}),
        ("instance.removed", {"name": "Loja Rio"}),
    ]
    row = AuditEntry.objects.latest("id")
    assert (row.actor_id, row.store_id, row.target_id) == (dono.user.pk, shop.store.pk, instance.pk)
    assert row.ip == "127.0.0.1"


def test_what_changes_nothing_is_not_audited(dono: Actor, shop: Shop) -> None:
    for _ in range(2):
        save(dono, shop.instance, phone=shop.instance.phone, name=shop.instance.name)
        dono.client.post(f"{LIST}{shop.instance.pk}/codigo/")
    assert audit() == []


def test_a_blank_number_is_neither_paired_nor_disconnected(
    dono: Actor, blank: Instance, recorded: Rings
) -> None:
    for noun in ("codigo/", "desconexao/"):
        assert dono.client.post(f"{LIST}{blank.pk}/{noun}").status_code == 302
    assert recorded == []
    assert audit() == []
