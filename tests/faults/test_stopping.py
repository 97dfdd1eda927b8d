"""Every process that is asked to stop finishes what it is at, says goodbye, and ends well."""

import json
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path

import pytest
from celery import Celery
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from automacao.models import InboundEvent
from automacao.simulator.client import SimulatorClient
from dev.local import ROOT
from dev.processes import Child
from evendas.health.measures import measure
from evendas.live_server import COME_BACK
from sac.models import Message
from tests.automacao.simulator import stage
from tests.conftest import Actor, Shop, new_phone
from tests.dev.waiting import until
from tests.evendas.post import Post, posted
from tests.postbox import Postbox
from tests.simulated import fate

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LIMIT = 60.0


@pytest.fixture
def post(transactional_db: None, tmp_path: Path) -> Iterator[Post]:
    with posted(tmp_path, EVENDAS_LEAVE_WITHIN="30") as post:
        yield post


def asked_to_stop(child: Child) -> None:
    child.process.send_signal(signal.SIGTERM)


def ended(child: Child) -> int:
    """Wait for its end, within what a process manager grants, and return its code."""
    until(child.has_ended, seconds=35)
    return child.process.returncode


# --- Web ------------------------------------------------------------------------------------------


def gunicorn(post: Post) -> Child:
    """The image's own command, on a port of ours."""
    image = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    words = re.search(r"^CMD (\[.*?\])$", image, re.MULTILINE)
    assert words
    here = f"127.0.0.1:{post.addresses.port}"
    argv = [here if word == "0.0.0.0:8000" else word for word in json.loads(words[1])]
    known = post.known("web")
    program = Path(known.argv[0]).parent / argv[0]
    return post.run(replace(known, argv=(str(program), *argv[1:])))


def daphne(post: Post) -> Child:
    return post.start("web")


@pytest.fixture
def slow_inbox(transactional_db: None) -> Iterator[None]:
    """Let every webhook take three seconds to store."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_sleep(3); RETURN NEW; END'"
        )
        cursor.execute(
            "CREATE TRIGGER dawdle BEFORE INSERT ON automacao_inboundevent"
            " FOR EACH ROW EXECUTE FUNCTION dawdle()"
        )
        yield
        cursor.execute("DROP FUNCTION dawdle() CASCADE")


def being_stored() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        return int(cursor.fetchone()[0])


def told(post: Post, box: Postbox, raw: bytes) -> int:
    """Post a webhook; return the status, or 0 when nobody is there."""
    line = HTTPConnection("127.0.0.1", post.addresses.port, timeout=LIMIT)
    try:
        line.request("POST", box.url, raw, {"X-Evendas-Secret": box.instance.webhook_secret})
        return line.getresponse().status
    except OSError:
        return 0
    finally:
        line.close()


@pytest.mark.parametrize("server", [gunicorn, daphne])
def test_webhooks_at_hand_are_stored_and_answered_and_none_is_turned_away_wrongly(
    shop: Shop, post: Post, slow_inbox: None, server: Callable[[Post], Child]
) -> None:
    web, box = server(post), Postbox(shop.instance)
    at_hand = [box.said(f"Oi {number}", phone=new_phone()) for number in range(3)]
    with ThreadPoolExecutor() as gateway:
        begun = [gateway.submit(told, post, box, raw) for raw in at_hand]
        until(lambda: being_stored() == 3)
        asked_to_stop(web)
        later = [gateway.submit(knock, post, box, web) for _ in range(3)]

        assert ended(web) == 0, web.log.read_text()
        assert [one.result() for one in begun] == [200, 200, 200]
    answers = Counter(answer for one in later for answer in one.result())
    assert set(answers) <= {0, 200, 503}, answers
    assert answers[0] > 0
    assert InboundEvent.objects.count() >= 3 + answers[200]


def knock(post: Post, box: Postbox, web: Child) -> list[int]:
    """Post webhooks until the server is gone, or should be; return what was told of each."""
    told_of = []
    end = time.monotonic() + LIMIT
    while not web.has_ended() and time.monotonic() < end:
        told_of.append(told(post, box, box.said(phone=new_phone())))
        with suppress(subprocess.TimeoutExpired):
            web.process.wait(0.05)
    return told_of


# --- Sockets --------------------------------------------------------------------------------------


def test_a_socket_is_told_to_come_back(post: Post, ana: Actor) -> None:
    web = daphne(post)
    home = post.addresses.web.rstrip("/")
    cookie = ana.client.cookies.output(header="", sep=";").strip()
    at = f"{home.replace('http', 'ws', 1)}/ws/sac/"
    with connect(at, origin=Origin(home), additional_headers={"Cookie": cookie}) as tab:
        assert json.loads(tab.recv(timeout=LIMIT)) == {"t": "hello"}
        asked_to_stop(web)

        with pytest.raises(ConnectionClosed) as closed:
            tab.recv(timeout=LIMIT)

    assert closed.value.rcvd
    assert closed.value.rcvd.code == COME_BACK
    assert ended(web) == 0


# --- Workers --------------------------------------------------------------------------------------


@pytest.fixture
def phones(gateway_process: stage.Running, shop: Shop, post: Post) -> Iterator[SimulatorClient]:
    """A gateway that knows the shop's number and takes three seconds for each message."""
    post.env["EVENDAS_GATEWAY_URL"] = gateway_process.url
    post.env["EVENDAS_GATEWAY_KEY"] = stage.GLOBAL_KEY
    number = shop.instance
    with SimulatorClient(gateway_process.url) as control:
        control.clear()
        control.ensure(
            number.gateway_name,
            token=number.gateway_token,
            phone=number.phone.lstrip("+"),
            profile="Loja",
            webhook={"url": "", "enabled": False, "events": []},
        )
        control.faults(delay_ms=3000)
        yield control
        control.clear()


def test_a_send_at_hand_is_recorded_and_the_next_one_stays_queued(
    phones: SimulatorClient, post: Post, shop: Shop, ana: Actor, answer: Callable[..., Message]
) -> None:
    ticket = shop.hears(department=shop.support)
    first = answer(ticket, by=ana, text="um")
    second = answer(ticket, by=ana, text="dois")
    worker = post.start("worker-outbound")
    Celery(broker=post.valkey.url).send_task(
        "sac.deliver", args=[ticket.conversation_id], queue="outbound"
    )
    until(lambda: fate(first)[0] == "sending", seconds=LIMIT)

    asked_to_stop(worker)

    assert ended(worker) == 0, worker.log.read_text()
    assert (fate(first)[0], fate(second)[0]) == ("accepted", "queued")
    assert [one.text for one in phones.sent()] == ["um"]


@pytest.mark.parametrize("name", ["worker-inbound", "worker-outbound", "beat"])
@pytest.mark.parametrize("harm", ["well", "frozen", "stopped"])
def test_it_ends_well_whatever_became_of_valkey(post: Post, name: str, harm: str) -> None:
    child, valkey = post.start(name), post.children["valkey"]
    sign = "beat" if name == "beat" else name.replace("-", "_")
    until(lambda: sign in measure().pulses, seconds=LIMIT)
    if harm == "frozen":
        valkey.process.send_signal(signal.SIGSTOP)
    if harm == "stopped":
        valkey.stop()

    asked_to_stop(child)

    assert ended(child) == 0, child.log.read_text()
