"""An admin parts two contacts that were united: what goes back, what stays, and who may."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from evendas.accounts.models import AuditEntry
from sac.actions.closing import close_ticket
from sac.actions.contacts import edit_contact
from sac.actions.drafts import keep_draft
from sac.actions.parting import undo_merge
from sac.invariants import broken_invariants
from sac.models import Contact, ContactIdentity, ContactMerge, Draft, Message, Ticket
from sac.refusals import TooLate
from sac.thread import changes
from tests.conftest import Actor, Shop
from tests.postbox import Postbox
from tests.sac.acts import HTMX, now_of, reason
from tests.sac.pages import read
from tests.sac.test_merging import LID, PHONE, reveal, said_in, second_box

pytestmark = pytest.mark.django_db

OLDER_PHONE = "+5531912345678"
OLDER_LID = "128000000000009"
Answer = Callable[..., Message]


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def older(box: Postbox) -> Ticket:
    """A customer known before the others, by a phone and a LID."""
    box.bring(box.said("há tempos", phone=OLDER_PHONE, lid=OLDER_LID))
    return Ticket.objects.for_list().get(preview="há tempos")


@pytest.fixture
def known(box: Postbox) -> Ticket:
    """A customer who wrote with their phone."""
    box.bring(box.said("do telefone", phone=PHONE))
    return Ticket.objects.for_list().get(preview="do telefone")


@pytest.fixture
def hidden(box: Postbox, known: Ticket) -> Ticket:
    """Another, with the number hidden, whom the network will call the same."""
    box.bring(box.said("oculto", phone="", lid=LID, name="Marina Souza"))
    return Ticket.objects.for_list().get(preview="oculto")


def rows_of(contact_id: int) -> tuple[object, ...]:
    """Everything of a contact that a union moves, but for the revisions."""
    contact = Contact.objects.get(pk=contact_id)
    tickets = Ticket.objects.of_contact(contact_id).order_by("id")
    return (
        (contact.name, contact.phone, contact.merged_into),
        (contact.email, contact.tax_id, contact.notes),
        sorted(contact.identities.values_list("kind", "value")),
        list(contact.conversations.values_list("instance", "send_address").order_by("id")),
        [(ticket.code, said_in(ticket)) for ticket in tickets],
    )


def undo(merge: ContactMerge, by: Actor) -> None:
    undo_merge(merge, by=by.user)
    assert broken_invariants() == []


def test_undoing_at_once_puts_everything_back(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, ana: Actor
) -> None:
    changes = {"notes": "VIP", "email": "m@x.com", "tax_id": "52998224725"}
    edit_contact(hidden, by=ana.user, changes=changes)
    people = [ticket.conversation.contact_id for ticket in (known, hidden)]
    # What tells that they are one is about another number, and itself belongs to the phone's.
    second = second_box(box)
    second.bring(second.said("antes", phone=PHONE))
    before = [rows_of(pk) for pk in people]
    second.bring(second.said("sou eu", phone=PHONE, lid=LID))
    assert [rows_of(pk) for pk in people] != before
    undo(ContactMerge.objects.get(), by=dono)
    Message.objects.filter(text="sou eu").delete()
    assert [rows_of(pk) for pk in people] == before


def test_what_came_after_the_union_stays_with_who_was_kept(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, sara: Actor
) -> None:
    merge = reveal(box)
    close_ticket(now_of(known), by=sara.user, rights=sara.rights)
    box.bring(box.said("voltei", phone=PHONE))
    after = Ticket.objects.live().get()
    undo(merge, by=dono)
    assert now_of(after).conversation.contact_id == merge.kept_id
    assert now_of(hidden).conversation.contact_id == merge.gone_id
    assert now_of(hidden).conversation_id == hidden.conversation_id


def test_a_customer_who_still_waits_stands_in_the_queue_again(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor
) -> None:
    undo(reveal(box), by=dono)
    again = now_of(hidden)
    assert (again.status, again.close_reason, again.is_new) == ("waiting", "", True)
    assert said_in(again) == ["oculto"]
    assert again.events.order_by("-revision")[0].kind == "reopened"
    assert said_in(now_of(known)) == ["do telefone", "sou eu"]


def test_a_question_that_was_answered_meanwhile_reopens_nothing(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, ana: Actor, answer: Answer
) -> None:
    merge = reveal(box)
    answer(now_of(known), by=ana)
    undo(merge, by=dono)
    assert now_of(hidden).status == "closed"
    assert now_of(known).status == "open"


def test_the_one_in_whose_hands_it_stayed_goes_back_with_its_ticket(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, ana: Actor, answer: Answer
) -> None:
    answer(hidden, by=ana)
    merge = reveal(box)
    assert said_in(now_of(hidden)) == ["do telefone", "oculto", "Bom dia!", "sou eu"]
    cursor = now_of(known).conversation.revision
    undo(merge, by=dono)
    news = changes(now_of(known), since=cursor).items
    assert [item.message.text for item in news if item.message] == ["do telefone"]
    # A ticket is never torn apart: what was said in it since goes with it.
    assert said_in(now_of(hidden)) == ["oculto", "Bom dia!", "sou eu"]
    assert now_of(hidden).conversation.contact_id == merge.gone_id
    assert (now_of(known).status, said_in(now_of(known))) == ("waiting", ["do telefone"])


def test_a_conversation_that_changed_hands_leaves_behind_what_began_in_it_since(
    box: Postbox, known: Ticket, dono: Actor, sara: Actor
) -> None:
    second = second_box(box)
    second.bring(second.said("oculto", phone="", lid=LID))
    theirs = Ticket.objects.for_list().get(preview="oculto")
    box.bring(box.said("sou eu", phone=PHONE, lid=LID))
    close_ticket(now_of(theirs), by=sara.user, rights=sara.rights)
    second.bring(second.said("voltei", phone=PHONE))
    after = Ticket.objects.get(preview="voltei")
    assert after.conversation_id == theirs.conversation_id
    merge = ContactMerge.objects.get()
    undo(merge, by=dono)
    assert now_of(theirs).conversation_id == theirs.conversation_id
    assert now_of(theirs).conversation.contact_id == merge.gone_id
    assert now_of(after).conversation.contact_id == merge.kept_id
    assert now_of(after).conversation.instance == second.instance


def test_what_somebody_wrote_since_is_not_taken_away(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, ana: Actor
) -> None:
    changes = {"notes": "VIP", "email": "m@x.com", "tax_id": "52998224725"}
    edit_contact(hidden, by=ana.user, changes=changes)
    merge = reveal(box)
    since = {"email": "outro@x.com", "tax_id": "11144477735"}
    edit_contact(now_of(known), by=ana.user, changes=since)
    undo(merge, by=dono)
    kept = Contact.objects.get(pk=merge.kept_id)
    assert (kept.email, kept.tax_id, kept.notes) == ("outro@x.com", "11144477735", "")


def drafts_of(ticket: Ticket) -> dict[int, str]:
    drafts = Draft.objects.filter(conversation=now_of(ticket).conversation_id)
    return dict(drafts.values_list("user", "text"))


def test_what_was_typed_and_not_sent_goes_back_to_whom_it_was_for(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, ana: Actor, bia: Actor, sara: Actor
) -> None:
    keep_draft(known, by=ana.user, text="um\ndois")
    keep_draft(hidden, by=ana.user, text="três\nquatro")
    keep_draft(hidden, by=bia.user, text="cinco")
    keep_draft(known, by=sara.user, text="seis")
    merge = reveal(box)
    assert drafts_of(known)[ana.user.pk] == "um\ndois\ntrês\nquatro"
    assert "cinco" not in str(merge.moved), "what is never sent is not kept elsewhere"
    undo(merge, by=dono)
    assert drafts_of(known) == {ana.user.pk: "um\ndois", sara.user.pk: "seis"}
    assert drafts_of(hidden) == {ana.user.pk: "três\nquatro", bia.user.pk: "cinco"}


@pytest.mark.parametrize("text", ["três, e mais", "outra: dois", "", "não dois"])
def test_what_somebody_typed_on_since_stays_where_it_is(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, ana: Actor, text: str
) -> None:
    keep_draft(hidden, by=ana.user, text="dois")
    merge = reveal(box)
    keep_draft(now_of(known), by=ana.user, text=text)
    undo(merge, by=dono)
    assert drafts_of(known) == ({ana.user.pk: text} if text else {})
    assert drafts_of(hidden) == {}


def test_a_union_that_remembers_no_drafts_is_undone_too(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, ana: Actor
) -> None:
    keep_draft(hidden, by=ana.user, text="dois")
    merge = reveal(box)
    for thread in merge.moved["threads"]:
        del thread["drafts"]
    merge.save()
    undo(merge, by=dono)
    assert drafts_of(known) == {ana.user.pk: "dois"}


def test_who_was_parted_is_not_united_again(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor
) -> None:
    undo(reveal(box), by=dono)
    box.bring(box.said("de novo", phone=PHONE, lid=LID), box.said("e eu", phone="", lid=LID))
    assert not Contact.objects.exclude(merged_into=None).exists()
    # The phone decides whose it is.
    assert said_in(now_of(known))[-1] == "de novo"
    assert said_in(now_of(hidden))[-1] == "e eu"
    assert broken_invariants() == []


@pytest.mark.parametrize("by", ["the kept one", "the gone one"])
def test_who_was_parted_is_not_united_through_a_third(
    older: Ticket, box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, by: str
) -> None:
    undo(reveal(box), by=dono)
    # One of the two turns out to be an older contact still; the other is none of theirs.
    if by == "the kept one":
        box.bring(box.said("sou também", phone=PHONE, lid=OLDER_LID))
        box.bring(box.said("de novo", phone=PHONE, lid=LID))
    else:
        box.bring(box.said("sou também", phone=OLDER_PHONE, lid=LID))
        box.bring(box.said("de novo", phone=PHONE, lid=LID))
    people = {row.value: row.contact_id for row in ContactIdentity.objects.all()}
    assert people[PHONE] != people[LID]
    assert older.conversation.contact_id in {people[PHONE], people[LID]}
    assert broken_invariants() == []


def test_who_was_parted_is_not_united_through_a_third_told_at_once(
    older: Ticket, box: Postbox, known: Ticket, hidden: Ticket, dono: Actor
) -> None:
    undo(reveal(box), by=dono)
    box.bring(
        box.said("sou também", phone=PHONE, lid=OLDER_LID),
        box.said("e eu", phone=OLDER_PHONE, lid=LID),
    )
    people = {row.value: row.contact_id for row in ContactIdentity.objects.all()}
    assert people[PHONE] != people[LID]
    assert people[PHONE] == people[OLDER_LID] == people[OLDER_PHONE]
    assert broken_invariants() == []


def test_only_the_latest_union_can_be_undone_and_only_once(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor
) -> None:
    first = reveal(box)
    other = "128000000000002"
    box.bring(box.said("outro", phone="", lid=other))
    box.bring(box.said("eu", phone=PHONE, lid=other))
    second = ContactMerge.objects.latest("id")
    with pytest.raises(TooLate, match="Desfaça antes a mais recente"):
        undo_merge(first, by=dono.user)
    undo(second, by=dono)
    undo(first, by=dono)
    with pytest.raises(TooLate, match="já foi desfeita"):
        undo_merge(first, by=dono.user)


def test_a_union_upon_which_another_was_built_stands_until_that_is_undone(
    box: Postbox, dono: Actor
) -> None:
    jids = ["128000000000001", "128000000000002"]
    box.bring(box.said("a", phone=PHONE), *(box.said(jid, phone="", lid=jid) for jid in jids))
    middle = "+5531987650000"
    ours = Contact.objects.get(identities__value=jids[0])
    box.bring(box.said("b", phone=middle, lid=jids[0]))
    Contact.objects.filter(pk=ours.pk).update(name="Meio")
    box.bring(box.said("c", phone=middle, lid=jids[1]))
    inner = ContactMerge.objects.get()
    box.bring(box.said("d", phone=PHONE, lid=jids[1]))
    with pytest.raises(TooLate, match="foi unido depois a Marina"):
        undo_merge(inner, by=dono.user)
    undo(ContactMerge.objects.latest("id"), by=dono)
    undo(inner, by=dono)
    assert not Contact.objects.exclude(merged_into=None).exists()


def test_the_pane_offers_it_to_admins_alone(
    box: Postbox, known: Ticket, hidden: Ticket, ana: Actor, dono: Actor
) -> None:
    merge = reveal(box)
    address = reverse("contact_merge", args=[known.code, merge.pk])
    pages = [one.client.get(reverse("ticket", args=[known.code])) for one in (ana, dono)]
    told = [page.content.decode() for page in pages]
    assert all("Unido com Marina Souza em" in page for page in told)
    assert [address in page for page in told] == [False, True]
    refused = ana.client.post(address, headers=HTMX)
    assert refused.status_code == 403
    assert reason(refused) == "Só administradores podem desfazer uma união de contatos."
    assert ContactMerge.objects.get().undone_at is None


def test_an_admin_reads_what_it_means_and_undoes_it(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor
) -> None:
    merge = reveal(box)
    address = reverse("contact_merge", args=[known.code, merge.pk])
    page = dono.client.get(address)
    assert "não serão mais unidos automaticamente" in page.content.decode()
    forms = [form.attributes["action"] for form in read(page).find("form", method="post")]
    assert address in forms
    assert ContactMerge.objects.get().undone_at is None
    done = dono.client.post(address)
    assert done.headers["Location"] == reverse("ticket", args=[known.code])
    merge.refresh_from_db()
    assert merge.undone_by == dono.user
    line = AuditEntry.objects.get(action="contact.parted")
    assert (line.actor, line.target_id) == (dono.user, merge.kept_id)
    assert line.details == {"gone": merge.gone_id}
    again = dono.client.post(address, headers=HTMX)
    assert (again.status_code, reason(again)) == (409, "Esta união já foi desfeita.")


def test_a_union_of_somebody_else_is_not_there(
    box: Postbox, known: Ticket, hidden: Ticket, dono: Actor, shop: Shop
) -> None:
    merge = reveal(box)
    stranger = shop.hears("outro cliente")
    address = reverse("contact_merge", args=[stranger.code, merge.pk])
    assert dono.client.get(address).status_code == 404
