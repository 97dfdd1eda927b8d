"""Pedidos > Integrações > API JSON: making tokens, seeing them in use, and revoking them."""

import pytest
from pytest_django import DjangoAssertNumQueries

from evendas.accounts.models import AuditEntry
from pedidos.actions import tokens
from pedidos.models import ApiToken, Source
from tests.conftest import Actor, Shop
from tests.pedidos.api_calls import Program, open_api
from tests.pedidos.doors import Rings, open_source
from tests.sac.pages import Answer, Page, read

pytestmark = pytest.mark.django_db
LIST = "/pedidos/integracoes/"
TYPED = {"name": "ERP", "scopes": ["orders:read", "orders:write"]}


@pytest.fixture
def source(shop: Shop) -> Source:
    return open_source(shop, "api")


def page(actor: Actor, url: str) -> Page:
    answer: Answer = actor.client.get(url)
    assert answer.status_code == 200
    return read(answer)


def words(shown: Page) -> str:
    return " ".join(shown.find("main")[0].text.split())


def test_a_token_is_shown_once_and_works(dono: Actor, source: Source, rings: Rings) -> None:
    home = f"{LIST}{source.pk}/"
    assert "Falta um token" in words(page(dono, LIST))
    answer: Answer = dono.client.post(f"{home}tokens/novo/", TYPED)
    token = read(answer).find("input", id="token")[0].attributes["value"]
    shown = page(dono, home)
    assert token not in str(shown)
    assert token[:12] in words(shown)
    assert "ainda não usado" in words(shown)
    assert {"Ler pedidos", "Gravar pedidos"} <= {one.text for one in shown.find("span")}
    assert Program(source, token).put()[0] == 201
    assert "usado em" in words(page(dono, home))
    assert "Recebendo" in words(page(dono, LIST))
    entry = AuditEntry.objects.get(action="api_token.created")
    told = {"name": "ERP", "source": source.pk, "scopes": TYPED["scopes"]}
    assert (entry.details, token in str(entry.__dict__)) == (told, False)


def test_a_revoked_token_opens_nothing_from_then_on(
    dono: Actor, shop: Shop, source: Source
) -> None:
    program, kept = open_api(shop, dono, source=source), ApiToken.objects.get()
    url = f"{LIST}{source.pk}/tokens/{kept.pk}/revogacao/"
    assert kept.beginning in words(page(dono, url))
    assert program.call("GET")[0] == 200
    assert dono.client.post(url).status_code == 302
    assert program.call("GET")[0] == 401
    assert dono.client.post(url).status_code == 404
    assert AuditEntry.objects.filter(action="api_token.revoked").count() == 1
    assert "Sem token" in words(page(dono, f"{LIST}{source.pk}/"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (TYPED | {"name": " "}, "Dê um nome a este token."),
        (TYPED | {"scopes": []}, "Marque o que o programa precisa fazer."),
        (TYPED | {"scopes": ["orders:all"]}, "orders:all"),
    ],
)
def test_a_token_without_a_name_or_a_use_is_not_made(
    typed: dict[str, object], told: str, dono: Actor, source: Source
) -> None:
    answer: Answer = dono.client.post(f"{LIST}{source.pk}/tokens/novo/", typed)
    assert told in " ".join(one.text for one in read(answer).find(class_="field-error"))
    assert ApiToken.objects.count() == 0


def test_there_are_so_many_tokens_and_no_more(
    dono: Actor, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST_OF_A_SOURCE", 1)
    for _ in range(2):
        dono.client.post(f"{LIST}{source.pk}/tokens/novo/", TYPED)
    assert "máximo de tokens" in str(page(dono, f"{LIST}{source.pk}/"))
    assert ApiToken.objects.count() == 1


def test_tokens_are_of_the_json_api_and_of_its_store_alone(
    dono: Actor, shop: Shop, other_shop: Shop, ana: Actor, source: Source
) -> None:
    open_api(shop, dono, source=source)
    kept, theirs = ApiToken.objects.get(), open_source(other_shop, "api")
    for wrong in (open_source(shop, "woocommerce"), theirs):
        assert dono.client.post(f"{LIST}{wrong.pk}/tokens/novo/", TYPED).status_code == 404
        assert dono.client.post(f"{LIST}{wrong.pk}/tokens/{kept.pk}/revogacao/").status_code == 404
    assert ana.client.post(f"{LIST}{source.pk}/tokens/novo/", TYPED).status_code == 403
    assert ApiToken.objects.in_use().count() == 1


def test_its_page_costs_the_same_however_many_tokens_there_are(
    dono: Actor,
    shop: Shop,
    source: Source,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for many in (1, 5):
        for _ in range(many):
            open_api(shop, dono, source=source)
        page(dono, f"{LIST}{source.pk}/")
        with django_assert_num_queries(7):
            page(dono, f"{LIST}{source.pk}/")
