"""What nobody of the team had seen when a conversation is opened."""

from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, send
from tests.sac.pages import read

PHONE = "+5511987654321"


def shown(actor: Actor, ticket: Ticket) -> tuple[str, str]:
    """The first message nobody saw, and how many there are."""
    page = read(actor.client.get(f"/sac/atendimento/{ticket.code}/"))
    facts = page.find("ol", id="thread")[0].attributes
    return facts.get("data-unseen", ""), facts.get("data-unseen-count", "")


def test_what_came_since_the_team_looked_is_new(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears("Oi", phone=PHONE, department=shop.support)
    first = ticket.messages.get()
    assert shown(ana, ticket) == (str(first.pk), "1")
    send(ana, ticket)
    assert shown(ana, ticket) == ("", "")
    shop.hears("E o frete?", phone=PHONE)
    second = ticket.messages.get(text="E o frete?")
    shop.hears("Alô?", phone=PHONE)
    assert shown(ana, ticket) == (str(second.pk), "2")
    # Opening it is no look: a POST from a focused tab is.
    assert shown(ana, ticket) == (str(second.pk), "2")
    do(ana, ticket, "visualizacao")
    assert shown(ana, ticket) == ("", "")


def test_what_was_handed_on_without_a_new_word_has_no_line(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    ticket = shop.hears(phone=PHONE, department=shop.support)
    do(ana, ticket, "posse")
    do(ana, ticket, "transferencia", {"destination": f"departamento-{shop.sales.pk}"})
    assert shown(bia, ticket) == ("", "")
