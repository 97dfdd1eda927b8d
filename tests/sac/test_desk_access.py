"""Every address of the desk: who gets in, who does not, and what they are told."""

from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from evendas.accounts.models import User
from sac.models import Message, QuickReply, Tag, Ticket
from sac.urls import urlpatterns
from tests.conftest import PASSWORD, Actor, Shop
from tests.sac.acts import HTMX
from tests.sac.board import Status, put_ticket
from tests.sac.pages import Answer, read

# Every address of the desk has its place here, by the name of its URL.
SCREENS = ("home", "desk", "desk_list", "desk_search", "desk_counts")
READING = (
    "ticket",
    "ticket_header",
    "ticket_changes",
    "ticket_older",
    "ticket_chapter",
    "ticket_stretch",
    "ticket_history",
    "ticket_team",
    "ticket_answer",
    "ticket_orders",
)
VERBS = (
    "ticket_messages",
    "ticket_location",
    "ticket_card",
    "ticket_claim",
    "ticket_take_over",
    "ticket_return",
    "ticket_reopen",
    "ticket_notes",
    "ticket_mentions",
    "ticket_seen",
    "ticket_draft",
)
# Pages that show a form to GET and do it on POST.
MESSAGE_FORMS = ("message_forward",)
FORMS = ("ticket_transfer", "ticket_contact", "ticket_close", "ticket_tags", *MESSAGE_FORMS)
MESSAGE_VERBS = (
    "message_retry",
    "message_confirm",
    "message_drop",
    "message_reaction",
    "message_edition",
    "message_deletion",
)
# Held by the walls: what they name is not of every ticket.
ELSEWHERE = {"contact_merge", "media_retry", "ticket_order_word"}
ON_A_MESSAGE = (*MESSAGE_VERBS, *MESSAGE_FORMS)
ON_A_TICKET = (*READING, *VERBS, *FORMS, *MESSAGE_VERBS)


def _address(name: str, ticket: Ticket | None = None, message: Message | None = None) -> str:
    if name in SCREENS:
        return reverse(name)
    code = ticket.code if ticket else "2026-000001"
    said = message.pk if message else 1
    if name in ON_A_MESSAGE:
        return reverse(name, args=[code, said])
    if name == "ticket_answer":
        return reverse(name, args=[code, _ready_answer(message)])
    is_sought = name == "ticket_stretch" and message is not None
    return reverse(name, args=[code], query={"mensagem": said} if is_sought else None)


def _ready_answer(message: Message | None) -> int:
    return QuickReply.objects.get(store=message.store_id).pk if message else 1


def _ask(client: Client, name: str, address: str, **headers: str) -> Answer:
    if name in {*SCREENS, *READING}:
        return client.get(address, headers=headers)
    data = {"text": "Oi", "client_uuid": str(uuid4()), "seen": "1", "entry_channel": "lead"}
    data |= {"name": "Loja", "address": "Rua A, 1", "latitude": "-23", "longitude": "-46"}
    data |= {"phone": "11987654321", "emoji": "👍"}
    # Forwarded into the very conversation it is of: every address names one.
    data |= {"to": address.split("/")[3]}
    return client.post(address, data, headers=headers)


@pytest.fixture
def reply(shop: Shop, ana: Actor) -> Message:
    """Ana's answer in a ticket of Suporte, which WhatsApp refused; the store has a tag."""
    Tag.objects.create(store=shop.store, name="Troca")
    QuickReply.objects.create(store=shop.store, shortcut="oi", text="Resposta pronta")
    ticket = put_ticket(shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN)
    return Message.objects.create(
        store=shop.store,
        conversation=ticket.conversation,
        ticket=ticket,
        instance=ticket.instance,
        direction=Message.Direction.OUT,
        origin=Message.Origin.DESK,
        text="Resposta",
        state=Message.State.FAILED,
        created_at=ticket.created_at,
        sent_at=ticket.created_at,
        sort_key=1,
        revision=1,
    )


def test_every_address_of_the_desk_is_in_these_tests() -> None:
    names = [
        pattern.name
        for pattern in urlpatterns
        if isinstance(pattern, URLPattern)
        and (pattern.name == "home" or str(pattern.pattern).startswith("sac/atendimento/"))
    ]
    assert set(filter(None, names)) - ELSEWHERE == {*SCREENS, *ON_A_TICKET}


