"""The customer's CPF or CNPJ: how it is typed, kept and shown, and who never sees it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evendas.accounts.models import AuditEntry
from sac.actions.contacts import edit_contact
from sac.models import Contact, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, now_of
from tests.sac.pages import Page, read
from tests.sac.test_contact_edit import contact_of, edit, fault, form_of
from tests.sac.test_contact_edit import ticket as ticket  # noqa: PLC0414 - a fixture

WRONG = "CPF ou CNPJ inválido: confira os dígitos."


def shown(page: Page) -> dict[str, str]:
    """The customer's data beside the conversation, by their names."""
    names = [one.text.strip() for one in page.find("dt")]
    return dict(zip(names, (one.text.strip() for one in page.find("dd")), strict=True))


def typed_in(page: Page) -> str:
    (box,) = page.find("input", name="tax_id")
    return box.attributes.get("value", "")


@pytest.mark.parametrize(
    ("typed", "kept", "name", "told"),
    [
        ("52998224725", "52998224725", "CPF", "529.982.247-25"),
        (" 529.982.247-25 ", "52998224725", "CPF", "529.982.247-25"),
        ("11222333000181", "11222333000181", "CNPJ", "11.222.333/0001-81"),
        ("11.222.333/0001-81", "11222333000181", "CNPJ", "11.222.333/0001-81"),
        ("12.abc.345/01de-35", "12ABC34501DE35", "CNPJ", "12.ABC.345/01DE-35"),
    ],
)
def test_any_spelling_is_kept_bare_and_shown_with_its_dots(
    ana: Actor, ticket: Ticket, typed: str, kept: str, name: str, told: str
) -> None:
    answer = edit(ana, ticket, tax_id=typed)
    assert contact_of(ticket).tax_id == kept
    assert shown(read(answer))[name] == told
    form = read(ana.client.get(f"/sac/atendimento/{ticket.code}/contato/", headers=HTMX))
    assert typed_in(form) == told


def test_where_there_is_none_no_empty_line_stands(ana: Actor, ticket: Ticket) -> None:
    edit(ana, ticket, tax_id="529.982.247-25")
    emptied = shown(read(edit(ana, ticket, tax_id=" ")))
    assert contact_of(ticket).tax_id == ""
    assert emptied.keys() == {"Canal de entrada", "WhatsApp", "E-mail", "Anotações"}


def test_a_wrong_one_stays_as_it_was_typed_beside_its_fault(ana: Actor, ticket: Ticket) -> None:
    edit(ana, ticket, tax_id="52998224725")
    for wrong in ("529.982.247-24", "52998224724", "111.111.111-11", "12.ABC.345/01DE-36", "não"):
        answer = edit(ana, ticket, tax_id=wrong, notes="Fica")
        assert fault(answer) == WRONG
        assert typed_in(read(answer)) == wrong
    contact = contact_of(ticket)
    assert (contact.tax_id, contact.notes) == ("52998224725", "")


def test_the_same_one_in_another_spelling_changes_nothing(
    ana: Actor, ticket: Ticket, pushes: list[Any]
) -> None:
    edit_contact(ticket, by=ana.user, changes={"tax_id": "52998224725"})
    before = now_of(ticket).conversation.revision
    assert edit(ana, ticket, tax_id="529 982 247 25").status_code == 200
    assert now_of(ticket).conversation.revision == before
    assert AuditEntry.objects.count() == 1
    assert pushes == []


def test_the_audit_names_the_field_and_not_the_number(ana: Actor, ticket: Ticket) -> None:
    edit(ana, ticket, tax_id="529.982.247-25")
    assert AuditEntry.objects.get().details == {"fields": ["tax_id"]}


def test_later_messages_and_other_edits_leave_it(
    shop: Shop, ana: Actor, sara: Actor, ticket: Ticket
) -> None:
    saras = form_of(sara, ticket)
    edit(ana, ticket, tax_id="529.982.247-25")
    shop.hears("Oi de novo", phone=contact_of(ticket).phone, name="Mari")
    address = f"/sac/atendimento/{ticket.code}/contato/"
    sara.client.post(address, {**saras, "notes": "Liga às terças"}, headers=HTMX)
    contact = contact_of(ticket)
    assert (contact.tax_id, contact.name, contact.notes) == (
        "52998224725",
        "Mari",
        "Liga às terças",
    )


def test_what_a_page_fetches_to_catch_up_has_it(ana: Actor, ticket: Ticket) -> None:
    edit(ana, ticket, tax_id="529.982.247-25")
    for address in ("", "cabecalho/"):
        page = read(ana.client.get(f"/sac/atendimento/{ticket.code}/{address}"))
        assert shown(page)["CPF"] == "529.982.247-25"


def test_it_costs_no_query_more(ana: Actor, ticket: Ticket) -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = ana.client.get(f"/sac/atendimento/{ticket.code}/{address}", headers=HTMX)
            assert answer.status_code == 200
        return len(queries)

    addresses = ("", "cabecalho/", "contato/")
    before = [cost(address) for address in addresses]
    Contact.objects.update(tax_id="52998224725")
    assert [cost(address) for address in addresses] == before
