"""Presses the buttons of the desk as a page does, and says what came of it."""

from uuid import UUID, uuid4

from sac.actions.tickets import held
from sac.models import Ticket
from tests.conftest import Actor
from tests.sac.pages import Answer, read

HTMX = {"HX-Request": "true"}


def do(actor: Actor, ticket: Ticket, noun: str, data: dict[str, str] | None = None) -> Answer:
    """Press a button of the page."""
    address = f"/sac/atendimento/{ticket.code}/{noun}/"
    return actor.client.post(address, data or {}, headers=HTMX)


def reason(answer: Answer) -> str:
    """What the person is told."""
    return read(answer).find("p", class_="notice-error")[0].text.strip()


def now_of(ticket: Ticket) -> Ticket:
    return Ticket.objects.for_list().get(pk=ticket.pk)


def steps(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def send(actor: Actor, ticket: Ticket, text: str = "Olá!", client_uuid: UUID | str = "") -> Answer:
    """Press Enviar; without `client_uuid` each press is a message of its own."""
    return do(
        actor, ticket, "mensagens", {"text": text, "client_uuid": str(client_uuid or uuid4())}
    )


def push(ticket: Ticket) -> None:
    """Let a ticket's row be announced as it stands."""
    with held(ticket.pk):
        pass
