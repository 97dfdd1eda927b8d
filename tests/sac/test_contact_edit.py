"""Editar: what people write about a customer, who may, and what WhatsApp may not undo."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.contrib.messages import get_messages

from evendas.accounts.models import AuditEntry
from sac.models import Contact, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of
from tests.sac.board import add_number, put_ticket
from tests.sac.pages import Answer, read


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return shop.hears(department=shop.support, name="Marina Teste")


def form_of(actor: Actor, ticket: Ticket) -> dict[str, str]:
    """Open the form and read everything it would send, as the browser does."""
    answer = actor.client.get(f"/sac/atendimento/{ticket.code}/contato/", headers=HTMX)
    page = read(answer)
    sent = {
        box.attributes["name"]: box.attributes.get("value", "")
        for box in page.find("input")
        if box.attributes.get("type") != "radio" or "checked" in box.attributes
    }
    texts = {area.attributes["name"]: area.text.lstrip("\n") for area in page.find("textarea")}
    return {name: value for name, value in {**sent, **texts}.items() if "csrf" not in name}


def edit(actor: Actor, ticket: Ticket, **typed: str) -> Answer:
    """Change these fields of the form and press Salvar."""
    return do(actor, ticket, "contato", {**form_of(actor, ticket), **typed})


def contact_of(ticket: Ticket) -> Contact:
    return Contact.objects.get(pk=ticket.conversation.contact_id)


def fault(answer: Answer) -> str:
    assert answer.status_code == 422
    return " ".join(found.text.strip() for found in read(answer).find("div", class_="field-error"))


def test_everything_typed_is_kept(ana: Actor, ticket: Ticket) -> None:
    answer = edit(
        ana,
        ticket,
        name=" Marina D'Ávila 👟 ",
        email="marina@exemplo.com.br",
        entry_channel="customer",
        notes="Prefere retirada.\r\nAos sábados.",
    )
    assert answer.status_code == 200
    contact = contact_of(ticket)
    assert (contact.name, contact.email) == ("Marina D'Ávila 👟", "marina@exemplo.com.br")
    assert (contact.entry_channel, contact.notes) == (
        "customer",
        "Prefere retirada.\nAos sábados.",
    )
    page = read(answer)
    assert "Marina D'Ávila 👟" in page.find("div", id="contact-card")[0].text
    assert "Marina D'Ávila 👟" in page.find("header", id="chat-head")[0].text
    assert "Cliente" in page.find("dl")[0].text


def test_a_name_typed_by_a_person_is_never_overwritten_by_whatsapp(
    shop: Shop, ana: Actor, ticket: Ticket
) -> None:
    edit(ana, ticket, name="Marina da Padaria")
    assert contact_of(ticket).name_edited_by == ana.user
    shop.hears("Oi de novo", phone=contact_of(ticket).phone, name="~mari~")
    assert contact_of(ticket).name == "Marina da Padaria"


def test_other_fields_leave_the_name_to_whatsapp(shop: Shop, ana: Actor, ticket: Ticket) -> None:
    edit(ana, ticket, email="m@exemplo.com.br", notes="VIP")
    assert contact_of(ticket).name_edited_by is None
    shop.hears("Oi de novo", phone=contact_of(ticket).phone, name="Mari")
    contact = contact_of(ticket)
    assert (contact.name, contact.email, contact.notes) == ("Mari", "m@exemplo.com.br", "VIP")


def test_an_emptied_name_is_whatsapps_again(shop: Shop, ana: Actor, ticket: Ticket) -> None:
    edit(ana, ticket, name="Errado")
    assert edit(ana, ticket, name="").status_code == 200
    shop.hears("Oi de novo", phone=contact_of(ticket).phone, name="Mari")
    assert contact_of(ticket).name == "Mari"


def test_two_people_who_edit_different_fields_at_once_both_win(
    ana: Actor, sara: Actor, ticket: Ticket
) -> None:
    anas, saras = form_of(ana, ticket), form_of(sara, ticket)
    do(ana, ticket, "contato", {**anas, "name": "Marina Alves"})
    do(sara, ticket, "contato", {**saras, "entry_channel": "internal"})
    do(ana, ticket, "contato", {**anas, "name": "Marina Alves", "notes": "Liga às terças"})
    contact = contact_of(ticket)
    assert (contact.name, contact.entry_channel) == ("Marina Alves", "internal")
    assert contact.notes == "Liga às terças"
    assert contact.name_edited_by == ana.user


def test_nothing_changed_is_nothing_written(ana: Actor, ticket: Ticket, pushes: list[Any]) -> None:
    revision = now_of(ticket).conversation.revision
    assert edit(ana, ticket).status_code == 200
    assert now_of(ticket).conversation.revision == revision
    assert not AuditEntry.objects.exists()
    assert pushes == []


def test_the_audit_says_who_changed_which_fields_and_not_to_what(
    ana: Actor, ticket: Ticket
) -> None:
    edit(ana, ticket, name="Marina Alves", notes="Segredo")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.store) == ("contact.edited", ana.user, ticket.store)
    assert (entry.target, entry.target_id) == ("contact", contact_of(ticket).pk)
    assert entry.details == {"fields": ["name", "notes"]}
    assert entry.ip == "127.0.0.1"


# --- Who may -------------------------------------------------------------------------------------


def test_whoever_sees_the_ticket_may(
    shop: Shop, ana: Actor, sara: Actor, dono: Actor, ticket: Ticket
) -> None:
    do(ana, ticket, "posse")
    for number, actor in enumerate((ana, sara, dono, shop.hire("Caio", shop.support))):
        assert edit(actor, ticket, notes=f"nota {number}").status_code == 200
        assert contact_of(ticket).notes == f"nota {number}"


def test_whoever_does_not_see_it_may_not(bia: Actor, eva: Actor, ticket: Ticket) -> None:
    for actor in (bia, eva):
        typed = {"name": "X", "entry_channel": "lead", "initial-name": "Marina Teste"}
        assert do(actor, ticket, "contato", typed).status_code == 404
    assert contact_of(ticket).name == "Marina Teste"


def test_also_when_it_is_closed(ana: Actor, ticket: Ticket) -> None:
    do(ana, ticket, "posse")
    do(ana, ticket, "encerramento")
    assert edit(ana, ticket, notes="Voltou a ligar").status_code == 200


# --- What cannot be ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "a" * 300}, "no máximo 200 caracteres"),
        ({"notes": "a" * 5001}, "no máximo 5000 caracteres"),
        ({"email": "marina@"}, "Informe um endereço de email válido."),
        ({"email": "👟@exemplo.com"}, "Informe um endereço de email válido."),
        ({"email": "a" * 250 + "@exemplo.com"}, "no máximo 254 caracteres"),
        ({"email": "m@exemplo.com\0"}, "Caracteres nulos não são permitidos."),
        ({"tax_id": "529.982.247-24"}, "CPF ou CNPJ inválido: confira os dígitos."),
        ({"tax_id": "12.ABC.345/01DE-36"}, "CPF ou CNPJ inválido: confira os dígitos."),
        ({"tax_id": "5" * 5000}, "CPF ou CNPJ inválido: confira os dígitos."),
        ({"entry_channel": "vip"}, "Faça uma escolha válida."),
        ({"entry_channel": ""}, "Este campo é obrigatório."),
    ],
)
def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(
    ana: Actor, ticket: Ticket, typed: dict[str, str], told: str
) -> None:
    answer = edit(ana, ticket, **{"notes": "Fica", "name": "Também", **typed})
    assert told in fault(answer).replace("5.000", "5000")
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#contact-form", "outerHTML")
    page = read(answer)
    (name,) = page.find("input", name="name")
    assert name.attributes["value"] == typed.get("name", "Também")
    assert page.find("textarea")[0].text.lstrip("\n") == typed.get("notes", "Fica")
    assert contact_of(ticket).name == "Marina Teste"


def test_nul_and_odd_letters_in_the_name(ana: Actor, ticket: Ticket) -> None:
    assert edit(ana, ticket, name="Mari\0na \u202e👩‍👧").status_code == 200
    assert contact_of(ticket).name == "Marina 👩‍👧"


def test_markup_in_every_field_is_only_text(ana: Actor, ticket: Ticket) -> None:
    markup = "<img src=x onerror=alert(1)>"
    edit(ana, ticket, name=markup, notes=markup)
    for address in ("", "cabecalho/", "contato/", "transferencia/"):
        body = ana.client.get(f"/sac/atendimento/{ticket.code}/{address}").content.decode()
        assert "<img src=x" not in body


# --- Without JavaScript --------------------------------------------------------------------------


def test_without_javascript_the_form_is_a_page(ana: Actor, ticket: Ticket) -> None:
    address = f"/sac/atendimento/{ticket.code}/contato/"
    assert read(ana.client.get(address)).find("nav")
    answer = ana.client.post(address, {**form_of(ana, ticket), "name": "Marina Alves"})
    assert (answer.status_code, answer["Location"]) == (302, f"/sac/atendimento/{ticket.code}/")
    assert [str(told) for told in get_messages(answer.wsgi_request)] == ["Contato salvo."]
    refused = ana.client.post(address, {**form_of(ana, ticket), "email": "x", "notes": "Fica"})
    assert fault(refused) == "Informe um endereço de email válido."
    assert read(refused).find("nav")
    assert read(refused).find("textarea")[0].text.lstrip("\n") == "Fica"


# --- On every screen -----------------------------------------------------------------------------


def test_every_number_of_the_customer_is_told(
    shop: Shop,
    ana: Actor,
    ticket: Ticket,
    pushes: list[Any],
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> None:
    elsewhere = put_ticket(shop, department=shop.sales, instance=add_number(shop))
    elsewhere.conversation.contact = contact_of(ticket)
    elsewhere.conversation.save()
    with django_capture_on_commit_callbacks(execute=True):
        edit(ana, ticket, name="Marina Alves")
    threads = [frame for _, frame in pushes if frame["t"] == "thread"]
    assert {frame["conversation"] for frame in threads} == {
        ticket.conversation_id,
        elsewhere.conversation_id,
    }
    assert all(frame["header"] and not frame["html"].strip() for frame in threads)
    assert all(frame["from"] == frame["to"] for frame in threads)
    rows = {frame["ticket"]: frame for _, frame in pushes if frame["t"] == "row"}
    assert set(rows) == {ticket.pk, elsewhere.pk}
    assert all("Marina Alves" in frame["html"] and not frame["counts"] for frame in rows.values())


def test_the_catch_up_reaches_a_change_that_left_no_line(ana: Actor, ticket: Ticket) -> None:
    before = now_of(ticket).conversation.revision
    edit(ana, ticket, name="Marina Alves")
    page = read(ana.client.get(f"/sac/atendimento/{ticket.code}/novidades/?desde={before}"))
    assert page.find("ol")[0].attributes["data-reached"] == str(before + 1)
    assert page.find("li") == []
