"""Writes what a set of arrivals changed, and tells the screens."""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from automacao.models import Instance
from evendas.bell import ring
from sac.actions.changes import apply_early_changes
from sac.actions.closing import take_back_farewells
from sac.actions.codes import take_codes
from sac.actions.inbound.thread import Thread
from sac.actions.rows import write_columns
from sac.actions.statuses import apply_early_statuses, show_on_list
from sac.announce import past_changed
from sac.matching import numbers_told
from sac.models import Conversation, Media, Message, Ticket, TicketEvent
from sac.permissions import Sight


def save_and_tell(instance: Instance, threads: Sequence[Thread]) -> None:
    """Write these threads' changes. The caller holds their locks."""
    _save(instance, threads)
    for thread in threads:
        _announce(thread)
    _tell_names(instance, [row for row in threads if row.announcement.is_about_contact])
    announced = [file for thread in threads for file in thread.media]
    _fetch(file for file in announced if file.state == Media.State.PENDING)


def _save(instance: Instance, threads: Sequence[Thread]) -> None:
    _forget_goodbyes(threads)
    messages = [message for row in threads for message in row.messages]
    adopted = [message for row in threads for message in row.adopted]
    apply_early_statuses(instance, [row for row in (*messages, *adopted) if row.is_out])
    apply_early_changes(instance, messages)
    new = [row.ticket for row in threads if row.ticket and row.is_new_ticket]
    _give_codes(instance, new)
    Ticket.objects.bulk_create(new)
    Message.objects.bulk_create(messages)
    Media.objects.bulk_create([file for row in threads for file in row.media])
    write_columns(adopted, Message.SENDING_FIELDS)
    write_columns([call for row in threads for call in row.ended], ["content", "revision"])
    for row in threads:
        if elsewhere := [one for one in row.adopted if one.ticket != row.ticket]:
            row.past += show_on_list(elsewhere)
    TicketEvent.objects.bulk_create([event for row in threads for event in row.events])
    write_columns([ticket for row in threads for ticket in _shown(row)], Ticket.ACTIVITY_FIELDS)
    write_columns([row.conversation for row in threads], Conversation.ADDRESS_FIELDS)


def _forget_goodbyes(threads: Sequence[Thread]) -> None:
    """Whoever writes again is not said goodbye to any more."""
    reopened = {row.conversation: row for row in threads if row.is_new_ticket}
    for message in take_back_farewells(list(reopened)) if reopened else ():
        row = reopened[message.conversation]
        row.taken_back.append(message)
        if message.ticket:
            row.past.append(message.ticket)


def _shown(thread: Thread) -> Iterator[Ticket]:
    """The thread's ticket, which shows the last message by its id: its ticks go there too."""
    ticket = thread.ticket
    if ticket is None:
        return
    if thread.shown:
        # It has its id by now, and whatever was done to it before it came.
        ticket.show(thread.shown)
    for message in (*thread.messages, *thread.adopted):
        ticket.follow(message)
    yield ticket


def _give_codes(instance: Instance, tickets: Sequence[Ticket]) -> None:
    if not tickets:
        return
    year = timezone.localtime(tickets[0].created_at, instance.store.zone).year
    for ticket, code in zip(
        tickets, take_codes(instance.store_id, year, len(tickets)), strict=True
    ):
        ticket.code = code


def _announce(thread: Thread) -> None:
    announcement = thread.announcement
    announcement.changed(*thread.events, *thread.changed)
    if any(_calls_for_somebody(message) for message in thread.messages):
        announcement.heard()
    if thread.ticket:
        announcement.ticket_changed(thread.ticket, before=thread.before)
    for ticket in thread.past:
        announcement.ticket_changed(ticket, before=Sight.of(ticket))
    announcement.after_commit()
    if any(_names_an_order(message) for message in thread.messages):
        ring_for = thread.conversation.pk
        transaction.on_commit(lambda: ring("sac.order_told", ring_for), robust=True)
    if thread.adopted:
        # What waited behind an unknown outcome may go.
        conversation_id = thread.conversation.pk
        transaction.on_commit(lambda: ring("sac.deliver", conversation_id), robust=True)


def _calls_for_somebody(message: Message) -> bool:
    """The customer wrote, into a chapter: neither history nor a call that was missed."""
    return not message.is_out and message.ticket is not None and message.kind != "call"


def _names_an_order(message: Message) -> bool:
    return message.direction == Message.Direction.IN and bool(numbers_told([message.text]))


def _fetch(files: Iterable[Media]) -> None:
    """Have the files fetched, once their rows are there for the other worker to see."""
    numbers = [file.pk for file in files]
    if numbers:
        transaction.on_commit(lambda: _ring_for(numbers), robust=True)


def _ring_for(numbers: Sequence[int]) -> None:
    for number in numbers:
        ring("sac.fetch_media", number)


def _tell_names(instance: Instance, threads: Sequence[Thread]) -> None:
    """Where else the customers of these threads are listed: earlier chapters, other numbers."""
    if not threads:
        return
    people = [row.conversation.contact_id for row in threads]
    shown = [row.ticket.pk for row in threads if row.ticket]
    elsewhere = Ticket.objects.filter(conversation__contact__in=people).exclude(pk__in=shown)
    past_changed(instance.store_id, elsewhere)
