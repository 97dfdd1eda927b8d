"""What happens to an open socket when its person's rights, session or password change."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from evendas import live
from sac import consumers
from sac.consumers import DeskConsumer
from sac.models import AttendantDepartment
from tests.conftest import Actor, Shop
from tests.sac.acts import push, send
from tests.sac.board import put_ticket
from tests.sac.conftest import OpenTab

pytestmark = pytest.mark.django_db(transaction=True)


def _rights_changed(actor: Actor) -> None:
    live.publish([live.user_group(actor.user.pk)], {"t": "rights"})


def test_a_new_department_is_heard_of_at_once(shop: Shop, open_tab: OpenTab, bia: Actor) -> None:
    assert bia.attendant
    tab = open_tab(bia)
    AttendantDepartment.objects.create(
        store=shop.store, attendant=bia.attendant, department=shop.support
    )
    _rights_changed(bia)
    assert tab.heard() == [{"t": "rights"}]
    ticket = put_ticket(shop, department=shop.support)
    push(ticket)
    assert tab.about("row") == [ticket.pk]


def test_a_department_that_was_taken_away_is_silent_at_once(
    shop: Shop, open_tab: OpenTab, ana: Actor
) -> None:
    ticket = put_ticket(shop, department=shop.support)
    tab = open_tab(ana)
    tab.watch(ticket.conversation_id)
    tab.next()
    AttendantDepartment.objects.all().delete()
    _rights_changed(ana)
    tab.heard()
    push(ticket)
    shop.hears(phone=ticket.conversation.contact.phone)
    assert tab.heard() == []


def test_a_flag_that_was_taken_away_narrows_at_once(
    shop: Shop, open_tab: OpenTab, sara: Actor
) -> None:
    assert sara.attendant
    tab = open_tab(sara)
    sara.attendant.can_view_all = False
    sara.attendant.save()
    _rights_changed(sara)
    tab.heard()
    push(put_ticket(shop, department=shop.sales))
    own = put_ticket(shop, department=shop.support)
    push(own)
    assert tab.about("row") == [own.pk]


def _deactivate(actor: Actor) -> None:
    actor.user.is_active = False
    actor.user.save()


def _suspend_store(actor: Actor) -> None:
    assert actor.user.store
    actor.user.store.is_active = False
    actor.user.store.save()


def _change_password(actor: Actor) -> None:
    actor.user.set_password("outra-senha-longa-2")
    actor.user.save()


def _end_session(_: Actor) -> None:
    """As logging out elsewhere does, and as cleaning up sessions does."""
    Session.objects.all().delete()


def _let_session_expire(_: Actor) -> None:
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")


ENDS = [_deactivate, _suspend_store, _change_password, _end_session, _let_session_expire]


@pytest.mark.parametrize("end", ENDS)
def test_whoever_may_no_longer_be_here_is_out_at_the_next_look(
    open_tab: OpenTab, ana: Actor, monkeypatch: pytest.MonkeyPatch, end: Callable[[Actor], None]
) -> None:
    monkeypatch.setattr(DeskConsumer, "recheck_seconds", 0.05)
    tab = open_tab(ana)
    end(ana)
    assert tab.code_of_close() == 4403


@pytest.mark.parametrize("end", ENDS)
def test_whoever_may_no_longer_be_here_is_out_at_once_when_told(
    open_tab: OpenTab, ana: Actor, end: Callable[[Actor], None]
) -> None:
    tab = open_tab(ana)
    end(ana)
    _rights_changed(ana)
    assert tab.code_of_close() == 4403


def test_after_the_end_nothing_more_is_said(shop: Shop, open_tab: OpenTab, ana: Actor) -> None:
    ticket = put_ticket(shop, department=shop.support)
    tab, witness = open_tab(ana), open_tab(shop.hire("Caio", shop.support))
    _deactivate(ana)
    _rights_changed(ana)
    assert tab.code_of_close() == 4403
    push(ticket)
    tab.watch(ticket.conversation_id)
    assert witness.about("row") == [ticket.pk]
    tab.close()
    assert tab.socket.output_queue.empty()


def test_logging_out_ends_every_tab_of_that_session_and_no_other(
    shop: Shop, open_tab: OpenTab, ana: Actor
) -> None:
    elsewhere = Actor(ana.user)
    tabs, other = [open_tab(ana), open_tab(ana)], open_tab(elsewhere)
    ana.client.post("/sair/")
    assert [tab.code_of_close() for tab in tabs] == [4403, 4403]
    ticket = put_ticket(shop, department=shop.support)
    push(ticket)
    assert other.about("row") == [ticket.pk]


def _wait_until(is_true: Callable[[], bool]) -> None:
    limit = time.monotonic() + 10
    while not is_true():
        assert time.monotonic() < limit, "it never happened"
        threading.Event().wait(0.01)


class _Looks:
    """Counts the looks at a person's rights; the first few find the database away."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, failing: int = 0) -> None:
        self.count = 0
        self.failing = failing
        self.real = consumers._rights_of
        monkeypatch.setattr(consumers, "_rights_of", self)

    def __call__(self, user: Any) -> object:  # noqa: ANN401 - as the real one
        self.count += 1
        if self.failing:
            self.failing -= 1
            raise ConnectionError("the database is away")
        return self.real(user)


