"""The inbox is worked off whatever happens: poison, two workers at once, a database that fails."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from automacao.gateways import evolution
from automacao.models import InboundEvent
from sac import drain, tasks
from sac.actions.inbound import receive_messages
from sac.drain import BATCH, BATCH_BYTES, LOCK_SPACE, drain_instance
from sac.models import Message, Ticket
from tests.conftest import Shop, new_phone
from tests.databases import another_connection
from tests.postbox import Postbox

pytestmark = pytest.mark.django_db

PHONE = "+5511987654321"
POISON = "veneno"
HANG_UP = "SELECT pg_terminate_backend(pg_backend_pid())"

Rings = list[tuple[str, tuple[int, ...]]]
Pushes = list[tuple[set[str], dict[str, Any]]]
Commits = Callable[..., AbstractContextManager[list[Callable[[], object]]]]


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Commits) -> Commits:
    """Run what waits for the commit, as the end of a test's transaction never does."""
    return django_capture_on_commit_callbacks


@pytest.fixture
def poison(db: None) -> None:
    """Let the database itself refuse one text, in the midst of a set."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE sac_message ADD CONSTRAINT poison CHECK (text <> '{POISON}') NOT VALID"
        )


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """A failed event is logged with its traceback: thirty of them would hide the test's own."""
    logging.getLogger("sac.drain").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("sac.drain").setLevel(logging.NOTSET)


def test_more_than_one_batch_is_worked_off_at_one_ring(box: Postbox) -> None:
    count = BATCH * 2 + 1
    phones = [new_phone() for _ in range(4)]
    bodies = [box.said(f"{number}", phone=phones[number % 4]) for number in range(count)]
    assert box.bring(*bodies) == count
    assert Message.objects.count() == count
    assert set(InboundEvent.objects.values_list("status", flat=True)) == {"done"}


def test_a_poison_event_waits_and_the_others_are_done(box: Postbox, poison: None) -> None:
    texts = ["um", "dois", POISON, "três", "quatro"]
    box.bring(*(box.said(text, phone=new_phone()) for text in texts))
    assert set(Message.objects.values_list("text", flat=True)) == set(texts) - {POISON}
    assert Ticket.objects.count() == 4
    (left,) = InboundEvent.objects.exclude(status="done")
    assert (left.status, left.attempts) == ("waiting", 1)
    assert "IntegrityError" in left.error


def test_a_poison_event_waits_longer_each_time_and_is_parked_at_last(
    box: Postbox, poison: None
) -> None:
    box.leave(box.said(POISON, phone=PHONE))
    waits: list[float] = []
    while InboundEvent.objects.get().status == "waiting" and len(waits) < 20:
        its_time_has_come()
        assert drain_instance(box.instance.pk) == 1
        waits.append((InboundEvent.objects.get().due_at - timezone.now()).total_seconds())
        # Not due any more: nothing is tried twice in a row.
        assert drain_instance(box.instance.pk) == 0
    assert waits == pytest.approx([10, 20, 40, 80, 160, 320, 600, 600], abs=5)
    event = InboundEvent.objects.get()
    assert event.status == "parked"
    assert "poison" in event.error
    assert not Message.objects.exists()


def test_a_parked_event_can_be_replayed_once_it_is_mended(box: Postbox, poison: None) -> None:
    box.leave(box.said(POISON, phone=PHONE))
    for _ in range(InboundEvent.MAX_ATTEMPTS):
        its_time_has_come()
        drain_instance(box.instance.pk)
    run("ALTER TABLE sac_message DROP CONSTRAINT poison")
    call_command("replay_parked", verbosity=0)
    drain_instance(box.instance.pk)
    event = InboundEvent.objects.get()
    assert (event.status, event.error) == ("done", "")
    assert Message.objects.get().text == POISON


