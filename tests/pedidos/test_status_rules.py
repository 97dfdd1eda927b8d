"""Pedidos > Situações: what the store's own status texts mean."""

import pytest

from evendas.accounts.models import AuditEntry
from pedidos.models import StatusRule
from tests.conftest import Actor, Shop
from tests.sac.pages import Answer, read

pytestmark = pytest.mark.django_db
LIST = "/pedidos/situacoes/"
TYPED = {"text": "  No FÔRNO ", "payment": "paid", "fulfillment": "separating"}


@pytest.fixture
def rule(dono: Actor) -> StatusRule:
    assert dono.client.post(f"{LIST}nova/", TYPED).status_code == 302
    return StatusRule.objects.get()


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_a_text_is_kept_as_it_is_compared(rule: StatusRule, dono: Actor, shop: Shop) -> None:
    assert (rule.store_id, rule.text) == (shop.store.pk, "no forno")
    assert (rule.payment, rule.fulfillment, rule.is_cancelled) == ("paid", "separating", False)
    shown = dono.client.get(LIST).content.decode()
    assert "no forno" in shown
    assert "Em separação" in shown


def test_one_text_has_one_meaning(rule: StatusRule, dono: Actor) -> None:
    answer: Answer = dono.client.post(f"{LIST}nova/", TYPED | {"text": "NO forno"})
    assert answer.status_code == 200
    assert "já tem este texto" in read(answer).find("div", class_="field-error")[0].text
    assert StatusRule.objects.count() == 1


def test_another_store_has_its_own(rule: StatusRule, eva: Actor) -> None:
    assert eva.client.post(f"{LIST}nova/", TYPED).status_code == 302
    assert StatusRule.objects.filter(text="no forno").count() == 2


def test_a_meaning_is_changed_and_taken_back(rule: StatusRule, dono: Actor) -> None:
    typed = {"text": "no forno", "payment": "failed", "fulfillment": "unfulfilled"}
    assert dono.client.post(f"{LIST}{rule.pk}/", typed | {"is_cancelled": "on"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.payment, rule.fulfillment, rule.is_cancelled) == ("failed", "unfulfilled", True)
    assert dono.client.post(f"{LIST}{rule.pk}/remocao/").status_code == 302
    assert StatusRule.objects.count() == 0
    assert actions() == ["status_rule.created", "status_rule.changed", "status_rule.removed"]


@pytest.mark.parametrize(
    "wrong", [{"text": " "}, {"text": "\u202e"}, {"payment": "x"}, {"fulfillment": ""}]
)
def test_what_means_nothing_is_not_kept(wrong: dict[str, str], dono: Actor) -> None:
    assert dono.client.post(f"{LIST}nova/", TYPED | wrong).status_code == 200
    assert StatusRule.objects.count() == 0