def test_whoever_is_welcome_stays_through_every_look(
    shop: Shop, open_tab: OpenTab, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeskConsumer, "recheck_seconds", 0.02)
    tab = open_tab(ana)
    looks = _Looks(monkeypatch)
    _wait_until(lambda: looks.count > 5)
    ticket = put_ticket(shop, department=shop.support)
    push(ticket)
    assert tab.about("row") == [ticket.pk]


def test_a_database_that_was_away_does_not_end_the_looking(
    open_tab: OpenTab, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DeskConsumer, "recheck_seconds", 0.02)
    tab = open_tab(ana)
    looks = _Looks(monkeypatch, failing=3)
    _wait_until(lambda: looks.count > 5)
    assert tab.heard() == []
    _deactivate(ana)
    assert tab.code_of_close() == 4403


def test_looking_again_and_watching_never_regroup_at_the_same_time(
    shop: Shop, open_tab: OpenTab, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the later of the two may leave the group of the conversation on screen."""
    regroup, inside, together = DeskConsumer.regroup, [0], [0]

    async def slowly(self: DeskConsumer, groups: set[str]) -> None:
        inside[0] += 1
        together[0] = max(together[0], inside[0])
        await asyncio.sleep(0.002)
        await regroup(self, groups)
        inside[0] -= 1

    monkeypatch.setattr(DeskConsumer, "recheck_seconds", 0.001)
    monkeypatch.setattr(DeskConsumer, "regroup", slowly)
    ticket = shop.hears(department=shop.support)
    tab = open_tab(ana)
    for _ in range(20):
        tab.watch(ticket.conversation_id)
        tab.next()
    assert together == [1]
    send(ana, ticket)
    assert tab.about("thread") == [ticket.pk]


def test_a_tab_where_nothing_happens_stays_open(shop: Shop, open_tab: OpenTab, ana: Actor) -> None:
    """Client libraries have closed idle sockets after 5 seconds."""
    tab = open_tab(ana)
    threading.Event().wait(7)
    ticket = put_ticket(shop, department=shop.support)
    push(ticket)
    assert tab.next()["ticket"] == ticket.pk


def test_a_tab_that_left_is_in_no_group_any_more(shop: Shop, open_tab: OpenTab, ana: Actor) -> None:
    left = open_tab(ana)
    left.close()
    # Who came and went was told to it while it was there.
    while not left.socket.output_queue.empty():
        left.socket.output_queue.get_nowait()
    push(put_ticket(shop, department=shop.support))
    assert open_tab(ana).heard() == []
    assert left.socket.output_queue.empty()
