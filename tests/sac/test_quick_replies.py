"""Ready answers: who keeps them, who may use them, and what they say in a ticket."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from evendas import clock
from evendas.accounts.models import AuditEntry
from sac.actions.quick_replies import change_quick_reply
from sac.media.storing import clear_loose_files
from sac.models import QuickReply, Ticket
from sac.placeholders import fill, greeting_at
from tests.conftest import Actor, Shop
from tests.sac.acts import do
from tests.sac.media.corpus import PDF
from tests.sac.pages import Answer, read

ADDRESS = "/sac/respostas-rapidas/"


def keep(actor: Actor, shortcut: str = "prazo", path: str = "nova/", **typed: object) -> Answer:
    data = {"shortcut": shortcut, "text": "Chega amanhã", "scope": "minha", **typed}
    return actor.client.post(ADDRESS + path, data)


def pdf(name: str = "tabela.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def offered(actor: Actor) -> list[str]:
    entries = read(actor.client.get(f"{ADDRESS}opcoes/")).find("li")
    return [one.attributes["data-words"].split()[0] for one in entries]


def faults(answer: Answer) -> list[str]:
    return [one.text.strip() for one in read(answer).find(class_="field-error")]


def said(actor: Actor, ticket: Ticket, text: str) -> str:
    """What an answer says in a ticket."""
    assert actor.attendant
    reply = QuickReply.objects.create(
        store=ticket.store, attendant=actor.attendant, shortcut="x", text=text
    )
    page = actor.client.get(f"/sac/atendimento/{ticket.code}/respostas/{reply.pk}/")
    reply.delete()
    return read(page).find("div")[0].text


@pytest.fixture
def chief(shop: Shop) -> Actor:
    """An admin who attends."""
    return shop.hire("Chefe", shop.support, is_admin=True)


def test_an_attendant_keeps_their_own_and_nobody_else_sees_them(
    shop: Shop, ana: Actor, bia: Actor, dono: Actor
) -> None:
    assert keep(ana, "/Prazo").status_code == 302
    assert (offered(ana), offered(bia), offered(dono)) == (["Prazo"], [], [])
    reply = QuickReply.objects.get()
    assert reply.attendant == ana.attendant
    for other in (bia, dono):
        assert other.client.get(f"{ADDRESS}{reply.pk}/").status_code == 404
    assert not AuditEntry.objects.filter(action__startswith="quick_reply").exists()


def test_an_answer_is_edited_as_it_stands(ana: Actor) -> None:
    keep(ana)
    page = read(ana.client.get(f"{ADDRESS}{QuickReply.objects.get().pk}/"))
    assert page.find(class_="field-error") == []
    assert page.find("input", name="shortcut")[0].attributes["value"] == "prazo"
    assert page.find("textarea")[0].text.strip() == "Chega amanhã"


def test_shared_ones_are_the_admins_and_reach_whom_they_are_for(
    shop: Shop, ana: Actor, bia: Actor, dono: Actor, eva: Actor
) -> None:
    keep(dono, "pix", scope="loja")
    keep(dono, "troca", scope=str(shop.sales.pk))
    assert (offered(ana), offered(bia), offered(eva)) == (["pix"], ["pix", "troca"], [])
    listed = dono.client.get(ADDRESS).content.decode()
    assert "/pix" in listed
    assert "/troca" in listed
    for scope in ("loja", str(shop.support.pk)):
        assert faults(keep(ana, "outra", scope=scope)) == ["Escolha uma das opções da lista."]
    reply = QuickReply.objects.get(shortcut="pix")
    assert ana.client.get(f"{ADDRESS}{reply.pk}/").status_code == 403
    assert ana.client.post(f"{ADDRESS}{reply.pk}/exclusao/").status_code == 403
    assert AuditEntry.objects.filter(action="quick_reply.created").count() == 2


def test_a_shortcut_is_one_word_and_once_in_its_scope(ana: Actor, chief: Actor) -> None:
    keep(ana, "Orçamento")
    assert "Já existe" in faults(keep(ana, "orcamento"))[0]
    assert keep(chief, "orcamento").status_code == 302
    for wrong in ("duas palavras", "a/b", "@ana", "x" * 41, "/", " "):
        assert len(faults(keep(ana, wrong))) == 1, wrong
    assert QuickReply.objects.count() == 2


def test_one_that_is_deleted_while_it_is_saved_loses_nothing_that_was_typed(
    ana: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(ana)

    def deleted_first(reply: QuickReply, *args: Any, **others: Any) -> None:
        QuickReply.objects.all().delete()
        change_quick_reply(reply, *args, **others)

    monkeypatch.setattr("sac.views.quick_replies.change_quick_reply", deleted_first)
    answer = keep(ana, path=f"{QuickReply.objects.get().pk}/", text="Chega na terça")
    assert answer.status_code == 200
    assert "Esta resposta foi excluída" in answer.content.decode()
    assert read(answer).find("textarea")[0].text.strip() == "Chega na terça"


def test_the_same_people_have_so_many_and_no_more(
    shop: Shop, ana: Actor, chief: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sac.actions.quick_replies.MOST", 2)
    for number in range(2):
        keep(ana, f"r{number}")
        keep(chief, f"s{number}", scope="loja")
    full = "respostas para quem vai usá-la. Exclua uma antes de criar outra."
    assert full in faults(keep(ana, "r2"))[0]
    assert keep(chief, "r2").status_code == 302
    own = QuickReply.objects.get(attendant=chief.attendant)
    assert full in faults(keep(chief, "r2", path=f"{own.pk}/", scope="loja"))[0]
    assert keep(chief, "r2", path=f"{own.pk}/", scope=str(shop.sales.pk)).status_code == 302
    first = QuickReply.objects.get(shortcut="r0")
    assert keep(ana, "r0", path=f"{first.pk}/", text="Outro").status_code == 302
    assert QuickReply.objects.count() == 5


def test_it_says_something_or_brings_a_file(ana: Actor) -> None:
    assert faults(keep(ana, text=" ")) == ["Escreva o texto ou escolha um arquivo."]
    assert keep(ana, text="", file=pdf()).status_code == 302


def test_its_file_is_sniffed_kept_apart_and_shown_only_to_who_may_use_it(
    shop: Shop, ana: Actor, bia: Actor, dono: Actor, eva: Actor
) -> None:
    keep(dono, scope=str(shop.support.pk), file=pdf("tabela.png"))
    reply = QuickReply.objects.get()
    assert (reply.mime, reply.kind, reply.filename) == (
        "application/pdf",
        "document",
        "tabela.png",
    )
    assert "tabela" not in str(reply.file.name)
    answer = ana.client.get(f"{ADDRESS}{reply.pk}/arquivo/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.getvalue() == PDF
    for other in (bia, eva):
        assert other.client.get(f"{ADDRESS}{reply.pk}/arquivo/").status_code == 404


def test_a_program_is_no_answer(ana: Actor) -> None:
    refused = keep(ana, file=SimpleUploadedFile("preco.exe", b"MZ" + b"\0" * 100))
    assert faults(refused) == ["Programas e atalhos não podem ser enviados."]
    assert not QuickReply.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_goes_with_its_answer_and_not_before(shop: Shop, ana: Actor) -> None:
    keep(ana, file=pdf())
    reply = QuickReply.objects.get()
    first = str(reply.file.name)
    keep(ana, path=f"{reply.pk}/", text="Outro texto")
    reply.refresh_from_db()
    assert (reply.file.name, reply.text) == (first, "Outro texto")
    keep(ana, path=f"{reply.pk}/", file=pdf("nova.pdf"))
    reply.refresh_from_db()
    second = str(reply.file.name)
    assert [default_storage.exists(name) for name in (first, second)] == [False, True]
    with clock.at(datetime(2040, 1, 1, tzinfo=UTC)):
        clear_loose_files()
    assert default_storage.exists(second)
    keep(ana, path=f"{reply.pk}/", drops_file="on")
    reply.refresh_from_db()
    assert (str(reply.file), default_storage.exists(second)) == ("", False)
    keep(ana, path=f"{reply.pk}/", file=pdf())
    third = str(QuickReply.objects.get().file.name)
    ana.client.post(f"{ADDRESS}{reply.pk}/exclusao/")
    assert not QuickReply.objects.exists()
    assert not default_storage.exists(third)


def test_gaps_are_filled_with_what_is_known_of_the_ticket(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(name="Marina Souza", department=shop.support)
    text = "{{saudacao}}, {{ primeiro_nome }}! {{nome}}, {{atendente}}, {{loja}}, {{codigo}}"
    with clock.at(datetime(2026, 3, 10, 16, tzinfo=UTC)):
        told = said(ana, ticket, text)
    assert told == f"Boa tarde, Marina! Marina Souza, Ana, Loja Aurora, {ticket.code}"


def test_what_is_unknown_or_empty_stays_to_be_seen(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(name="", department=shop.support)
    text = "Oi, {{nome}}! {{pedido}} {nome} {% if x %} {{ nome|safe }} {{7*7}}"
    assert said(ana, ticket, text) == text


def test_a_customers_name_is_put_in_and_never_read(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(name="{{loja}} <b>", department=shop.support)
    assert said(ana, ticket, "Oi, {{nome}}") == "Oi, {{loja}} <b>"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{saudacao}}!", "Boa noite!"),
        ("Olá, {{saudacao}}!", "Olá, boa noite!"),
        ("Olá! {{SAUDACAO}}.", "Olá! Boa noite."),
        ("*{{saudacao}}*", "*Boa noite*"),
        ("Oi\n{{saudacao}}", "Oi\nBoa noite"),
    ],
)
def test_a_greeting_is_written_as_its_sentence_wants(text: str, told: str) -> None:
    assert fill(text, {"saudacao": "boa noite"}) == told


@pytest.mark.parametrize(
    ("hour", "told"),
    [(4, "boa noite"), (5, "bom dia"), (11, "bom dia"), (12, "boa tarde"), (18, "boa noite")],
)
def test_the_greeting_is_that_of_the_hour(hour: int, told: str) -> None:
    assert greeting_at(hour) == told


def test_an_answer_is_filled_only_where_the_ticket_is_seen(
    shop: Shop, ana: Actor, bia: Actor, dono: Actor
) -> None:
    keep(dono, scope="loja")
    reply = QuickReply.objects.get()
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    path = f"/sac/atendimento/{ticket.code}/respostas/{reply.pk}/"
    assert (ana.client.get(path).status_code, bia.client.get(path).status_code) == (200, 404)


def test_many_answers_are_offered_with_as_few_questions_as_one(
    shop: Shop, ana: Actor, dono: Actor, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(12):
        keep(dono, f"r{number}", scope=str(shop.support.pk))
    for path in ("opcoes/", ""):
        with django_assert_max_num_queries(6):  # type: ignore[attr-defined]
            ana.client.get(ADDRESS + path)
