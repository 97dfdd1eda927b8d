"""Since when what is due: what waits for good reason is not late."""

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from automacao.models import InboundEvent, Instance
from evendas.health.measures import held_up, measure, next_in_line
from sac.models import Message, Ticket
from tests.conftest import Shop
from tests.sac.board import put_message, put_ticket

pytestmark = pytest.mark.django_db

Status = InboundEvent.Status
State = Message.State


def put_in_inbox(shop: Shop, *, due_in: float, status: str = Status.WAITING) -> InboundEvent:
    body = uuid4().bytes
    return InboundEvent.objects.create(
        store=shop.store,
        instance=shop.instance,
        sha256=hashlib.sha256(body).digest(),
        body=body,
        status=status,
        due_at=timezone.now() + timedelta(seconds=due_in),
    )


def put_in_outbox(ticket: Ticket, *, due_in: float = -300.0, state: str = State.QUEUED) -> Message:
    message = put_message(ticket, sort_key=1)
    message.state = state
    message.next_attempt_at = timezone.now() + timedelta(seconds=due_in)
    message.save()
    return message


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return put_ticket(shop)


def number(shop: Shop, **facts: object) -> None:
    Instance.objects.filter(pk=shop.instance.pk).update(**facts)


def test_an_empty_house_is_not_late(shop: Shop) -> None:
    measures = measure()

    assert (measures.inbox, measures.outbox) == (0, 0)


def test_the_inbox_is_as_late_as_the_next_event_of_its_slowest_number(shop: Shop) -> None:
    for seconds in (-50, -90, -10):
        put_in_inbox(shop, due_in=seconds)

    # The first to come is the next to be taken.
    assert 50 <= measure().inbox < 90


@pytest.mark.parametrize(
    ("due_in", "status"), [(60, Status.WAITING), (-60, Status.PARKED), (-60, Status.DONE)]
)
def test_what_is_done_parked_or_put_off_is_not_late(shop: Shop, due_in: int, status: str) -> None:
    put_in_inbox(shop, due_in=due_in, status=status)
    assert measure().inbox == 0

    put_in_inbox(shop, due_in=-60)
    assert measure().inbox >= 60


def test_the_outbox_is_as_late_as_the_oldest_reply_that_could_leave(
    shop: Shop, ticket: Ticket
) -> None:
    put_in_outbox(ticket, due_in=-100)
    put_in_outbox(put_ticket(shop), due_in=-200)
    put_in_outbox(put_ticket(shop), due_in=60)

    assert 200 <= measure().outbox < 290


@pytest.mark.parametrize("state", [State.SENDING, State.UNKNOWN])
def test_what_waits_behind_a_message_in_doubt_is_not_late(ticket: Ticket, state: str) -> None:
    first = put_in_outbox(ticket, state=state)
    put_in_outbox(ticket)
    assert measure().outbox == 0

    Message.objects.filter(pk=first.pk).update(state=State.ACCEPTED)
    assert measure().outbox >= 300


def test_what_waits_for_a_paused_number_is_not_late(shop: Shop, ticket: Ticket) -> None:
    put_in_outbox(ticket)
    number(shop, send_paused_until=timezone.now() + timedelta(seconds=60))
    assert measure().outbox == 0

    number(shop, send_paused_until=timezone.now() - timedelta(seconds=10))
    assert 10 <= measure().outbox < 290


def test_what_waits_for_a_disconnected_number_is_not_late(shop: Shop, ticket: Ticket) -> None:
    put_in_outbox(ticket)
    number(shop, state=Instance.State.DISCONNECTED)
    assert measure().outbox == 0

    # Since it is back.
    back = timezone.now() - timedelta(seconds=10)
    number(shop, state=Instance.State.CONNECTED, state_changed_at=back)
    assert 10 <= measure().outbox < 290


def test_a_removed_number_has_nothing_to_send(shop: Shop, ticket: Ticket) -> None:
    put_in_outbox(ticket)
    assert measure().outbox >= 300

    number(shop, removed_at=timezone.now())
    assert measure().outbox == 0


def test_a_look_costs_three_queries_whatever_waits(
    shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        measure()
    for _ in range(5):
        put_in_inbox(shop, due_in=-60)
        put_in_outbox(put_ticket(shop))

    with django_assert_num_queries(3):
        measure()


def test_what_waits_is_found_by_the_indexes_of_what_waits(shop: Shop) -> None:
    with connection.cursor() as cursor:
        # Small tables are read whole otherwise, as they should be.
        cursor.execute("SET LOCAL enable_seqscan = off")

    assert "automacao_inbox_waiting" in next_in_line().explain()
    assert "sac_outbox" in held_up().explain()
