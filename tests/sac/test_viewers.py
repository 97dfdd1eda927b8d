"""Who else is on a conversation, and who is writing: told by sockets, to whoever may see it."""

import json

import pytest

from evendas import live
from evendas.accounts.models import User
from sac import viewers
from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of
from tests.sac.board import put_ticket
from tests.sac.conftest import OpenTab
from tests.sac.tabs import Frame, Tab

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return now_of(put_ticket(shop, department=shop.support))


def come(tab: Tab, ticket: Ticket) -> None:
    """Have the conversation on screen, as a page does: watch it, then say that one is there."""
    tab.watch(ticket.conversation_id)
    while tab.next()["t"] != "watching":
        pass
    tab.say('{"writing": false}')


def settle(tab: Tab, ticket: Ticket) -> None:
    """Come, and wait until everything of it has been told."""
    come(tab, ticket)
    tab.watch(ticket.conversation_id)
    first_watching(tab)
    tab.heard()


def here(tab: Tab) -> list[tuple[str, str]]:
    """Who this tab heard of, and how."""
    return [(frame["name"], frame["state"]) for frame in tab.heard() if frame["t"] == "here"]


def first(tab: Tab) -> Frame:
    """Wait until somebody is told of."""
    while (frame := tab.next())["t"] != "here":
        pass
    return frame


@pytest.fixture
def caio(shop: Shop) -> Actor:
    return shop.hire("Caio", shop.support)


@pytest.fixture
def both(open_tab: OpenTab, ana: Actor, caio: Actor, ticket: Ticket) -> tuple[Tab, Tab]:
    """Ana and Caio on the same conversation, each knowing of the other."""
    anas, caios = open_tab(ana), open_tab(caio)
    settle(anas, ticket)
    come(caios, ticket)
    assert first(anas)["name"] == "Caio"
    assert first(caios)["name"] == "Ana"
    return anas, caios


def test_who_comes_later_learns_at_once_who_is_there(
    open_tab: OpenTab, ana: Actor, caio: Actor, ticket: Ticket
) -> None:
    anas, caios = open_tab(ana), open_tab(caio)
    settle(anas, ticket)
    come(caios, ticket)
    told = first(caios)
    assert told == {
        "t": "here",
        "conversation": ticket.conversation_id,
        "tab": told["tab"],
        "state": "viewing",
        "user": ana.user.pk,
        "name": "Ana",
        "initials": "A",
    }
    assert first(anas)["name"] == "Caio"


def test_only_the_newcomer_is_answered(
    open_tab: OpenTab, both: tuple[Tab, Tab], sara: Actor, ticket: Ticket
) -> None:
    saras = open_tab(sara)
    come(saras, ticket)
    assert {first(saras)["name"], first(saras)["name"]} == {"Ana", "Caio"}
    assert [here(tab) for tab in both] == [[("Sara", "viewing")], [("Sara", "viewing")]]


def test_writing_is_told_and_so_is_its_end(both: tuple[Tab, Tab]) -> None:
    anas, caios = both
    for writing, state in ((True, "writing"), (False, "viewing"), (None, "gone")):
        caios.say(json.dumps({"writing": writing}))
        assert first(anas)["state"] == state
    assert here(caios) == []


def test_leaving_the_conversation_or_closing_the_tab_is_told(
    shop: Shop, both: tuple[Tab, Tab], ticket: Ticket
) -> None:
    anas, caios = both
    caios.watch(put_ticket(shop, department=shop.support).conversation_id)
    assert first(anas)["state"] == "gone"
    come(caios, ticket)
    assert first(anas)["state"] == "viewing"
    caios.close()
    assert first(anas)["state"] == "gone"


def test_asking_for_the_same_conversation_again_is_not_leaving(
    both: tuple[Tab, Tab], ticket: Ticket
) -> None:
    anas, caios = both
    caios.watch(ticket.conversation_id)
    assert first_watching(caios)["conversation"] == ticket.conversation_id
    assert here(anas) == []


def first_watching(tab: Tab) -> Frame:
    while (frame := tab.next())["t"] != "watching":
        pass
    return frame


def test_ones_own_other_tab_is_nobody_else(open_tab: OpenTab, ana: Actor, ticket: Ticket) -> None:
    one, other = open_tab(ana), open_tab(ana)
    settle(one, ticket)
    settle(other, ticket)
    assert here(one) == here(other) == []


def test_who_watches_without_saying_so_is_not_shown(
    open_tab: OpenTab, ana: Actor, caio: Actor, ticket: Ticket
) -> None:
    anas, hidden = open_tab(ana), open_tab(caio)
    hidden.watch(ticket.conversation_id)
    hidden.next()
    settle(anas, ticket)
    assert here(anas) == []


# --- Walls ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["bia", "eva"])
def test_who_may_not_see_it_neither_hears_nor_is_heard(
    open_tab: OpenTab,
    request: pytest.FixtureRequest,
    both: tuple[Tab, Tab],
    ticket: Ticket,
    who: str,
) -> None:
    stranger = open_tab(request.getfixturevalue(who))
    come(stranger, ticket)
    stranger.say('{"writing": true}')
    stranger.watch(ticket.conversation_id)
    assert first_watching(stranger)["revision"] is None
    assert stranger.heard() == []
    both[1].say('{"writing": true}')
    assert here_soon(both[0]) == ("Caio", "writing")
    assert stranger.heard() == []
    assert here(both[0]) == here(both[1]) == []


