"""Relatórios: worked examples, what each number opens, and who may ask."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from evendas import clock
from sac.models import Contact, Tag, Ticket
from sac.reports.measures import MEASURES
from tests.conftest import Actor, Shop
from tests.sac.acts import do, send
from tests.sac.pages import Page, read

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/Sao_Paulo")
MARCH = "?de=2026-03-01&ate=2026-03-31"


@contextmanager
def at(hour: int, minute: int = 0, *, day: int = 10, month: int = 3) -> Iterator[None]:
    with clock.at(datetime(2026, month, day, hour, minute, tzinfo=ZONE)):
        yield


def report(actor: Actor, query: str = MARCH) -> Page:
    return read(actor.client.get(f"/relatorios/{query}"))


def totals(actor: Actor, query: str = MARCH) -> dict[str, str]:
    """Each card's number by its label."""
    cards = report(actor, query).find("a", class_="figure")
    lines = [[word.strip() for word in card.text.split("\n") if word.strip()] for card in cards]
    return {label: value for label, value, _ in lines}


def listed(actor: Actor, query: str) -> list[str]:
    """The codes of the tickets behind a number, on all pages."""
    page = read(actor.client.get(f"/relatorios/atendimentos/{query}"))
    codes = [found.text.strip() for found in page.find("th") if found.attributes["scope"] == "row"]
    following = [link.attributes["href"] for link in page.find("a", class_="button")]
    more = [href for href in following if "antes=" in href]
    return codes + (listed(actor, more[0]) if more else [])


def sheet(actor: Actor, query: str = MARCH) -> list[dict[str, str]]:
    answer = actor.client.get(f"/relatorios/atendimentos.csv{query}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    body = answer.getvalue().decode("utf-8")
    assert body.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(body.removeprefix("\ufeff")), delimiter=";"))


@pytest.fixture
def story(shop: Shop, ana: Actor, bia: Actor) -> Ticket:
    """Queued 9:00; Ana takes 9:04, replies 9:05, hands on 9:20; Bia takes 9:22, closes 9:40."""
    with at(9):
        ticket = shop.hears(department=shop.support)
    with at(9, 4):
        do(ana, ticket, "posse")
    with at(9, 5):
        send(ana, ticket)
    with at(9, 20):
        do(ana, ticket, "transferencia", {"destination": f"departamento-{shop.sales.pk}"})
    with at(9, 22):
        do(bia, ticket, "posse")
    with at(9, 40):
        do(bia, ticket, "encerramento")
    return ticket


def test_the_worked_example(story: Ticket, sara: Actor) -> None:
    assert totals(sara) == {
        "Iniciados": "1",
        "Atendidos": "1",
        "Encerrados": "1",
        "Transferidos": "1",
        # 4 min in the first queue and 2 min in the second.
        "Espera na fila": "3 min",
        "1ª resposta (TMPR)": "5 min",
        "Atendimento (TMA)": "18 min",
        "Resolução": "40 min",
        "Satisfação": "—",
    }


def test_a_month_without_anything_has_dashes_and_no_bars(shop: Shop, sara: Actor) -> None:
    told = totals(sara)
    assert (told["Iniciados"], told["1ª resposta (TMPR)"], told["Satisfação"]) == ("0", "—", "—")
    assert not report(sara).find("svg", class_="days")


def test_each_step_is_of_the_month_it_is_taken_in(shop: Shop, ana: Actor, sara: Actor) -> None:
    with at(23, 50, day=31):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
    with at(0, 10, day=1, month=4):
        do(ana, ticket, "encerramento")
    april = "?de=2026-04-01&ate=2026-04-30"
    assert (totals(sara)["Iniciados"], totals(sara)["Encerrados"]) == ("1", "0")
    assert (totals(sara, april)["Iniciados"], totals(sara, april)["Encerrados"]) == ("0", "1")


def test_an_hour_of_the_day_is_the_stores(shop: Shop, story: Ticket, sara: Actor) -> None:
    tuesday_at = "&medida=iniciados&semana=2&hora="
    assert listed(sara, f"{MARCH}{tuesday_at}9") == [story.code]
    shop.store.timezone = "America/Manaus"
    shop.store.save()
    assert listed(sara, f"{MARCH}{tuesday_at}9") == []
    assert listed(sara, f"{MARCH}{tuesday_at}8") == [story.code]


def test_an_undone_closing_never_happened(shop: Shop, ana: Actor, sara: Actor) -> None:
    with at(9):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
        do(ana, ticket, "encerramento")
        do(ana, ticket, "reabertura")
    assert totals(sara)["Encerrados"] == "0"
    assert listed(sara, f"{MARCH}&medida=encerrados") == []


