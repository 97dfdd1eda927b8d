"""Informações de atendimento: the figures of a month, by the steps of its tickets."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from evendas import clock
from sac.models import Ticket
from sac.month import Mean, Month, Satisfaction, bounds, month_of
from sac.templatetags.desk_front import duration
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, send
from tests.sac.board import put_ticket
from tests.sac.pages import Page, read

ZONE = ZoneInfo("America/Sao_Paulo")
NOTHING = Mean(None, 0)
UNASKED = Satisfaction(None, 0)


def at(hour: int, minute: int = 0, *, day: int = 10, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@contextmanager
def told_at(hour: int, minute: int = 0, **when: int) -> Iterator[None]:
    with clock.at(at(hour, minute, **when)):
        yield


def month(actor: Actor, **when: int) -> Month:
    """The actor's month as it stands at the end of that day."""
    assert actor.attendant
    with told_at(23, 59, **when):
        return month_of(actor.attendant.pk, actor.attendant.store)


def to(actor: Actor, ticket: Ticket, destination: str) -> None:
    answer = do(actor, ticket, "transferencia", {"destination": destination})
    assert answer.status_code == 200


def figures(actor: Actor) -> Page:
    return read(actor.client.get("/sac/atendimento/contadores/"))


def shown(actor: Actor) -> dict[str, str]:
    """What stands above the list, by its label."""
    page = figures(actor)
    names = [found.text.partition(",")[0] for found in page.find("dt")]
    return dict(zip(names, [found.text for found in page.find("dd")], strict=True))


def test_the_worked_example(shop: Shop, ana: Actor, bia: Actor) -> None:
    """Queued 9:00; Ana takes 9:04, replies 9:05, hands on 9:20; Bia takes 9:22, closes 9:40."""
    with told_at(9):
        ticket = shop.hears(department=shop.support)
    with told_at(9, 4):
        do(ana, ticket, "posse")
    with told_at(9, 5):
        send(ana, ticket)
    with told_at(9, 20):
        to(ana, ticket, f"departamento-{shop.sales.pk}")
    with told_at(9, 22):
        do(bia, ticket, "posse")
    with told_at(9, 40):
        do(bia, ticket, "encerramento")
    begins = at(0, day=1)
    assert month(ana) == Month(begins, 1, 0, 0, Mean(300, 1), NOTHING, UNASKED)
    assert month(bia) == Month(begins, 1, 0, 1, NOTHING, Mean(18 * 60, 1), UNASKED)


def test_a_ticket_handed_to_a_person_is_theirs_from_that_moment(
    shop: Shop, ana: Actor, bia: Actor
) -> None:
    assert bia.attendant
    with told_at(9):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
    with told_at(9, 30):
        to(ana, ticket, f"pessoa-{bia.attendant.pk}")
    assert month(bia).open == 1
    assert month(ana).open == 0
    with told_at(9, 50):
        do(bia, ticket, "encerramento")
    assert (month(ana).attended, month(bia).attended) == (1, 1)
    assert month(bia).handling == Mean(20 * 60, 1)


def test_a_ticket_taken_over_counts_for_both(shop: Shop, ana: Actor, sara: Actor) -> None:
    with told_at(9):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
    with told_at(9, 10):
        do(sara, ticket, "substituicao", {"seen": str(now_of(ticket).attendant_id)})
    with told_at(9, 15):
        do(sara, ticket, "encerramento")
    assert (month(ana).attended, month(ana).closed) == (1, 0)
    assert (month(sara).attended, month(sara).handling) == (1, Mean(300, 1))