def here_soon(tab: Tab) -> tuple[str, str]:
    frame = first(tab)
    return frame["name"], frame["state"]


def test_who_took_part_in_what_is_over_knows_nothing_of_who_attends_now(
    shop: Shop, open_tab: OpenTab, bia: Actor, caio: Actor, ticket: Ticket
) -> None:
    do(caio, ticket, "posse")
    do(caio, ticket, "encerramento")
    anew = shop.hears(phone=ticket.conversation.contact.phone, department=shop.sales)
    assert anew.conversation_id == ticket.conversation_id
    bias, caios = open_tab(bia), open_tab(caio)
    settle(bias, anew)
    come(caios, ticket)
    caios.say('{"writing": true}')
    caios.watch(ticket.conversation_id)
    assert first_watching(caios)["revision"] is not None
    bias.say('{"writing": true}')
    bias.watch(ticket.conversation_id)
    first_watching(bias)
    assert here(bias) == here(caios) == []


def test_of_what_is_over_for_all_whoever_sees_it_knows_of_the_others(
    open_tab: OpenTab, ana: Actor, caio: Actor, ticket: Ticket
) -> None:
    do(caio, ticket, "posse")
    do(caio, ticket, "encerramento")
    anas, caios = open_tab(ana), open_tab(caio)
    settle(anas, ticket)
    come(caios, ticket)
    assert first(anas)["name"] == "Caio"


def test_who_lost_sight_of_it_neither_hears_nor_is_heard_any_more(
    shop: Shop, sara: Actor, both: tuple[Tab, Tab], ticket: Ticket
) -> None:
    anas, caios = both
    do(sara, ticket, "transferencia", {"destination": f"departamento-{shop.sales.pk}"})
    # Both hear that it is gone; one of them, perhaps, that the other left before.
    for tab in (anas, caios):
        tab.heard()
    for tab in (anas, caios):
        tab.say('{"writing": true}')
        tab.watch(ticket.conversation_id)
        assert first_watching(tab)["revision"] is None
    assert here(anas) == here(caios) == []


def test_who_lost_sight_of_it_hears_nothing_even_before_asking_again(
    shop: Shop, open_tab: OpenTab, sara: Actor, both: tuple[Tab, Tab], ticket: Ticket
) -> None:
    saras = open_tab(sara)
    come(saras, ticket)
    do(sara, ticket, "transferencia", {"destination": f"departamento-{shop.sales.pk}"})
    for tab in both:
        tab.heard()
    saras.say('{"writing": true}')
    saras.watch(ticket.conversation_id)
    first_watching(saras)
    assert [here(tab) for tab in both] == [[], []]


def test_who_lost_a_department_leaves_the_others(
    shop: Shop, both: tuple[Tab, Tab], caio: Actor
) -> None:
    anas, caios = both
    assert caio.attendant
    caio.attendant.places.all().delete()
    live.publish([live.user_group(caio.user.pk)], {"t": "rights"})
    assert first(anas)["state"] == "gone"
    caios.say('{"writing": true}')
    caios.watch(None)
    first_watching(caios)
    assert here(anas) == []


def test_who_is_shut_out_leaves_the_others(both: tuple[Tab, Tab], caio: Actor) -> None:
    User.objects.filter(pk=caio.user.pk).update(is_active=False)
    live.publish([live.user_group(caio.user.pk)], {"t": "rights"})
    assert first(both[0])["state"] == "gone"


def test_nothing_of_the_sockets_own_reaches_the_page(both: tuple[Tab, Tab]) -> None:
    both[1].say('{"writing": true}')
    told = set(first(both[0]))
    assert told == {"t", "conversation", "tab", "state", "user", "name", "initials"}


# --- Frames --------------------------------------------------------------------------------------

NONSENSE = [
    "",
    "writing",
    "[]",
    "null",
    "{}",
    '{"writing": 1}',
    '{"writing": "true"}',
    '{"writing": {"a": 1}}',
    '{"watch": "1", "writing": []}',
    "[" * 1900,
]


@pytest.mark.parametrize("text", NONSENSE)
def test_what_makes_no_sense_changes_nothing(both: tuple[Tab, Tab], text: str) -> None:
    anas, caios = both
    caios.say(text)
    caios.say('{"writing": true}')
    assert first(anas)["state"] == "writing"
    assert here(anas) == []
    assert caios.heard() == []


def test_a_frame_that_is_too_long_ends_the_socket(both: tuple[Tab, Tab]) -> None:
    both[1].say('{"writing": true, "x": "' + "a" * 2048 + '"}')
    assert both[1].code_of_close() == 1009


def test_a_socket_that_talks_without_end_is_closed(both: tuple[Tab, Tab]) -> None:
    anas, caios = both
    for _ in range(2 * viewers.BURST):
        caios.say('{"writing": true}')
    assert caios.code_of_close() == 1008
    assert len(here(anas)) <= viewers.BURST + 10