@pytest.mark.parametrize("name", [*SCREENS, *READING])
def test_a_stranger_is_led_to_the_login_and_back_to_the_page(db: None, name: str) -> None:
    address = _address(name)
    answer = _ask(Client(), name, f"{address}?situacao=aguardando")
    assert answer.status_code == 302
    assert answer["Location"] == f"/entrar/?next={quote(address)}%3Fsituacao%3Daguardando"


@pytest.mark.parametrize("name", [*VERBS, *FORMS, *MESSAGE_VERBS])
def test_a_stranger_who_posts_is_led_to_the_login_and_then_home(db: None, name: str) -> None:
    answer = _ask(Client(), name, _address(name))
    assert (answer.status_code, answer["Location"]) == (302, "/entrar/?next=/")


def test_a_fragment_asked_by_a_stranger_sends_the_whole_page_to_the_login(db: None) -> None:
    page = "http://testserver/sac/atendimento/?situacao=em-aberto"
    sent_on = Client().get("/sac/atendimento/lista/", headers={**HTMX, "HX-Current-URL": page})
    answer = Client().get(sent_on["Location"], headers=HTMX)
    assert answer["HX-Redirect"] == "/entrar/?next=/sac/atendimento/%3Fsituacao%3Dem-aberto"


def test_the_login_as_a_page_redirects_nowhere(db: None) -> None:
    assert "HX-Redirect" not in Client().get("/entrar/").headers


@pytest.mark.parametrize("name", ON_A_TICKET)
def test_another_store_finds_nothing(eva: Actor, reply: Message, name: str) -> None:
    answer = _ask(eva.client, name, _address(name, reply.ticket, reply))
    assert answer.status_code == 404
    assert b"Resposta" not in answer.content


@pytest.mark.parametrize("name", ON_A_TICKET)
def test_what_is_out_of_sight_is_not_found(bia: Actor, reply: Message, name: str) -> None:
    assert _ask(bia.client, name, _address(name, reply.ticket, reply)).status_code == 404


@pytest.mark.parametrize("name", ON_A_TICKET)
def test_its_attendant_is_let_in_everywhere(ana: Actor, reply: Message, name: str) -> None:
    answer = _ask(ana.client, name, _address(name, reply.ticket, reply), **HTMX)
    # The failed message is not one to confirm, and nobody was chosen to transfer to.
    # The failed message is not at the network either, and a ticket that is open is not reopened.
    odd = {"message_confirm": 409, "ticket_transfer": 422, "message_drop": 409}
    odd |= {"ticket_reopen": 409}
    odd |= dict.fromkeys(("message_reaction", "message_edition", "message_deletion"), 409)
    assert answer.status_code == odd.get(name, answer.status_code)
    assert answer.status_code in {200, 204, *odd.values()}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_shown_to_who_may_fill_it_in(ana: Actor, reply: Message, name: str) -> None:
    address = _address(name, reply.ticket, reply)
    answer = ana.client.get(address)
    assert answer.status_code == 200
    assert read(answer).find("form", action=address)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_another_store_is_not_found(eva: Actor, reply: Message, name: str) -> None:
    assert eva.client.get(_address(name, reply.ticket, reply)).status_code == 404


@pytest.mark.parametrize("name", ON_A_MESSAGE)
def test_a_message_is_found_only_under_its_own_ticket(
    shop: Shop, ana: Actor, reply: Message, name: str
) -> None:
    own = put_ticket(shop, department=shop.support, attendant=ana.attendant, status=Status.OPEN)
    assert _ask(ana.client, name, _address(name, own, reply)).status_code == 404


