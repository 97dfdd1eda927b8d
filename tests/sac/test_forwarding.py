"""Encaminhar: into one's own conversations, a copy that stands by itself."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from sac.actions.drafts import keep_draft
from sac.actions.forwarding import forward_message
from sac.media.storing import clear_loose_files
from sac.models import Draft, LooseFile, Media, Message, Ticket
from sac.refusals import Refused
from tests.conftest import Actor, Shop
from tests.sac.acts import HTMX, do, now_of, reason, send
from tests.sac.media import corpus
from tests.sac.pages import Answer, read


@pytest.fixture
def mine(shop: Shop, ana: Actor) -> list[Ticket]:
    """Two customers of Ana's."""
    tickets = [shop.hears("Oi", name=name, department=shop.support) for name in ("Joana", "João")]
    for ticket in tickets:
        do(ana, ticket, "posse")
    return [now_of(ticket) for ticket in tickets]


def forward(actor: Actor, message: Message, to: Ticket, client_uuid: str = "") -> Answer:
    assert message.ticket
    data = {"to": to.code, "client_uuid": client_uuid or str(uuid4())}
    return do(actor, message.ticket, f"mensagens/{message.pk}/encaminhamento", data)


def offered(actor: Actor, message: Message, sought: str = "") -> list[str]:
    assert message.ticket
    address = f"/sac/atendimento/{message.ticket.code}/mensagens/{message.pk}/encaminhamento/"
    page = read(actor.client.get(address, {"q": sought}, headers=HTMX))
    return [one.attributes["value"] for one in page.find("input", type="radio")]


def said(ticket: Ticket) -> Message:
    return Message.objects.for_thread().filter(ticket=ticket).latest("id")


def photo(actor: Actor, ticket: Ticket) -> Message:
    data = {
        "client_uuid": str(uuid4()),
        "text": "Olhe",
        "files": [SimpleUploadedFile("foto.jpg", corpus.picture())],
    }
    actor.client.post(f"/sac/atendimento/{ticket.code}/mensagens/", data, headers=HTMX)
    return said(ticket)


def test_words_are_said_again_to_another_customer(ana: Actor, mine: list[Ticket]) -> None:
    one, other = mine
    answer = forward(ana, said(one), other)
    assert answer.status_code == 200
    assert "Mensagem encaminhada para João." in answer["HX-Trigger"].encode().decode(
        "unicode_escape"
    )
    copy = said(other)
    assert (copy.text, copy.kind, copy.state, copy.attendant) == (
        "Oi",
        "text",
        "queued",
        ana.attendant,
    )
    assert one.messages.filter(direction="out").count() == 0


def test_the_same_press_told_twice_forwards_once(ana: Actor, mine: list[Ticket]) -> None:
    one, other = mine
    same = str(uuid4())
    for _ in range(2):
        assert forward(ana, photo(ana, one), other, same).status_code == 200
    assert other.messages.filter(direction="out").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_is_copied_and_outlives_the_first(ana: Actor, mine: list[Ticket]) -> None:
    one, other = mine
    first = photo(ana, one)
    forward(ana, first, other)
    copy = said(other)
    assert first.file
    assert copy.file
    assert (copy.kind, copy.text, copy.file.filename) == ("image", "Olhe", "foto.jpg")
    names = {str(copy.file.file.name), str(copy.file.thumbnail.name)}
    assert not names & {str(first.file.file.name), str(first.file.thumbnail.name)}
    assert not LooseFile.objects.filter(name__in=names).exists()
    first.file.discard()
    clear_loose_files()
    assert all(default_storage.exists(name) for name in names)


def test_a_copy_that_is_refused_leaves_nothing_behind(
    shop: Shop, ana: Actor, mine: list[Ticket]
) -> None:
    one, other = mine
    message = photo(ana, one)
    do(ana, other, "encerramento")
    before = Media.objects.count(), LooseFile.objects.count()
    refused = forward(ana, message, other)
    assert refused.status_code == 403
    assert reason(refused) == "Só dá para encaminhar para uma conversa sua em aberto."
    assert (Media.objects.count(), LooseFile.objects.count()) == before


