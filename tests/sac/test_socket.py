"""The desk's socket on the real channel layer: who gets in, and which pushes reach whom."""

import json
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.backends.utils import CursorWrapper

from evendas import live
from sac.actions.tickets import held
from sac.announce import money_changed
from sac.models import Attendant, Department
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, push, send
from tests.sac.board import add_number, put_ticket
from tests.sac.conftest import OpenTab
from tests.sac.pages import read
from tests.sac.tabs import Tab

pytestmark = pytest.mark.django_db(transaction=True)

NOTHING = {"t": "watching", "conversation": None, "revision": None}


# --- Getting in ----------------------------------------------------------------------------------


def test_a_stranger_is_refused_for_good_and_told_nothing(db: None) -> None:
    tab = Tab(None)
    assert tab.code_of_close() == 4403
    tab.close()


def test_a_page_of_another_site_does_not_get_in(ana: Actor) -> None:
    for origin in ("https://evil.test", "http://127.0.0.1.evil.test", "null", "", "file://"):
        tab = Tab(ana, origin=origin)
        assert not tab.is_accepted
        tab.close()


def test_a_person_of_a_suspended_store_is_refused(shop: Shop, ana: Actor) -> None:
    shop.store.is_active = False
    shop.store.save()
    tab = Tab(ana)
    assert tab.code_of_close() == 4403
    tab.close()


def test_whoever_was_refused_can_watch_nothing(shop: Shop, db: None) -> None:
    tab = Tab(None)
    tab.watch(put_ticket(shop).conversation_id)
    assert tab.code_of_close() == 4403
    tab.close()
    assert tab.socket.output_queue.empty()


# --- Rows ----------------------------------------------------------------------------------------


@pytest.fixture
def everybody(shop: Shop, open_tab: OpenTab, request: pytest.FixtureRequest) -> dict[str, Tab]:
    """A tab of each actor; Lia answers on the store's other number, Nova is in no department."""
    people = {name: request.getfixturevalue(name) for name in ("ana", "bia", "sara", "dono", "eva")}
    far = Department.objects.create(store=shop.store, instance=add_number(shop), name="Longe")
    people |= {"lia": shop.hire("Lia", far), "nova": shop.hire("Nova")}
    return {name: open_tab(actor) for name, actor in people.items()}


@pytest.mark.parametrize(
    ("ticket", "readers"),
    [
        ("Suporte · waiting", "ana sara dono"),
        ("Vendas · waiting", "bia sara dono"),
        ("· · waiting", "ana bia sara dono"),
        ("Suporte Ana open", "ana sara dono"),
        ("Suporte Bia open", "ana bia sara dono"),
        ("Suporte Nova open", "ana nova sara dono"),
        ("Suporte Bia closed", "ana bia sara dono"),
        ("Vendas Bia closed", "bia dono"),
    ],
)
def test_a_row_reaches_who_may_see_it_and_nobody_else(
    shop: Shop, everybody: dict[str, Tab], ticket: str, readers: str
) -> None:
    department, owner, status = ticket.split()
    row = put_ticket(
        shop,
        department=Department.objects.filter(name=department, store=shop.store).first(),
        attendant=Attendant.objects.filter(nickname=owner).first(),
        status=status,
    )
    push(row)
    reached = {name for name, tab in everybody.items() if tab.about("row") == [row.pk]}
    assert reached == set(readers.split())


def test_a_row_that_leaves_ones_sight_is_gone(shop: Shop, everybody: dict[str, Tab]) -> None:
    ticket = put_ticket(shop, department=shop.support)
    with held(ticket.pk) as row:
        row.ticket.department = shop.sales
        row.ticket.save()
    heard = {name: [frame["t"] for frame in tab.heard()] for name, tab in everybody.items()}
    rows = {name for name, frames in heard.items() if frames == ["row"]}
    assert rows == {"bia", "sara", "dono"}
    assert {name for name, frames in heard.items() if frames == ["gone"]} == {"ana"}
    assert {name for name, frames in heard.items() if frames == []} == {"eva", "lia", "nova"}


def test_that_money_moved_is_told_to_who_may_see_it(shop: Shop, everybody: dict[str, Tab]) -> None:
    with transaction.atomic():
        money_changed(shop.store.pk)
    told = {name for name, tab in everybody.items() if tab.heard() == [{"t": "money"}]}
    assert told == {"sara", "dono"}


