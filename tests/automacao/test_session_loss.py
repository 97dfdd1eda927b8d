"""A number that was connected and is no more: by the phone, by WhatsApp, by us, or by bad luck."""

import pytest
from pytest_django.fixtures import Settings

from automacao.models import Instance
from automacao.simulator.client import SimulatorClient
from sac import tasks
from sac.actions.closing import close_ticket
from tests.automacao.screen import Screen, now
from tests.automacao.simulator import stage
from tests.conftest import Actor, Shop
from tests.simulated import QUICK

pytestmark = pytest.mark.django_db(transaction=True)

PHONE, DIGITS = "+5511987650000", "5511987650000"
OTHER = "+5511987651111"
Pushes = list[tuple[set[str], dict[str, object]]]


@pytest.fixture
def paired(screen: Screen) -> Instance:
    """A number that is connected."""
    instance = screen.pair(PHONE)
    screen.scan(instance)
    return now(instance)


@pytest.mark.parametrize(
    ("loss", "state", "sentence"),
    [
        ("kick", "Desconectado pelo celular", "foi desconectado pelo celular"),
        ("ban", "Bloqueado pelo WhatsApp", "bloqueou este número"),
    ],
)
def test_a_session_that_was_ended_is_paired_again_on_a_new_channel(
    screen: Screen, paired: Instance, loss: str, state: str, sentence: str
) -> None:
    getattr(screen.control, loss)(paired.gateway_name)
    screen.work()
    assert screen.face(paired) == ("lost", state)
    assert sentence in screen.panel(paired).text
    screen.post(paired, "codigo/")
    screen.work()
    assert screen.face(paired) == ("qr", "Aguardando leitura")
    # A channel that was logged out may be deaf after the next pairing: it is not used again.
    (line,) = screen.control.state()["instances"]
    assert line["name"] == now(paired).gateway_name != paired.gateway_name
    screen.scan(paired)
    assert screen.face(paired) == ("connected", "Conectado")


def test_a_drop_is_shown_and_ends_by_itself(screen: Screen, paired: Instance) -> None:
    screen.control.drop(None, instance=paired.gateway_name)
    screen.work()
    assert screen.face(paired) == ("connecting", "Conectando")
    screen.control.restore(paired.gateway_name)
    screen.work()
    assert screen.face(paired) == ("connected", "Conectado")
    assert now(paired).gateway_name == paired.gateway_name


def test_everybody_sees_the_bar_while_a_paired_number_is_down(
    screen: Screen, paired: Instance, ana: Actor, pushes: Pushes
) -> None:
    assert bars(pushes) == [], "nothing to tell of a number that was never connected"
    screen.control.drop(None, instance=paired.gateway_name)
    screen.work()
    assert "O número Loja SP está desconectado" in bars(pushes)[-1]
    for actor, address in ((ana, "/"), (ana, "/sac/atendimento/"), (screen.admin, "/automacao/")):
        page = actor.client.get(address.replace("/automacao/", "/automacao/sincronizar-whatsapp/"))
        assert "O número Loja SP está desconectado" in page.content.decode()
    screen.control.restore(paired.gateway_name)
    screen.work()
    assert 'class="bar"' not in frames(pushes)[-1]


def test_a_number_on_its_way_to_its_first_pairing_is_no_trouble_to_anybody(
    screen: Screen, ana: Actor, pushes: Pushes
) -> None:
    screen.pair(PHONE)
    assert bars(pushes) == []
    assert 'class="bar"' not in ana.client.get("/").content.decode()


# --- Desconectar ----------------------------------------------------------------------------------


def test_disconnecting_stops_at_once_and_unpairs_by_a_task(
    screen: Screen, paired: Instance, pushes: Pushes
) -> None:
    answer = screen.post(paired, "desconexao/")
    assert answer.status_code == 302
    assert screen.line(paired)["phase"] == "open", "the request itself calls no gateway"
    assert now(paired).state == "disconnected"
    screen.work()
    assert screen.done[-1] != "automacao.connect_instance"
    assert screen.line(paired)["phase"] == "closed"
    # The gateway tells of a log-out; that it was ours is known.
    assert screen.face(paired) == ("lost", "Desconectado")
    assert "está desconectado" in bars(pushes)[-1]


