"""Nobody works before accepting the text in force themself, and what they accepted is on record."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evendas.accounts.models import TermsAcceptance, TermsVersion, User
from evendas.accounts.terms import Origin, accept_terms, current_terms
from tests.conftest import PASSWORD, Actor, Shop
from tests.sac.acts import HTMX
from tests.sac.pages import read


@pytest.fixture
def caio(shop: Shop) -> Client:
    """Somebody who signed in and has accepted nothing yet."""
    User.objects.create_user(
        "caio@loja.test", PASSWORD, store=shop.store, full_name="Caio", is_admin=True
    )
    client = Client()
    client.post("/entrar/", {"username": "caio@loja.test", "password": PASSWORD})
    return client


def publish(version: str) -> TermsVersion:
    body = f"Texto {version}"
    return TermsVersion.objects.create(
        version=version, body=body, sha256=TermsVersion.hash_of(body)
    )


@pytest.mark.parametrize("page", ["/", "/sac/atendimento/", "/sac/atendimento/2026-000001/"])
def test_whoever_has_not_accepted_is_led_to_the_terms_and_back(caio: Client, page: str) -> None:
    answer = caio.get(page)
    assert (answer.status_code, answer["Location"]) == (302, f"/termos/?next={_quoted(page)}")
    form = read(caio.get(answer["Location"]))
    assert form.find("input", name="next")[0].attributes["value"] == page
    assert caio.post("/termos/", {"next": page, "accepts_terms": "on"})["Location"] == page


def _quoted(page: str) -> str:
    return page.replace("/", "%2F")


def test_a_click_of_theirs_does_nothing(caio: Client) -> None:
    answer = caio.post("/conta/senha/", {"old_password": PASSWORD})
    assert answer["Location"] == "/termos/?next=%2F"


def test_a_fragment_of_theirs_sends_the_whole_page_to_the_terms(caio: Client) -> None:
    page = "http://testserver/sac/atendimento/"
    sent_on = caio.get("/sac/atendimento/lista/", headers={**HTMX, "HX-Current-URL": page})
    answer = caio.get(sent_on["Location"], headers=HTMX)
    assert answer["HX-Redirect"] == "/termos/?next=%2Fsac%2Fatendimento%2F"


def test_the_acceptance_says_which_text_who_when_and_from_where(caio: Client) -> None:
    caio.post("/termos/", {"accepts_terms": "on"}, headers={"User-Agent": "Navegador"})
    record = TermsAcceptance.objects.get()
    user = User.objects.get(email="caio@loja.test")
    assert (record.user, record.accepted_by, record.store) == (user, user, user.store)
    assert (record.terms, record.sha256) == (current_terms(), current_terms().sha256)
    assert record.screen == TermsAcceptance.Screen.FIRST_LOGIN
    assert (record.ip, record.user_agent) == ("127.0.0.1", "Navegador")
    assert timezone.now() - record.accepted_at < timedelta(minutes=1)
    assert caio.get("/").status_code == 200


def test_without_the_tick_nothing_is_accepted_and_it_says_so(caio: Client) -> None:
    page = read(caio.post("/termos/", {"next": "/sac/atendimento/"}))
    assert page.find("div", class_="field-error")[0].text.strip() == (
        "Para continuar é preciso aceitar as condições."
    )
    assert page.find("input", name="next")[0].attributes["value"] == "/sac/atendimento/"
    assert not TermsAcceptance.objects.exists()
    assert caio.get("/").status_code == 302


def test_whoever_refuses_signs_out(caio: Client) -> None:
    page = read(caio.get("/termos/"))
    assert page.find("form", action="/sair/")
    caio.post("/sair/")
    assert not Session.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test", "/\\evil.test"])
def test_it_leads_to_no_other_site(caio: Client, elsewhere: str) -> None:
    answer = caio.post("/termos/", {"next": elsewhere, "accepts_terms": "on"})
    assert answer["Location"] == "/"


def test_what_an_admin_ticked_for_somebody_is_not_theirs(caio: Client, dono: Actor) -> None:
    user = User.objects.get(email="caio@loja.test")
    screen = TermsAcceptance.Screen.ATTENDANT_FORM
    accept_terms(user, by=dono.user, screen=screen, origin=Origin(None, ""))
    assert caio.get("/").status_code == 302


def test_a_new_text_asks_everybody_again_within_the_hour(ana: Actor) -> None:
    publish("nova")
    assert ana.client.get("/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert ana.client.get("/")["Location"] == "/termos/?next=%2F"
        ana.client.post("/termos/", {"accepts_terms": "on"})
        assert ana.client.get("/").status_code == 200


def test_remembering_costs_a_request_nothing(ana: Actor) -> None:
    with CaptureQueriesContext(connection) as queries:
        ana.client.get("/sac/atendimento/contadores/")
    assert not [query for query in queries if "accounts_terms" in query["sql"]]


def test_an_acceptance_is_looked_up_once_in_a_session(shop: Shop, ana: Actor) -> None:
    ana.client.logout()
    client = Client()
    client.post("/entrar/", {"username": ana.user.email, "password": PASSWORD})
    assert client.get("/").status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get("/")
    assert not [query for query in queries if "accounts_terms" in query["sql"]]


def test_a_strangers_session_buys_nothing_for_the_sign_in_after_it(shop: Shop) -> None:
    User.objects.create_user("caio@loja.test", PASSWORD, store=shop.store, full_name="Caio")
    client = Client()
    client.post("/termos/", {"accepts_terms": "on"})
    client.post("/entrar/", {"username": "caio@loja.test", "password": PASSWORD})
    assert client.get("/").status_code == 302


def test_anybody_may_read_the_terms(db: None, ana: Actor) -> None:
    for client in (Client(), ana.client):
        page = client.get("/termos/")
        assert page.status_code == 200
        assert "Cada pessoa usa o próprio acesso" in page.content.decode()
        assert not read(page).find("input", name="accepts_terms")


def test_a_platform_operator_has_nothing_to_accept(db: None) -> None:
    operator = Actor(User.objects.create_superuser("op@plataforma.test", PASSWORD, full_name="Op"))
    assert operator.client.get("/").status_code == 403
    assert operator.client.post("/termos/", {"accepts_terms": "on"})["Location"] == "/"
    assert not TermsAcceptance.objects.exists()


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("desconhecido", None),
        ("203.0.113.7:5123", None),
    ],
)
def test_an_address_that_is_none_is_left_out(caio: Client, told: str, kept: str | None) -> None:
    caio.post("/termos/", {"accepts_terms": "on"}, REMOTE_ADDR=told)
    assert TermsAcceptance.objects.get().ip == kept
