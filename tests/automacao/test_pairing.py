"""From "Salvar" to "Conectado" and whatever comes between, through the simulator and back."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from automacao.models import InboundEvent, Instance
from sac import tasks
from tests.automacao.screen import Screen, now
from tests.conftest import Actor
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, DIGITS = "+5511987650000", "5511987650000"
OTHER, OTHER_DIGITS = "+5511987651111", "5511987651111"
Pushes = list[tuple[set[str], dict[str, object]]]


def test_saving_shows_a_qr_and_reading_it_connects(screen: Screen, pushes: Pushes) -> None:
    instance = screen.pair("(11) 98765-0000")
    line = screen.line(instance)
    assert (line["phase"], line["number"]) == ("qr", DIGITS)
    assert instance.gateway_token
    assert screen.face(instance) == ("qr", "Aguardando leitura")
    assert instance.qr_code == line["qr"]["code"]
    assert screen.panel(instance).text.count(instance.pairing_code[:4]) == 1
    pushes.clear()
    screen.scan(instance)
    assert screen.face(instance) == ("connected", "Conectado")
    assert now(instance).connected_phone == PHONE
    assert "Loja Aurora · (11) 98765-0000" in screen.panel(instance).text
    assert told(pushes) == {instance.pk}


def test_the_request_itself_calls_no_gateway(screen: Screen) -> None:
    instance = screen.add()
    screen.save(instance, PHONE)
    assert screen.control.state()["instances"] == []
    assert screen.rings == [("automacao.connect_instance", (instance.pk,))]
    assert screen.face(instance) == ("asking", "Conectando")


def test_a_double_click_makes_one_channel(screen: Screen) -> None:
    instance = screen.add()
    # The test client is one session: each thread clicks in its own.
    clicks = [partial(screen.save, instance, PHONE)] * 4
    assert [answer.status_code for answer in together(*clicks)] == [302] * 4
    together(*[partial(tasks.connect_instance, instance.pk)] * 4)
    screen.work()
    assert len(screen.control.state()["instances"]) == 1
    assert screen.face(instance) == ("qr", "Aguardando leitura")
    screen.save(instance, PHONE)
    assert screen.rings == [], "a code on show is left alone"


def test_two_clicks_on_plus_wait_for_one_number(screen: Screen) -> None:
    first, second = together(screen.add, screen.add)
    assert first == second
    screen.save(first, PHONE)
    assert screen.add() != first


def test_a_worker_that_died_at_it_is_followed_by_another(screen: Screen) -> None:
    instance = screen.add()
    screen.save(instance, PHONE)
    screen.rings.clear()
    dead = timezone.now() + timedelta(seconds=60)
    Instance.objects.filter(pk=instance.pk).update(order_lease_until=dead)
    tasks.connect_instance(instance.pk)
    tasks.sweep_orders()
    assert screen.rings == [] == screen.control.state()["instances"]
    dead = timezone.now() - timedelta(seconds=1)
    Instance.objects.filter(pk=instance.pk).update(order_lease_until=dead)
    tasks.sweep_orders()
    screen.work()
    assert screen.face(instance) == ("qr", "Aguardando leitura")


def test_a_channel_whose_answer_was_lost_is_replaced_under_another_name(screen: Screen) -> None:
    instance = screen.add()
    name = now(instance).gateway_name
    screen.control.faults(everywhere=True, accept_then_reset=1)
    screen.save(instance, PHONE)
    screen.work()
    tasks.sweep_orders()
    screen.work()
    assert now(instance).gateway_name != name
    assert [line["name"] for line in screen.control.state()["instances"]] == [
        now(instance).gateway_name
    ]
    screen.scan(instance)
    assert screen.face(instance) == ("connected", "Conectado")


def test_a_channel_removed_at_the_gateway_is_made_anew(screen: Screen) -> None:
    instance = screen.pair(PHONE)
    name = instance.gateway_name
    screen.control.expire_qr()
    screen.work()
    assert screen.face(instance) == ("expired", "Desconectado")
    screen.control.clear()
    screen.post(instance, "codigo/")
    screen.work()
    assert now(instance).gateway_name != name
    assert screen.face(instance) == ("qr", "Aguardando leitura")


def test_a_code_renews_by_itself_and_in_the_end_expires(screen: Screen, pushes: Pushes) -> None:
    instance = screen.pair(PHONE)
    shown = [screen.panel(instance).attributes["data-mark"]]
    for _ in range(2):
        pushes.clear()
        screen.control.renew_qr(instance.gateway_name)
        screen.work()
        assert now(instance).qr_code == screen.line(instance)["qr"]["code"]
        assert told(pushes) == {instance.pk}
        shown.append(screen.panel(instance).attributes["data-mark"])
    assert len(set(shown)) == 3, "pages see by the mark that the picture is another"
    screen.control.expire_qr(instance.gateway_name)
    screen.work()
    assert screen.face(instance) == ("expired", "Desconectado")
    assert "Gerar novo código" in screen.panel(instance).text
    screen.post(instance, "codigo/")
    screen.work()
    assert screen.face(instance) == ("qr", "Aguardando leitura")
    assert now(instance).qr_code == screen.line(instance)["qr"]["code"]
    assert now(instance).gateway_name == instance.gateway_name


def test_a_code_whose_renewal_is_lost_expires_on_screen(screen: Screen) -> None:
    instance = screen.pair(PHONE)
    late = timezone.now() - timedelta(seconds=16)
    Instance.objects.filter(pk=instance.pk).update(qr_expires_at=late)
    assert screen.face(instance)[0] == "expired"
    assert "Gerar novo código" in screen.panel(instance).text
    screen.post(instance, "codigo/")
    screen.work()
    assert screen.face(instance) == ("qr", "Aguardando leitura")


def test_asking_how_the_line_is_does_not_take_the_code_away(screen: Screen) -> None:
    instance = screen.pair(PHONE)
    tasks.check_instances()
    assert ("automacao.check_instance", (instance.pk,)) in screen.rings
    screen.work()
    assert screen.face(instance) == ("qr", "Aguardando leitura")


def test_a_connection_nobody_told_of_is_found_by_asking(screen: Screen) -> None:
    instance = screen.pair(PHONE)
    screen.control.hold()
    screen.control.pair(DIGITS, instance=instance.gateway_name)
    tasks.check_instance(instance.pk)
    assert screen.face(instance) == ("connected", "Conectado")
    screen.control.release()
    screen.work()
    assert screen.face(instance) == ("connected", "Conectado")


# --- Refused phones -------------------------------------------------------------------------------


@pytest.mark.parametrize("is_told", [True, False])
def test_another_phone_than_the_one_typed_is_refused_and_unpaired(
    screen: Screen, is_told: bool
) -> None:
    instance = screen.pair(PHONE)
    if is_told:
        screen.scan(instance, OTHER_DIGITS)
    else:
        screen.control.hold()
        screen.control.pair(OTHER_DIGITS, instance=instance.gateway_name)
        tasks.check_instance(instance.pk)
        assert now(instance).state == "failed"
        screen.control.release()
        screen.work()
    assert_refused(screen, instance, "O celular conectado é outro: (11) 98765-1111.")


def test_a_phone_another_store_has_connected_is_refused_and_unpaired(
    screen: Screen, screen_of: Callable[[Actor], Screen], eva: Actor
) -> None:
    theirs = screen_of(eva).pair(PHONE, "Boreal")
    screen.scan(theirs)
    instance = screen.pair(PHONE)
    screen.scan(instance)
    assert_refused(screen, instance, "Este número já está conectado em outra conta.")
    assert now(theirs).state == "connected"
    assert screen.line(theirs)["phase"] == "open"


def test_a_number_in_a_short_drop_is_not_taken_over_by_another_store(
    screen: Screen, screen_of: Callable[[Actor], Screen], eva: Actor
) -> None:
    theirs = screen_of(eva).pair(PHONE, "Boreal")
    screen.scan(theirs)
    screen.control.drop(None, instance=now(theirs).gateway_name)
    screen.work()
    assert now(theirs).state == "connecting"
    instance = screen.pair(PHONE)
    screen.scan(instance)
    assert_refused(screen, instance, "Este número já está conectado em outra conta.")
    screen.control.restore(instance=now(theirs).gateway_name)
    screen.work()
    assert now(theirs).state == "connected"


def test_two_stores_that_pair_one_number_at_once_do_not_both_get_it(
    screen: Screen, screen_of: Callable[[Actor], Screen], eva: Actor
) -> None:
    pair = [screen_of(eva).pair(PHONE, "Boreal"), screen.pair(PHONE)]
    for one in pair:
        screen.control.pair(DIGITS, instance=one.gateway_name)
    assert screen.control.quiet()
    together(*(partial(tasks.drain, one.pk) for one in pair))
    # The one that lost by a moment is tried again.
    InboundEvent.objects.filter(status="waiting").update(due_at=timezone.now())
    screen.rings += [("sac.drain", (one.pk,)) for one in pair]
    screen.work()
    assert sorted(now(one).state for one in pair) == ["connected", "failed"]
    assert sorted(screen.line(one)["phase"] for one in pair) == ["closed", "open"]


def assert_refused(screen: Screen, instance: Instance, reason: str) -> None:
    """The screen says why, the phone is not left paired, and a new try begins on a new channel."""
    assert screen.face(instance) == ("failed", "Com falha")
    assert reason in screen.panel(instance).text
    assert "automacao.logout_instance" in screen.done
    assert screen.line(instance)["phase"] == "closed"
    screen.post(instance, "codigo/")
    screen.work()
    assert now(instance).gateway_name != instance.gateway_name
    assert screen.face(instance) == ("qr", "Aguardando leitura")


def told(pushes: Pushes) -> set[object]:
    """The instances whose screens were told to look again."""
    return {event["instance"] for _, event in pushes if event["t"] == "instance"}
