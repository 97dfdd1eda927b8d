"""The menu tells on every page how many wait, at the price of one question."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import Actor, Shop
from tests.sac.pages import read

pytestmark = pytest.mark.django_db

DESK = "/sac/atendimento/"
EVERYBODYS = (
    "/",
    DESK,
    f"{DESK}?situacao=encerradas",
    f"{DESK}?quem=minhas",
    f"{DESK}?numeros=atendidos",
    "/conta/senha/",
)
ADMINS = (
    "/sac/departamentos/",
    "/sac/atendentes/",
    "/automacao/sincronizar-whatsapp/",
    "/automacao/integridade/",
    "/configuracoes/",
    "/configuracoes/etiquetas/",
)


def told(actor: Actor, address: str) -> str:
    """What the badge says; nothing while it is hidden."""
    (badge,) = read(actor.client.get(address)).find("span", id="waiting-badge")
    return "" if "hidden" in badge.attributes else badge.text


def asked(actor: Actor, address: str) -> list[str]:
    """The questions about tickets that a page asks."""
    with CaptureQueriesContext(connection) as queries:
        assert actor.client.get(address).status_code == 200
    return [
        one["sql"] for one in queries if 'COUNT(*) AS "__count" FROM "sac_ticket"' in one["sql"]
    ]


@pytest.fixture
def waiting(shop: Shop) -> None:
    shop.hears(department=shop.support)
    shop.hears(department=shop.support)
    shop.hears(department=shop.sales)


def test_every_page_tells_how_many_wait_for_whom_one_sees(
    waiting: None, ana: Actor, bia: Actor, sara: Actor, dono: Actor, eva: Actor
) -> None:
    for actor, many in ((ana, 2), (bia, 1), (sara, 3), (dono, 3)):
        pages = (*EVERYBODYS, *ADMINS) if actor is dono else EVERYBODYS
        shown = {address: told(actor, address) for address in pages}
        assert shown == dict.fromkeys(pages, f"{many} aguardando")
    assert {told(eva, address) for address in EVERYBODYS} == {""}


def test_what_changes_on_the_desk_changes_the_badge_whatever_it_filters_for(
    waiting: None, ana: Actor
) -> None:
    for query in ("", "?quem=minhas"):
        assert told(ana, f"{DESK}contadores/{query}") == "2 aguardando"


@pytest.mark.parametrize("address", ["/sac/departamentos/", "/configuracoes/"])
def test_it_costs_a_page_one_question(waiting: None, dono: Actor, address: str) -> None:
    (question,) = asked(dono, address)
    assert "waiting" in question


def test_what_an_admin_may_see_is_not_asked_for_it(waiting: None, dono: Actor) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert told(dono, "/configuracoes/") == "3 aguardando"
    assert not [one for one in queries if "sac_attendantdepartment" in one["sql"]]


def test_where_they_are_counted_anyway_nothing_more_is_asked(
    waiting: None, ana: Actor, dono: Actor
) -> None:
    for actor in (ana, dono):
        assert asked(actor, "/") == asked(actor, DESK) == []
        assert asked(actor, f"{DESK}contadores/?novas=sim") == []
    assert asked(dono, f"{DESK}?novas=sim") == []
    assert len(asked(ana, f"{DESK}?novas=sim")) == 1


def test_with_nobody_waiting_it_is_not_there(ana: Actor, dono: Actor) -> None:
    assert told(ana, "/") == told(dono, "/configuracoes/") == ""