def test_a_ticket_that_comes_back_is_attended_once(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    with told_at(9):
        for noun in ("posse", "devolucao", "posse", "encerramento"):
            do(ana, ticket, noun)
    assert (month(ana).attended, month(ana).closed) == (1, 1)


def test_who_closes_for_somebody_else_has_closed_but_not_attended(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    with told_at(9):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
        do(sara, ticket, "encerramento")
    assert (month(sara).attended, month(sara).closed) == (0, 1)
    assert month(sara).handling == NOTHING


def test_a_closing_that_was_undone_never_happened(shop: Shop, ana: Actor, sara: Actor) -> None:
    """Ana takes it 9:00, closes 9:10 and thinks better of it; Sara closes 9:30, in 5 minutes."""
    with told_at(9):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
    with told_at(9, 10):
        do(ana, ticket, "encerramento")
        assert do(ana, ticket, "reabertura").status_code == 200
    assert (month(ana).open, month(ana).closed, month(ana).handling) == (1, 0, NOTHING)
    with told_at(9, 25):
        do(sara, ticket, "substituicao", {"seen": str(now_of(ticket).attendant_id)})
    with told_at(9, 30):
        do(sara, ticket, "encerramento")
    assert (month(ana).closed, month(ana).handling) == (0, NOTHING)
    assert (month(sara).closed, month(sara).handling) == (1, Mean(300, 1))


def test_means_are_of_all_of_the_months(shop: Shop, ana: Actor) -> None:
    for minute, wait in ((0, 2), (20, 5)):
        with told_at(9, minute):
            ticket = shop.hears(department=shop.support)
        with told_at(9, minute + wait):
            send(ana, ticket)
        with told_at(9, minute + wait + 3 * wait):
            do(ana, ticket, "encerramento")
    assert month(ana).first_reply == Mean(210, 2)
    assert month(ana).handling == Mean(630, 2)


def test_the_month_is_the_stores_not_greenwichs(shop: Shop, ana: Actor) -> None:
    """At 23:30 of the 31st in São Paulo it is April in Greenwich."""
    with told_at(23, 30, day=31):
        do(ana, shop.hears(department=shop.support), "posse")
    with told_at(0, 30, day=1, month=4):
        do(ana, shop.hears(department=shop.support), "posse")
        do(ana, shop.hears(department=shop.support), "posse")
    assert month(ana, day=31).attended == 1
    assert month(ana, day=30, month=4).attended == 2
    shop.store.timezone = "Pacific/Auckland"
    shop.store.save()
    ana.user.refresh_from_db()
    assert ana.attendant
    ana.attendant.refresh_from_db()
    with clock.at(at(12, day=10, month=4)):
        assert month_of(ana.attendant.pk, shop.store).attended == 3


def test_each_figure_is_of_the_month_of_its_own_step(shop: Shop, ana: Actor) -> None:
    with told_at(23, day=31):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
    with told_at(0, 10, day=1, month=4):
        do(ana, ticket, "encerramento")
    assert (month(ana, day=31).attended, month(ana, day=31).closed) == (1, 0)
    april = month(ana, day=2, month=4)
    assert (april.attended, april.closed, april.handling) == (0, 1, Mean(70 * 60, 1))


@pytest.mark.parametrize(
    ("moment", "first", "last"),
    [
        (datetime(2026, 3, 1, tzinfo=ZONE), "2026-03-01T00:00-03:00", "2026-04-01T00:00-03:00"),
        (
            datetime(2026, 12, 31, 23, 59, tzinfo=ZONE),
            "2026-12-01T00:00-03:00",
            "2027-01-01T00:00-03:00",
        ),
        (datetime(2024, 2, 29, tzinfo=ZONE), "2024-02-01T00:00-03:00", "2024-03-01T00:00-03:00"),
        # Summer time began in the middle of the month: its ends are not equally far from Greenwich.
        (datetime(2018, 11, 20, tzinfo=ZONE), "2018-11-01T00:00-03:00", "2018-12-01T00:00-02:00"),
    ],
)
def test_a_month_goes_from_midnight_to_midnight(moment: datetime, first: str, last: str) -> None:
    assert [edge.isoformat(timespec="minutes") for edge in bounds(moment)] == [first, last]


def test_another_stores_steps_are_not_counted(shop: Shop, other_shop: Shop, ana: Actor) -> None:
    do(ana, shop.hears(department=shop.support), "posse")
    assert ana.attendant
    with pytest.raises(type(ana.attendant).DoesNotExist):
        month_of(ana.attendant.pk, other_shop.store)


def test_the_desk_shows_them_with_a_dash_where_nothing_is_known(shop: Shop, ana: Actor) -> None:
    put_ticket(shop, department=shop.support, attendant=ana.attendant, status="open")
    assert shown(ana) == {
        "Atendidos": "0",
        "Em aberto": "1",
        "Encerrados": "0",
        "TMPR": "—",
        "TMA": "—",
        "Satisfação": "—",
    }
    page = read(ana.client.get("/sac/atendimento/"))
    assert [found.text for found in page.find("dd")[:6]] == ["0", "1", "0", "—", "—", "—"]


def test_the_two_numbers_called_open_say_whose_they_are(
    shop: Shop, ana: Actor, dono: Actor
) -> None:
    def told(actor: Actor) -> list[str]:
        page = figures(actor)
        heard = [found.text for found in page.find("dt") if found.text.startswith("Em aberto")]
        return heard + [found.attributes.get("title", "") for found in page.find("div")[1:2]]

    mine, whole = "Com você neste momento, de qualquer mês", "Na loja inteira, neste momento"
    assert told(ana) == [f"Em aberto, {mine.lower()}", mine]
    assert told(dono) == [f"Em aberto, {whole.lower()}", whole]


def test_a_mean_says_of_how_many(shop: Shop, ana: Actor) -> None:
    send(ana, shop.hears(department=shop.support))
    titles = [found.attributes.get("title") for found in figures(ana).find("div")]
    assert "Tempo médio da 1ª resposta, em 1 atendimento" in titles
    assert "Tempo médio de atendimento" in titles


def test_who_answers_nobody_sees_the_store_as_it_is_now(
    shop: Shop, ana: Actor, dono: Actor
) -> None:
    for status, attendant in (("waiting", None), ("waiting", None), ("open", ana.attendant)):
        put_ticket(shop, department=shop.sales, attendant=attendant, status=status)
    assert shown(dono) == {"Aguardando": "2", "Em aberto": "1"}
    narrowed = dono.client.get(f"/sac/atendimento/contadores/?departamento={shop.support.pk}")
    assert read(narrowed).counts == {"waiting": 0, "open": 0, "closed": 0}
    assert [found.text for found in read(narrowed).find("dd")] == ["2", "1"]


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=45), "45 s"),
        (timedelta(minutes=2, seconds=4), "2 min 04 s"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(minutes=18, seconds=59), "18 min"),
        (timedelta(hours=2, minutes=5), "2 h 05 min"),
        (timedelta(days=2), "48 h 00 min"),
    ],
)
def test_lengths_of_time_are_written_as_people_say_them(length: timedelta, words: str) -> None:
    assert duration(int(length.total_seconds())) == words
