"""Two contacts become one: what moves, what stays, who wins, and what the screens are told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from automacao.gateways.port import Accepted
from automacao.models import ChatbotSettings, Instance
from evendas import live
from evendas.accounts.models import AuditEntry
from sac.actions.closing import close_ticket, reopen_ticket
from sac.actions.contacts import edit_contact
from sac.actions.drafts import keep_draft
from sac.actions.outbox import accept_sending, begin_sending
from sac.actions.tickets import claim_ticket
from sac.drain import drain_instance
from sac.invariants import broken_invariants
from sac.models import Contact, ContactMerge, Conversation, Draft, Message, Ticket, TicketEvent
from sac.thread import changes
from tests.conftest import Actor, Shop
from tests.postbox import Postbox
from tests.sac.acts import now_of

pytestmark = pytest.mark.django_db

Answer = Callable[..., Message]
Pushes = list[tuple[set[str], live.Event]]
PHONE = "+5531987654321"
LID = "128000000000001"


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def known(box: Postbox) -> Ticket:
    """A customer who wrote with their phone."""
    box.bring(box.said("do telefone", phone=PHONE))
    return Ticket.objects.for_list().get(preview="do telefone")


@pytest.fixture
def hidden(box: Postbox, known: Ticket) -> Ticket:
    """The same one, who also wrote with the number hidden: nobody knows yet."""
    box.bring(box.said("oculto", phone="", lid=LID, name="Marina Souza"))
    return Ticket.objects.for_list().get(preview="oculto")


def reveal(box: Postbox, text: str = "sou eu") -> ContactMerge:
    """The network tells both at once."""
    box.bring(box.said(text, phone=PHONE, lid=LID, name=""))
    assert broken_invariants() == []
    return ContactMerge.objects.get()


def said_in(ticket: Ticket) -> list[str]:
    return list(ticket.messages.order_by("sort_key", "id").values_list("text", flat=True))


@pytest.mark.parametrize("undone", ["known", "hidden"])
def test_a_goodbye_that_was_taken_back_answered_no_question(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor, dono: Actor, undone: str
) -> None:
    ChatbotSettings.objects.create(store=known.store, instance=known.instance, closing="Até logo!")
    away, other = (known, hidden) if undone == "known" else (hidden, known)
    close_ticket(away, by=dono.user, rights=dono.rights, says_goodbye=True)
    reopen_ticket(now_of(away), by=dono.user, rights=dono.rights)
    claim_ticket(other, by=ana.user, rights=ana.rights)
    reveal(box)
    assert set(said_in(other)) >= {"do telefone", "oculto", "sou eu"}
    assert now_of(other).waiting_since is not None


@pytest.mark.parametrize("closed", ["known", "hidden"])
def test_no_goodbye_is_said_to_who_turns_out_to_be_talked_to(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, closed: str
) -> None:
    ChatbotSettings.objects.create(store=known.store, instance=known.instance, closing="Até logo!")
    gone = known if closed == "known" else hidden
    close_ticket(gone, by=dono.user, rights=dono.rights, says_goodbye=True)
    before = Message.objects.get(text="Até logo!")
    reveal(box)
    after = Message.objects.get(text="Até logo!")
    assert (after.state, after.revision > before.revision) == ("superseded", True)
    assert now_of(gone).preview == gone.preview


def test_what_is_in_somebodys_hands_stays_and_the_questions_come_along(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor
) -> None:
    claim_ticket(hidden, by=ana.user, rights=ana.rights)
    merge = reveal(box)
    stays, closed = now_of(hidden), now_of(known)
    assert (stays.status, stays.attendant) == ("open", ana.attendant)
    assert stays.conversation_id == closed.conversation_id
    assert said_in(stays) == ["do telefone", "oculto", "sou eu"]
    assert (closed.status, closed.close_reason) == ("closed", f"Unido ao atendimento {stays.code}")
    last = closed.events.order_by("-revision")[0]
    assert (last.kind, last.note) == (
        "closed",
        f"Unido ao atendimento {stays.code}: é o mesmo cliente.",
    )
    assert merge.moved["threads"][0]["joint"]["closed"] == closed.pk
    assert stays.is_new


def test_of_two_that_wait_the_older_one_stays(box: Postbox, known: Ticket, hidden: Ticket) -> None:
    reveal(box)
    assert now_of(known).status == "waiting"
    assert now_of(hidden).status == "closed"
    assert said_in(now_of(known)) == ["do telefone", "oculto", "sou eu"]


def test_answered_words_stay_in_their_chapter(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor, sara: Actor, answer: Answer
) -> None:
    answer(known, by=ana, text="Bom dia, ana")
    answer(hidden, by=sara, text="Bom dia, sara")
    box.bring(box.said("e o prazo?", phone="", lid=LID))
    reveal(box)
    assert said_in(now_of(known)) == ["do telefone", "Bom dia, ana", "e o prazo?", "sou eu"]
    assert said_in(now_of(hidden)) == ["oculto", "Bom dia, sara"]
    assert now_of(known).waiting_since is not None


def test_both_codes_stay_in_the_history(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor
) -> None:
    reveal(box)
    page = dono.client.get(f"/sac/atendimento/{known.code}/").content.decode()
    assert hidden.code in page
    assert "Unido com Marina Souza em" in page


def test_closed_chapters_and_what_was_said_outside_any_move_along(
    box: Postbox, known: Ticket, hidden: Ticket, sara: Actor
) -> None:
    close_ticket(hidden, by=sara.user, rights=sara.rights)
    typed = box.typed("do celular", phone=PHONE).replace(
        f"{PHONE.lstrip('+')}@s.whatsapp.net".encode(), f"{LID}@lid".encode(), 1
    )
    box.bring(typed)
    assert Message.objects.get(text="do celular").ticket is None
    reveal(box)
    home = now_of(known).conversation
    assert now_of(hidden).conversation == home
    assert set(Message.objects.values_list("conversation", flat=True)) == {home.pk}
    assert set(TicketEvent.objects.values_list("conversation", flat=True)) == {home.pk}


def test_what_a_person_wrote_wins_and_gaps_are_filled(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor
) -> None:
    changes = {"name": "Marina da Silva", "email": "m@x.com", "notes": "VIP"}
    edit_contact(hidden, by=ana.user, changes=changes)
    edit_contact(
        known, by=ana.user, changes={"notes": "Prefere manhã", "entry_channel": "customer"}
    )
    merge = reveal(box)
    kept = merge.kept
    assert (kept.name, kept.name_edited_by) == ("Marina da Silva", ana.user)
    assert (kept.email, kept.notes) == ("m@x.com", "Prefere manhã\nVIP")
    assert (kept.phone, kept.entry_channel) == (PHONE, "customer")
    assert merge.moved["fields"]["name"] == ["Marina", "Marina da Silva"]


@pytest.mark.parametrize(("own", "kept"), [("", "52998224725"), ("11144477735", "11144477735")])
def test_a_cpf_fills_a_gap_and_replaces_none(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor, own: str, kept: str
) -> None:
    edit_contact(hidden, by=ana.user, changes={"tax_id": "52998224725"})
    edit_contact(known, by=ana.user, changes={"tax_id": own})
    merge = reveal(box)
    assert (merge.kept.tax_id, merge.gone.tax_id) == (kept, "52998224725")
    assert merge.moved["fields"].get("tax_id") == (None if own else ["", "52998224725"])


def test_a_name_of_the_network_gives_way_to_nobody(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor
) -> None:
    edit_contact(known, by=ana.user, changes={"name": "Dona Marina"})
    edit_contact(hidden, by=ana.user, changes={"name": "Outra"})
    assert reveal(box).kept.name == "Dona Marina"


def test_a_union_is_audited_with_its_reason(box: Postbox, known: Ticket, hidden: Ticket) -> None:
    merge = reveal(box)
    line = AuditEntry.objects.get(action="contact.merged")
    assert (line.actor, line.target, line.target_id) == (None, "contact", merge.kept_id)
    assert line.details == {"gone": merge.gone_id, "merge": merge.pk}
    assert merge.reason == f"phone:{PHONE} · lid:{LID}"


def test_the_phone_is_the_address_that_is_kept(box: Postbox) -> None:
    box.bring(box.said("oculto", phone="", lid=LID))
    box.bring(box.said("do telefone", phone=PHONE))
    first = Conversation.objects.earliest("id")
    assert first.send_address == f"{LID}@lid"
    # What tells both is about another number of the store: no word of it names this address.
    second = second_box(box)
    second.bring(second.said("sou eu", phone=PHONE, lid=LID))
    first.refresh_from_db()
    assert first.send_address == f"{PHONE.lstrip('+')}@s.whatsapp.net"


def second_box(box: Postbox) -> Postbox:
    phone = "+5511955550000"
    return Postbox(
        Instance.objects.create(
            store=box.instance.store, phone=phone, connected_phone=phone, state="connected"
        )
    )


def test_on_a_number_where_only_one_of_them_wrote_the_conversation_changes_hands(
    box: Postbox, known: Ticket
) -> None:
    second = second_box(box)
    second.bring(second.said("oculto", phone="", lid=LID))
    theirs = Ticket.objects.get(preview="oculto")
    second.bring(second.said("sou eu", phone=PHONE, lid=LID))
    assert now_of(theirs).conversation_id == theirs.conversation_id
    assert now_of(theirs).conversation.contact == known.conversation.contact
    assert said_in(now_of(theirs)) == ["oculto", "sou eu"]
    assert Ticket.objects.live().count() == 2, "one on each number"
    assert broken_invariants() == []


def test_drafts_follow_and_stand_below_each_other(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor, bia: Actor
) -> None:
    keep_draft(known, by=ana.user, text="um")
    keep_draft(hidden, by=ana.user, text="dois")
    keep_draft(hidden, by=bia.user, text="três")
    reveal(box)
    drafts = Draft.objects.filter(conversation=now_of(known).conversation)
    assert dict(drafts.values_list("user", "text")) == {
        ana.user.pk: "um\ndois",
        bia.user.pk: "três",
    }
    assert Draft.objects.count() == 2


def test_of_two_on_their_way_a_person_sees_to_one_and_its_receipt_still_finds_it(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor, answer: Answer
) -> None:
    for ticket in (known, hidden):
        answer(ticket, by=ana, text=f"para {ticket.code}")
        assert begin_sending(ticket.conversation_id)
    box.bring(box.said("sou eu", phone=PHONE, lid=LID))
    states = dict(Message.objects.filter(direction="out").values_list("ticket", "state"))
    assert states == {known.pk: "sending", hidden.pk: "unconfirmed"}
    assert broken_invariants() == []
    late = Message.objects.get(ticket=hidden, direction="out")
    accept_sending(late.pk, Accepted(id="3EB0LATE", address=""))
    late.refresh_from_db()
    assert (late.state, late.conversation) == ("accepted", now_of(known).conversation)
    assert broken_invariants() == []


def test_what_waits_to_leave_goes_out_of_the_one_conversation(
    box: Postbox,
    known: Ticket,
    hidden: Ticket,
    ana: Actor,
    answer: Answer,
    rings: list[tuple[str, tuple[int, ...]]],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    late = answer(hidden, by=ana, text="a caminho")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        reveal(box)
    home = now_of(known).conversation_id
    assert ("sac.deliver", (home,)) in rings
    assert begin_sending(hidden.conversation_id) is None
    sending = begin_sending(home)
    assert sending
    assert sending.message_id == late.pk
    assert sending.outbound.address == f"{PHONE.lstrip('+')}@s.whatsapp.net"


def test_an_open_page_learns_by_catching_up(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor, answer: Answer
) -> None:
    answer(hidden, by=ana)
    box.bring(box.said("mais", phone="", lid=LID))
    cursor = now_of(hidden).conversation.revision
    reveal(box)
    news = changes(now_of(hidden), since=cursor)
    assert [item.message.text for item in news.items if item.message] == [
        "do telefone",
        "oculto",
        "Bom dia!",
        "mais",
        "sou eu",
    ]
    page = ana.client.get(f"/sac/atendimento/{hidden.code}/cabecalho/").content.decode()
    contact = now_of(known).conversation.contact
    assert f'data-person="{contact.pk}-{contact.standing_unions}"' in page
    assert f'data-person="{contact.pk}-0"' not in page


def test_the_pages_of_both_conversations_and_the_lists_are_told(
    box: Postbox,
    known: Ticket,
    hidden: Ticket,
    pushes: Pushes,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    pushes.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        reveal(box)
    left = live.conversation_group(hidden.conversation_id)
    assert [frame for groups, frame in pushes if groups == {left}] == [
        {"t": "list", "conversations": []}
    ]
    rows = {frame["ticket"]: frame["sight"]["status"] for _, frame in pushes if frame["t"] == "row"}
    assert rows == {known.pk: "waiting", hidden.pk: "closed"}
    kept = live.conversation_group(known.conversation_id)
    frames = [frame for groups, frame in pushes if groups == {kept} and frame["t"] == "thread"]
    assert any(frame["header"] and frame["ticket"] == known.pk for frame in frames)


def test_thousands_of_messages_move_in_a_handful_of_statements(
    box: Postbox,
    known: Ticket,
    hidden: Ticket,
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    fill(hidden, 3000)
    body = box.said("sou eu", phone=PHONE, lid=LID)
    box.leave(body)
    with django_assert_max_num_queries(120):  # type: ignore[attr-defined]
        drain_instance(box.instance.pk)
    assert now_of(known).messages.count() == 3003
    assert broken_invariants() == []


def fill(ticket: Ticket, count: int) -> None:
    """Let its customer have said the same thing so many times more."""
    home, first = ticket.conversation, ticket.messages.get()
    fields = [field for field in Message._meta.concrete_fields if not field.primary_key]
    columns = {field.attname: getattr(first, field.attname) for field in fields}
    Message.objects.bulk_create(
        Message(**columns | {"provider_id": f"3AF{n:06d}", "revision": home.revision + n})
        for n in range(1, count + 1)
    )
    home.revision += count
    home.save()
    Ticket.objects.filter(pk=ticket.pk).update(preview_message_id=Message.objects.latest("id").pk)


def test_a_step_may_follow_its_ticket_and_tells_what_it_told(known: Ticket) -> None:
    TicketEvent.objects.update(conversation=known.conversation_id)
    moving = {"conversation", "revision"}
    for field in TicketEvent._meta.concrete_fields:
        if field.name in moving:
            continue
        with (
            pytest.raises(Error, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f'UPDATE sac_ticketevent SET "{field.column}" = "{field.column}"'  # noqa: S608
            )


def test_three_that_turn_out_to_be_one_become_the_oldest(box: Postbox, known: Ticket) -> None:
    other = "+5531987650000"
    box.bring(box.said("oculto", phone="", lid=LID), box.said("outro", phone=other))
    bodies = [box.said("eu", phone=phone, lid=LID) for phone in (other, PHONE)]
    box.bring(*bodies)
    kept = Contact.objects.get(merged_into=None)
    assert kept == known.conversation.contact
    assert set(kept.identities.values_list("value", flat=True)) == {PHONE, other, LID}
    assert ContactMerge.objects.filter(kept=kept).count() == 2
    assert Ticket.objects.live().count() == 1
    assert broken_invariants() == []


def test_a_late_hour_is_never_given_to_what_moves(box: Postbox, known: Ticket) -> None:
    """The order on the screen is that of the times they were sent."""
    before = timezone.now() - timedelta(minutes=3)
    box.bring(box.said("antes", phone="", lid=LID, at=int(before.timestamp())))
    reveal(box)
    assert said_in(now_of(known)) == ["antes", "do telefone", "sou eu"]