@pytest.mark.parametrize("slug", MEASURES)
def test_every_number_opens_as_many_tickets_as_it_says(
    shop: Shop, story: Ticket, ana: Actor, sara: Actor, slug: str
) -> None:
    with at(10):
        other = shop.hears(department=shop.support)
        do(ana, other, "posse")
    for link in report(sara).find("a"):
        href = link.attributes.get("href", "")
        if f"medida={slug}" not in href or "csv" in href:
            continue
        said = link.text.split()
        if "figure" in link.attributes.get("class", "") and MEASURES[slug].seconds is None:
            count = int(said[-2]) if said[-1] == "atendimentos" else 0
            assert len(listed(sara, href.removeprefix("/relatorios/atendimentos/"))) == count
        elif MEASURES[slug].seconds is None:
            assert len(listed(sara, href.removeprefix("/relatorios/atendimentos/"))) == int(said[0])


def test_lines_are_of_departments_and_people(
    shop: Shop, story: Ticket, ana: Actor, bia: Actor, sara: Actor
) -> None:
    assert ana.attendant
    assert bia.attendant
    mine = f"{MARCH}&atendente={ana.attendant.pk}"
    assert totals(sara, mine)["Atendidos"] == "1"
    assert totals(sara, mine)["Encerrados"] == "0"
    assert totals(sara, f"{MARCH}&atendente={bia.attendant.pk}")["Encerrados"] == "1"
    assert totals(sara, f"{MARCH}&departamento={shop.sales.pk}")["Encerrados"] == "1"
    assert totals(sara, f"{MARCH}&departamento={shop.support.pk}")["Encerrados"] == "0"
    assert totals(sara, f"{MARCH}&canal={shop.instance.pk}")["Iniciados"] == "1"
    text = report(sara).find("main")[0].text
    assert "Ana" in text
    assert "Bia" in text


def test_what_stands_in_no_department_opens_its_tickets_too(shop: Shop, sara: Actor) -> None:
    with at(9):
        loose = shop.hears()
        shop.hears(department=shop.sales)
    nowhere = f"{MARCH}&departamento=nenhum"
    hrefs = [link.attributes.get("href", "") for link in report(sara).find("a")]
    (href,) = [one for one in hrefs if "medida=iniciados&departamento=nenhum" in one]
    assert listed(sara, href.removeprefix("/relatorios/atendimentos/")) == [loose.code]
    assert totals(sara, nowhere)["Iniciados"] == "1"
    assert "sem departamento" in read(sara.client.get(href)).find("main")[0].text


def test_tags_and_reasons_are_counted_and_open_their_tickets(
    shop: Shop, story: Ticket, sara: Actor
) -> None:
    tag = Tag.objects.create(
        store=shop.store, name="Troca & \N{ZERO WIDTH JOINER}devolução", colour="orange"
    )
    Ticket.tags.through.objects.create(store=shop.store, ticket=story, tag=tag)
    Ticket.objects.filter(pk=story.pk).update(close_reason="Não quis")
    links = {link.text: link.attributes["href"] for link in report(sara).find("a")}
    tagged = [href for href in links.values() if "etiqueta=" in href]
    reasoned = [href for href in links.values() if "motivo=" in href]
    for href in [*tagged, *reasoned]:
        assert listed(sara, href.removeprefix("/relatorios/atendimentos/")) == [story.code]
    assert listed(sara, f"{MARCH}&medida=iniciados&etiqueta=Outra") == []


def test_the_list_is_read_page_by_page_and_opens_only_what_one_may_read(
    shop: Shop, ana: Actor, sara: Actor
) -> None:
    with at(9):
        codes = [shop.hears(department=shop.support).code for _ in range(53)]
        far = shop.hears(department=shop.sales)
        do(sara, far, "posse")
        Ticket.objects.filter(pk=far.pk).update(
            status="closed", closed_at=clock.now(), attendant=None
        )
    assert listed(sara, MARCH) == [far.code, *reversed(codes)]
    assert ana.attendant
    Ticket.objects.filter(code=codes[-1]).update(
        status="closed", closed_at=clock.now(), department=shop.sales
    )
    page = read(sara.client.get(f"/relatorios/atendimentos/{MARCH}"))
    links = {link.text for link in page.find("a")}
    # Closed, of another department, and she took no part in it.
    assert codes[-1] not in links
    assert {codes[-2], far.code} <= links


