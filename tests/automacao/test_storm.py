"""A gateway that cannot reach WhatsApp: hundreds of session events, told as one."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from automacao.actions.sessions import note_session_state
from automacao.actions.storms import without_repeats
from automacao.gateways.port import SessionState, Source, State
from automacao.models import InboundEvent, Instance
from sac.drain import drain_instance
from tests.conftest import Shop, open_shop
from tests.postbox import Postbox

NOW = timezone.now()


def told(state: State, second: int | None, channel: str = "") -> SessionState:
    """A session event of this second."""
    at = None if second is None else NOW - timedelta(seconds=60 - second)
    return SessionState(state, at=at, source=Source(channel=channel or None))


def test_a_run_of_tries_is_its_last_word_whatever_order_it_came_in() -> None:
    run = [told(State.CONNECTING, 3), told(State.DISCONNECTED, 5), told(State.CONNECTING, 4)]
    assert without_repeats(run, now=NOW) == [run[1]]


@pytest.mark.parametrize(
    "heavy", [told(State.CONNECTED, 2), told(State.QR, 2), told(State.LOGGED_OUT, 2)]
)
def test_what_is_heavier_is_never_left_out_and_parts_the_runs(heavy: SessionState) -> None:
    tries = [told(State.CONNECTING, 1), heavy, heavy, told(State.CONNECTING, 3)]
    assert without_repeats(tries, now=NOW) == tries


@pytest.mark.parametrize("second", [None, 60 + 3600])
def test_what_carries_no_time_to_be_ordered_by_is_all_kept(second: int | None) -> None:
    tries = [told(State.CONNECTING, second), told(State.DISCONNECTED, second)]
    assert without_repeats(tries, now=NOW) == tries


def test_two_channels_are_two_runs() -> None:
    tries = [told(State.CONNECTING, 1, "new"), told(State.CONNECTING, 2, "old")]
    assert without_repeats(tries, now=NOW) == tries


words = st.sampled_from(
    [State.CONNECTING, State.DISCONNECTED] * 3
    + [State.CONNECTED, State.QR, State.QR_EXPIRED, State.LOGGED_OUT, State.BANNED]
)
seconds = st.one_of(st.none(), st.integers(0, 12), st.just(60 + 3600))


class TestStorm(TestCase):
    """Whatever is told, in whatever order: the number ends where it would have anyway."""

    def setUp(self) -> None:
        self.instance = open_shop("Loja").instance

    @given(st.lists(st.builds(told, words, seconds), max_size=14))
    def test_the_number_ends_as_if_every_word_had_been_applied(
        self, events: list[SessionState]
    ) -> None:
        events = [replace(event, own_phone=self.instance.phone) for event in events]
        assert self._after(without_repeats(events, now=NOW)) == self._after(events)

    def _after(self, events: list[SessionState]) -> tuple[object, ...]:
        with transaction.atomic():
            for event in events:
                note_session_state(self.instance.pk, event)
            row = Instance.objects.get(pk=self.instance.pk)
            transaction.set_rollback(True)
        return (row.state, row.session_event_at, row.connected_phone, row.down_since is None)


@pytest.mark.django_db
def test_nine_hundred_tries_cost_next_to_nothing(shop: Shop, rings: object) -> None:
    box = Postbox(shop.instance)
    bodies = [
        box.line("connecting" if number % 3 else "close", date_time=f"2026-03-10T10:00:{second}Z")
        for number in range(900)
        for second in [f"{number // 60:02d}.{number % 60:03d}"]
    ]
    InboundEvent.objects.bulk_create(
        InboundEvent(
            store=shop.store, instance=shop.instance, sha256=sha256(raw).digest(), body=raw
        )
        for raw in bodies
    )
    with CaptureQueriesContext(connection) as queries:
        assert drain_instance(shop.instance.pk) == 900
    changed = [
        one["sql"] for one in queries if one["sql"].startswith('UPDATE "automacao_instance"')
    ]
    # A set of fifty is one change of the number, and a handful of questions.
    assert len(changed) <= 900 / 50 + 2
    assert len(queries) <= 15 * 900 / 50
