"""Tells a demo story through the desk's real actions, each at its own moment of the past."""

from datetime import datetime, timedelta
from uuid import uuid4

from automacao.gateways.port import Accepted, Identity, MessageReceived, MessageStatus
from automacao.models import Instance, next_arrivals
from evendas import clock
from evendas.accounts.models import User
from sac.actions.inbound import Arrival, receive_messages
from sac.actions.outbox import accept_sending, begin_sending
from sac.actions.replies import send_reply
from sac.actions.statuses import apply_statuses
from sac.actions.tickets import claim_ticket, close_ticket
from sac.demo import Line, Story
from sac.models import Department, Ticket
from sac.permissions import Rights


def tell(instance: Instance, department: Department, story: Story, *, now: datetime) -> None:
    """Let the customer write and the attendant take, answer and close, as the story says."""
    user = User.objects.filter(email=story.attendant).first()
    for line in story.lines:
        with clock.at(now - timedelta(minutes=line.ago)):
            if line.who == "cliente":
                _write(instance, story, line)
                _lead_to(department, story)
            elif user:
                _answer(story, line, user)
    if story.closed is not None and user:
        with clock.at(now - timedelta(minutes=story.closed)):
            close_ticket(_live_ticket(story), by=user, rights=Rights.of(user))


def _write(instance: Instance, story: Story, line: Line) -> None:
    moment = clock.now()
    said = MessageReceived(
        id=f"DEMO{uuid4().hex[:16].upper()}",
        identities=(Identity("phone", story.phone),),
        address=story.wa_id,
        kind="text",
        text=line.text,
        sent_at=moment,
        push_name=story.name,
    )
    arrival = Arrival(inbox_id=next_arrivals(1)[0], received_at=moment, event=said)
    receive_messages(instance, [(arrival, said)])


def _lead_to(department: Department, story: Story) -> None:
    """What the chatbot's menu will do: the customer chose a department."""
    Ticket.objects.filter(pk=_live_ticket(story).pk, department=None).update(department=department)


def _answer(story: Story, line: Line, user: User) -> None:
    rights = Rights.of(user)
    ticket = _live_ticket(story)
    if ticket.status == Ticket.Status.WAITING:
        ticket = claim_ticket(ticket, by=user, rights=rights)
    message = send_reply(ticket, by=user, rights=rights, text=line.text, client_uuid=uuid4())
    if sending := begin_sending(message.conversation_id):
        provider_id = f"3EB0{uuid4().hex[:18].upper()}"
        accept_sending(sending.message_id, Accepted(id=provider_id, address=""))
        apply_statuses(sending.instance, [MessageStatus(id=provider_id, status="read")])


def _live_ticket(story: Story) -> Ticket:
    return Ticket.objects.live().get(conversation__contact__phone=story.phone)