@pytest.mark.parametrize("name", ON_A_MESSAGE)
def test_a_message_of_another_store_is_not_found_under_ones_own_ticket(
    other_shop: Shop, eva: Actor, reply: Message, name: str
) -> None:
    hers = put_ticket(other_shop, attendant=eva.attendant, status=Status.OPEN)
    assert _ask(eva.client, name, _address(name, hers, reply)).status_code == 404


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("ticket_claim", 409, "Ana já assumiu este atendimento."),
        ("ticket_messages", 403, "Este atendimento está com Ana."),
        ("ticket_take_over", 403, "Este atendimento está com Ana."),
        ("ticket_transfer", 403, "Este atendimento está com Ana."),
        ("ticket_return", 403, "Este atendimento está com Ana."),
        ("ticket_close", 403, "Só quem está atendendo pode encerrar este atendimento."),
        ("ticket_tags", 403, "Só quem atende ou pode encerrar este atendimento muda as etiquetas."),
        ("message_forward", 403, "Só dá para encaminhar para uma conversa sua em aberto."),
        ("message_retry", 403, "Este atendimento está com Ana."),
        ("message_confirm", 403, "Este atendimento está com Ana."),
    ],
)
def test_who_sees_but_may_not_is_told_why(
    shop: Shop, reply: Message, name: str, status: int, reason: str
) -> None:
    colleague = shop.hire("Caio", shop.support)
    answer = _ask(colleague.client, name, _address(name, reply.ticket, reply), **HTMX)
    assert answer.status_code == status
    assert read(answer).find("p", class_="notice-error")[0].text.strip() == reason


def test_who_answers_nobody_may_not_take_or_answer(shop: Shop, dono: Actor) -> None:
    ticket = put_ticket(shop, department=shop.support)
    for name in ("ticket_claim", "ticket_messages"):
        answer = _ask(dono.client, name, _address(name, ticket), **HTMX)
        assert answer.status_code == 403
        assert "Só atendentes podem assumir um atendimento." in answer.content.decode()
    assert Ticket.objects.get(pk=ticket.pk).status == Status.WAITING


@pytest.mark.parametrize("name", [*SCREENS, *ON_A_TICKET])
def test_the_wrong_method_is_refused(ana: Actor, reply: Message, name: str) -> None:
    address = _address(name, reply.ticket, reply)
    other = "post" if name in {*SCREENS, *READING} else "get"
    for method in ("put", "patch", "delete", *([] if name in FORMS else [other])):
        assert getattr(ana.client, method)(address).status_code == 405


@pytest.mark.parametrize(
    "code", ["%00", "2026-000001%00", "%F0%9F%98%80", "2026-999999", "a" * 900]
)
@pytest.mark.parametrize("name", READING)
def test_a_code_nobody_has_is_not_found(ana: Actor, name: str, code: str) -> None:
    tail = _address(name).partition("2026-000001")[2]
    assert ana.client.get(f"/sac/atendimento/{code}{tail}").status_code == 404


def test_a_message_number_beyond_all_numbers_is_not_found(ana: Actor, reply: Message) -> None:
    assert reply.ticket
    address = f"/sac/atendimento/{reply.ticket.code}/mensagens/{10**30}/reenvio/"
    assert ana.client.post(address).status_code == 404


def test_a_store_that_was_suspended_is_shut(shop: Shop, ana: Actor) -> None:
    shop.store.is_active = False
    shop.store.save()
    answer = ana.client.get("/sac/atendimento/")
    assert answer.status_code == 403
    assert "Sua conta não pertence a uma loja ativa." in answer.content.decode()


def test_a_platform_operator_sees_no_store(db: None) -> None:
    operator = Actor(User.objects.create_superuser("op@plataforma.test", PASSWORD, full_name="Op"))
    assert operator.client.get("/").status_code == 403


def test_whoever_was_deactivated_is_out_at_the_next_click(ana: Actor) -> None:
    ana.user.is_active = False
    ana.user.save()
    assert ana.client.get("/sac/atendimento/").status_code == 302


def test_a_form_without_its_token_is_refused(ana: Actor, reply: Message) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ana.client.cookies
    for name in (*VERBS, *FORMS, *MESSAGE_VERBS):
        answer = _ask(strict, name, _address(name, reply.ticket, reply), **HTMX)
        assert answer.status_code == 403
        assert "Esta página venceu" in answer.content.decode()
    assert Message.objects.get().state == Message.State.FAILED


def test_a_form_with_its_token_is_accepted(ana: Actor, reply: Message) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ana.client.cookies
    page = read(strict.get(_address("ticket", reply.ticket)))
    token = page.find("input", name="csrfmiddlewaretoken")[0].attributes["value"]
    answer = strict.post(
        _address("ticket_close", reply.ticket), headers={**HTMX, "X-CSRFToken": token}
    )
    assert answer.status_code == 200
