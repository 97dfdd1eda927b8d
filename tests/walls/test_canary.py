"""A word that stands in every text of one store never reaches anybody of another."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from evendas.tax_ids import display
from tests.conftest import Actor
from tests.sac.acts import do, send
from tests.sac.conftest import open_tab  # noqa: F401 - a fixture
from tests.sac.tabs import Tab
from tests.tally import Tally
from tests.walls.asking import ask
from tests.walls.conftest import CANARY
from tests.walls.test_hidden_ids import _address
from tests.walls.test_walk import ROLES, TABLE
from tests.walls.world import World, tax_id_of

OpenTab = Callable[[Actor], Tab]
# The CNPJ that is made of the word, as it is kept and as it is shown.
TAX_ID = tax_id_of(CANARY)
SECRETS = (CANARY, TAX_ID.lower(), display(TAX_ID).lower())


def test_no_page_and_no_fragment_of_ones_own_store_says_the_word(
    far: World, near: World, people: dict[str, Client], tally: Tally
) -> None:
    """Every GET of one's own objects, as it is and with the other store's numbers in the query."""
    shown = [route.name for route in TABLE if route.own["GET"]["dono"] == 200]
    addresses = [_address(name, near) for name in shown if name != "password_reset_confirm"]
    tried = 0
    for role in ROLES:
        for address in addresses:
            for query in _queries(far):
                told = ask(people[role], "GET", f"{address}?{urlencode(query)}")
                leaked = [secret for secret in SECRETS if secret in told.text.lower()]
                assert leaked == [], f"{role} {address} {query}"
                tried += 1
    assert tried == len(ROLES) * len(addresses) * len(_queries(far)) > 0
    tally(
        f"canary: {len(addresses)} addresses × {len(_queries(far))} queries × {len(ROLES)} roles"
        f" = {tried}"
    )


def _queries(far: World) -> list[dict[str, object]]:
    cursor = f"{far.waiting.queued_at.isoformat()}~{far.waiting.pk}"
    return [
        {},
        {"situacao": "em-aberto", "departamento": far.department.pk, "desde": 0},
        {"situacao": "encerradas", "depois": cursor, "antes": f"{far.said.sort_key}-{far.said.pk}"},
        {"aberta": far.waiting.pk, "quem": "minhas", "novas": "sim", "de": far.waiting.pk},
        {"numeros": "atendidos", "depois": cursor, "aberta": far.open.pk},
        {"etiqueta": far.tag.pk, "resposta": "pendente", "ordem": "recentes"},
    ]


def test_the_other_store_itself_sees_the_word_everywhere(far: World, tally: Tally) -> None:
    """Else its absence would prove nothing."""
    client = far.boss.client
    for name in ("home", "desk", "desk_list", "ticket", "attendant_list", "department_list"):
        assert CANARY in ask(client, "GET", _address(name, far)).text.lower(), name
    for name in ("instance_list", "instance_edit", "attendant_edit", "ticket_changes"):
        path = _address(name, far)
        if name == "ticket_changes":
            path = reverse(name, args=[far.open.code])
        assert CANARY in ask(client, "GET", path).text.lower(), name
    assert display(TAX_ID) in ask(client, "GET", _address("ticket", far)).text


@pytest.mark.django_db(transaction=True)
def test_no_frame_of_a_socket_says_the_word_while_the_other_store_works(
    far: World,
    near: World,
    ana: Actor,
    sara: Actor,
    dono: Actor,
    open_tab: OpenTab,  # noqa: F811 - the fixture
    tally: Tally,
) -> None:
    tabs = [open_tab(person) for person in (ana, sara, dono)]
    theirs = open_tab(far.boss)
    for tab in tabs:
        # Asking for their conversation by its number is answered as for one nobody has.
        tab.watch(far.open.conversation_id)
        assert tab.next() == {"t": "watching", "conversation": None, "revision": None}
    theirs.watch(far.open.conversation_id)
    assert theirs.next()["t"] == "watching"
    _work(far)
    frames = theirs.heard()
    assert CANARY in json.dumps(frames).lower()
    assert {"row", "alert", "thread"} <= {frame["t"] for frame in frames}
    assert [tab.heard() for tab in tabs] == [[], [], []]
    # The same sockets hear their own store: they are no dead ends.
    send(near.boss, near.waiting)
    assert "row" in {frame["t"] for frame in tabs[1].heard()}
    tally(f"canary: {len(frames)} frames in its own store, none in {len(tabs)} tabs of another")


def _work(far: World) -> None:
    """An hour of the other store: a customer writes, people answer, hand on, edit and close."""
    shop, boss = far.shop, far.boss.attendant
    assert boss
    new = shop.hears(f"Socorro {CANARY}", name=f"Nova {CANARY}", department=far.department)
    send(far.boss, new, f"Resposta {CANARY}")
    contact = {"entry_channel": "lead", "name": f"Outro {CANARY}", "notes": CANARY}
    do(far.boss, new, "contato", contact)
    destination = f"pessoa-{far.attendant.pk}"
    do(far.boss, new, "transferencia", {"destination": destination, "note": f"Veja {CANARY}"})
    send(far.person, far.open, f"Resposta {CANARY}")
    destination = f"pessoa-{boss.pk}"
    do(far.person, new, "transferencia", {"destination": destination, "note": f"Veja {CANARY}"})
    place = f"departamento-{shop.sales.pk}"
    do(far.person, far.open, "transferencia", {"destination": place, "note": f"Veja {CANARY}"})
    do(far.boss, far.waiting, "encerramento", {"reason": str(far.close_reason.pk)})
