"""Taking a number out: not while people are served by it, and nothing waits on in silence."""

from collections.abc import Callable

import pytest

from automacao.models import Instance
from sac import tasks
from sac.actions.closing import close_ticket
from sac.actions.replies import give_up_on_removed_numbers
from sac.models import Department, Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, reason, send
from tests.sac.pages import read

pytestmark = pytest.mark.django_db

LIST = "/automacao/sincronizar-whatsapp/"
Answer = Callable[..., Message]


@pytest.fixture(autouse=True)
def quiet(rings: object) -> None:
    """Nobody is called: nothing leaves by itself."""


@pytest.fixture
def number(shop: Shop) -> Instance:
    """The shop's number, whose departments are closed."""
    for department in (shop.support, shop.sales):
        department.is_active = False
        department.save()
    return shop.instance


def remove(dono: Actor, number: Instance) -> tuple[int, str]:
    """Click on "Remover"; the answer, and what the page says."""
    answer = dono.client.post(f"{LIST}{number.pk}/remocao/")
    said = "" if answer.status_code == 302 else read(answer).find("main")[0].text
    return answer.status_code, " ".join(said.split())


def lose(number: Instance, state: str = "logged_out") -> None:
    Instance.objects.filter(pk=number.pk).update(state=state)


def is_removed(number: Instance) -> bool:
    return Instance.objects.get(pk=number.pk).removed_at is not None


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (1, "Ainda há 1 atendimento em andamento neste número. Encerre-o em"),
        (2, "Ainda há 2 atendimentos em andamento neste número. Encerre-os em"),
    ],
)
def test_a_number_with_live_tickets_stays(
    dono: Actor, shop: Shop, number: Instance, count: int, sentence: str
) -> None:
    tickets = [shop.hears() for _ in range(count)]
    shown = dono.client.get(f"{LIST}{number.pk}/remocao/").content.decode()
    assert sentence in " ".join(shown.split())
    status, said = remove(dono, number)
    assert (status, is_removed(number)) == (409, False)
    assert sentence in said
    for ticket in tickets:
        close_ticket(ticket, by=dono.user, rights=dono.rights)
    assert remove(dono, number)[0] == 302
    assert is_removed(number)


@pytest.mark.parametrize("state", ["queued", "sending", "unknown"])
def test_a_number_by_which_something_is_leaving_stays(
    dono: Actor, shop: Shop, ana: Actor, answer: Answer, state: str
) -> None:
    ticket = shop.hears(department=shop.support)
    message = answer(ticket, by=ana)
    Message.objects.filter(pk=message.pk).update(state=state)
    close_ticket(ticket, by=dono.user, rights=dono.rights)
    Department.objects.update(is_active=False)
    status, said = remove(dono, shop.instance)
    assert (status, is_removed(shop.instance)) == (409, False)
    assert "Ainda há 1 mensagem saindo por este número." in said
    Message.objects.filter(pk=message.pk).update(state="accepted")
    assert remove(dono, shop.instance)[0] == 302


def test_the_edit_page_says_it_beside_the_button(dono: Actor, shop: Shop, number: Instance) -> None:
    shop.hears()
    dialog = read(dono.client.get(f"{LIST}{number.pk}/")).find("dialog", id="remove-dialog")[0]
    assert "Ainda há 1 atendimento em andamento" in dialog.text


def test_what_a_number_that_is_lost_never_sent_is_told_and_then_shown(
    dono: Actor, shop: Shop, ana: Actor, answer: Answer
) -> None:
    ticket = shop.hears(department=shop.support)
    message = answer(ticket, by=ana)
    close_ticket(ticket, by=dono.user, rights=dono.rights)
    Department.objects.update(is_active=False)
    lose(shop.instance)
    asked = dono.client.get(f"{LIST}{shop.instance.pk}/remocao/").content.decode()
    assert "1 mensagem que espera na fila não será enviada" in asked
    assert remove(dono, shop.instance)[0] == 302
    tasks.sweep_outbox()
    message.refresh_from_db()
    assert (message.state, message.error) == (
        "failed",
        "O número da loja foi removido antes do envio.",
    )


def test_only_what_waits_on_a_removed_number_is_given_up(
    dono: Actor, shop: Shop, ana: Actor, answer: Answer
) -> None:
    messages = [answer(shop.hears(department=shop.support), by=ana) for _ in range(3)]
    Message.objects.filter(pk=messages[0].pk).update(state="delivered")
    give_up_on_removed_numbers()
    lose(shop.instance)
    give_up_on_removed_numbers()
    assert states(messages) == ["delivered", "queued", "queued"]
    Instance.objects.filter(pk=shop.instance.pk).update(removed_at="2026-11-01T12:00Z")
    give_up_on_removed_numbers()
    assert states(messages) == ["delivered", "failed", "failed"]


def test_nobody_answers_by_a_number_that_is_gone(
    shop: Shop, ana: Actor, dono: Actor, answer: Answer
) -> None:
    """A message that was on its way in may open a ticket after the removal."""
    ticket = shop.hears(department=shop.support)
    failed = answer(ticket, by=ana)
    Message.objects.filter(pk=failed.pk).update(state="failed")
    Instance.objects.filter(pk=shop.instance.pk).update(removed_at="2026-11-01T12:00Z")
    refused = send(ana, ticket)
    assert (refused.status_code, "foi removido da loja" in reason(refused)) == (403, True)
    assert do(ana, ticket, f"mensagens/{failed.pk}/reenvio").status_code == 403
    shown = ana.client.get(f"/sac/atendimento/{ticket.code}/")
    assert "foi removido da loja" in read(shown).find("section", id="composer")[0].text
    assert states([failed]) == ["failed"]
    assert ticket.messages.filter(direction="out").count() == 1
    assert do(ana, ticket, "encerramento").status_code < 400
    assert now_of(ticket).status == Ticket.Status.CLOSED


def states(messages: list[Message]) -> list[str]:
    return [Message.objects.get(pk=message.pk).state for message in messages]
