"""What counts when a log-out is lost, an answer is overtaken, or a clock is wrong."""

from datetime import timedelta

import pytest
from django.utils import timezone

from automacao.actions.sessions import check_instance, note_session_state
from automacao.gateways import evolution
from automacao.gateways.port import Channel, SessionState, State
from automacao.models import Instance
from automacao.pairing import Panel
from sac import tasks
from tests.automacao.screen import Screen, now
from tests.conftest import Shop

PHONE, DIGITS = "+5511987650000", "5511987650000"
YEARS = timedelta(days=3650)


@pytest.fixture
def paired(screen: Screen) -> Instance:
    """A number that is connected at the simulated gateway."""
    instance = screen.pair(PHONE)
    screen.scan(instance)
    return now(instance)


def note(instance: Instance, state: State, ahead: timedelta | None = None, **more: str) -> None:
    """Let the gateway say it, at this distance from our clock; None is an answer without a time."""
    at = None if ahead is None else timezone.now() + ahead
    note_session_state(instance.pk, SessionState(state, at=at, **more))  # type: ignore[arg-type]


# --- A log-out nobody told of ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_lies_closed_is_replaced_though_nobody_told_of_the_log_out(
    screen: Screen, paired: Instance
) -> None:
    screen.control.hold()
    screen.control.kick(paired.gateway_name)
    tasks.check_instance(paired.pk)
    assert now(paired).state == "disconnected"
    screen.post(paired, "codigo/")
    tasks.connect_instance(paired.pk)
    assert now(paired).gateway_name != paired.gateway_name
    # What was held comes at last, under the name of the channel that is gone.
    screen.control.release()
    screen.work()
    assert screen.face(paired) == ("qr", "Aguardando leitura")
    screen.scan(paired)
    assert screen.face(paired) == ("connected", "Conectado")


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_is_open_after_all_is_kept(screen: Screen, paired: Instance) -> None:
    Instance.objects.filter(pk=paired.pk).update(state="disconnected")
    screen.post(paired, "codigo/")
    screen.work()
    assert now(paired).gateway_name == paired.gateway_name
    assert screen.face(paired) == ("connected", "Conectado")


@pytest.mark.django_db
@pytest.mark.parametrize("is_overtaken", [False, True])
def test_an_answer_counts_only_when_nothing_came_in_meanwhile(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_overtaken: bool
) -> None:
    instance = shop.instance
    note(instance, State.CONNECTING, timedelta(seconds=-9))

    def slow(_: Channel) -> State:
        if is_overtaken:
            note(instance, State.LOGGED_OUT, timedelta(0))
        return State.CONNECTED

    monkeypatch.setattr(evolution, "state", slow)
    monkeypatch.setattr(evolution, "own_phone", lambda _: instance.phone)
    assert check_instance(instance.pk) is not is_overtaken
    assert now(instance).state == ("logged_out" if is_overtaken else "connected")


# --- The gateway's clock --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=4), timedelta(hours=3), YEARS])
def test_a_clock_that_ran_ahead_hides_no_later_log_out(shop: Shop, ahead: timedelta) -> None:
    note(shop.instance, State.CONNECTING, ahead)
    note(shop.instance, State.LOGGED_OUT, max(timedelta(minutes=4), timedelta(0)))
    assert now(shop.instance).state == "logged_out"


@pytest.mark.django_db
def test_a_clock_believed_before_is_distrusted_too(shop: Shop) -> None:
    known = Instance.objects.filter(pk=shop.instance.pk)
    known.update(session_event_at=timezone.now() + YEARS)
    note(shop.instance, State.LOGGED_OUT, timedelta(0))
    assert now(shop.instance).state == "logged_out"


@pytest.mark.django_db
@pytest.mark.parametrize("zone", [timedelta(0), timedelta(hours=-3)])
def test_late_news_is_dropped_in_the_gateways_own_zone(shop: Shop, zone: timedelta) -> None:
    note(shop.instance, State.CONNECTING, zone)
    note(shop.instance, State.LOGGED_OUT, zone - timedelta(seconds=1))
    assert now(shop.instance).state == "connecting"


@pytest.mark.django_db
def test_a_new_channel_has_a_clock_of_its_own(shop: Shop) -> None:
    note(shop.instance, State.LOGGED_OUT, timedelta(0))
    instance = now(shop.instance)
    instance.replace_channel()
    instance.save()
    note(instance, State.QR, timedelta(hours=-3), qr="2@x")
    assert now(instance).state == "waiting_qr"


# --- A code that nobody read ----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "end", [(State.QR_EXPIRED,), (State.DISCONNECTED,), (State.QR_EXPIRED, State.DISCONNECTED)]
)
def test_a_code_that_expires_says_so_on_a_number_that_was_connected_once(
    shop: Shop, end: tuple[State, ...]
) -> None:
    assert shop.instance.connected_phone
    note(shop.instance, State.QR, timedelta(seconds=-9), qr="2@x")
    assert Panel.of(now(shop.instance), timezone.now()).face == "qr"
    for number, state in enumerate(end):
        note(shop.instance, state, timedelta(seconds=number - 8))
    note(shop.instance, State.DISCONNECTED)
    assert Panel.of(now(shop.instance), timezone.now()).face == "expired"
    note(shop.instance, State.QR, timedelta(seconds=-1), qr="2@y")
    assert Panel.of(now(shop.instance), timezone.now()).face == "qr"


@pytest.mark.django_db
def test_a_code_whose_end_nobody_told_of_says_so_too(shop: Shop) -> None:
    note(shop.instance, State.QR, timedelta(0), qr="2@x")
    later = timezone.now() + timedelta(minutes=2)
    assert Panel.of(now(shop.instance), later).face == "expired"


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.DISCONNECTED, State.LOGGED_OUT])
def test_a_number_that_is_lost_does_not_speak_of_a_code(shop: Shop, state: State) -> None:
    note(shop.instance, State.QR, timedelta(seconds=-9), qr="2@x")
    note(shop.instance, State.CONNECTED, timedelta(seconds=-8), own_phone=shop.instance.phone)
    note(shop.instance, state, timedelta(seconds=-7))
    assert Panel.of(now(shop.instance), timezone.now()).face == "lost"


@pytest.mark.django_db(transaction=True)
def test_a_new_code_for_a_number_that_was_disconnected_expires_visibly(
    screen: Screen, paired: Instance
) -> None:
    screen.post(paired, "desconexao/")
    screen.post(paired, "codigo/")
    screen.work()
    screen.control.expire_qr(now(paired).gateway_name)
    screen.work()
    assert screen.face(paired) == ("expired", "Desconectado")
    assert "Gerar novo código" in screen.panel(paired).text