def test_only_ones_own_conversations_take_it(
    shop: Shop, ana: Actor, sara: Actor, bia: Actor, mine: list[Ticket]
) -> None:
    one, other = mine
    waiting = shop.hears(department=shop.support)
    theirs = shop.hears(department=shop.support)
    do(sara, theirs, "posse")
    foreign = shop.hears(department=shop.sales)
    told = [forward(ana, said(one), to).status_code for to in (waiting, theirs, foreign)]
    assert told == [403, 403, 404]
    assert forward(bia, said(one), other).status_code == 404
    assert not Message.objects.filter(direction="out").exists()
    assert now_of(waiting).status == "waiting"


def test_what_went_back_to_the_queue_meanwhile_is_not_taken(ana: Actor, mine: list[Ticket]) -> None:
    one, other = mine
    do(ana, other, "devolucao")
    with pytest.raises(Refused, match="conversa sua em aberto"):
        # As it was when the list of conversations was drawn.
        forward_message(said(one), to=other, by=ana.user, rights=ana.rights, client_uuid=uuid4())
    assert now_of(other).status == "waiting"
    assert not other.messages.filter(direction="out").exists()


def test_what_one_is_typing_there_stays(ana: Actor, mine: list[Ticket]) -> None:
    one, other = mine
    keep_draft(other, by=ana.user, text="O")
    forward(ana, said(one), other)
    assert said(other).text == "Oi"
    assert Draft.objects.get().text == "O"


def test_without_javascript_it_leads_back_to_the_ticket(ana: Actor, mine: list[Ticket]) -> None:
    one, other = mine
    address = f"/sac/atendimento/{one.code}/mensagens/{said(one).pk}/encaminhamento/"
    data = {"to": other.code, "client_uuid": str(uuid4())}
    answer = ana.client.post(address, data)
    assert (answer.status_code, answer["Location"]) == (302, f"/sac/atendimento/{one.code}/")
    assert "Mensagem encaminhada para João." in ana.client.get(answer["Location"]).content.decode()


def test_a_note_and_what_was_deleted_go_nowhere(ana: Actor, mine: list[Ticket]) -> None:
    one, other = mine
    do(ana, one, "notas", {"text": "Segredo", "client_uuid": str(uuid4())})
    refused = forward(ana, said(one), other)
    assert reason(refused) == "Esta mensagem não pode ser encaminhada."
    page = read(ana.client.get(f"/sac/atendimento/{one.code}/"))
    can = [
        one.attributes["data-can"]
        for one in page.find("li", class_="bubble")
        if one.attributes.get("data-can")
    ]
    assert can == ["copy forward quote react", "copy"]
    assert not other.messages.filter(text="Segredo").exists()


@pytest.mark.parametrize("sought", ["joao", "JOÃO", "{code}", "{phone}", ""])
def test_conversations_are_found_by_name_number_and_code(
    ana: Actor, mine: list[Ticket], sought: str
) -> None:
    one, other = mine
    phone = other.conversation.contact.phone_display
    assert offered(ana, said(one), sought.format(code=other.code, phone=phone)) == [other.code]
    assert offered(ana, said(one), "ninguém") == []


def test_nobody_is_chosen_for_who_chose_nobody(ana: Actor, mine: list[Ticket]) -> None:
    message = said(mine[0])
    data = {"client_uuid": str(uuid4())}
    refused = do(ana, mine[0], f"mensagens/{message.pk}/encaminhamento", data)
    assert (refused.status_code, reason(refused)) == (422, "Escolha a conversa.")


def test_many_conversations_are_listed_with_as_few_questions(
    shop: Shop, ana: Actor, mine: list[Ticket], django_assert_max_num_queries: Callable[..., object]
) -> None:
    for _ in range(6):
        send(ana, shop.hears(department=shop.support))
    message = said(mine[0])
    with django_assert_max_num_queries(7):  # type: ignore[attr-defined]
        assert len(offered(ana, message)) == 7
