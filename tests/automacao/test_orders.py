"""What is asked of a gateway while somebody changes their mind."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from automacao.actions import orders
from automacao.actions.sessions import note_session_state
from automacao.gateways.port import SessionState, State
from automacao.gateways.registry import gateway
from automacao.models import Instance
from sac import tasks
from tests.automacao.screen import Screen, now

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, OTHER = "+5511987650000", "+5511987651111"


class Meanwhile:
    """A gateway during whose first call something else happens."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, call: str, happens: object) -> None:
        real = gateway("evolution")
        plain = getattr(real, call)

        def slow(*args: object, **kwargs: object) -> object:
            monkeypatch.setattr(real, call, plain)
            found = plain(*args, **kwargs)
            happens()  # type: ignore[operator]
            return found

        monkeypatch.setattr(real, call, slow)


def test_a_number_changed_during_the_call_is_the_one_that_is_paired(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = screen.add()
    screen.save(instance, PHONE)
    Meanwhile(monkeypatch, "create_channel", lambda: screen.save(instance, OTHER))
    screen.work()
    (line,) = screen.control.state()["instances"]
    assert (line["name"], line["number"]) == (now(instance).gateway_name, OTHER.lstrip("+"))
    assert screen.face(instance) == ("qr", "Aguardando leitura")
    assert now(instance).qr_code == line["qr"]["code"]


def test_a_disconnection_during_the_call_wins(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = screen.add()
    screen.save(instance, PHONE)
    Meanwhile(monkeypatch, "create_channel", lambda: screen.post(instance, "desconexao/"))
    screen.work()
    assert screen.face(instance) == ("lost", "Desconectado")
    assert screen.line(instance)["phase"] == "closed"


def test_a_removal_during_the_call_leaves_nothing_behind(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = screen.add()
    screen.save(instance, PHONE)
    Meanwhile(monkeypatch, "create_channel", lambda: screen.post(instance, "remocao/"))
    screen.work()
    assert screen.control.state()["instances"] == []
    assert (now(instance).order, now(instance).gateway_token) == ("", "")


def test_a_phone_that_reads_the_code_during_the_call_is_connected(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The webhook with the QR is quicker than the answer that brings it too."""
    instance = screen.add()
    screen.save(instance, PHONE)

    def scan() -> None:
        screen.control.pair(instance=now(instance).gateway_name)
        assert screen.control.quiet()
        tasks.drain(instance.pk)

    Meanwhile(monkeypatch, "create_channel", scan)
    screen.work()
    assert screen.face(instance) == ("connected", "Conectado")


def test_a_worker_that_slept_through_its_lease_changes_nothing(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = screen.add()
    screen.save(instance, PHONE)

    def another_worker_takes_over() -> None:
        past = timezone.now() - timedelta(seconds=1)
        Instance.objects.filter(pk=instance.pk).update(order_lease_until=past)
        tasks.connect_instance(instance.pk)

    Meanwhile(monkeypatch, "create_channel", another_worker_takes_over)
    screen.work()
    (line,) = screen.control.state()["instances"]
    assert line["name"] == now(instance).gateway_name
    tasks.check_instance(instance.pk)
    assert screen.face(instance) == ("qr", "Aguardando leitura"), "with the key of this channel"
    screen.scan(instance)
    assert screen.face(instance) == ("connected", "Conectado")


def test_an_order_for_a_number_that_is_connected_meanwhile_is_dropped(screen: Screen) -> None:
    instance = screen.pair(PHONE)
    screen.scan(instance)
    known = now(instance)
    known.give_order(Instance.Order.CONNECT, timezone.now())
    known.save()
    orders.carry_out_order(instance.pk)
    assert (now(instance).order, now(instance).state) == ("", "connected")


def test_a_line_found_open_while_pairing_is_asked_for_its_phone(screen: Screen) -> None:
    instance = screen.pair(PHONE)
    screen.control.hold()
    screen.control.pair(instance=instance.gateway_name)
    Instance.objects.filter(pk=instance.pk).update(state="failed", qr_code="", qr_expires_at=None)
    screen.post(instance, "codigo/")
    tasks.connect_instance(instance.pk)
    assert ("automacao.check_instance", (instance.pk,)) in screen.rings
    tasks.check_instance(instance.pk)
    assert screen.face(instance) == ("connected", "Conectado")
    screen.control.release()


def test_session_events_of_one_instant_count_by_what_they_say(screen: Screen) -> None:
    """The gateway says "connecting" before it shows a QR, and posts both at once."""
    instance = screen.add()
    screen.save(instance, PHONE)
    at = timezone.now()
    note(instance, SessionState(State.QR, at=at, qr="2@x", pairing_code="ABCD1234"))
    note(instance, SessionState(State.CONNECTING, at=at))
    assert screen.face(instance)[0] == "qr"
    assert "ABCD-1234" in screen.panel(instance).text
    note(instance, SessionState(State.CONNECTING, at=at + timedelta(seconds=1)))
    assert screen.face(instance) == ("asking", "Conectando")
    note(instance, SessionState(State.CONNECTED, at=at + timedelta(seconds=2), own_phone=PHONE))
    note(instance, SessionState(State.CONNECTING, at=at + timedelta(seconds=2)))
    note(instance, SessionState(State.LOGGED_OUT, at=at + timedelta(seconds=1)))
    assert screen.face(instance) == ("connected", "Conectado")


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_ban_is_a_ban_in_whatever_order_it_is_told(
    screen: Screen, order: tuple[int, ...]
) -> None:
    instance = screen.pair(PHONE)
    at = timezone.now() + timedelta(minutes=1)
    states = (State.BANNED, State.LOGGED_OUT, State.BANNED)
    told = [SessionState(one, at=at + timedelta(seconds=n)) for n, one in enumerate(states)]
    for place in order:
        note(instance, told[place])
    assert screen.face(instance) == ("lost", "Bloqueado pelo WhatsApp")


def test_the_store_is_told_of_a_disconnection_before_the_gateway_answers(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, pushes: list[tuple[set[str], dict[str, str]]]
) -> None:
    instance = screen.pair(PHONE)
    screen.scan(instance)
    screen.post(instance, "desconexao/")
    pushes.clear()
    told: list[str] = []
    Meanwhile(monkeypatch, "logout", lambda: told.extend(push["t"] for _, push in pushes))
    screen.work()
    assert told == ["lines", "instance"]


def test_a_line_whose_phone_nobody_knows_is_not_believed(screen: Screen) -> None:
    instance = screen.pair(PHONE)
    note(instance, SessionState(State.CONNECTED))
    assert now(instance).state == "connecting"
    assert now(instance).connected_phone is None


def note(instance: Instance, event: SessionState) -> None:
    note_session_state(instance.pk, event)