def test_disconnecting_while_the_gateway_is_away_is_not_forgotten(
    screen: Screen, paired: Instance
) -> None:
    screen.control.faults(everywhere=True, down=True)
    screen.post(paired, "desconexao/")
    sweep(screen, 12)
    assert screen.done.count("automacao.logout_instance") == 13
    screen.control.faults(down=False)
    tasks.check_instance(paired.pk)
    assert now(paired).state == "disconnected", "what the gateway says of it counts no more"
    sweep(screen)
    assert screen.line(paired)["phase"] == "closed"
    tasks.sweep_orders()
    assert screen.rings == []


def test_a_disconnected_number_is_paired_again(screen: Screen, paired: Instance) -> None:
    screen.post(paired, "desconexao/")
    screen.work()
    screen.save(paired, PHONE)
    screen.work()
    screen.scan(paired)
    assert screen.face(paired) == ("connected", "Conectado")


def test_asking_to_disconnect_writes_nothing(screen: Screen, paired: Instance) -> None:
    answer = screen.admin.client.get(f"/automacao/sincronizar-whatsapp/{paired.pk}/desconexao/")
    assert "Desconectar Loja SP?" in answer.content.decode()
    assert now(paired).state == "connected"


# --- Another number, and no number ----------------------------------------------------------------


def test_another_number_unpairs_the_old_phone_and_is_paired_anew(
    screen: Screen, paired: Instance, pushes: Pushes
) -> None:
    screen.save(paired, OTHER)
    assert now(paired).connected_phone is None
    screen.work()
    (line,) = screen.control.state()["instances"]
    assert (line["name"], line["number"]) == (now(paired).gateway_name, OTHER.lstrip("+"))
    assert screen.face(paired) == ("qr", "Aguardando leitura")
    screen.scan(paired)
    assert now(paired).connected_phone == OTHER
    assert bars(pushes) == []


def test_a_new_name_leaves_a_connected_number_alone(screen: Screen, paired: Instance) -> None:
    screen.save(paired, PHONE, "Loja Rio")
    assert screen.rings == []
    assert (now(paired).name, now(paired).state) == ("Loja Rio", "connected")


def test_removing_keeps_the_conversations_and_shuts_the_door(
    screen: Screen, paired: Instance, shop: Shop
) -> None:
    ticket = shop.hears("Oi", instance=paired)
    close_ticket(ticket, by=screen.admin.user, rights=screen.admin.rights)
    address = f"/webhooks/evolution/{paired.webhook_key}/"
    assert screen.post(paired, "remocao/").status_code == 302
    screen.work()
    assert "automacao.delete_instance" in screen.done
    assert screen.control.state()["instances"] == []
    assert now(paired).removed_at
    assert screen.admin.client.get(f"/sac/atendimento/{ticket.code}/").status_code == 200
    assert screen.post(paired, "", phone=PHONE).status_code == 404
    headers = {"X-Evendas-Secret": paired.webhook_secret}
    late = screen.admin.client.post(address, b"{}", "application/json", headers=headers)
    assert late.status_code == 404
    # The number is free for another one.
    again = screen.pair(PHONE)
    screen.scan(again)
    assert screen.face(again) == ("connected", "Conectado")


def test_a_number_with_active_departments_is_not_removed(screen: Screen, shop: Shop) -> None:
    answer = screen.post(shop.instance, "remocao/")
    assert answer.status_code == 409
    assert "Ainda há 2 departamentos ativos neste número: Suporte, Vendas." in (
        answer.content.decode()
    )
    assert now(shop.instance).removed_at is None
    for department in (shop.support, shop.sales):
        department.is_active = False
        department.save()
    assert screen.post(shop.instance, "remocao/").status_code == 302
    assert now(shop.instance).removed_at


