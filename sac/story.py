"""Tells a demo story through the desk's real actions, each at its own moment of the past."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from automacao.gateways.port import (
    EchoOrigin,
    File,
    Identity,
    MessageEcho,
    MessageReceived,
    MessageStatus,
)
from automacao.models import Instance, next_arrivals
from evendas import clock
from evendas.accounts.models import User
from sac.actions.closing import close_ticket
from sac.actions.contacts import edit_contact
from sac.actions.inbound import Arrival, Said, receive_messages
from sac.actions.replies import Outgoing, send_messages
from sac.actions.statuses import apply_statuses
from sac.actions.tickets import claim_ticket, look_at_ticket, take_over_ticket
from sac.actions.transfers import return_ticket, transfer_to_department, transfer_to_person
from sac.demo.customers import Customer
from sac.demo.files import arrive, prepare
from sac.demo.props import PROPS, WORDS
from sac.demo.timetable import Step
from sac.models import Contact, Conversation, Department, Media, Message, Ticket
from sac.permissions import Rights

_BREATH = timedelta(seconds=50)


class Teller:
    """Lets the steps of one store happen, one after the other. Call inside a transaction."""

    def __init__(
        self,
        instance: Instance,
        departments: Mapping[str, Department],
        people: Mapping[str, User],
    ) -> None:
        self._instance = instance
        self._departments = departments
        self._people = people
        self._rights = {name: Rights.of(user) for name, user in people.items()}
        self._live: dict[Customer, Ticket] = {}
        self._numbers: Iterator[int] = iter(())
        self._wrote_last: dict[Customer, datetime] = {}
        self._answers: list[Step] = []
        self._chance = Random(instance.phone)  # noqa: S311 - a story, no secret

    def tell(self, steps: Sequence[Step]) -> None:
        """Let everything happen at its moment; the steps are in order."""
        self._numbers = iter(next_arrivals(2 * len(steps)))
        for done in _at_once(steps):
            with clock.at(done[-1].at):
                self._do(done)
        self._hand_over()
        self._bring_files()
        self._date_back()

    def _do(self, done: Sequence[Step]) -> None:
        verb = done[0].line.verb
        if verb == "write":
            self._write(done)
        else:
            self._acts[verb](self, done[0])

    def _write(self, burst: Sequence[Step]) -> None:
        said = [(step.at, self._received(step)) for step in burst]
        receive_messages(self._instance, [(self._arrival(at, one), one) for at, one in said])
        for step in burst:
            self._wrote_last[step.customer] = step.at
            if step.customer not in self._live:
                self._live[step.customer] = self._opened(step)

    def _received(self, step: Step) -> MessageReceived:
        who, prop = step.customer, PROPS.get(step.line.prop, WORDS)
        file = File({"demo": step.line.prop}, mime=prop.mime, name=prop.name)
        return MessageReceived(
            id=self._id("AC", 30),
            identities=_identities(who),
            address=who.wa_id,
            kind=prop.kind,
            text=step.text,
            sent_at=step.at,
            push_name=who.name,
            file=file if prop.make else None,
            facts=prop.facts,
        )

    def _opened(self, step: Step) -> Ticket:
        """Lead the ticket to its department: what the chatbot's menu will do."""
        mine = Ticket.objects.live().filter(instance=self._instance)
        ticket = mine.select_related("conversation").get(
            conversation__contact__phone=step.customer.phone
        )
        if place := self._departments.get(step.dialogue.department):
            Ticket.objects.filter(pk=ticket.pk).update(department=place)
        return ticket

    def _type(self, step: Step) -> None:
        echo = _echo(step, "phone", self._id("3A", 18))
        receive_messages(self._instance, [(self._arrival(step.at, echo), echo)])

    def _reply(self, step: Step) -> None:
        user, rights = self._actor(step)
        uuid = UUID(int=self._chance.getrandbits(128), version=4)
        ticket, prop = self._live[step.customer], PROPS.get(step.line.prop, WORDS)
        wanted = Outgoing(
            client_uuid=uuid,
            text=step.text,
            kind=prop.kind,
            facts=prop.facts,
            upload=prepare(prop, ticket.store_id) if prop.make else None,
        )
        send_messages(ticket, [wanted], by=user, rights=rights)
        self._answers.append(step)

    def _claim(self, step: Step) -> None:
        user, rights = self._actor(step)
        ticket = Ticket.objects.get(pk=self._live[step.customer].pk)
        if ticket.attendant_id is None:
            claim_ticket(ticket, by=user, rights=rights)
        else:
            take_over_ticket(ticket, by=user, rights=rights, seen=ticket.attendant_id)

    def _look(self, step: Step) -> None:
        look_at_ticket(Ticket.objects.get(pk=self._live[step.customer].pk))

    def _transfer(self, step: Step) -> None:
        user, rights = self._actor(step)
        ticket, note = self._live[step.customer], step.text
        if place := self._departments.get(step.line.to):
            transfer_to_department(ticket, place, by=user, rights=rights, note=note)
        else:
            receiver = self._people[step.line.to].attendant
            transfer_to_person(ticket, receiver, by=user, rights=rights, note=note)

    def _give_back(self, step: Step) -> None:
        user, rights = self._actor(step)
        return_ticket(self._live[step.customer], by=user, rights=rights)

    def _close(self, step: Step) -> None:
        user, rights = self._actor(step)
        close_ticket(self._live.pop(step.customer), by=user, rights=rights)

    def _note(self, step: Step) -> None:
        user, _ = self._actor(step)
        edit_contact(self._live[step.customer], by=user, changes=step.customer.noted)

    _acts: Mapping[str, Callable[["Teller", Step], None]] = {
        "type": _type,
        "reply": _reply,
        "fail": _reply,
        "claim": _claim,
        "look": _look,
        "transfer": _transfer,
        "give_back": _give_back,
        "close": _close,
        "note": _note,
    }

    def _hand_over(self) -> None:
        """Tell what the gateway made of all answers, in one set: one by one takes a minute.

        As if the sending of each had been cut short, and the echoes and ticks came now.
        """
        ours = Message.objects.filter(instance=self._instance, state=Message.State.QUEUED)
        ours.update(state=Message.State.SENDING, attempts=1, send_started_at=F("sent_at"))
        echoes = [_echo(step, "api", self._id("3EB0", 18)) for step in self._answers]
        receive_messages(
            self._instance, [(self._arrival(clock.now(), echo), echo) for echo in echoes]
        )
        fates = map(self._fate, self._answers, echoes)
        apply_statuses(self._instance, list(fates))

    def _bring_files(self) -> None:
        mine = Media.objects.filter(message__instance=self._instance)
        for media in mine.filter(state=Media.State.PENDING):
            arrive(media)

    def _fate(self, answer: Step, echo: MessageEcho) -> MessageStatus:
        """Whoever wrote again had read what came before."""
        if answer.line.verb == "fail":
            return MessageStatus(id=echo.id, status="failed")
        is_last = answer.at > self._wrote_last[answer.customer]
        return MessageStatus(id=echo.id, status=answer.dialogue.ticks if is_last else "read")

    def _date_back(self) -> None:
        """Customers are known since they first wrote, not since the demo was filled."""
        mine = Ticket.objects.filter(instance=self._instance).order_by("id").values("created_at")
        first = Subquery(mine.filter(conversation=OuterRef("pk"))[:1])
        Conversation.objects.filter(instance=self._instance).update(created_at=first)
        first = Subquery(mine.filter(conversation__contact=OuterRef("pk"))[:1])
        Contact.objects.filter(store=self._instance.store_id).update(created_at=first)

    def _actor(self, step: Step) -> tuple[User, Rights]:
        return self._people[step.line.who], self._rights[step.line.who]

    def _arrival(self, at: datetime, event: Said) -> Arrival:
        return Arrival(inbox_id=next(self._numbers), received_at=at, event=event)

    def _id(self, prefix: str, digits: int) -> str:
        return f"{prefix}{self._chance.getrandbits(4 * digits):0{digits}X}"


def _at_once(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Take together what is written in one breath, as the drain does; all else is by itself."""
    breath: list[Step] = []
    for step in steps:
        begins = not breath or step.line.verb != "write" or step.at - breath[0].at > _BREATH
        if breath and (begins or breath[0].line.verb != "write"):
            yield breath
            breath = []
        breath.append(step)
    if breath:
        yield breath


def _identities(who: Customer) -> tuple[Identity, ...]:
    return (Identity("phone", who.phone),)


def _echo(step: Step, origin: EchoOrigin, provider_id: str) -> MessageEcho:
    return MessageEcho(
        id=provider_id,
        identities=_identities(step.customer),
        address=step.customer.wa_id,
        origin=origin,
        kind=PROPS.get(step.line.prop, WORDS).kind,
        text=step.text,
        sent_at=step.at,
    )
