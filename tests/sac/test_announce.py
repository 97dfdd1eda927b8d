"""What is told after a commit, to which groups, and that telling never endangers the doing."""

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest

from evendas import live
from sac import announce
from sac.actions.departments import DepartmentWish, change_department
from sac.actions.tickets import held
from sac.models import Ticket
from tests.conftest import Actor, Shop
from tests.sac.acts import do, now_of, send
from tests.sac.board import put_ticket, type_on_phone
from tests.sac.pages import read

Commit = Callable[..., AbstractContextManager[list[Any]]]


@dataclass
class Told:
    """One thing that was published."""

    groups: set[str]
    frame: dict[str, Any]


@dataclass
class Ether:
    """Everything published since it was last asked."""

    told: list[Told]
    commit: Commit

    def after(self, work: Callable[[], object]) -> dict[str, Told]:
        """Do something, let it commit, and return what was told, by the kind of frame."""
        self.told.clear()
        with self.commit(execute=True):
            work()
            assert self.told == [], "told before the commit"
        by_kind = {one.frame["t"]: one for one in self.told}
        assert len(by_kind) == len(self.told)
        return by_kind


@pytest.fixture
def ether(
    monkeypatch: pytest.MonkeyPatch,
    rings: object,
    django_capture_on_commit_callbacks: Commit,
) -> Ether:
    told: list[Told] = []

    def listen(groups: Iterable[str], frame: dict[str, Any]) -> None:
        told.append(Told(set(groups), json.loads(json.dumps(frame))))

    monkeypatch.setattr(live, "publish", listen)
    monkeypatch.setattr(live, "is_heard", lambda _: True)
    return Ether(told, django_capture_on_commit_callbacks)


def _seen_by(shop: Shop, *more: str) -> set[str]:
    return {f"store.{shop.store.pk}.all", *more}


def test_a_customer_who_writes_is_told_to_who_may_take_them(shop: Shop, ether: Ether) -> None:
    said = ether.after(lambda: shop.hears("Oi"))
    ticket = Ticket.objects.get()
    assert said["row"].groups == _seen_by(shop, f"inst.{shop.instance.pk}")
    assert said["row"].frame["counts"]
    assert said["thread"].groups == {f"conv.{ticket.conversation_id}"}
    assert (said["thread"].frame["from"], said["thread"].frame["to"]) == (1, 3)


def test_another_message_is_told_with_its_revision_alone(shop: Shop, ether: Ether) -> None:
    ticket = now_of(shop.hears(department=shop.support))
    said = ether.after(lambda: shop.hears("?", phone=ticket.conversation.contact.phone))
    assert said["row"].groups == _seen_by(shop, f"dept.{shop.support.pk}")
    assert not said["row"].frame["counts"]
    revision = now_of(ticket).conversation.revision
    assert (said["thread"].frame["from"], said["thread"].frame["to"]) == (revision, revision)
    assert not said["thread"].frame["header"]


def test_a_name_that_whatsapp_tells_is_told_wherever_the_customer_is_shown(
    shop: Shop, ana: Actor, ether: Ether
) -> None:
    past = shop.hears(name="mari", department=shop.support)
    do(ana, past, "posse")
    do(ana, past, "encerramento")
    phone = past.conversation.contact.phone
    said = ether.after(lambda: shop.hears(phone=phone, name="Marina Costa"))
    assert said["thread"].frame["header"]
    assert "Marina Costa" in said["row"].frame["html"]
    assert said["list"].frame["conversations"] == [past.conversation_id]
    assert said["list"].groups == _seen_by(shop, f"dept.{shop.support.pk}")
    again = ether.after(lambda: shop.hears(phone=phone, name="Marina Costa"))
    assert "list" not in again
    assert not again["thread"].frame["header"]
    # Around the thread on screen too, when nothing else changed there.
    known = ether.after(lambda: shop.hears(phone=phone, name="Marina C."))
    assert known["thread"].frame["header"]


def test_assuming_is_told_to_the_queue_and_to_its_new_attendant(
    shop: Shop, ana: Actor, ether: Ether
) -> None:
    ticket = shop.hears()
    said = ether.after(lambda: do(ana, ticket, "posse"))
    groups = _seen_by(shop, f"inst.{shop.instance.pk}", f"user.{ana.user.pk}")
    assert said["row"].groups == groups
    assert said["row"].frame["counts"]
    assert said["thread"].frame["header"]
    assert "assumiu o atendimento" in said["thread"].frame["html"]