def test_closing_takes_a_ticket_from_those_who_only_see_what_is_active(
    shop: Shop, open_tab: OpenTab, bia: Actor, sara: Actor
) -> None:
    ticket = put_ticket(shop, department=shop.sales, attendant=bia.attendant, status="open")
    tab = open_tab(sara)
    do(bia, ticket, "encerramento")
    assert tab.about("gone") == [ticket.pk]


def test_who_took_part_goes_on_seeing_what_was_closed(
    shop: Shop, open_tab: OpenTab, bia: Actor, sara: Actor
) -> None:
    """A supervisor who closes a ticket of another department finds it among Encerradas."""
    ticket = put_ticket(shop, department=shop.sales, attendant=bia.attendant, status="open")
    tab = open_tab(sara)
    do(sara, ticket, "encerramento")
    assert tab.about("row") == [ticket.pk]
    assert sara.client.get(f"/sac/atendimento/{ticket.code}/").status_code == 200


def test_who_took_part_hears_of_it_again_when_it_is_closed(
    shop: Shop, open_tab: OpenTab, ana: Actor, bia: Actor
) -> None:
    """Ana passed it on to another department: out of her sight while it is active."""
    ticket = put_ticket(
        shop,
        department=shop.sales,
        attendant=bia.attendant,
        status="open",
        took_part=ana.attendant,
    )
    tab = open_tab(ana)
    push(ticket)
    assert tab.heard() == []
    do(bia, ticket, "encerramento")
    assert tab.about("row") == [ticket.pk]


def test_a_row_is_the_lists_own_and_says_nothing_of_who_may_see_it(
    shop: Shop, open_tab: OpenTab, ana: Actor
) -> None:
    ticket = put_ticket(shop, department=shop.support)
    tab = open_tab(ana)
    push(ticket)
    (frame,) = tab.heard()
    assert set(frame) == {"t", "ticket", "revision", "html", "counts", "heard"}
    listed = ana.client.get("/sac/atendimento/lista/").content.decode()
    assert frame["html"].split() == listed.split()
    assert read(frame["html"]).ticket_ids == [ticket.pk]


def test_who_is_reached_in_two_ways_hears_once(shop: Shop, open_tab: OpenTab, ana: Actor) -> None:
    """By the department and as its attendant."""
    ticket = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    tab = open_tab(ana)
    for _ in range(3):
        push(ticket)
    assert tab.about("row") == [ticket.pk] * 3


def test_every_tab_of_a_person_hears(shop: Shop, open_tab: OpenTab, ana: Actor) -> None:
    tabs = [open_tab(ana), open_tab(ana)]
    ticket = put_ticket(shop, department=shop.support)
    push(ticket)
    assert [tab.about("row") for tab in tabs] == [[ticket.pk]] * 2