def test_a_number_that_never_was_at_the_gateway_is_removed_without_asking_it(
    screen: Screen,
) -> None:
    instance = screen.add()
    screen.post(instance, "remocao/")
    assert screen.rings == []
    assert now(instance).removed_at


# --- A gateway in trouble -------------------------------------------------------------------------


def test_a_gateway_that_is_away_while_saving_is_waited_for_then_shown_then_recovers(
    screen: Screen,
) -> None:
    instance = screen.add()
    screen.control.faults(everywhere=True, down=True)
    screen.save(instance, PHONE)
    screen.work()
    assert screen.face(instance) == ("asking", "Conectando")
    assert "não respondeu" in screen.panel(instance).text
    sweep(screen, 2)
    assert screen.face(instance) == ("failed", "Com falha")
    assert "Vamos tentar de novo" in screen.panel(instance).text
    screen.control.faults(down=False)
    sweep(screen)
    assert screen.face(instance) == ("qr", "Aguardando leitura")
    assert now(instance).last_error == ""


def test_a_gateway_that_stays_away_is_tried_ten_times_then_by_hand(screen: Screen) -> None:
    instance = screen.add()
    screen.control.faults(everywhere=True, down=True)
    screen.save(instance, PHONE)
    screen.work()
    sweep(screen, 12)
    assert screen.done.count("automacao.connect_instance") == 10
    assert screen.face(instance) == ("failed", "Com falha")
    assert "Tentar de novo" in screen.panel(instance).text
    screen.control.faults(down=False)
    screen.post(instance, "codigo/")
    screen.work()
    assert screen.face(instance) == ("qr", "Aguardando leitura")


def test_the_waits_between_tries_grow(screen: Screen, settings: Settings) -> None:
    settings.SEND_BACKOFF = [1, 2, 4]
    instance = screen.add()
    screen.control.faults(everywhere=True, down=True)
    screen.save(instance, PHONE)
    screen.work()
    known = now(instance)
    assert known.order_attempts == 1
    assert known.order_due_at
    tasks.sweep_orders()
    assert screen.rings == [], "not due yet"


def test_a_wrong_key_waits_for_a_person(screen: Screen, settings: Settings) -> None:
    gateway = settings.GATEWAYS["evolution"]
    settings.GATEWAYS = {"evolution": {**gateway, "key": "wrong"}}
    instance = screen.pair(PHONE)
    assert screen.face(instance) == ("failed", "Com falha")
    assert "recusou a chave" in screen.panel(instance).text
    assert now(instance).order == ""
    settings.GATEWAYS = {"evolution": gateway}
    screen.post(instance, "codigo/")
    screen.work()
    assert screen.face(instance) == ("qr", "Aguardando leitura")


def test_a_gateway_that_restarts_goes_on_with_the_pairing(
    screen: Screen,
    tmp_path_factory: pytest.TempPathFactory,
    settings: Settings,
) -> None:
    state, port = tmp_path_factory.mktemp("own") / "state.json", stage.free_port()
    first = stage.start(state, *QUICK, port=port)
    settings.GATEWAYS = {"evolution": {"url": first.url, "key": stage.GLOBAL_KEY}}
    with SimulatorClient(first.url) as own:
        shared, screen.control = screen.control, own
        instance = screen.pair(PHONE)
        assert first.stop() == 0
        second = stage.start(state, *QUICK, port=port)
        screen.work()
        screen.scan(instance)
        assert screen.face(instance) == ("connected", "Conectado")
        screen.control = shared
    assert second.stop() == 0


def sweep(screen: Screen, times: int = 1) -> None:
    """Let the sweep find what is due, and the workers do it."""
    for _ in range(times):
        tasks.sweep_orders()
        screen.work()


def frames(pushes: Pushes) -> list[str]:
    return [str(event["html"]) for _, event in pushes if event["t"] == "lines"]


def bars(pushes: Pushes) -> list[str]:
    """The frames in which a bar is shown."""
    return [html for html in frames(pushes) if 'class="bar"' in html]
