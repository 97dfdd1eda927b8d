"""What people do in the stateful model: every verb of the desk, by whoever works."""

from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
)

from evendas.accounts.terms import Origin
from sac.actions.attendants import deactivate_attendant, reactivate_attendant
from sac.actions.closing import close_ticket, reopen_ticket
from sac.actions.contacts import edit_contact
from sac.actions.replies import confirm_message, retry_message, send_reply
from sac.actions.tickets import claim_ticket, look_at_ticket, take_over_ticket
from sac.actions.transfers import return_ticket, transfer_to_department, transfer_to_person
from sac.models import Attendant, Department, Message, Ticket
from sac.permissions import may_reply
from tests.sac import plain_desk as plain
from tests.sac.model_inbox import TEAM, Inbox, nth, pick, text
from tests.sac.model_rows import (
    verdict_of,
)

# Mostly whose ticket it is: the others are refused most of what they try.
who = st.sampled_from([*sorted(TEAM), *["its own"] * 8])
colleague = st.sampled_from(["ana", "bia", "caio", "sara"])
has_tickets = precondition(lambda self: self.plain.tickets)


class People(Inbox):
    """Those who may, and those who are refused."""

    @has_tickets
    @rule(who=who, nth=nth)
    def claim(self, who: str, nth: int) -> None:
        person, ticket, row = self.at(who, nth)
        expected = self.plain.claim(person, ticket)
        assert verdict_of(partial(claim_ticket, row, **self.by(person))) == expected

    @has_tickets
    @rule(who=who, nth=nth, seen=colleague)
    def take_over(self, who: str, nth: int, seen: str) -> None:
        person, ticket, row = self.at(who, nth)
        expected = self.plain.take_over(person, ticket, self.plain.people[seen])
        action = partial(take_over_ticket, row, seen=self.attendant(seen).pk, **self.by(person))
        assert verdict_of(action) == expected

    @has_tickets
    @rule(who=who, nth=nth, place=st.sampled_from(["Suporte", "Vendas"]))
    def move(self, who: str, nth: int, place: str) -> None:
        person, ticket, row = self.at(who, nth)
        expected = self.plain.move(person, ticket, place)
        department = Department.objects.get(store=self.shop.store, name=place)
        action = partial(transfer_to_department, row, department, **self.by(person))
        assert verdict_of(action) == expected

    @has_tickets
    @rule(who=who, nth=nth, receiver=colleague)
    def hand_on(self, who: str, nth: int, receiver: str) -> None:
        person, ticket, row = self.at(who, nth)
        expected = self.plain.hand(person, ticket, self.plain.people[receiver])
        action = partial(transfer_to_person, row, self.attendant(receiver), **self.by(person))
        assert verdict_of(action) == expected

    @has_tickets
    @rule(who=who, nth=nth)
    def give_back(self, who: str, nth: int) -> None:
        person, ticket, row = self.at(who, nth)
        expected = self.plain.give_back(person, ticket)
        assert verdict_of(partial(return_ticket, row, **self.by(person))) == expected

    @has_tickets
    @rule(who=who, nth=nth, says_goodbye=st.booleans())
    def close(self, who: str, nth: int, says_goodbye: bool) -> None:
        person, ticket, row = self.at(who, nth)
        if ticket.seen_by(person):
            expected = self.plain.close(person, ticket, says_goodbye=says_goodbye)
            action = partial(close_ticket, row, says_goodbye=says_goodbye, **self.by(person))
            assert verdict_of(action) == expected
            if says_goodbye and expected == "":
                goodbye = Message.objects.filter(ticket=row, origin=Message.Origin.BOT).latest("id")
                ticket.conversation.messages[-1].pk = goodbye.pk

    @precondition(lambda self: self.plain.closed_before)
    @rule(who=who, nth=nth, late=st.sampled_from([0, 0, 4, 9]))
    def undo(self, who: str, nth: int, late: int) -> None:
        """Soon enough, mostly, and of what was closed last."""
        self.passes(1 + late)
        ticket = pick(self.plain.closed_before, nth)
        person = self.person(who, ticket)
        if ticket.seen_by(person):
            row = Ticket.objects.for_list().get(pk=ticket.pk)
            expected = self.plain.undo(person, ticket)
            assert verdict_of(partial(reopen_ticket, row, **self.by(person))) == expected

    @has_tickets
    @rule(who=who, nth=nth)
    def look(self, who: str, nth: int) -> None:
        person, ticket, row = self.at(who, nth)
        if ticket.seen_by(person):
            self.plain.look(person, ticket)
            if may_reply(self.rights[person.name], row):
                look_at_ticket(row)

    @has_tickets
    @rule(who=who, nth=nth, texts=st.lists(text, min_size=1, max_size=3), click=st.integers(1, 20))
    def send(self, who: str, nth: int, texts: list[str], click: int) -> None:
        """The first with a click that may have been used before, here or elsewhere."""
        for number, said in enumerate(texts):
            self.send_one(who, nth, said, self.plain.arrival() + 100 if number else click)

    def send_one(self, who: str, nth: int, text: str, click: int) -> None:
        person, ticket, row = self.at(who, nth)
        expected = self.plain.send(person, ticket, text, click)
        action = partial(send_reply, row, text=text, client_uuid=UUID(int=click), **self.by(person))
        if isinstance(expected, plain.Message):
            message = action()
            assert message.pk == (expected.pk or message.pk)
            expected.pk = message.pk
        else:
            assert verdict_of(action) == expected

    @precondition(lambda self: self.plain.undecided)
    @rule(who=who, nth=nth, is_sure=st.sampled_from([False, False, True]))
    def decide(self, who: str, nth: int, is_sure: bool) -> None:
        """Já chegou, or Reenviar."""
        self.passes()
        message = pick(self.plain.undecided, nth)
        if message.ticket is None:
            return
        person = self.person(who, message.ticket)
        if message.ticket.seen_by(person):
            row = self.row_of(message)
            message.pk = row.pk
            verb = self.plain.confirm if is_sure else self.plain.retry
            expected = verb(person, message)
            action = confirm_message if is_sure else retry_message
            rights = self.rights[person.name]
            assert verdict_of(partial(action, row, rights=rights)) == expected

    @has_tickets
    @rule(nth=nth, name=st.sampled_from(["", "Dona Marina"]))
    def edit_the_contact(self, nth: int, name: str) -> None:
        person, ticket, row = self.at("sara", nth)
        if name != ticket.conversation.name:
            self.plain.rename(ticket.conversation, name)
        edit_contact(row, by=self.actors[person.name].user, changes={"name": name})

    @rule(name=st.sampled_from(["ana", "bia", "caio"]))
    def shut_out_or_let_in(self, name: str) -> None:
        self.passes()
        person, by = self.plain.people[name], self.actors["dono"].user
        origin = Origin(None, "")
        if person.is_active:
            self.plain.dismiss(person)
            deactivate_attendant(self.attendant(name), by=by, origin=origin)
        else:
            person.is_active = True
            reactivate_attendant(self.attendant(name), by=by, origin=origin)

    def at(self, who: str, nth: int) -> tuple[plain.Person, plain.Ticket, Ticket]:
        """Somebody who works, at a ticket: one of the newest, mostly."""
        self.passes()
        ticket = pick(self.plain.tickets, nth)
        row = Ticket.objects.for_list().get(pk=ticket.pk)
        return self.person(who, ticket), ticket, row

    def person(self, who: str, ticket: plain.Ticket) -> plain.Person:
        person = (ticket.owner if who == "its own" else self.plain.people[who]) or self.sara
        return person if person.is_active else self.sara

    @property
    def sara(self) -> plain.Person:
        return self.plain.people["sara"]

    def by(self, person: plain.Person) -> dict[str, Any]:
        return {"by": self.actors[person.name].user, "rights": self.rights[person.name]}

    def attendant(self, name: str) -> Attendant:
        attendant = self.actors[name].attendant
        assert attendant
        return attendant

    def row_of(self, message: plain.Message) -> Message:
        known = {"pk": message.pk} if message.pk else {"provider_id": message.provider_id}
        return Message.objects.get(**known)