def test_a_push_asks_the_database_nothing(
    shop: Shop, open_tab: OpenTab, ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = put_ticket(shop, department=shop.support)
    tab = open_tab(ana)
    tab.watch(ticket.conversation_id)
    assert tab.next()["t"] == "watching"
    sight = {
        "store_id": shop.store.pk,
        "instance_id": shop.instance.pk,
        "department_id": shop.support.pk,
        "attendant_id": None,
        "status": "waiting",
        "user_id": None,
    }
    asked: list[str] = []
    monkeypatch.setattr(CursorWrapper, "execute", lambda *args: asked.append(str(args[1])))
    for number in range(20):
        frame = {"t": "row", "ticket": number, "sight": sight, "push": uuid4().hex}
        live.publish([live.department_group(shop.support.pk)], frame)
        frame = {"t": "thread", "ticket": number, "sight": sight}
        live.publish([live.conversation_group(ticket.conversation_id)], frame)
    assert len(tab.heard()) == 40
    monkeypatch.undo()
    assert asked == []


# --- Watching ------------------------------------------------------------------------------------


def test_watching_is_answered_with_the_revision(shop: Shop, open_tab: OpenTab, ana: Actor) -> None:
    ticket = now_of(shop.hears(department=shop.support))
    tab = open_tab(ana)
    tab.watch(ticket.conversation_id)
    assert tab.next() == {
        "t": "watching",
        "conversation": ticket.conversation_id,
        "revision": ticket.conversation.revision,
    }


def test_a_watcher_hears_each_change_without_a_gap(
    shop: Shop, open_tab: OpenTab, ana: Actor
) -> None:
    ticket = shop.hears(department=shop.support)
    tab = open_tab(ana)
    tab.watch(ticket.conversation_id)
    cursor = tab.next()["revision"]
    do(ana, ticket, "posse")
    send(ana, ticket, "Bom dia!")
    shop.hears("Oi de novo", phone=ticket.conversation.contact.phone)
    frames = [frame for frame in tab.heard() if frame["t"] == "thread"]
    for frame in frames:
        assert set(frame) == {"t", "conversation", "ticket", "from", "to", "html", "header"}
        assert frame["from"] == cursor + 1
        cursor = frame["to"]
    assert cursor == now_of(ticket).conversation.revision
    assert [frame["header"] for frame in frames] == [True, False, False]
    said = [element.text for frame in frames for element in read(frame["html"]).find(class_="text")]
    assert said == ["Bom dia!", "Oi de novo"]


def test_one_watches_one_conversation_at_a_time(shop: Shop, open_tab: OpenTab, ana: Actor) -> None:
    first, second = shop.hears(department=shop.support), shop.hears(department=shop.support)
    tab = open_tab(ana)
    for ticket in (first, second):
        tab.watch(ticket.conversation_id)
        tab.next()
    for ticket in (first, second):
        shop.hears("Oi", phone=ticket.conversation.contact.phone)
    assert tab.about("thread") == [second.pk]
    tab.watch(None)
    shop.hears("Oi", phone=second.conversation.contact.phone)
    assert tab.about("thread") == []


@pytest.mark.parametrize("who", ["bia", "eva", "nova"])
def test_a_conversation_out_of_sight_cannot_be_watched(
    shop: Shop, open_tab: OpenTab, request: pytest.FixtureRequest, who: str
) -> None:
    actor = shop.hire("Nova") if who == "nova" else request.getfixturevalue(who)
    ticket = put_ticket(shop, department=shop.support)
    tab = open_tab(actor)
    tab.watch(ticket.conversation_id)
    assert tab.heard() == [NOTHING]
    # Were it in the group, it would hear even what carries no sight.
    group = live.conversation_group(ticket.conversation_id)
    live.publish([group], {"t": "thread", "ticket": ticket.pk})
    assert tab.heard() == []


def test_a_watcher_hears_nothing_of_a_chapter_out_of_sight(
    shop: Shop, open_tab: OpenTab, ana: Actor, bia: Actor
) -> None:
    first = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="closed")
    tab = open_tab(ana)
    tab.watch(first.conversation_id)
    assert tab.next()["t"] == "watching"
    second = shop.hears(phone=first.conversation.contact.phone)
    second.department = shop.sales
    second.save()
    tab.heard()
    send(bia, second, "segredo de vendas")
    assert [frame for frame in tab.heard() if frame["t"] == "thread"] == []


NONSENSE = [
    "oi",
    "null",
    "[]",
    "{}",
    '"watch"',
    '{"watch": true}',
    '{"watch": "1"}',
    '{"watch": 1.5}',
    '{"watch": -1}',
    '{"watch": 0}',
    '{"watch": {"id": 1}}',
    '{"watch": NaN}',
    json.dumps({"watch": 10**30}),
    "[" * 2000,
    '{"t": "live", "type": "live", "event": {"t": "rights"}}',
]


def test_nonsense_is_passed_over(shop: Shop, open_tab: OpenTab, ana: Actor) -> None:
    ticket = put_ticket(shop, department=shop.support)
    tab = open_tab(ana)
    for text in NONSENSE:
        tab.say(text)
        assert tab.heard() == []
    tab.watch(ticket.conversation_id)
    assert tab.next()["t"] == "watching"


def test_whoever_watches_nothing_is_answered_too(open_tab: OpenTab, ana: Actor) -> None:
    """A page that slept learns from any answer that its socket lives."""
    tab = open_tab(ana)
    for nothing in (2**62, None):
        tab.watch(nothing)
        assert tab.heard() == [NOTHING]


def test_a_frame_that_is_too_big_ends_the_socket(open_tab: OpenTab, ana: Actor) -> None:
    tab = open_tab(ana)
    tab.say(json.dumps({"watch": 1, "more": "a" * 2048}))
    assert tab.code_of_close() == 1009


def test_a_binary_frame_ends_the_socket(open_tab: OpenTab, ana: Actor) -> None:
    tab = open_tab(ana)
    tab.say_bytes(b"watch")
    assert tab.code_of_close() == 1009
