"""Whatever people, customers, workers and the gateway do, in whichever order: the rows say what the
papers say (`plain_desk`), and everything that must always be true is.

The real actions on the real database; what the gateway answers is drawn. A run is a transaction
that is taken back, so nothing is pushed or rung. `--hypothesis-profile=faults` looks further.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from automacao.gateways.port import (
    Accepted,
    GatewayUnavailable,
    RecipientNotOnWhatsApp,
    SendOutcomeUnknown,
)
from automacao.webhooks import receive
from evendas import clock
from evendas.accounts.terms import Origin
from sac import drain
from sac.actions import outbox, releasing, statuses
from sac.actions.attendants import deactivate_attendant, reactivate_attendant
from sac.actions.contacts import edit_contact
from sac.actions.replies import confirm_message, retry_message, send_reply
from sac.actions.tickets import claim_ticket, close_ticket, look_at_ticket, take_over_ticket
from sac.actions.transfers import return_ticket, transfer_to_department, transfer_to_person
from sac.models import Attendant, Conversation, Department, Message, Ticket
from sac.permissions import Rights, may_reply
from tests.conftest import Actor, Shop, new_phone
from tests.postbox import Postbox, new_id
from tests.sac import plain_desk as plain
from tests.sac.model_rows import (
    broken_now,
    forget_checks,
    prepare_checks,
    sight_in_plain,
    sight_in_rows,
    threads_in_plain,
    threads_in_rows,
    tickets_in_plain,
    tickets_in_rows,
    verdict_of,
)

pytestmark = pytest.mark.django_db

# Side by side: the runs of `make test` are the same each time, a quarter of them in each share.
SHARES = 4

TEAM = {
    "ana": plain.Person("ana", ("Suporte",)),
    "bia": plain.Person("bia", ("Vendas",)),
    "caio": plain.Person("caio", ("Suporte", "Vendas"), closes_any=True),
    "sara": plain.Person("sara", ("Suporte",), sees_all=True, closes_any=True, takes_any=True),
    "dono": plain.Person("dono", is_admin=True),
}
PHONES = (new_phone(), new_phone())
WORDS = {
    "SERVER_ACK": "sent",
    "DELIVERY_ACK": "delivered",
    "READ": "read",
    "PLAYED": "played",
    "ERROR": "failed",
}
ANSWERS = (
    "accepted",
    "accepted without a name",
    "told before",
    "typed before",
    "refused",
    "later",
    "hung",
    "hung and taken",
    "died",
    "died and taken",
)

# Mostly one of them: what matters happens within a conversation.
phone = st.sampled_from([PHONES[0], PHONES[0], PHONES[0], PHONES[1]])
text = st.sampled_from(["Oi", "Bom dia", "Já vou ver"])
# Mostly whose ticket it is: the others are refused most of what they try.
who = st.sampled_from([*sorted(TEAM), *["its own"] * 4])
colleague = st.sampled_from(["ana", "bia", "caio", "sara"])
nth = st.integers(0, 5)
has_tickets = precondition(lambda self: self.plain.tickets)


class Killed(BaseException):
    """What a process leaves of its transaction when it is gone."""


class Model(RuleBasedStateMachine):
    """A store at work: every rule does a thing to the rows, and the same in plain Python."""

    def __init__(self, shop: Shop, actors: dict[str, Actor], rights: dict[str, Rights]) -> None:
        super().__init__()
        self.shop, self.actors, self.rights = shop, actors, rights
        self.box = Postbox(shop.instance)
        self.plain = plain.Desk({name: replace(person) for name, person in TEAM.items()})
        self.moment = timezone.now().replace(microsecond=0) - timedelta(days=1)
        # What lies in the inbox: whether somebody said it, and what it will do.
        self.inbox: list[tuple[bool, Callable[[], object]]] = []
        self.told: list[tuple[str, str, str, int]] = []
        self.taken: list[tuple[str, str, str]] = []
        self.steps = 0
        self.kept: set[bytes] = set()
        self.readers = sorted(TEAM)
        self.time = ExitStack()
        self.savepoint = transaction.savepoint()
        self.passes(0)

    def teardown(self) -> None:
        self.time.close()
        transaction.savepoint_rollback(self.savepoint)

    def passes(self, seconds: int = 1) -> None:
        self.moment += timedelta(seconds=seconds)
        self.plain.now = self.moment.timestamp()
        self.time.close()
        self.time.enter_context(clock.at(self.moment))

    # --- What comes in ---------------------------------------------------------------------------

    @rule(phone=phone, text=text, late=st.integers(0, 3), is_drained=st.booleans())
    def customer_writes(self, phone: str, text: str, late: int, is_drained: bool) -> None:
        said = (phone, text, new_id(), int(self.plain.now) - late)
        self.told.append(said)
        self.hear(*said, name="Marina")
        self.drain_if(is_drained)

    @precondition(lambda self: self.told)
    @rule(nth=nth, name=st.sampled_from(["Marina", "Mari"]))
    def webhook_comes_again(self, nth: int, name: str) -> None:
        """The same bytes, or the same message told in others."""
        self.hear(*pick(self.told, nth), name=name)
        self.drain_if()

    @rule(phone=phone, text=text)
    def somebody_types_on_the_phone(self, phone: str, text: str) -> None:
        self.comes_back(phone, text, new_id(), is_api=False)
        self.drain_if()

    @precondition(lambda self: self.taken)
    @rule(nth=nth, is_drained=st.booleans())
    def echo_comes(self, nth: int, is_drained: bool) -> None:
        self.comes_back(*pick(self.taken, nth), is_api=True)
        self.drain_if(is_drained)

    @precondition(lambda self: self.taken)
    @rule(nth=nth, word=st.sampled_from(sorted(WORDS)), is_drained=st.booleans())
    def status_comes(self, nth: int, word: str, is_drained: bool) -> None:
        """Of any rank, in any order."""
        self.tells(pick(self.taken, nth)[2], word)
        self.drain_if(is_drained)

    @precondition(lambda self: self.inbox)
    @rule()
    def drain_dies_before_it_commits(self) -> None:
        self.passes()
        with patch.object(drain, "_finish", side_effect=Killed), pytest.raises(Killed):
            drain.drain_instance(self.shop.instance.pk)

    @precondition(lambda self: self.inbox)
    @rule()
    def drain_works(self) -> None:
        self.drain_if()

    def hear(self, phone: str, text: str, provider_id: str, second: int, *, name: str) -> None:
        raw = self.box.said(text, phone=phone, message_id=provider_id, at=second, name=name)
        place = (second, self.plain.arrival())
        self.leave(raw, partial(self.plain.hear, phone, text, provider_id, place, name=name))

    def comes_back(self, phone: str, text: str, provider_id: str, *, is_api: bool) -> None:
        second = int(self.plain.now)
        form = self.box.echo if is_api else self.box.typed
        raw = form(text, phone=phone, message_id=provider_id, at=second)
        place = (second, self.plain.arrival())
        known = (phone, text, provider_id, place)
        self.leave(raw, partial(self.plain.overhear, *known, is_api=is_api))

    def tells(self, provider_id: str, word: str) -> None:
        happens = partial(self.plain.tell_status, provider_id, WORDS[word])
        self.leave(self.box.status(provider_id, word), happens, is_said=False)

    def leave(self, raw: bytes, happens: Callable[[], object], *, is_said: bool = True) -> None:
        """Post it. The very same bytes are kept once."""
        self.passes()
        key = self.shop.instance.webhook_key
        assert receive(self.posted(raw), "evolution", key).status_code == 200
        if raw not in self.kept:
            self.kept.add(raw)
            self.inbox.append((is_said, happens))

    def posted(self, raw: bytes) -> HttpRequest:
        headers = {"X-Evendas-Secret": self.shop.instance.webhook_secret}
        return RequestFactory().post(
            self.box.url, raw, content_type="application/json", headers=headers
        )

    def drain_if(self, is_drained: bool = True) -> None:
        """Work off the inbox. Of one set, what was said comes before what became of it."""
        if not is_drained:
            return
        self.passes()
        assert drain.drain_instance(self.shop.instance.pk) == len(self.inbox)
        for _, happens in sorted(self.inbox, key=lambda entry: not entry[0]):
            happens()
        self.inbox.clear()

    # --- What people do --------------------------------------------------------------------------

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
    @rule(who=who, nth=nth)
    def close(self, who: str, nth: int) -> None:
        person, ticket, row = self.at(who, nth)
        if ticket.seen_by(person):
            expected = self.plain.close(person, ticket)
            assert verdict_of(partial(close_ticket, row, **self.by(person))) == expected

    @has_tickets
    @rule(who=who, nth=nth)
    def look(self, who: str, nth: int) -> None:
        person, ticket, row = self.at(who, nth)
        if ticket.seen_by(person):
            self.plain.look(person, ticket)
            if may_reply(self.rights[person.name], row):
                look_at_ticket(row)

    @has_tickets
    @rule(who=who, nth=nth, text=text, click=st.integers(1, 12))
    def send(self, who: str, nth: int, text: str, click: int) -> None:
        """At times with a click that was used before, here or elsewhere."""
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
    @rule(who=who, nth=nth, is_sure=st.booleans())
    def decide(self, who: str, nth: int, is_sure: bool) -> None:
        """Já chegou, or Reenviar."""
        self.passes()
        message = pick(self.plain.undecided, nth)
        if message.ticket is None:
            return
        person = self.person(who, message.ticket)
        if message.ticket.seen_by(person):
            verb = self.plain.confirm if is_sure else self.plain.retry
            expected = verb(person, message)
            action = confirm_message if is_sure else retry_message
            rights = self.rights[person.name]
            assert verdict_of(partial(action, self.row_of(message), rights=rights)) == expected

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

    # --- What goes out ---------------------------------------------------------------------------

    @precondition(lambda self: self.plain.with_queue)
    @rule(nth=nth, answer=st.sampled_from(ANSWERS))
    def deliver(self, nth: int, answer: str) -> None:
        """Let what is next go to the gateway, which answers so, or the worker dies at it."""
        self.passes()
        known = pick(self.plain.with_queue, nth)
        head = self.plain.begin(known)
        home = Conversation.objects.get(contact__phone=known.phone)
        sending = outbox.begin_sending(home.pk)
        assert (sending and sending.message_id) == (head and self.row_of(head).pk)
        if head:
            head.pk = self.row_of(head).pk
            self.answer(head, answer)

    def answer(self, head: plain.Message, answer: str) -> None:
        provider_id, home = new_id(), head.conversation
        if answer not in {"refused", "later", "hung", "died"}:
            self.taken.append((home.phone, head.text, provider_id))
        if answer in {"told before", "typed before"}:
            is_api = answer == "told before"
            self.comes_back(home.phone, head.text, provider_id, is_api=is_api)
            self.drain_if()
        if answer in {"accepted", "told before", "typed before"}:
            self.accept(head, provider_id)
        elif answer == "accepted without a name":
            self.accept(head, "")
        elif answer == "refused":
            head.state = "failed"
            outbox.fail_sending(head.pk, RecipientNotOnWhatsApp())
        elif answer == "later":
            self.plain.postpone(head)
            outbox.fail_sending(head.pk, GatewayUnavailable())
        elif answer.startswith("hung"):
            head.state = "unknown"
            outbox.fail_sending(head.pk, SendOutcomeUnknown())

    def accept(self, message: plain.Message, provider_id: str) -> None:
        self.plain.accept(message, provider_id)
        outbox.accept_sending(message.pk, Accepted(id=provider_id, address=""))

    @precondition(lambda self: self.taken)
    @rule(nth=nth)
    def gateway_is_asked(self, nth: int) -> None:
        """What it remembers having sent settles what nobody knows."""
        self.passes()
        phone, text, provider_id = pick(self.taken, nth)
        lost = [
            one
            for one in self.plain.conversations[phone].outbox
            if one.state == "unknown" and one.text == text
        ]
        if lost and all(one.provider_id != provider_id for one in self.plain.messages):
            self.accept(lost[0], provider_id)

    @rule(seconds=st.sampled_from([5, 40, 70]))
    def sweeps_run(self, seconds: int) -> None:
        self.passes(seconds)
        self.plain.sweep()
        outbox.expire_leases()
        outbox.give_up_on_unknown()
        statuses.apply_waiting_statuses()
        statuses.forget_early_statuses()
        releasing.release_stranded()

    # --- What must be so after every step --------------------------------------------------------

    @invariant()
    def rows_say_what_the_papers_say(self) -> None:
        rows = tickets_in_rows()
        for one, row in zip(self.plain.tickets, rows, strict=True):
            # A ticket that was opened by this step is known by its id from now on.
            one.pk = one.pk or row[0]
        assert rows == tickets_in_plain(self.plain)
        assert threads_in_rows() == threads_in_plain(self.plain)
        self.steps += 1
        if self.steps % 4 == 0:
            self.people_see_what_is_theirs()

    def people_see_what_is_theirs(self) -> None:
        """One after the other: a reader for each step."""
        self.readers.append(self.readers.pop(0))
        name = self.readers[0]
        assert sight_in_rows(self.rights[name]) == sight_in_plain(
            self.plain, self.plain.people[name]
        )

    @invariant()
    def nothing_is_broken(self) -> None:
        assert broken_now() == []


def pick(known: list[Any], nth: int) -> Any:  # noqa: ANN401 - an element of any list
    """The newest for 0, older ones for more."""
    return known[-1 - nth % len(known)]


@pytest.fixture
def team(shop: Shop, dono: Actor) -> dict[str, Actor]:
    places = {"Suporte": shop.support, "Vendas": shop.sales}
    hired = {
        name: shop.hire(
            name,
            *(places[place] for place in person.places),
            can_view_all=person.sees_all,
            can_close_any=person.closes_any,
            can_take_over_any=person.takes_any,
        )
        for name, person in TEAM.items()
        if person.answers
    }
    return {**hired, "dono": dono}


@pytest.mark.parametrize("share", range(SHARES))
def test_whatever_happens_the_rows_say_what_the_papers_say(
    shop: Shop, team: dict[str, Actor], rings: object, share: int
) -> None:
    rights = {name: actor.rights for name, actor in team.items()}

    class Run(Model):
        def __init__(self) -> None:
            super().__init__(shop, team, rights)

    prepare_checks()
    try:
        run_state_machine_as_test(_settled(Run, share), settings=_part())
    finally:
        forget_checks()


def _settled(run: type[Model], share: int) -> type[Model]:
    """The same runs each time, but where new ones are looked for."""
    return run if settings.get_current_profile_name() == "faults" else seed(share)(run)


def _part() -> settings:
    """One share of the examples: shares run side by side."""
    return settings(max_examples=settings().max_examples // SHARES)
