"""What must always be true: silent about a busy day, outspoken about every row that breaks it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import Error, OperationalError, connection, transaction

from automacao.gateways.port import (
    Accepted,
    GatewayError,
    Reaction,
    RecipientNotOnWhatsApp,
    SendOutcomeUnknown,
)
from evendas import clock
from sac import invariants
from sac.actions.closing import close_ticket
from sac.actions.contacts import edit_contact
from sac.actions.outbox import accept_sending, begin_sending, fail_sending
from sac.actions.replies import retry_message, send_files
from sac.actions.tags import change_tags
from sac.actions.tickets import claim_ticket, look_at_ticket, take_over_ticket
from sac.actions.transfers import return_ticket, transfer_to_department, transfer_to_person
from sac.invariants import all_invariants, broken_invariants
from sac.management.commands import check_invariants
from sac.media.taking import taken
from sac.models import Message, Tag, Ticket
from tests.conftest import Actor, Shop, new_phone
from tests.postbox import Postbox
from tests.sac.broken_rows import BREAKS, CONSTRAINTS, WALK_THROUGH
from tests.sac.media import corpus
from tests.sac.spoken import Voice

pytestmark = pytest.mark.django_db

Answer = Callable[..., Message]
# Of every kind of row that refers to others of its store.
TABLES = (
    "sac_message",
    "sac_ticket",
    "sac_ticketevent",
    "sac_conversation",
    "sac_contactidentity",
    "sac_contactmerge",
    "sac_department",
    "sac_attendant",
    "sac_attendantdepartment",
    "sac_earlystatus",
    "automacao_inboundevent",
    "accounts_auditentry",
    "accounts_termsacceptance",
)
PHONES = [new_phone() for _ in range(6)]


@pytest.fixture
def box(shop: Shop) -> Postbox:
    return Postbox(shop.instance)


@pytest.fixture
def busy(box: Postbox, shop: Shop, ana: Actor, bia: Actor, sara: Actor, answer: Answer) -> None:
    """A day in which everything happened that may."""
    box.bring(*(box.said(f"Oi,\u00a0sou\n a {n}", phone=phone) for n, phone in enumerate(PHONES)))
    box.bring(box.body("messages.edited", {"key": {"id": "3A01"}}), box.status("3EB0FF", "READ"))
    assert bia.attendant
    _, sent, handed, closed, stuck, failing = tickets()
    arrived = deliver(answer(sent, by=ana, text="Bom dia!"))
    box.bring(box.status(arrived, "READ"), box.said("Obrigada", phone=PHONES[1]))
    deliver(answer(sent, by=ana, text="De nada"))
    claim_ticket(handed, by=ana.user, rights=ana.rights)
    transfer_to_person(handed, bia.attendant, by=ana.user, rights=ana.rights)
    take_over_ticket(handed, by=sara.user, rights=sara.rights, seen=bia.attendant.pk)
    return_ticket(handed, by=sara.user, rights=sara.rights)
    transfer_to_department(handed, shop.support, by=sara.user, rights=sara.rights)
    answer(closed, by=ana)
    close_ticket(closed, by=ana.user, rights=ana.rights)
    box.bring(box.typed("Pelo celular", phone=PHONES[3]), box.said("Voltei", phone=PHONES[3]))
    fail(answer(stuck, by=ana), SendOutcomeUnknown())
    answer(stuck, by=ana, text="Depois")
    first = fail(answer(failing, by=ana, text="Primeira"), RecipientNotOnWhatsApp())
    deliver(answer(failing, by=ana, text="Segunda"))
    retry_message(first, rights=ana.rights)
    edit_contact(sent, by=ana.user, changes={"notes": "Gosta de azul"})
    label(sent, "Troca", by=ana)
    box.bring(box.said("Oi, sou eu", phone="", lid="128000000000001"))
    box.bring(box.said("Este é meu número", phone=PHONES[3], lid="128000000000001"))
    deliver(show_photo(sent, by=ana))


def tickets() -> list[Ticket]:
    return list(Ticket.objects.for_list().order_by("id"))


def label(ticket: Ticket, name: str, *, by: Actor) -> None:
    tag = Tag.objects.create(store=ticket.store, name=name, colour="red")
    change_tags(ticket, add=[tag], remove=[], by=by.user, rights=by.rights)


def show_photo(ticket: Ticket, *, by: Actor) -> Message:
    """Send a picture that is large enough to have a small one of it."""
    photo = SimpleUploadedFile("foto.jpg", corpus.picture(size=(900, 600)))
    with taken([photo], store_id=ticket.store_id, as_kind=None) as uploads:
        (message,) = send_files(
            ticket,
            by=by.user,
            rights=by.rights,
            text="A foto",
            client_uuid=uuid4(),
            uploads=uploads,
        )
    return message


def deliver(message: Message) -> str:
    """Let the gateway take what is next; return its id there."""
    provider_id = f"3EB0{message.pk:018X}"
    sending = begin_sending(message.conversation_id)
    assert sending
    accept_sending(sending.message_id, Accepted(id=provider_id, address=""))
    return provider_id


def fail(message: Message, error: GatewayError) -> Message:
    assert begin_sending(message.conversation_id)
    fail_sending(message.pk, error)
    return message


def broken() -> set[str]:
    return {one.invariant.name for one in broken_invariants()}


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_a_busy_day_breaks_nothing(busy: None) -> None:
    assert broken_invariants() == []
    call_command("check_invariants", stdout=StringIO())


def test_an_empty_database_breaks_nothing() -> None:
    assert broken_invariants() == []


def test_a_message_that_changes_after_the_team_looked_breaks_nothing(shop: Shop) -> None:
    voice = Voice(shop.instance)
    said = voice.says("Oi", name="3A1")
    assert said.ticket
    look_at_ticket(said.ticket)
    voice.changes(Reaction("R1", "3A1", "👍", is_ours=False, at=clock.now()))
    assert broken_invariants() == []


def test_tags_that_come_and_go_break_nothing(shop: Shop, ana: Actor) -> None:
    ticket = shop.hears(department=shop.support)
    tag = Tag.objects.create(store=shop.store, name="Troca", colour="red")
    for add, remove in (([tag], []), ([], [tag])):
        change_tags(ticket, add=add, remove=remove, by=ana.user, rights=ana.rights)
    assert broken_invariants() == []


def test_every_row_that_breaks_one_is_found(busy: None) -> None:
    run("SET CONSTRAINTS ALL IMMEDIATE", *CONSTRAINTS, WALK_THROUGH)
    assert [way for way in BREAKS if not is_found(way.name, way.sql)] == []


def is_found(name: str, statement: str) -> bool:
    """Tell whether one invariant speaks while the rows are broken so; then they are whole again."""
    with transaction.atomic():
        run(statement)
        found = broken_invariants([name])
        transaction.set_rollback(True)
    return bool(found and found[0].ids)


def test_every_invariant_is_broken_by_some_row() -> None:
    named = {one.name for one in all_invariants()}
    assert len(named) == len(all_invariants())
    walls = {name for name in named if name.endswith("_within_its_store")}
    assert named - walls == {way.name for way in BREAKS}
    assert len(walls) > 12


def test_a_row_that_went_over_to_another_store_is_found(busy: None, other_shop: Shop) -> None:
    run(WALK_THROUGH)
    moves = [
        (f"{table}_within_its_store", f"UPDATE {table} SET store_id = {other_shop.store.pk}")  # noqa: S608 - named above
        for table in TABLES
    ]
    assert [move for move in moves if not is_found(*move)] == []


def test_a_row_that_refers_to_nothing_is_found(busy: None) -> None:
    run(WALK_THROUGH, "DELETE FROM sac_contact")
    assert "sac_conversation_within_its_store" in broken()


def test_asking_changes_nothing_and_can_change_nothing(busy: None) -> None:
    wicked = invariants.Invariant("wicked", "", "ticket", "DELETE FROM sac_draft RETURNING id")
    sly = replace(wicked, sql="SELECT nextval('sac_contact_id_seq') AS id")
    for one in (wicked, sly):
        with pytest.raises(Error), transaction.atomic():
            invariants.ask(one)
    broken_invariants()
    # Whoever asked within their own transaction goes on writing in it.
    Ticket.objects.update(preview="Outra")
    assert broken() == {"preview_is_of_its_message"}


def test_one_that_takes_too_long_is_given_up(busy: None) -> None:
    slow = invariants.Invariant("slow", "", "ticket", "SELECT 1 AS id, pg_sleep(30)")
    with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic():
        invariants.ask(slow, timeout=1)


def test_a_lease_is_late_only_after_some_sweeps(busy: None) -> None:
    doubted = Message.objects.filter(state="unknown").earliest("send_started_at")
    assert doubted.send_started_at
    with clock.at(doubted.send_started_at + timedelta(seconds=89)):
        assert broken() == set()
    with clock.at(doubted.send_started_at + timedelta(seconds=92)):
        assert broken() == {"no_unknown_is_overdue"}


def test_the_command_shows_a_few_of_many_and_fails(
    busy: None, capsys: pytest.CaptureFixture[str]
) -> None:
    Ticket.objects.update(preview="Outra")
    names = ["one_live_ticket", "preview_is_of_its_message"]
    with pytest.raises(CommandError, match="1 of 2 do not hold: preview_is_of_its_message"):
        call_command("check_invariants", *names, examples=2)
    told = capsys.readouterr()
    assert "ok one_live_ticket" in told.out
    line = told.err.strip()
    assert line.startswith("NO preview_is_of_its_message (text, kind, state")
    assert re.search(r": ticket \d+, \d+, …$", line)


def test_the_command_goes_on_after_one_it_could_not_ask(
    busy: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = invariants.Invariant("slow", "", "ticket", "SELECT 1 AS id, pg_sleep(30)")
    first = all_invariants()[0]
    monkeypatch.setattr(check_invariants, "all_invariants", lambda: [slow, first])
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("check_invariants", timeout=1)
    told = capsys.readouterr()
    assert told.err.startswith("?  slow: not checked")
    assert f"ok {first.name}" in told.out


def test_the_command_knows_what_it_checks(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_invariants", list=True)
    assert "one_live_ticket: " in capsys.readouterr().out
    with pytest.raises(CommandError, match="'nothing'"):
        call_command("check_invariants", "nothing")
