"""Behind each figure of the month stand exactly the tickets that it counts."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from evendas import clock
from sac.models import Ticket, TicketEvent
from sac.month import Satisfaction, month_of
from tests.conftest import Actor, Shop
from tests.sac.acts import do, send
from tests.sac.board import put_ticket
from tests.sac.pages import Page, read
from tests.sac.test_month import month, told_at

SLUGS = ("atendidos", "encerrados", "tmpr", "tma", "satisfacao")


def ask(actor: Actor, query: str) -> Page:
    with told_at(23, 59):
        return read(actor.client.get(f"/sac/atendimento/{query}"))


def behind(actor: Actor, slug: str) -> tuple[set[str], int]:
    """The codes of the rows one may open, and how many others are listed."""
    page = ask(actor, f"lista/?numeros={slug}")
    links = [link.attributes["href"] for link in page.find("a", class_="row-link")]
    hidden = page.find("li", class_="row-hidden")
    return {link.split("/")[-2] for link in links}, len(hidden)


def counted(actor: Actor) -> dict[str, int]:
    """How many tickets each figure says it is made of."""
    assert actor.attendant
    now = month(actor)
    return {
        "atendidos": now.attended,
        "encerrados": now.closed,
        "tmpr": now.first_reply.count,
        "tma": now.handling.count,
        "satisfacao": now.satisfaction.count,
    }


def rate(ticket: Ticket, by: Actor, score: int, **when: int) -> None:
    """The customer answers the survey about who closed their ticket."""
    with told_at(22, **when):
        TicketEvent.objects.create(
            store=ticket.store,
            ticket=ticket,
            conversation=ticket.conversation,
            kind=TicketEvent.Kind.SURVEY_ANSWERED,
            at=clock.now(),
            attendant=by.attendant,
            score=score,
            sort_key=1,
            revision=1,
        )


def live_through_a_month(shop: Shop, ana: Actor, bia: Actor, sara: Actor) -> dict[str, Ticket]:
    """Tickets of every kind: kept, handed on, taken over, closed, undone, of the month before."""
    found = {}
    with told_at(23, 50, day=28, month=2):
        found["old"] = shop.hears(department=shop.support)
        send(ana, found["old"])
    with told_at(9):
        for name in ("kept", "handed", "taken", "closed", "undone"):
            found[name] = shop.hears(department=shop.support)
            send(ana, found[name])
        found["quiet"] = shop.hears(department=shop.support)
        do(ana, found["quiet"], "posse")
    with told_at(10):
        do(ana, found["handed"], "transferencia", {"destination": f"departamento-{shop.sales.pk}"})
        do(bia, found["handed"], "posse")
        taken = {"seen": str(ana.attendant.pk if ana.attendant else 0)}
        do(sara, found["taken"], "substituicao", taken)
        for name in ("old", "closed", "undone"):
            do(ana, found[name], "encerramento")
        undo(found["undone"], ana)
        do(bia, found["handed"], "encerramento")
    return found


def undo(ticket: Ticket, actor: Actor) -> None:
    """What a closing that is taken back leaves on the trail."""
    Ticket.objects.filter(pk=ticket.pk).update(status="open", closed_at=None, closed_by=None)
    TicketEvent.objects.create(
        store=ticket.store,
        ticket=ticket,
        conversation=ticket.conversation,
        kind=TicketEvent.Kind.REOPENED,
        at=clock.now(),
        attendant=actor.attendant,
        sort_key=1,
        revision=1,
    )


def test_each_list_holds_what_its_figure_counts(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor
) -> None:
    told = live_through_a_month(shop, ana, bia, sara)
    code = {name: ticket.code for name, ticket in told.items()}
    assert {slug: behind(ana, slug) for slug in SLUGS} == {
        # The one handed on is closed by now, and who took part sees it again.
        "atendidos": (
            {code[name] for name in ("kept", "handed", "taken", "closed", "undone", "quiet")},
            0,
        ),
        "encerrados": ({code["old"], code["closed"]}, 0),
        "tmpr": ({code[name] for name in ("kept", "handed", "taken", "closed", "undone")}, 0),
        "tma": ({code["old"], code["closed"]}, 0),
        "satisfacao": (set(), 0),
    }
    for actor in (ana, bia, sara):
        for slug, count in counted(actor).items():
            codes, others = behind(actor, slug)
            assert len(codes) + others == count, (actor.user, slug)


def test_a_ticket_out_of_sight_is_counted_and_not_shown(shop: Shop, ana: Actor) -> None:
    with told_at(9):
        ticket = shop.hears("segredo", name="Zuleica", department=shop.support)
        do(ana, ticket, "posse")
        do(ana, ticket, "transferencia", {"destination": f"departamento-{shop.sales.pk}"})
    assert behind(ana, "atendidos") == (set(), 1)
    answer = ana.client.get("/sac/atendimento/lista/?numeros=atendidos")
    with told_at(12):
        answer = ana.client.get("/sac/atendimento/lista/?numeros=atendidos")
    text = answer.content.decode()
    assert ticket.code in text
    assert "segredo" not in text
    assert "Zuleica" not in text


def test_what_is_open_is_behind_its_figure_too(shop: Shop, ana: Actor, sara: Actor) -> None:
    mine = put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    put_ticket(shop, department=shop.support, attendant=sara.attendant, status="open")
    page = ask(ana, "")
    (link,) = [
        one for one in page.find("a", class_="figure-link") if "quem" in one.attributes["href"]
    ]
    assert link.text.strip() == "1"
    assert read(ana.client.get(link.attributes["href"])).ticket_ids == [mine.pk]


def test_the_list_says_what_it_shows_and_how_to_leave(shop: Shop, ana: Actor) -> None:
    page = ask(ana, "?numeros=atendidos")
    (bar,) = page.find("p", id="figure-bar")
    assert " ".join(bar.text.split()) == "Mostrando: atendidos em março Voltar à lista"
    assert "hidden" not in bar.attributes
    assert "hidden" in page.find("form", id="filters")[0].attributes
    assert not [tab for tab in page.find("a", class_="tab") if "aria-current" in tab.attributes]
    (plain,) = ask(ana, "").find("p", id="figure-bar")
    assert "hidden" in plain.attributes


def test_who_answers_nobody_has_no_list_behind_a_month(shop: Shop, dono: Actor) -> None:
    ticket = put_ticket(shop)
    assert ask(dono, "?numeros=atendidos").ticket_ids == [ticket.pk]


def test_the_month_of_a_figure_ends_at_the_stores_midnight(shop: Shop, ana: Actor) -> None:
    """At 23:30 of the 31st in São Paulo it is April in Greenwich."""
    with told_at(23, 30, day=31):
        last = shop.hears(department=shop.support)
        do(ana, last, "posse")
        assert ask_now(ana) == {last.pk}
    with told_at(0, 5, day=1, month=4):
        assert ask_now(ana) == set()
        do(ana, last, "encerramento")
        assert ask_now(ana, "encerrados") == {last.pk}


def ask_now(actor: Actor, slug: str = "atendidos") -> set[int]:
    return set(read(actor.client.get(f"/sac/atendimento/lista/?numeros={slug}")).ticket_ids)


def test_satisfaction_is_of_fours_and_fives(shop: Shop, ana: Actor, bia: Actor) -> None:
    scores = {}
    for score in (5, 4, 3):
        with told_at(9):
            ticket = shop.hears(department=shop.support)
            do(ana, ticket, "posse")
            do(ana, ticket, "encerramento")
        rate(ticket, ana, score)
        scores[score] = ticket
    # Of the month before.
    rate(scores[3], ana, 1, day=28, month=2)
    assert month(ana).satisfaction == Satisfaction(67, 3)
    assert month(bia).satisfaction == Satisfaction(None, 0)
    assert behind(ana, "satisfacao") == ({ticket.code for ticket in scores.values()}, 0)
    page = ask(ana, "")
    (shown,) = [one for one in page.find("a") if one.attributes.get("data-figure") == "satisfacao"]
    assert shown.text.strip() == "67%"


@pytest.mark.parametrize("score", [0, 6])
def test_a_mark_is_from_one_to_five(shop: Shop, ana: Actor, score: int) -> None:
    ticket = put_ticket(shop)
    with pytest.raises(IntegrityError), transaction.atomic():
        rate(ticket, ana, score)


def test_a_long_month_is_read_in_pages(shop: Shop, ana: Actor) -> None:
    with told_at(9):
        for _ in range(32):
            do(ana, shop.hears(department=shop.support), "posse")
    page = ask(ana, "lista/?numeros=atendidos")
    assert len(page.ticket_ids) == 30
    assert re.search(r"\?numeros=atendidos&depois=", page.next_page)
    with told_at(12):
        rest = read(ana.client.get(page.next_page))
    assert len({*page.ticket_ids, *rest.ticket_ids}) == month(ana).attended == 32


def test_summer_time_moves_no_ticket_to_another_month(shop: Shop, ana: Actor) -> None:
    """In New York November begins an hour nearer to Greenwich than it ends."""
    zone = ZoneInfo("America/New_York")
    shop.store.timezone = zone.key
    shop.store.save()
    assert ana.attendant
    moments = [
        datetime(2026, 10, 31, 23, 59, tzinfo=zone),
        datetime(2026, 11, 1, 0, 1, tzinfo=zone),
    ]
    for moment in (*moments, datetime(2026, 11, 30, 23, 59, tzinfo=zone)):
        with clock.at(moment):
            do(ana, shop.hears(department=shop.support), "posse")
    with clock.at(datetime(2026, 11, 30, 23, 59, 30, tzinfo=zone)):
        assert month_of(ana.attendant.pk, shop.store).attended == len(ask_now(ana)) == 2