def test_replaying_one_number_leaves_the_others_parked(
    box: Postbox, other_shop: Shop, rings: Rings, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Postbox(other_shop.instance)
    for one in (box, other):
        one.bring(one.body("messages.edited", {"key": {"id": "3A01"}}))
    assert InboundEvent.objects.parked().count() == 2
    rings.clear()
    call_command("replay_parked", instance=box.instance.gateway_name)
    assert InboundEvent.objects.parked().get().instance == other.instance
    assert rings == [("sac.drain", (box.instance.pk,))]
    assert "1" in capsys.readouterr().out


def test_replaying_an_unknown_number_is_refused_in_words() -> None:
    with pytest.raises(CommandError, match="ch_nobody"):
        call_command("replay_parked", instance="ch_nobody")


def test_an_event_that_nobody_understands_is_parked_with_its_reason(box: Postbox) -> None:
    box.bring(box.body("messages.unheard", {"key": {"id": "3A01"}}), box.said(phone=PHONE))
    event = InboundEvent.objects.parked().get()
    assert "messages.unheard" in event.error
    assert Message.objects.count() == 1


def test_an_adapter_that_fails_parks_only_that_event(
    box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = evolution.parse

    def brittle(headers: object, raw: bytes) -> list[object]:
        if POISON.encode() in raw:
            raise KeyError("conversation")
        return [*read({}, raw)]

    monkeypatch.setattr(evolution, "parse", brittle)
    box.bring(box.said("um", phone=PHONE), box.said(POISON, phone=PHONE), box.said(phone=PHONE))
    assert Message.objects.count() == 2
    assert "KeyError" in InboundEvent.objects.parked().get().error


def test_what_is_done_twice_changes_nothing(box: Postbox) -> None:
    box.bring(box.said("Oi", phone=PHONE), box.typed("Olá", phone=PHONE), box.line("open"))
    before = snapshot()
    InboundEvent.objects.update(status="waiting")
    assert drain_instance(box.instance.pk) == 3
    assert snapshot() == before


def test_live_events_go_before_those_in_bulk(box: Postbox) -> None:
    box.leave(*(box.body("contacts.update", [{"n": number}]) for number in range(3)))
    box.leave(box.said("Oi", phone=PHONE))
    batch = InboundEvent.objects.next_batch(box.instance.pk, size=2, volume=BATCH_BYTES)
    assert [event.lane for event in batch] == [InboundEvent.Lane.FRESH, InboundEvent.Lane.BULK]
    numbers = [event.pk for event in batch]
    assert numbers == sorted(numbers, reverse=True)


def test_a_set_is_cut_at_what_memory_holds_and_a_bigger_event_goes_alone(box: Postbox) -> None:
    texts = ["a" * 3000, "bb", "ccc", "d" * 3000]
    box.leave(*(box.said(text, phone=PHONE) for text in texts))
    sizes = [len(event.body) for event in InboundEvent.objects.order_by("id")]

    def taken(volume: int) -> list[int]:
        batch = InboundEvent.objects.next_batch(box.instance.pk, size=3, volume=volume)
        return [len(event.body) for event in batch]

    assert taken(1) == taken(sizes[0] + sizes[1] - 1) == sizes[:1]
    assert taken(sizes[0] + sizes[1]) == sizes[:2]
    assert taken(BATCH_BYTES) == sizes[:3]


def test_sets_of_any_size_are_worked_off_in_order(
    box: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drain, "BATCH_BYTES", 2000)
    texts = [f"{number}" * 10 ** (number % 4) for number in range(9)]
    assert box.bring(*(box.said(text, phone=PHONE) for text in texts)) == 9
    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == texts


def test_a_set_of_fifty_costs_no_more_questions_than_one(
    box: Postbox, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    for count in (1, BATCH):
        box.leave(*(box.said(f"{number}", phone=PHONE) for number in range(count)))
        with django_assert_num_queries(2):
            batch = InboundEvent.objects.next_batch(box.instance.pk, size=BATCH, volume=BATCH_BYTES)
        assert len(batch) == count
        assert drain_instance(box.instance.pk) == count


def test_one_number_is_drained_and_the_others_wait(box: Postbox, other_shop: Shop) -> None:
    other = Postbox(other_shop.instance)
    other.leave(other.said(phone=PHONE))
    box.bring(box.said(phone=PHONE))
    assert Message.objects.get().store_id == box.instance.store_id
    assert InboundEvent.objects.get(instance=other.instance).status == "waiting"


def test_a_drain_leaves_when_another_has_the_number(box: Postbox) -> None:
    box.leave(box.said(phone=PHONE))
    with another_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, box.instance.pk])
        assert drain_instance(box.instance.pk) == 0
    assert not Message.objects.exists()
    assert drain_instance(box.instance.pk) == 1
    assert Message.objects.count() == 1


def test_a_failed_attempt_takes_nothing_back_from_a_drain_that_succeeded(box: Postbox) -> None:
    box.bring(box.said(phone=PHONE))
    InboundEvent.objects.postpone(InboundEvent.objects.get().pk, "late", now=timezone.now())
    event = InboundEvent.objects.get()
    assert (event.status, event.attempts, event.error) == ("done", 0, "")


def test_nothing_is_announced_after_a_rollback(
    box: Postbox, rings: Rings, pushes: Pushes, commits: Commits, poison: None
) -> None:
    box.leave(box.said(POISON, phone=PHONE))
    rings.clear()
    with commits(execute=True) as committed:
        drain_instance(box.instance.pk)
    assert (pushes, rings, committed) == ([], [], [])


def test_a_set_is_announced_once_to_the_thread_and_once_to_the_list(
    box: Postbox, pushes: Pushes, rings: Rings, commits: Commits
) -> None:
    box.leave(box.said("um", phone=PHONE), box.said("dois", phone=PHONE))
    with commits(execute=True):
        drain_instance(box.instance.pk)
        assert pushes == []
    (_, thread), (_, row) = pushes
    assert (thread["t"], row["t"]) == ("thread", "row")
    assert (thread["from"], thread["to"]) == (1, 4)
    assert "um" in thread["html"]
    assert "dois" in row["html"]


@pytest.mark.django_db(transaction=True)
def test_a_set_whose_connection_breaks_is_done_over_another(
    box: Postbox, rings: Rings, pushes: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.leave(*(box.said(f"{number}", phone=PHONE) for number in range(3)))
    trouble = iter([HANG_UP])

    def brittle(*args: Any) -> int:
        run(next(trouble, "SELECT 1"))
        return receive_messages(*args)

    monkeypatch.setattr(drain, "receive_messages", brittle)
    assert drain_instance(box.instance.pk) == 3
    assert set(InboundEvent.objects.values_list("status", "attempts")) == {("done", 0)}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_leaves_every_event_waiting(
    box: Postbox, rings: Rings, pushes: Pushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.leave(*(box.said(f"{number}", phone=PHONE) for number in range(3)))

    def refuse() -> None:
        raise OperationalError("nobody listens")

    def cut(*_: object) -> None:
        monkeypatch.setattr(connection, "connect", refuse)
        run(HANG_UP)

    monkeypatch.setattr(drain, "receive_messages", cut)
    with pytest.raises(OperationalError):
        drain_instance(box.instance.pk)
    monkeypatch.undo()
    assert set(InboundEvent.objects.values_list("status", "attempts")) == {("waiting", 0)}


@pytest.mark.django_db(transaction=True)
def test_what_came_while_a_drain_was_busy_is_done_by_that_drain(
    box: Postbox, rings: Rings, pushes: Pushes
) -> None:
    box.bring(box.said("um", phone=PHONE))
    with another_connection() as blocker, ThreadPoolExecutor() as pool:
        blocker.execute("SELECT 1 FROM sac_contact FOR UPDATE")
        box.leave(box.said("dois", phone=PHONE))
        busy = pool.submit(drain_and_hang_up, box.instance.pk)
        wait_until_somebody_waits_for_a_lock()
        box.leave(box.said("três", phone=PHONE))
        assert drain_instance(box.instance.pk) == 0
        blocker.rollback()
        assert busy.result(10) == 2
    assert Message.objects.count() == 3


def test_the_sweep_rings_for_what_is_due_and_for_nothing_else(
    box: Postbox, other_shop: Shop, rings: Rings
) -> None:
    other = Postbox(other_shop.instance)
    for one in (box, other):
        one.leave(one.said(phone=PHONE))
    postponed = InboundEvent.objects.filter(instance=other.instance)
    postponed.update(due_at=timezone.now() + timedelta(minutes=5))
    rings.clear()
    tasks.sweep_inbox()
    assert rings == [("sac.drain", (box.instance.pk,))]


def its_time_has_come() -> None:
    InboundEvent.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def snapshot() -> list[object]:
    return [
        *Message.objects.order_by("id").values(),
        *Ticket.objects.order_by("id").values(),
        *Ticket.objects.order_by("id").values("conversation__revision"),
    ]


def drain_and_hang_up(instance_id: int) -> int:
    try:
        return drain_instance(instance_id)
    finally:
        connection.close()


def wait_until_somebody_waits_for_a_lock() -> None:
    limit = time.monotonic() + 10
    with another_connection() as other:
        while not other.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
            assert time.monotonic() < limit, "nobody waits"
            time.sleep(0.01)