def test_an_answer_is_told_as_the_bubble_the_sender_got(
    shop: Shop, ana: Actor, ether: Ether
) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    answers: list[str] = []
    said = ether.after(lambda: answers.append(send(ana, ticket, "Já vi").content.decode()))
    assert not said["thread"].frame["header"]
    # The first reply is a step of the figures, and no line of the thread.
    assert said["row"].frame["counts"]
    assert said["thread"].frame["html"].split() == answers[0].split()
    assert said["thread"].frame["to"] == said["thread"].frame["from"] + 1
    assert "Já vi" in said["row"].frame["html"]


def test_an_answer_that_assumes_is_told_once(shop: Shop, ana: Actor, ether: Ether) -> None:
    ticket = shop.hears(department=shop.support)
    said = ether.after(lambda: send(ana, ticket))
    assert said["row"].frame["counts"]
    assert said["thread"].frame["header"]
    shown = read(said["thread"].frame["html"])
    assert [len(shown.with_id(kind)) for kind in ("event-", "message-")] == [1, 1]
    assert said["thread"].frame["to"] == now_of(ticket).conversation.revision


def test_closing_is_told_to_everybody_who_took_part(
    shop: Shop, ana: Actor, bia: Actor, sara: Actor, ether: Ether
) -> None:
    ticket = put_ticket(
        shop,
        department=shop.sales,
        attendant=bia.attendant,
        status="open",
        took_part=ana.attendant,
    )
    said = ether.after(lambda: do(sara, ticket, "encerramento"))
    people = {f"user.{actor.user.pk}" for actor in (ana, bia, sara)}
    assert said["row"].groups == _seen_by(shop, f"dept.{shop.sales.pk}", *people)
    assert said["row"].frame["counts"]
    assert said["thread"].frame["header"]


def test_a_change_of_department_is_told_to_both(shop: Shop, ether: Ether) -> None:
    ticket = put_ticket(shop, department=shop.support)

    def move() -> None:
        with held(ticket.pk) as row:
            row.ticket.department = shop.sales
            row.ticket.save()

    said = ether.after(move)
    both = {f"dept.{shop.support.pk}", f"dept.{shop.sales.pk}"}
    assert said["row"].groups == _seen_by(shop, *both)


def test_what_is_said_outside_any_ticket_is_told_to_who_watches(
    shop: Shop, ana: Actor, ether: Ether
) -> None:
    ticket = shop.hears(department=shop.support)
    do(ana, ticket, "posse")
    do(ana, ticket, "encerramento")
    said = ether.after(lambda: type_on_phone(shop, ticket, "do celular"))
    assert set(said) == {"thread"}
    assert said["thread"].frame["ticket"] == ticket.pk
    assert "do celular" in said["thread"].frame["html"]


def test_a_look_tells_the_list_and_leaves_the_thread_in_peace(
    shop: Shop, ana: Actor, ether: Ether
) -> None:
    ticket = shop.hears(department=shop.support)
    said = ether.after(lambda: do(ana, ticket, "visualizacao"))
    assert "NOVO" not in said["row"].frame["html"]
    # Watchers hear of the revision it took, or they would take it for a gap.
    thread = said["thread"].frame
    assert (thread["html"].strip(), thread["header"]) == ("", False)
    assert thread["from"] == thread["to"] == said["row"].frame["revision"]
    assert ether.after(lambda: do(ana, ticket, "visualizacao")) == {}


def test_what_was_refused_is_told_to_nobody(
    shop: Shop, ana: Actor, sara: Actor, ether: Ether, rings: list[object]
) -> None:
    ticket = shop.hears(department=shop.support)
    do(sara, ticket, "posse")
    rings.clear()
    for noun, data in (("posse", {}), ("encerramento", {}), ("mensagens", {"text": ""})):
        assert ether.after(lambda n=noun, d=data: do(ana, ticket, n, d)) == {}  # type: ignore[misc]
    assert ether.after(lambda: send(ana, ticket)) == {}
    assert rings == []