def test_the_sheet_has_a_line_a_ticket_and_no_formula(
    story: Ticket, sara: Actor, dono: Actor
) -> None:
    contact = Contact.objects.get(pk=story.conversation.contact_id)
    Contact.objects.filter(pk=contact.pk).update(name='=HYPERLINK("http://x";"y")')
    (line,) = sheet(dono)
    assert line["Código"] == story.code
    assert (line["Início"], line["Encerrado em"]) == ("10/03/2026 09:00:00", "10/03/2026 09:40:00")
    assert (line["Espera na fila (s)"], line["1ª resposta (s)"]) == ("180", "300")
    assert (line["Atendimento (s)"], line["Transferências"], line["Avaliação"]) == ("1080", "1", "")
    assert line["Cliente"].startswith("'=HYPERLINK")
    assert line["Telefone"].startswith("'+55")
    # Who the customers are is the admin's alone.
    assert "Cliente" not in sheet(sara)[0]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("?de=2026-03-31&ate=2026-03-01", "O fim do período vem antes do começo."),
        ("?de=2024-01-01&ate=2026-03-01", "Escolha um período de até 366 dias."),
        ("?de=ontem", "Informe uma data válida."),
        ("?de=0001-01-01&ate=0001-01-02", "Escolha datas entre os anos 2000 e 2200."),
        ("?departamento=999999", "Faça uma escolha válida."),
        ("?atendente=x%00", "Caracteres nulos não são permitidos."),
    ],
)
def test_a_wrong_question_is_told_in_the_form(sara: Actor, query: str, reason: str) -> None:
    for address in ("/relatorios/", "/relatorios/atendimentos/", "/relatorios/atendimentos.csv"):
        answer = sara.client.get(address + query)
        assert answer.status_code == 422
        assert reason in read(answer).find("main")[0].text


@pytest.mark.parametrize("query", ["&medida=x", "&hora=99", "&antes=%00", f"&antes={'9' * 40}"])
def test_what_an_address_says_wrongly_narrows_nothing(
    story: Ticket, sara: Actor, query: str
) -> None:
    assert listed(sara, MARCH + query) == [story.code]


def test_of_a_person_the_sheet_has_what_they_attended(
    shop: Shop, story: Ticket, ana: Actor, sara: Actor
) -> None:
    assert ana.attendant
    page = report(sara, f"{MARCH}&atendente={ana.attendant.pk}")
    (link,) = [one for one in page.find("a", class_="button") if ".csv" in one.attributes["href"]]
    query = link.attributes["href"].removeprefix("/relatorios/atendimentos.csv")
    assert [line["Código"] for line in sheet(sara, query)] == [story.code]
    assert not page.find("table", class_="heat")


def test_what_the_team_began_waited_for_no_reply(shop: Shop, ana: Actor, dono: Actor) -> None:
    with at(9):
        ticket = shop.hears(department=shop.support)
        do(ana, ticket, "posse")
    Ticket.objects.filter(pk=ticket.pk).update(first_reply_at=ticket.created_at)
    assert sheet(dono)[0]["Primeira resposta em"] == ""


def test_another_stores_rows_are_no_choices_and_in_no_number(
    story: Ticket, eva: Actor, other_shop: Shop, shop: Shop
) -> None:
    assert totals(eva)["Iniciados"] == "0"
    assert eva.client.get(f"/relatorios/{MARCH}&departamento={shop.support.pk}").status_code == 422


def test_every_number_has_a_definition(sara: Actor) -> None:
    page = read(sara.client.get("/relatorios/definicoes/"))
    told = {
        term.text: meaning.text
        for term, meaning in zip(page.find("dt"), page.find("dd"), strict=True)
    }
    labels = {measure.label for measure in MEASURES.values()}
    assert told.keys() == labels | {"Vendas creditadas a conversas"}
    assert all(meaning.endswith(".") for meaning in told.values())


def test_it_costs_the_same_whatever_there_is_to_count(
    shop: Shop, ana: Actor, sara: Actor, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def ask() -> None:
        report(sara)
        sara.client.get(f"/relatorios/atendimentos/{MARCH}")
        sheet(sara)

    with at(9):
        shop.hears(department=shop.support)
    ask()
    with CaptureQueriesContext(connection) as few:
        ask()
    most = len(few)
    with at(10):
        for _ in range(12):
            do(ana, shop.hears(department=shop.support), "posse")
    with django_assert_max_num_queries(most):
        ask()


async def _read(client: AsyncClient, address: str) -> bytes:
    answer: Any = await client.get(address, headers={"Accept-Encoding": "gzip"})
    return b"".join([piece async for piece in answer])


@pytest.mark.django_db(transaction=True)
def test_the_sheet_comes_whole_through_the_server_of_the_product(
    story: Ticket, sara: Actor
) -> None:
    client = AsyncClient()
    client.cookies = sara.client.cookies
    body = async_to_sync(_read)(client, f"/relatorios/atendimentos.csv{MARCH}")
    assert story.code in body.decode()
