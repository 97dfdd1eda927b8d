"""Nova conversa: an attendant writes first, to a number the network knows, and to nobody twice."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from automacao.gateways.port import Registration
from automacao.models import Instance
from evendas.accounts.limits import Limit
from sac.actions.starting import AlreadyTalking, Start, start_conversation
from sac.invariants import broken_invariants
from sac.models import Contact, Department, Ticket
from sac.permissions import may_start
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, send, steps
from tests.sac.board import add_number
from tests.sac.pages import Answer, read
from tests.simulated import Line

ADDRESS = "/sac/conversas/nova/"
PHONE = "+5511987654321"
FOUND = Registration(exists=True, address="5511987654321@s.whatsapp.net")


def start(actor: Actor, typed: str = PHONE, **fields: object) -> Answer:
    return actor.client.post(ADDRESS, {"phone": typed, **fields}, headers=HTMX)


def fault(answer: Answer) -> str:
    assert answer.status_code == 422
    return " ".join(found.text.strip() for found in read(answer).find("div", class_="field-error"))


def words(answer: Answer) -> str:
    """All that stands on it, without the marks."""
    return " ".join(re.sub(r"<[^>]*>", "", answer.content.decode()).split())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The phones that were looked up: all have WhatsApp."""
    phones: list[str] = []

    def look_up(_: Instance, phone: str) -> Registration:
        phones.append(phone)
        return Registration(exists=True, address=f"{phone.lstrip('+')}@s.whatsapp.net")

    monkeypatch.setattr("sac.views.starting.look_up", look_up)
    return phones


# --- Through the gateway --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_it_is_checked_and_then_in_ones_hands(line: Line, ana: Actor) -> None:
    line.control.phone(PHONE.lstrip("+"), name="Nina")
    answer = start(ana, "(11) 98765-4321", name="Nina Alves")
    assert answer.status_code == 200, words(answer)
    ticket = Ticket.objects.for_list().get()
    assert f"/sac/atendimento/{ticket.code}/" in answer["HX-Trigger"]
    assert (ticket.status, ticket.attendant, ticket.department) == (
        "open",
        ana.attendant,
        line.shop.support,
    )
    assert steps(ticket) == ["created", "taken"]
    assert str(ticket.conversation.contact) == "Nina Alves"
    send(ana, ticket, "Bom dia, Nina!")
    assert ticket.messages.get().state == "queued"


@pytest.mark.django_db(transaction=True)
def test_a_number_without_whatsapp_is_said_beside_the_field(line: Line, ana: Actor) -> None:
    line.control.phone(PHONE.lstrip("+"), exists=False)
    answer = start(ana, "11 98765 4321", name="Nina")
    assert fault(answer) == "Este número não tem WhatsApp."
    page = read(answer)
    assert page.find("input", id="id_phone")[0].attributes["value"] == "11 98765 4321"
    assert page.find("input", id="id_name")[0].attributes["value"] == "Nina"
    assert not Ticket.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_gateway_that_is_away_loses_nothing_that_was_typed(line: Line, ana: Actor) -> None:
    line.control.deaden()
    answer = start(ana)
    assert answer.status_code == 422
    assert "O WhatsApp não respondeu agora." in words(answer)
    assert read(answer).find("input", id="id_phone")[0].attributes["value"] == PHONE
    assert not Contact.objects.exists()


def test_a_number_of_the_store_that_is_down_is_said(shop: Shop, ana: Actor) -> None:
    Instance.objects.update(state=Instance.State.DISCONNECTED)
    assert "O número da loja está desconectado." in words(start(ana))


# --- What is typed --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["11987654321", "(11) 98765-4321", "+55 11 98765-4321", "011 8765-4321", "wa.me/5511987654321"],
)
def test_any_brazilian_way_of_writing_it_will_do(
    shop: Shop, ana: Actor, asked: list[str], typed: str
) -> None:
    assert start(ana, typed).status_code == 200
    assert asked == [PHONE]


@pytest.mark.parametrize("typed", ["", "abc", "98765-4321", "0800 123 4567", "(00) 98765-4321"])
def test_what_is_no_phone_is_not_even_asked_about(ana: Actor, asked: list[str], typed: str) -> None:
    assert fault(start(ana, typed))
    assert asked == []


