"""Internal notes: for the team alone, and for whom they name."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from sac.deliver import deliver_conversation
from sac.invariants import broken_invariants
from sac.models import Attendant, Mention, Message, Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, reason, send
from tests.sac.board import Status, put_ticket, type_on_phone
from tests.sac.pages import Answer, read

Rings = list[tuple[str, tuple[int, ...]]]
Pushes = list[tuple[set[str], dict[str, object]]]


def write(actor: Actor, ticket: Ticket, text: str = "Cuidado", client_uuid: str = "") -> Answer:
    data = {"text": text, "client_uuid": client_uuid or str(uuid4())}
    return do(actor, ticket, "notas", data)


@pytest.fixture
def waiting(shop: Shop) -> Ticket:
    return shop.hears(department=shop.support)


def test_a_note_is_a_bubble_that_says_who_sees_it(waiting: Ticket, ana: Actor) -> None:
    answer = write(ana, waiting, "Cliente <b>antigo</b>")
    (bubble,) = read(answer).find("li", class_="is-note")
    for words in ("Nota interna · Ana", "Só a equipe vê", "Cliente <b>antigo</b>"):
        assert words in bubble.text
    assert read(answer).find("b") == []


def test_an_admin_who_does_not_attend_signs_with_their_name(waiting: Ticket, dono: Actor) -> None:
    assert "Nota interna · Dono" in read(write(dono, waiting)).find("li", class_="is-note")[0].text


def test_nothing_of_a_note_leaves_the_store(
    shop: Shop,
    waiting: Ticket,
    ana: Actor,
    rings: Rings,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        write(ana, waiting)
    note = waiting.messages.get(direction="note")
    assert rings == []
    assert (note.state, note.next_attempt_at, note.provider_id) == ("received", None, None)
    assert not Message.objects.in_outbox().exists()
    deliver_conversation(waiting.conversation_id)
    assert list(broken_invariants()) == []


def test_a_note_takes_nothing_clears_no_novo_and_stops_no_clock(
    waiting: Ticket, ana: Actor
) -> None:
    write(ana, waiting)
    now = now_of(waiting)
    assert (now.status, now.attendant, now.first_reply_at) == ("waiting", None, None)
    assert now.is_new
    assert now.is_awaited
    assert now.waiting_since == waiting.waiting_since
    assert (now.preview, now.preview_direction) == ("Cuidado", "note")


def test_a_note_starts_no_clock_that_an_answer_on_the_phone_had_stopped(
    shop: Shop, waiting: Ticket, ana: Actor
) -> None:
    type_on_phone(shop, waiting, "Já respondo")
    assert not now_of(waiting).is_awaited
    write(ana, waiting)
    assert not now_of(waiting).is_awaited


def test_a_closed_ticket_still_takes_notes(waiting: Ticket, ana: Actor) -> None:
    do(ana, waiting, "posse")
    do(ana, waiting, "encerramento")
    assert write(ana, waiting).status_code == 200
    assert now_of(waiting).status == "closed"
    assert list(broken_invariants()) == []


def test_who_sees_the_ticket_may_write_and_nobody_else(
    waiting: Ticket, ana: Actor, bia: Actor, sara: Actor, eva: Actor
) -> None:
    do(ana, waiting, "posse")
    assert write(sara, waiting).status_code == 200
    assert [write(one, waiting).status_code for one in (bia, eva)] == [404, 404]
    assert waiting.messages.filter(direction="note").count() == 1


def test_the_same_note_twice_is_one(waiting: Ticket, ana: Actor) -> None:
    same = str(uuid4())
    answers = [write(ana, waiting, client_uuid=same) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert waiting.messages.filter(direction="note").count() == 1


def test_a_note_of_another_conversation_is_not_taken_for_it(
    shop: Shop, waiting: Ticket, ana: Actor
) -> None:
    same = str(uuid4())
    write(ana, shop.hears(department=shop.support), client_uuid=same)
    assert write(ana, waiting, client_uuid=same).status_code == 409


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" \n", "Escreva a nota antes de salvar."),
        ("á" * 4097, "A nota tem 4097 caracteres; cabem até 4096."),
    ],
)
def test_what_is_no_note_is_refused(waiting: Ticket, ana: Actor, text: str, told: str) -> None:
    refused = write(ana, waiting, text)
    assert (refused.status_code, reason(refused)) == (422, told)


def test_who_is_named_is_alerted_and_marked_in_the_text(
    waiting: Ticket,
    ana: Actor,
    sara: Actor,
    pushes: Pushes,
    django_capture_on_commit_callbacks: type,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = write(ana, waiting, "Veja, @SARA: ele é @sarado")
    (mention,) = Mention.objects.all()
    assert (mention.attendant, mention.seen_at) == (sara.attendant, None)
    assert [one.text for one in read(answer).find("b", class_="named")] == ["@SARA"]
    (groups, frame) = next(push for push in pushes if push[1]["t"] == "alert")
    assert groups == {f"user.{sara.user.pk}"}
    assert (frame["to_user"], frame["by"]) == (sara.user.pk, ana.user.pk)
    assert f"/sac/atendimento/{waiting.code}/" in str(frame["html"])


def test_whoever_does_not_see_the_ticket_is_not_named(
    shop: Shop, waiting: Ticket, ana: Actor, bia: Actor, eva: Actor
) -> None:
    answer = write(ana, waiting, "@Bia @Eva @Ana, vejam")
    # Naming oneself is no news either, but it is a name.
    assert [one.text for one in read(answer).find("b", class_="named")] == ["@Ana"]
    assert not Mention.objects.exists()
    team = read(ana.client.get(f"/sac/atendimento/{waiting.code}/equipe/"))
    assert team.find("li") == []


def test_of_two_names_the_longer_one_is_meant(shop: Shop, waiting: Ticket, ana: Actor) -> None:
    for name in ("Caio", "Caio César"):
        shop.hire(name, shop.support)
    write(ana, waiting, "Fale com @caio césar")
    assert [one.attendant.nickname for one in Mention.objects.all()] == ["Caio César"]


@pytest.mark.parametrize("status", list(Status))
def test_the_team_of_a_ticket_is_who_sees_it(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor, status: Status
) -> None:
    people = [ana, bia, sara, shop.hire("Chefe", is_admin=True)]
    people += [shop.hire("Vera", shop.sales, can_view_all=True), shop.hire("Longe")]
    for place in (shop.support, shop.sales, None):
        owner = None if status == Status.WAITING else bia.attendant
        ticket = put_ticket(
            shop, department=place, attendant=owner, status=status, took_part=people[-1].attendant
        )
        seers = set(Attendant.objects.who_see(ticket))
        seeing = Ticket.objects.filter(pk=ticket.pk)
        wanted = {one.attendant for one in people if seeing.visible_to(one.rights).exists()}
        assert seers == wanted
        assert seers


def test_whoever_asks_is_not_offered_to_themself(waiting: Ticket, ana: Actor, sara: Actor) -> None:
    offered = read(ana.client.get(f"/sac/atendimento/{waiting.code}/equipe/")).find("li")
    assert [one.attributes["data-name"] for one in offered] == ["Sara"]


def test_opening_the_conversation_shows_the_mention_as_seen(
    waiting: Ticket, ana: Actor, sara: Actor
) -> None:
    write(ana, waiting, "@Sara, veja")
    address = f"/sac/atendimento/{waiting.code}/"
    marked = [
        "data-mentioned" in read(one.client.get(address)).find(id="composer")[0].attributes
        for one in (ana, sara)
    ]
    assert marked == [False, True]
    # A look by somebody else shows nothing as seen.
    do(ana, waiting, "mencoes")
    assert Mention.objects.filter(seen_at=None).exists()
    do(sara, waiting, "mencoes")
    assert not Mention.objects.filter(seen_at=None).exists()
    assert "data-mentioned" not in sara.client.get(address).content.decode()


def test_naming_many_asks_no_more_than_naming_one(
    shop: Shop, waiting: Ticket, ana: Actor, django_assert_max_num_queries: Callable[..., object]
) -> None:
    everybody = [shop.hire(f"Pessoa{number}", shop.support) for number in range(8)]
    said = " ".join(f"@{one.user.full_name}" for one in everybody)
    with django_assert_max_num_queries(24):  # type: ignore[attr-defined]
        write(ana, waiting, said)
    assert Mention.objects.count() == 8
    with django_assert_max_num_queries(5):  # type: ignore[attr-defined]
        ana.client.get(f"/sac/atendimento/{waiting.code}/equipe/")


def test_the_customers_words_name_nobody(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears("@Ana, me ajuda", department=shop.support)
    shown = read(ana.client.get(f"/sac/atendimento/{ticket.code}/"))
    assert shown.find("b", class_="named") == []
    assert not Mention.objects.exists()
    send(ana, ticket, "Fale com a @Ana")
    assert not Mention.objects.exists()
