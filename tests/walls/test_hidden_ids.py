"""Forms of one store that carry another store's numbers in their bodies, and in their addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.conftest import PASSWORD, Actor
from tests.sac.acts import HTMX
from tests.tally import Tally
from tests.walls.asking import ask
from tests.walls.conftest import CANARY
from tests.walls.test_walk import TABLE, path_of
from tests.walls.world import World, digest

Typed = Mapping[str, object]

# What nobody offers, and a curious person adds to a form all the same.
UNASKED = [
    *("id", "pk", "store", "store_id", "user", "user_id", "attendant", "attendant_id"),
    *("department", "department_id", "departments", "instance", "instance_id", "conversation"),
    *("source", "source_id", "delivery", "rule", "token", "token_pk"),
    *("contact", "ticket", "message", "to_department", "to_person", "destination", "seen", "by"),
    *(
        "closed_by",
        "client_uuid",
        "name_edited_by",
        "antes",
        "depois",
        "desde",
        "aberta",
        "de",
        "etiqueta",
        "order",
        "order_id",
    ),
]


@dataclass(frozen=True, slots=True)
class Form:
    """A form filled in properly, but for what is theirs, and how it is refused."""

    url_name: str
    path: Callable[[World], list[object]]
    typed: Callable[[World, World], Typed]
    told: int
    method: str = "post"


def _code(world: World) -> list[object]:
    return [world.waiting.code]


def _attendant(near: World, far: World) -> dict[str, object]:
    return {
        "full_name": "Tamiris",
        "email": "tamiris@loja.test",
        "password": PASSWORD,
        "nickname": "Tamiris",
        "departments": [near.department.pk, far.department.pk],
        "accepts_terms": "on",
    }


def _department(near: World, far: World) -> dict[str, object]:
    return {
        "name": "Trocas",
        "instance": far.instance.pk,
        "colour": "red",
        "menu_position": "3",
        "is_active": "on",
    }


def _reply(near: World, far: World) -> Typed:
    return {"text": "Oi", "client_uuid": far.said.client_uuid}


REFUSED = {
    "department of theirs to a new attendant": Form("attendant_new", lambda _: [], _attendant, 404),
    "department of theirs to an attendant": Form(
        "attendant_edit", lambda near: [near.attendant.pk], _attendant, 404
    ),
    "department of theirs to oneself": Form(
        "attendant_self",
        lambda _: [],
        lambda _, far: {"nickname": "Dono", "departments": [far.department.pk]},
        404,
    ),
    "instance of theirs to a new department": Form(
        "department_new", lambda _: [], _department, 404
    ),
    "instance of theirs to a department": Form(
        "department_edit", lambda near: [near.department.pk], _department, 404
    ),
    "transfer to a department of theirs": Form(
        "ticket_transfer",
        _code,
        lambda _, far: {"destination": f"departamento-{far.department.pk}"},
        422,
    ),
    "transfer to a person of theirs": Form(
        "ticket_transfer",
        _code,
        lambda _, far: {"destination": f"pessoa-{far.attendant.pk}"},
        422,
    ),
    "taking over from a person of theirs": Form(
        "ticket_take_over",
        lambda near: [near.open.code],
        lambda _, far: {"seen": far.attendant.pk},
        409,
    ),
    "a reason of theirs to close a ticket of ours": Form(
        "ticket_close",
        lambda near: [near.open.code],
        lambda _, far: {"reason": far.close_reason.pk},
        422,
    ),
    "department of theirs to a ready answer": Form(
        "quick_reply_new",
        lambda _: [],
        lambda _, far: {"shortcut": "x", "text": "Oi", "scope": str(far.department.pk)},
        200,
    ),
    "forwarding a message of theirs": Form(
        "message_forward",
        lambda near: [near.open.code],
        lambda near, _: {"to": near.open.code, "client_uuid": str(uuid4())},
        404,
    ),
    "a tag of theirs on a ticket of ours": Form(
        "ticket_tags", _code, lambda _, far: {"tags": [far.tag.pk]}, 422
    ),
    "a tag of theirs taken off a ticket of ours": Form(
        "ticket_tags", _code, lambda _, far: {"initial-tags": [far.tag.pk]}, 200
    ),
    "an order of theirs said to be of a customer of ours": Form(
        "ticket_order_word", _code, lambda _, far: {"word": f"{far.order.pk} confirmed"}, 404
    ),
    "a ready answer of theirs under a ticket of ours": Form(
        "ticket_answer", _code, lambda *_: {}, 404, method="get"
    ),
    "a union of theirs under a ticket of ours": Form("contact_merge", _code, lambda *_: {}, 404),
    "a message of theirs under a ticket of ours": Form(
        "message_retry", lambda near: [near.open.code], lambda *_: {}, 404
    ),
    "confirming a message of theirs": Form(
        "message_confirm", lambda near: [near.open.code], lambda *_: {}, 404
    ),
    "dropping a message of theirs": Form(
        "message_drop", lambda near: [near.open.code], lambda *_: {}, 404
    ),
    "reacting to a message of theirs": Form(
        "message_reaction", lambda near: [near.open.code], lambda *_: {"emoji": "👍"}, 404
    ),
    "editing a message of theirs": Form(
        "message_edition", lambda near: [near.open.code], lambda *_: {"text": "meu"}, 404
    ),
    "deleting a message of theirs": Form(
        "message_deletion", lambda near: [near.open.code], lambda *_: {}, 404
    ),
    "answering to a message of theirs": Form(
        "ticket_messages",
        lambda near: [near.open.code],
        lambda _, far: {"text": "oi", "client_uuid": str(uuid4()), "quotes": far.said.pk},
        404,
    ),
}


@pytest.fixture
def boss(near: World) -> Actor:
    """An admin who attends as well: nothing but the wall is in the way."""
    return near.boss


@pytest.mark.parametrize("title", REFUSED)
def test_a_form_that_names_a_row_of_another_store_is_refused(
    near: World, far: World, boss: Actor, tally: Tally, title: str
) -> None:
    form = REFUSED[title]
    args = form.path(near)
    if form.url_name.startswith("message_"):
        args = [*args, far.said.pk]
    if form.url_name == "contact_merge":
        args = [*args, far.merge.pk]
    if form.url_name == "ticket_answer":
        args = [*args, far.reply.pk]
    before = digest(far.store), digest(near.store)
    ask_for = getattr(boss.client, form.method)
    answer = ask_for(reverse(form.url_name, args=args), form.typed(near, far), headers=HTMX)
    assert answer.status_code == form.told
    assert CANARY not in answer.content.decode().lower()
    assert (digest(far.store), digest(near.store)) == before
    tally(f"hidden ids: {title}: {form.told}")


def test_a_message_uuid_of_another_store_is_a_message_of_ones_own(
    near: World, far: World, boss: Actor
) -> None:
    """Two pages that made the same number: each store has its own, and learns nothing of it."""
    path = reverse("ticket_messages", args=_code(near))
    before = digest(far.store)
    told = ask(
        boss.client, "POST", path, _reply(near, far), watching=far.store, looks_for_crossings=True
    )
    assert told.status == 200
    assert CANARY not in told.text.lower()
    assert (told.digest, told.crossings) == (before, ())


def _posting() -> list[str]:
    return sorted(
        route.name for route in TABLE if route.own["POST"]["dono"] != 405 and route.path != "reset"
    )


def test_fields_nobody_asked_for_move_nothing_into_another_store(
    near: World, far: World, boss: Actor, tally: Tally
) -> None:
    """Every form, filled in properly where it can be, with every row of the other store added."""
    before, faults, tried = digest(far.store), [], 0
    for name in _posting():
        for pk in far.ids:
            body: dict[str, object] = {field: str(pk) for field in UNASKED} | _proper(name, near)
            told = ask(
                boss.client,
                "POST",
                _address(name, near),
                body,
                watching=far.store,
                looks_for_crossings=True,
            )
            tried += 1
            if told.digest != before or told.crossings or CANARY in told.text.lower():
                faults.append(f"{name} with {pk}: {told.status} {told.crossings}")
    assert not faults, "\n".join(faults)
    assert tried == len(_posting()) * len(far.ids) > 0
    forms, ids = len(_posting()), len(far.ids)
    tally(f"hidden ids: {forms} forms × {ids} ids × {len(UNASKED)} fields: {tried} requests")


def _address(name: str, near: World) -> str:
    return path_of(next(route for route in TABLE if route.name == name), near)


def _proper(name: str, near: World) -> dict[str, object]:
    """What makes the form go through, so that what was added comes along."""
    own: dict[str, object] = {"departments": [near.department.pk], "instance": near.instance.pk}
    proper: dict[str, dict[str, object]] = {
        "attendant_new": _attendant(near, near) | own,
        "attendant_edit": _attendant(near, near) | own | {"password": ""},
        "attendant_self": {"nickname": "Chefe"} | own,
        "department_new": _department(near, near) | own,
        "department_edit": _department(near, near) | own,
        "ticket_take_over": {"seen": near.attendant.pk},
        "ticket_transfer": {"destination": f"departamento-{near.shop.sales.pk}", "note": "Veja"},
        "ticket_contact": {"entry_channel": "customer", "name": "Outro nome"},
        "ticket_messages": {"text": "Oi", "client_uuid": "0d3a1c52-34c1-4c0f-9c0d-3d7c2f6f6a11"},
        "ticket_order_word": {"word": f"{near.order.pk} confirmed"},
        "ticket_draft": {"text": "Rascunho"},
        "ticket_notes": {"text": "Nota", "client_uuid": "0d3a1c52-34c1-4c0f-9c0d-3d7c2f6f6a12"},
        "message_forward": {"to": near.open.code, "client_uuid": str(uuid4())},
        "tag_new": {"name": "Nova", "colour": "red"},
        "preferences": {"sends_with": "ctrl", "sound_scope": "all"},
        "quick_reply_new": {"shortcut": "nova", "text": "Oi", "scope": "loja"},
        "quick_reply_edit": {"shortcut": "nova", "text": "Oi", "scope": "loja"},
        "source_new": {"platform": "woocommerce", "name": "Nova"},
        "source_edit": {"name": "Outro nome"},
        "token_new": {"name": "Novo", "scopes": ["orders:read"]},
        "status_rule_new": {"text": "novo", "payment": "paid", "fulfillment": "shipped"},
        "status_rule_edit": {"text": "novo", "payment": "paid", "fulfillment": "shipped"},
        "instance_edit": {"phone": "(11) 98765-4321", "name": "Loja"},
    }
    return proper.get(name, {})


def test_the_same_forms_go_through_without_what_is_theirs(near: World, boss: Actor) -> None:
    """Else the refusals above would prove nothing."""
    for name in ("attendant_new", "department_new", "ticket_transfer", "ticket_take_over"):
        before = digest(near.store)
        told = ask(
            boss.client, "POST", _address(name, near), _proper(name, near), watching=near.store
        )
        assert (told.status in {200, 302}, told.digest != before) == (True, True), name