@pytest.mark.parametrize("kept", ["phone", "connected_phone"])
def test_a_number_of_the_store_itself_is_no_customer(
    shop: Shop, ana: Actor, asked: list[str], kept: str
) -> None:
    other = add_number(shop)
    Instance.objects.filter(pk=other.pk).update(**{kept: PHONE})
    assert fault(start(ana)) == "Este é um número da própria loja."
    assert asked == []
    Instance.objects.filter(pk=other.pk).update(removed_at=shop.store.created_at)
    assert start(ana).status_code == 200


def test_one_person_asks_about_so_many_numbers_an_hour(
    shop: Shop, ana: Actor, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sac.views.starting.NUMBERS_ASKED", Limit("numbers_asked", 1))
    caio = shop.hire("Caio", shop.support)
    assert start(ana, "11 98765-0001").status_code == 200
    # Whoever has a conversation already is not asked about.
    assert "Abrir" in words(start(ana, "11 98765-0001"))
    answer = start(ana, "11 98765-0002")
    assert answer.status_code == 422
    assert "Você consultou muitos números na última hora." in words(answer)
    assert read(answer).find("input", id="id_phone")[0].attributes["value"] == "11 98765-0002"
    assert start(caio, "11 98765-0003").status_code == 200
    assert len(asked) == 2


def test_of_several_departments_one_is_chosen(shop: Shop, asked: list[str]) -> None:
    caio = shop.hire("Caio", shop.support, shop.sales)
    assert fault(start(caio)) == "Escolha o departamento que fala com o cliente."
    assert start(caio, department=shop.sales.pk).status_code == 200
    assert Ticket.objects.get().department == shop.sales


@pytest.mark.parametrize("which", ["another", "far", "removed"])
def test_a_department_that_is_not_ones_own_is_no_choice(
    shop: Shop, other_shop: Shop, asked: list[str], which: str
) -> None:
    caio = shop.hire("Caio", shop.support, shop.sales)
    gone = Department.objects.create(
        store=shop.store, instance=add_number(shop), name="Longe", is_active=False
    )
    strange = {"another": gone, "far": other_shop.support, "removed": shop.sales}[which]
    if which == "removed":
        Department.objects.filter(pk=shop.sales.pk).update(is_active=False)
        assert start(caio, department=strange.pk).status_code == 200
        assert Ticket.objects.get().department == shop.support
        return
    assert fault(start(caio, department=strange.pk)) == "Escolha um dos seus departamentos."
    assert asked == []


def test_without_javascript_it_is_a_page(ana: Actor, asked: list[str]) -> None:
    page = read(ana.client.get(ADDRESS))
    assert page.find("nav")
    assert page.find("form", action=ADDRESS)
    answer = ana.client.post(ADDRESS, {"phone": PHONE})
    assert answer["Location"] == f"/sac/atendimento/{Ticket.objects.get().code}/"


# --- Who may --------------------------------------------------------------------------------------


def test_only_attendants_begin_conversations(shop: Shop, dono: Actor, asked: list[str]) -> None:
    placeless = shop.hire("Sem lugar")
    for actor, reason in ((dono, "Só atendentes"), (placeless, "nenhum departamento")):
        for answer in (actor.client.get(ADDRESS, headers=HTMX), start(actor)):
            assert answer.status_code == 403
            assert reason in words(answer)
        assert not may_start(actor.rights)
    assert asked == []


@pytest.mark.parametrize("who", ["ana", "dono"])
def test_the_button_is_there_for_who_may(request: pytest.FixtureRequest, who: str) -> None:
    page = read(request.getfixturevalue(who).client.get("/sac/atendimento/"))
    assert bool(page.find("a", href=ADDRESS)) == (who == "ana")


# --- Nobody twice ---------------------------------------------------------------------------------


def test_a_live_ticket_one_sees_is_offered_instead(
    shop: Shop, ana: Actor, asked: list[str]
) -> None:
    ticket = shop.hears("Segredo", phone=PHONE, department=shop.support)
    answer = start(ana)
    assert answer.status_code == 422
    assert read(answer).find("a", href=f"/sac/atendimento/{ticket.code}/")
    assert f"Abrir {ticket.code}" in words(answer)
    assert asked == []
    assert Ticket.objects.count() == 1


def test_of_one_out_of_sight_only_who_has_it_is_said(
    shop: Shop, ana: Actor, bia: Actor, asked: list[str]
) -> None:
    ticket = shop.hears("Segredo", phone=PHONE, name="Marina Teste", department=shop.sales)
    do(bia, ticket, "posse")
    told = words(start(ana))
    assert "Este número já está em atendimento: com Bia, em Vendas." in told
    for secret in (ticket.code, "Segredo", "Marina"):
        assert secret not in told


def test_a_closed_one_is_no_hindrance_and_the_thread_goes_on(
    shop: Shop, ana: Actor, asked: list[str]
) -> None:
    first = shop.hears(phone=PHONE, department=shop.support)
    do(ana, first, "posse")
    do(ana, first, "encerramento")
    assert start(ana, name="Outro nome").status_code == 200
    second = Ticket.objects.for_list().get(status="open")
    assert second.conversation_id == first.conversation_id
    assert second.code != first.code


def test_a_name_that_somebody_wrote_stays(shop: Shop, ana: Actor, asked: list[str]) -> None:
    Contact.objects.create(store=shop.store, name="Escrito", name_edited_by=ana.user, phone=PHONE)
    contact = Contact.objects.get()
    contact.identities.create(store=shop.store, kind="phone", value=PHONE)
    start(ana, name="Outro")
    contact.refresh_from_db()
    assert contact.name == "Escrito"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_begins_and_the_other_is_offered_it(shop: Shop, ana: Actor) -> None:
    people = [ana, *(shop.hire(name, shop.support) for name in ("Caio", "Lia", "Ravi"))]
    wish = Start(shop.support, PHONE, FOUND)

    def begin(actor: Actor) -> Ticket | AlreadyTalking:
        try:
            return start_conversation(wish, by=actor.user, rights=actor.rights)
        except AlreadyTalking as busy:
            return busy
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as hands:
        told = list(hands.map(begin, people))
    (ticket,) = Ticket.objects.all()
    assert [one for one in told if isinstance(one, Ticket)] == [ticket]
    assert {one.ticket for one in told if isinstance(one, AlreadyTalking)} == {ticket}
    assert Contact.objects.count() == 1


def test_a_customer_who_writes_meanwhile_joins_it(shop: Shop, ana: Actor, asked: list[str]) -> None:
    start(ana)
    ticket = shop.hears("Oi!", phone=PHONE)
    assert (ticket.status, ticket.attendant) == ("open", ana.attendant)
    assert Ticket.objects.count() == 1


def test_whoever_was_attended_is_written_to_again_without_typing_the_number(
    shop: Shop, ana: Actor
) -> None:
    ticket = shop.hears(phone=PHONE, department=shop.support)
    do(ana, ticket, "posse")
    do(ana, ticket, "encerramento")
    page = read(ana.client.get(f"/sac/atendimento/{ticket.code}/"))
    address = f"{ADDRESS}?de={ticket.code}"
    (link,) = page.find("a", href=address)
    assert link.text.strip() == "Escrever ao cliente"
    (field,) = read(ana.client.get(address, headers=HTMX)).find("input", name="phone")
    assert field.attributes["value"] == "(11) 98765-4321"


def test_a_ticket_one_does_not_see_gives_no_number_away(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(phone=PHONE, department=shop.sales)
    for code in (ticket.code, "2026-999999", "\0"):
        assert ana.client.get(ADDRESS, {"de": code}, headers=HTMX).status_code == 404


# --- Figures --------------------------------------------------------------------------------------


def test_it_counts_as_no_first_answer(shop: Shop, ana: Actor, asked: list[str]) -> None:
    start(ana)
    ticket = Ticket.objects.for_list().get()
    send(ana, ticket)
    shop.hears("Oi!", phone=PHONE)
    send(ana, ticket)
    assert "first_reply" not in steps(ticket)


def test_everything_that_is_always_true_is_true_of_it(
    shop: Shop, ana: Actor, asked: list[str]
) -> None:
    start(ana)
    send(ana, Ticket.objects.for_list().get())
    assert broken_invariants() == []


def test_it_costs_the_same_in_a_store_of_any_size(shop: Shop, ana: Actor, asked: list[str]) -> None:
    def cost(phone: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert start(ana, phone).status_code == 200
        return len(queries)

    before = cost("11 98765-0001")
    for number in range(5):
        shop.hears(f"Oi {number}")
        shop.hire(f"Pessoa {number}", shop.support)
    assert cost("11 98765-0002") == before <= 50
