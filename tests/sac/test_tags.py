"""Tags: the store's words, and who puts them on a ticket."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sac.actions.tags import offered_to
from sac.models import Tag, Ticket, TicketTag
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of, reason
from tests.sac.pages import Answer, read

Pushes = list[tuple[set[str], dict[str, object]]]


@pytest.fixture
def tags(shop: Shop) -> list[Tag]:
    names = ("Troca", "Urgente", "VIP")
    return [Tag.objects.create(store=shop.store, name=name, colour="red") for name in names]


@pytest.fixture
def waiting(shop: Shop) -> Ticket:
    return shop.hears(department=shop.support)


def choose(actor: Actor, ticket: Ticket, chosen: list[Tag], shown: list[Tag]) -> Answer:
    address = f"/sac/atendimento/{ticket.code}/etiquetas/"
    data = {"tags": [one.pk for one in chosen], "initial-tags": [one.pk for one in shown]}
    return actor.client.post(address, data, headers=HTMX)


def carried(ticket: Ticket) -> list[str]:
    return list(ticket.tags.by_name().values_list("name", flat=True))


def offered(actor: Actor, ticket: Ticket) -> list[tuple[str, bool]]:
    page = actor.client.get(f"/sac/atendimento/{ticket.code}/etiquetas/", headers=HTMX)
    boxes = read(page).find("input", type="checkbox")
    names = read(page).find("span", class_="chip")
    pairs = zip(names, boxes, strict=True)
    return [(name.text, "checked" in box.attributes) for name, box in pairs]


def test_a_ticket_carries_what_was_chosen_and_others_see_it(
    waiting: Ticket,
    ana: Actor,
    tags: list[Tag],
    pushes: Pushes,
    django_capture_on_commit_callbacks: type,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = choose(ana, waiting, tags[:2], [])
    assert carried(waiting) == ["Troca", "Urgente"]
    chips = [one.text for one in read(answer).find("span", class_="chip-red")]
    assert chips == ["Troca", "Urgente"]
    threads = [frame for _, frame in pushes if frame["t"] == "thread"]
    assert [frame["header"] for frame in threads] == [True]
    assert "row" in {frame["t"] for _, frame in pushes}
    assert offered(ana, waiting) == [("Troca", True), ("Urgente", True), ("VIP", False)]


def test_the_thread_tells_who_changed_which_tags(
    waiting: Ticket, ana: Actor, sara: Actor, tags: list[Tag]
) -> None:
    choose(ana, waiting, tags[1:], [])
    choose(sara, waiting, [tags[0], tags[2]], tags[1:])
    address = f"/sac/atendimento/{waiting.code}/"
    assert trail(ana, address)[1:] == [
        f"{ana.attendant} adicionou etiquetas: Urgente, VIP",
        f"{sara.attendant} adicionou etiquetas: Troca",
        f"{sara.attendant} removeu etiquetas: Urgente",
    ]
    # Named as they were then; and who only tagged it took no part in it.
    Tag.objects.filter(pk=tags[1].pk).update(name="Depressa")
    assert "Depressa" not in " ".join(trail(ana, address))
    assert not waiting.events.exclude(attendant=None).exists()


def trail(actor: Actor, address: str) -> list[str]:
    """The lines between the messages, without their hour."""
    lines = read(actor.client.get(address)).find("li", class_="event")
    return [" ".join(line.text.split()).partition(" ·")[0] for line in lines]


def test_two_who_choose_at_once_undo_nothing_of_each_other(
    waiting: Ticket, ana: Actor, sara: Actor, tags: list[Tag]
) -> None:
    choose(ana, waiting, [tags[0]], [])
    # Sara's dialog was drawn before that.
    choose(sara, waiting, [tags[1]], [])
    assert carried(waiting) == ["Troca", "Urgente"]
    choose(ana, waiting, [], [tags[0]])
    choose(sara, waiting, [tags[1]], [tags[1]])
    assert carried(waiting) == ["Urgente"]


def test_saving_the_tags_it_carries_anyway_writes_nothing_and_stirs_no_thread(
    waiting: Ticket,
    ana: Actor,
    tags: list[Tag],
    pushes: Pushes,
    django_capture_on_commit_callbacks: type,
) -> None:
    choose(ana, waiting, [tags[0]], [])
    revision = now_of(waiting).conversation.revision
    with django_capture_on_commit_callbacks(execute=True):
        assert choose(ana, waiting, [tags[0]], [tags[0]]).status_code == 200
        # What a colleague did already is done.
        assert choose(ana, waiting, [tags[0]], []).status_code == 200
        assert choose(ana, waiting, [], [tags[1]]).status_code == 200
    assert carried(waiting) == ["Troca"]
    assert now_of(waiting).conversation.revision == revision
    assert "thread" not in {frame["t"] for _, frame in pushes}


def test_only_who_may_reply_or_close_tags(
    shop: Shop, waiting: Ticket, ana: Actor, bia: Actor, sara: Actor, tags: list[Tag]
) -> None:
    do(ana, waiting, "posse")
    other = shop.hire("Caio", shop.support)
    refused = choose(other, waiting, tags, [])
    assert refused.status_code == 403
    assert "muda as etiquetas" in reason(refused)
    assert choose(bia, waiting, tags, []).status_code == 404
    assert carried(waiting) == []
    assert choose(sara, waiting, tags[:1], []).status_code == 200
    page = f"/sac/atendimento/{waiting.code}/"
    seen = [read(one.client.get(page)).with_id("tags-edit") for one in (other, sara)]
    assert seen == [[], [""]]


def test_a_tag_out_of_use_stays_where_it_is_and_is_offered_nowhere_else(
    shop: Shop, waiting: Ticket, ana: Actor, dono: Actor, tags: list[Tag]
) -> None:
    choose(ana, waiting, [tags[0]], [])
    address = f"/configuracoes/etiquetas/{tags[0].pk}/"
    assert dono.client.post(address, {"name": "Troca", "colour": "blue"}).status_code == 302
    assert carried(waiting) == ["Troca"]
    assert ("Troca", True) in offered(ana, waiting)
    other = shop.hears(department=shop.support)
    assert [name for name, _ in offered(ana, other)] == ["Urgente", "VIP"]
    assert choose(ana, other, [tags[0]], []).status_code == 422
    assert not TicketTag.objects.filter(ticket=other).exists()


def test_the_admin_keeps_the_words_of_the_store(
    dono: Actor, ana: Actor, tags: list[Tag], eva: Actor
) -> None:
    new = "/configuracoes/etiquetas/nova/"
    assert dono.client.post(new, {"name": " Pós  venda ", "colour": "teal"}).status_code == 302
    assert Tag.objects.filter(name="Pós venda", colour="teal", is_active=True).exists()
    again = dono.client.post(new, {"name": "pos VENDA", "colour": "red"})
    assert [one.text.strip() for one in read(again).find(class_="field-error")] == [
        "A loja já tem esta etiqueta."
    ]
    assert ana.client.post(new, {"name": "Minha", "colour": "red"}).status_code == 403
    assert eva.client.get(f"/configuracoes/etiquetas/{tags[0].pk}/").status_code == 404
    assert "Pós venda" in dono.client.get("/configuracoes/etiquetas/").content.decode()


def test_what_other_tickets_carry_is_not_read_to_offer_tags(
    shop: Shop, waiting: Ticket, tags: list[Tag]
) -> None:
    for tag in tags:
        TicketTag.objects.create(store=shop.store, ticket=waiting, tag=tag)
    Tag.objects.filter(pk=tags[0].pk).update(is_active=False)
    with CaptureQueriesContext(connection) as asked:
        assert [tag.name for tag in offered_to(waiting)] == ["Troca", "Urgente", "VIP"]
    (query,) = (one["sql"] for one in asked)
    assert "EXISTS" in query
    assert not {"JOIN", "DISTINCT"} & set(query.split())


def test_many_tags_cost_no_more_than_one(
    shop: Shop,
    waiting: Ticket,
    ana: Actor,
    tags: list[Tag],
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    more = [Tag.objects.create(store=shop.store, name=f"T{number}") for number in range(12)]
    address = f"/sac/atendimento/{waiting.code}/etiquetas/"
    with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
        ana.client.get(address, headers=HTMX)
    with django_assert_max_num_queries(24):  # type: ignore[attr-defined]
        choose(ana, waiting, [*tags, *more], [])
    assert len(carried(now_of(waiting))) == 15