def test_what_was_undone_is_told_to_nobody(shop: Shop, ether: Ether) -> None:
    ticket = put_ticket(shop)

    def fail() -> None:
        with held(ticket.pk) as row:
            row.ticket.close_reason = "nunca"
            row.ticket.save()
            raise RuntimeError

    def fail_and_go_on() -> None:
        with pytest.raises(RuntimeError):
            fail()

    assert ether.after(fail_and_go_on) == {}
    assert now_of(ticket).close_reason == ""


def test_a_broken_template_does_not_break_the_write(
    shop: Shop, ana: Actor, ether: Ether, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise ValueError("the template is broken")

    ticket = shop.hears(department=shop.support)
    monkeypatch.setattr(announce, "render_to_string", broken)
    assert ether.after(lambda: do(ana, ticket, "posse")) == {}
    assert now_of(ticket).attendant == ana.attendant


def test_what_is_told_is_the_same_for_every_reader(shop: Shop, ana: Actor, ether: Ether) -> None:
    ticket = shop.hears(department=shop.support)
    said = ether.after(lambda: send(ana, ticket))
    for kind in ("row", "thread"):
        page = read(said[kind].frame["html"])
        assert page.find("input", name="csrfmiddlewaretoken") == []
        assert page.find(aria_current="page") == []


def test_times_are_told_in_the_stores_zone(shop: Shop, ana: Actor, ether: Ether) -> None:
    shop.store.timezone = "America/Noronha"
    shop.store.save()
    ticket = shop.hears(department=shop.support)
    said = ether.after(lambda: send(ana, ticket))
    page = ana.client.get(f"/sac/atendimento/{ticket.code}/").content.decode()
    bubble = read(said["thread"].frame["html"]).find("li", class_="bubble")[0]
    (same,) = read(page).find("li", id=bubble.attributes["id"])
    assert bubble.text.split() == same.text.split()
    assert bubble.attributes["data-day"] == same.attributes["data-day"]


def test_the_state_of_a_number_is_told_to_the_whole_store(shop: Shop, ether: Ether) -> None:
    shop.instance.state = "disconnected"
    shop.instance.save()
    said = ether.after(lambda: announce.lines_changed(shop.store.pk))
    assert said["lines"].groups == {f"store.{shop.store.pk}"}
    assert shop.instance.name in said["lines"].frame["html"]


def test_a_row_is_told_with_the_revision_it_shows(shop: Shop, ana: Actor, ether: Ether) -> None:
    """So that a page never puts an older row in the place of a newer one."""
    ticket = shop.hears(department=shop.support)
    for work in (lambda: do(ana, ticket, "posse"), lambda: send(ana, ticket)):
        said = ether.after(work)
        (row,) = read(said["row"].frame["html"]).find("li", class_="row")
        revision = now_of(ticket).conversation.revision
        assert said["row"].frame["revision"] == revision
        assert row.attributes["data-revision"] == str(revision)
    listed = read(ana.client.get("/sac/atendimento/lista/?situacao=em-aberto"))
    assert listed.find("li", class_="row")[0].attributes["data-revision"] == str(revision)


def test_a_name_on_the_rows_is_told_to_the_lists_that_show_it(
    shop: Shop, ana: Actor, dono: Actor, ether: Ether
) -> None:
    past = shop.hears(department=shop.sales)
    do(dono, past, "encerramento")
    ticket = shop.hears(phone=past.conversation.contact.phone, department=shop.support)
    edit = {"name": "Marina Alves", "email": "", "notes": "", "entry_channel": "lead"}
    said = ether.after(lambda: do(ana, ticket, "contato", edit))
    assert said["list"].groups == _seen_by(shop, f"dept.{shop.sales.pk}")
    assert said["list"].frame["conversations"] == [ticket.conversation_id]
    wish = DepartmentWish(
        name=shop.support.name,
        instance=shop.instance,
        colour="amber",
        menu_position=shop.support.menu_position,
        is_active=True,
    )

    def paint() -> None:
        change_department(shop.support, wish, by=dono.user, ip=None)

    assert ether.after(paint)["list"].frame["conversations"] == []
    assert ether.after(paint) == {}
