"""Pages hold still: constant cost, inert text, nothing of another store, nothing kept in caches."""

import re
from collections import Counter
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from evendas.names import upright
from sac.models import Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of
from tests.sac.board import Status, put_ticket
from tests.sac.pages import read

CANARY = "canário-da-Boreal"


def _cost(actor: Actor, address: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert actor.client.get(address, headers=headers).status_code == 200
    return len(queries)


def _converse(shop: Shop, actor: Actor, times: int) -> Ticket:
    """A thread in which each message of the customer got two answers, one of them refused."""
    ticket = shop.hears("Oi", department=shop.support)
    for _ in range(times):
        shop.hears("Mais", phone=ticket.conversation.contact.phone)
        for _ in range(2):
            address = f"/sac/atendimento/{ticket.code}/mensagens/"
            actor.client.post(address, {"text": "Sim", "client_uuid": uuid4()})
    refused = ticket.messages.filter(direction="out").order_by("id")[::2]
    Message.objects.filter(pk__in=[message.pk for message in refused]).update(state="failed")
    return ticket


# The most queries each may cost; the whole desk has the list, the figures and the frame.
LISTS = {
    # With one's month, the team of today, and the tips of who had no conversation yet.
    "/": 12,
    "/sac/atendimento/": 8,
    "/sac/atendimento/?situacao=em-aberto": 8,
    "/sac/atendimento/lista/": 4,
    # The tabs' counters, the month, and what waits for this person whatever the filters.
    "/sac/atendimento/contadores/": 7,
}


@pytest.mark.parametrize(("address", "most"), LISTS.items())
def test_a_list_costs_the_same_at_any_length(
    shop: Shop, ana: Actor, address: str, most: int
) -> None:
    def fill(times: int) -> int:
        for _ in range(times):
            put_ticket(shop, department=shop.support)
            put_ticket(shop, attendant=ana.attendant, status=Status.OPEN)
        return _cost(ana, address)

    assert fill(3) == fill(27) <= most


def test_a_thread_costs_the_same_at_any_length(shop: Shop, ana: Actor) -> None:
    short, long = (f"/sac/atendimento/{_converse(shop, ana, n).code}/" for n in (1, 10))
    for noun, cost in {"": 10, "cabecalho/": 8, "novidades/": 6, "anteriores/": 6}.items():
        assert _cost(ana, short + noun, **HTMX) == _cost(ana, long + noun, **HTMX) == cost
    # With the list around it; who this is and what they may do is asked once, in 3 queries.
    assert _cost(ana, short) == _cost(ana, long) == 10 + 8 - 3


def test_a_thread_costs_the_same_unread_and_when_it_goes_on_elsewhere(
    shop: Shop, ana: Actor
) -> None:
    ticket = _converse(shop, ana, 1)
    address = f"/sac/atendimento/{ticket.code}/"
    do(ana, ticket, "encerramento")
    newer = shop.hears("Voltei", phone=ticket.conversation.contact.phone, department=shop.support)
    assert newer.pk != ticket.pk
    for code in (ticket.code, newer.code):
        assert _cost(ana, f"/sac/atendimento/{code}/", **HTMX) == 10
    page = ana.client.get(address, headers=HTMX).content.decode()
    assert f"Abrir {newer.code}" in page


def test_a_long_past_costs_no_more(shop: Shop, ana: Actor) -> None:
    ticket = now_of(_converse(shop, ana, 1))
    address = f"/sac/atendimento/{ticket.code}/cabecalho/"
    before = _cost(ana, address)
    for _ in range(5):
        ticket.pk, ticket.code, ticket.status = None, uuid4().hex[:12], Status.CLOSED
        ticket.closed_at = ticket.created_at
        ticket.save(force_insert=True)
    assert len(read(ana.client.get(address)).find("ul", class_="past")) == 1
    assert _cost(ana, address) == before


def test_words_of_another_store_never_appear(
    shop: Shop, other_shop: Shop, ana: Actor, dono: Actor, eva: Actor
) -> None:
    phone = "+5511911111111"
    theirs = other_shop.hears(CANARY, phone=phone, name=CANARY, department=other_shop.support)
    eva.client.post(f"/sac/atendimento/{theirs.code}/posse/")
    # The same person writes to both stores, and both gave the same code.
    ours = shop.hears("Oi", phone=phone, department=shop.support)
    assert ours.code == theirs.code
    screens = ["/", "/sac/atendimento/", "/sac/atendimento/?situacao=em-aberto"]
    screens += [f"/sac/atendimento/{noun}" for noun in ("lista/", "contadores/")]
    nouns = ("", "cabecalho/", "novidades/", "anteriores/")
    screens += [f"/sac/atendimento/{ours.code}/{noun}" for noun in nouns]
    for actor in (ana, dono):
        for address in screens:
            page = actor.client.get(address).content.decode()
            assert CANARY not in page
            assert other_shop.instance.name not in page
    assert CANARY in eva.client.get(f"/sac/atendimento/{theirs.code}/").content.decode()


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</title><script>alert(1)</script>",
    "</textarea><!--<script>",
    "{{7*7}}{% now 'Y' %}${7*7}",
    "&lt;b&gt;&amp;",
    "\u202egnp.exe\u2066",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_customers_words_do_nothing_wherever_they_are_shown(
    shop: Shop, ana: Actor, text: str
) -> None:
    calm = shop.hears("Oi", name="Ana Maria", department=shop.support)
    hostile = shop.hears(text, name=text, department=shop.support)
    contact = hostile.conversation.contact
    contact.notes = contact.email = text
    contact.save()
    draft = f"/sac/atendimento/{hostile.code}/rascunho/"
    ana.client.post(draft, {"text": text}, headers=HTMX)
    for noun in ("", "cabecalho/", "novidades/", "anteriores/"):
        html = ana.client.get(f"/sac/atendimento/{hostile.code}/{noun}").content.decode()
        quiet = ana.client.get(f"/sac/atendimento/{calm.code}/{noun}").content.decode()
        assert _skeleton(html) == _skeleton(quiet)
        assert str(escape(text)) in html
    listed = ana.client.get("/sac/atendimento/lista/").content.decode()
    # In the row's name, which is kept upright, and in what was said last.
    assert listed.count(str(escape(upright(text)))) == 2


def _skeleton(html: str) -> Counter[tuple[str, frozenset[str]]]:
    """What the page is made of, whatever it says: its elements and the attributes they have."""
    return Counter((one.tag, frozenset(one.attributes)) for one in read(html).elements)


def test_what_was_typed_stays_text_in_a_refusal(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears("Oi", department=shop.support)
    hostile = shop.hire("<b>Caio</b>", shop.support)
    hostile.client.post(f"/sac/atendimento/{ticket.code}/posse/")
    refusal = ana.client.post(f"/sac/atendimento/{ticket.code}/posse/", headers=HTMX)
    assert read(refusal).find("b") == []
    assert "&lt;b&gt;Caio&lt;/b&gt; já assumiu" in refusal.content.decode()


@pytest.mark.parametrize("address", [*LISTS, "ticket", "/entrar/"])
def test_pages_carry_the_policy_and_are_kept_by_nobody(
    shop: Shop, ana: Actor, address: str
) -> None:
    client = Client() if address == "/entrar/" else ana.client
    if address == "ticket":
        address = f"/sac/atendimento/{shop.hears(department=shop.support).code}/"
    headers = client.get(address).headers
    assert {"private", "no-store"} <= set(headers["Cache-Control"].split(", "))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src-elem" not in policy
    assert "*" not in policy


def test_verbs_are_kept_by_nobody_either(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    for noun in ("posse", "encerramento", "posse"):
        answer = ana.client.post(f"/sac/atendimento/{ticket.code}/{noun}/", headers=HTMX)
        assert "no-store" in answer["Cache-Control"]


def test_every_script_of_a_page_carries_the_nonce_of_its_policy(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    nonces = []
    for _ in range(2):
        answer = ana.client.get(f"/sac/atendimento/{ticket.code}/")
        (nonce,) = re.findall(r"script-src 'nonce-([^']+)'", answer["Content-Security-Policy"])
        scripts = read(answer).find("script")
        assert scripts
        assert {script.attributes["nonce"] for script in scripts} == {nonce}
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_fragments_bring_no_script_and_no_handler(shop: Shop, ana: Actor) -> None:
    ticket = _converse(shop, ana, 1)
    for noun in ("", "cabecalho/", "novidades/", "anteriores/"):
        page = read(ana.client.get(f"/sac/atendimento/{ticket.code}/{noun}", headers=HTMX))
        assert page.find("script") == []
        names = {name for element in page.elements for name in element.attributes}
        assert [name for name in names if name.startswith("on") or name == "style"] == []
