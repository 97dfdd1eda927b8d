"""Configurações > Motivos de encerramento: what an admin offers those who close."""

import pytest

from evendas.accounts.models import AuditEntry
from sac.models import CloseReason
from tests.conftest import Actor, Shop
from tests.sac.pages import Answer, read

PAGE = "/configuracoes/motivos/"


def names(actor: Actor) -> list[str]:
    return [one.text.strip() for one in read(actor.client.get(PAGE)).find("h2")]


def written() -> list[tuple[str, dict[str, object]]]:
    entries = AuditEntry.objects.filter(action__startswith="close_reason").order_by("id")
    return list(entries.values_list("action", "details"))


def edit(actor: Actor, reason: CloseReason, **typed: str) -> Answer:
    return actor.client.post(f"{PAGE}{reason.pk}/", typed)


@pytest.fixture
def solved(shop: Shop) -> CloseReason:
    return CloseReason.objects.create(store=shop.store, name="Resolvido")


def test_an_admin_adds_a_reason(dono: Actor) -> None:
    assert names(dono) == []
    answer = dono.client.post(f"{PAGE}novo/", {"name": "  Troca combinada "})
    assert answer["Location"] == PAGE
    assert names(dono) == ["Troca combinada"]
    assert written() == [("close_reason.created", {"name": "Troca combinada"})]


def test_reasons_stand_by_name(shop: Shop, dono: Actor) -> None:
    for name in ("Única compra", "troca", "Água"):
        CloseReason.objects.create(store=shop.store, name=name)
    assert names(dono) == ["Água", "troca", "Única compra"]


def test_an_admin_renames_one_and_takes_it_out_of_use(dono: Actor, solved: CloseReason) -> None:
    assert edit(dono, solved, name="Dúvida resolvida", is_active="on").status_code == 302
    assert edit(dono, solved, name="Dúvida resolvida").status_code == 302
    solved.refresh_from_db()
    assert (solved.name, solved.is_active) == ("Dúvida resolvida", False)
    assert [details for _, details in written()] == [
        {"name": ["Resolvido", "Dúvida resolvida"]},
        {"is_active": [True, False]},
    ]
    assert "Inativo" in dono.client.get(PAGE).content.decode()


def test_nothing_changed_is_nothing_written(dono: Actor, solved: CloseReason) -> None:
    edit(dono, solved, name="Resolvido", is_active="on")
    assert written() == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Este campo é obrigatório."),
        ("   ", "Este campo é obrigatório."),
        ("a" * 81, "no máximo 80 caracteres"),
        ("RESÓLVIDO", "A loja já tem este motivo."),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    dono: Actor, solved: CloseReason, typed: str, told: str
) -> None:
    page = dono.client.post(f"{PAGE}novo/", {"name": typed}).content.decode()
    assert told in page
    assert typed in page
    other = CloseReason.objects.create(store=solved.store, name="Outro")
    assert told in edit(dono, other, name=typed).content.decode()
    assert CloseReason.objects.count() == 2


def test_each_store_has_its_own(shop: Shop, eva: Actor, solved: CloseReason) -> None:
    assert names(eva) == []
    assert edit(eva, solved, name="Outro").status_code == 404
    assert eva.client.post(f"{PAGE}novo/", {"name": "Resolvido"}).status_code == 302
