"""Who may do what, cell by cell, through HTTP: every role, flag, place, owner, status and verb.

What is expected is stated here once more from the product's own table, in words of this file;
the rules of `sac.permissions` are held against it as well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from uuid import uuid4

import pytest

from evendas import clock
from evendas.accounts.models import User
from pedidos.models import Order, OrderPhone
from sac.models import Attendant, Department, Ticket, TicketEvent
from sac.permissions import Verdict, verdicts
from tests.conftest import PASSWORD, Actor, Shop
from tests.sac.board import Status, add_number, put_ticket
from tests.tally import Tally
from tests.walls.asking import ask

VIEW, CLOSE, TAKE, MONEY = FLAGS = (
    "can_view_all",
    "can_close_any",
    "can_take_over_any",
    "can_view_finance",
)
# A ticket's place, seen from an attendant of Suporte: their department, another one, none but on
# a number of theirs, none on a number where they have no department.
PLACES = ("own", "other", "near", "far")
# Its status and whose it is; a closed one may be one they only had a step in.
KINDS = (
    "waiting",
    "open-mine",
    "open-theirs",
    "closed-mine",
    "closed-theirs",
    "closed-nobody",
    "closed-took-part",
)
VERBS = (
    "see",
    "claim",
    "reply",
    "take over",
    "close",
    "reopen",
    "transfer",
    "return",
    "edit contact",
    "note",
    "tag",
    "tie order",
)
# What sight alone allows, of a closed ticket too.
SEEING = {"see", "edit contact", "note"}
# The answer of each verdict: done, not allowed (with the reason), too late, not there for them.
YES, NO, LATE, GONE = 200, 403, 409, 404


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody who tries. `attends` is an Attendant row of Suporte; `is_ours` the store's own."""

    name: str
    flags: frozenset[str] = frozenset()
    attends: bool = True
    is_admin: bool = False
    is_ours: bool = True


ATTENDANTS = [
    Role(" ".join(["attendant", *flags]), frozenset(flags))
    for size in range(len(FLAGS) + 1)
    for flags in combinations(FLAGS, size)
]
ROLES = [
    # Each flag alone and all together; how they add up is read off the rules themselves.
    *(role for role in ATTENDANTS if len(role.flags) in {0, 1, len(FLAGS)}),
    Role("admin", attends=False, is_admin=True),
    Role("admin who attends", is_admin=True),
    Role("who attends no more", attends=False),
    Role("admin of another store", frozenset(FLAGS), is_admin=True, is_ours=False),
]


def expected(role: Role, place: str, kind: str, verb: str) -> int:
    """What PRODUCT's table "Who may do what" says of this cell."""
    status, _, whose = kind.partition("-")
    if not _sees(role, place, status, whose):
        return GONE
    if verb in SEEING:
        return YES
    if verb == "reopen":
        return _reopen(role, status, is_mine=whose == "mine")
    if status == "closed":
        # Transferring is a form: it is refused before anything is typed.
        return NO if verb in {"transfer", "tag", "tie order"} else LATE
    return RULES[verb](role, status, is_mine=whose == "mine")


def _sees(role: Role, place: str, status: str, whose: str) -> bool:
    if not role.is_ours:
        return False
    if role.is_admin:
        return True
    if not role.attends:
        return False
    in_reach = place in {"own", "near"} or whose in {"mine", "took-part"}
    return in_reach or (VIEW in role.flags and status in {"waiting", "open"})


def _claim(role: Role, status: str, *, is_mine: bool) -> int:
    """A waiting one, any attendant who sees it; of an open one the winner is named."""
    if status == "open":
        return YES if is_mine else LATE
    return YES if role.attends else NO


def _reply(role: Role, status: str, *, is_mine: bool) -> int:
    """Its attendant; on a waiting one, whoever may claim it."""
    if status == "waiting":
        return _claim(role, status, is_mine=False)
    return YES if is_mine else NO


def _take_over(role: Role, status: str, *, is_mine: bool) -> int:
    """With the flag, and the admin, who must be an attendant to own anything."""
    if status == "waiting":
        return LATE
    may = role.attends and (TAKE in role.flags or role.is_admin)
    return YES if is_mine or may else NO


def _close(role: Role, status: str, *, is_mine: bool) -> int:
    return YES if is_mine or CLOSE in role.flags or role.is_admin else NO


def _reopen(role: Role, status: str, *, is_mine: bool) -> int:
    """Who closed it, who may close anybody's and the admin; here everybody closes their own."""
    if status != "closed":
        return LATE
    return YES if is_mine or CLOSE in role.flags or role.is_admin else NO


def _transfer(role: Role, status: str, *, is_mine: bool) -> int:
    """Its attendant; waiting, who may claim it; another's, with the flag to take over, admin."""
    if status == "waiting":
        return _claim(role, status, is_mine=False)
    return YES if is_mine or TAKE in role.flags or role.is_admin else NO


def _return(role: Role, status: str, *, is_mine: bool) -> int:
    return LATE if status == "waiting" else _transfer(role, status, is_mine=is_mine)


def _tag(role: Role, status: str, *, is_mine: bool) -> int:
    """Whoever may reply or close."""
    may = {_reply(role, status, is_mine=is_mine), _close(role, status, is_mine=is_mine)}
    return YES if YES in may else NO


RULES: dict[str, Callable[..., int]] = {
    "claim": _claim,
    "reply": _reply,
    "take over": _take_over,
    "close": _close,
    "transfer": _transfer,
    "return": _return,
    "tag": _tag,
    # As a reply, but that nothing is taken by it.
    "tie order": _reply,
}


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name.replace(" ", "-"))
def test_the_desk_answers_every_cell_as_the_table_of_the_product_says(
    shop: Shop, other_shop: Shop, tally: Tally, role: Role
) -> None:
    person = _person(role, shop, other_shop)
    somebody = shop.hire("Outra", shop.support, shop.sales).attendant
    assert somebody
    wrong, tried = [], 0
    for place, kind in _board_of(role):
        ticket = _ticket(shop, place, kind, me=person.attendant, somebody=somebody)
        for verb in VERBS:
            with clock.at(ticket.created_at):
                told, tried = _try(person, verb, ticket), tried + 1
            if told != (wanted := expected(role, place, kind, verb)):
                wrong.append(f"{verb} · {place} · {kind}: {told}, not {wanted}")
    assert not wrong, f"{role.name}:\n" + "\n".join(wrong)
    assert tried == len(_board_of(role)) * len(VERBS) > 0
    tally(f"table: {role.name}: {len(_board_of(role))} tickets × {len(VERBS)} verbs = {tried}")


@pytest.mark.parametrize("role", ATTENDANTS, ids=lambda role: role.name.replace(" ", "-"))
def test_the_rules_say_what_the_table_says_whatever_flags_come_together(
    shop: Shop, other_shop: Shop, role: Role
) -> None:
    person = _person(role, shop, other_shop)
    somebody = shop.hire("Outra", shop.support, shop.sales).attendant
    assert somebody
    board = {
        cell: _ticket(shop, *cell, me=person.attendant, somebody=somebody)
        for cell in _board_of(role)
    }
    seen = set(Ticket.objects.visible_to(person.rights).values_list("pk", flat=True))
    wrong = []
    for (place, kind), ticket in board.items():
        may = {verb.replace("_", " "): bool(may) for verb, may in _verdicts(person, ticket).items()}
        told = {"see": ticket.pk in seen}
        told |= {verb: ticket.pk in seen and allowed for verb, allowed in may.items()}
        wanted = {verb: expected(role, place, kind, verb) == YES for verb in told}
        wrong += [(place, kind, verb) for verb in told if told[verb] != wanted[verb]]
    assert wrong == []


def _verdicts(person: Actor, ticket: Ticket) -> dict[str, Verdict]:
    """To take what is one's own is no taking: the screen asks for no such thing."""
    said = verdicts(person.rights, ticket)
    if ticket.status == Status.OPEN and ticket.attendant == person.attendant:
        del said["claim"], said["take_over"]
    return said


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name.replace(" ", "-"))
def test_only_who_attends_starts_conversations_and_says_whether_they_are_available(
    shop: Shop, other_shop: Shop, role: Role
) -> None:
    person = _person(role, shop, other_shop)
    told = ask(person.client, "GET", "/sac/conversas/nova/").status
    said = ask(person.client, "POST", "/sac/disponibilidade/", {"availability": "paused"}).status
    assert told == said == (YES if role.attends else NO)


def _board_of(role: Role) -> list[tuple[str, str]]:
    """Nobody owns a ticket, or had one, without a row of attendant."""
    needs_row = {"open-mine", "closed-mine", "closed-took-part"}
    kinds = [kind for kind in KINDS if (role.attends and role.is_ours) or kind not in needs_row]
    return [(place, kind) for place in PLACES for kind in kinds]


def _person(role: Role, shop: Shop, other_shop: Shop) -> Actor:
    flags = dict.fromkeys(role.flags, True)
    home = shop if role.is_ours else other_shop
    if role.attends:
        return home.hire("Eu", home.support, is_admin=role.is_admin, **flags)
    user = User.objects.create_user(
        "eu@loja.test", PASSWORD, store=home.store, full_name="Eu", is_admin=role.is_admin
    )
    return Actor(user)


def _ticket(
    shop: Shop, place: str, kind: str, *, me: Attendant | None, somebody: Attendant
) -> Ticket:
    status, _, whose = kind.partition("-")
    elsewhere = add_number(shop) if place == "far" else None
    if elsewhere:
        Department.objects.create(store=shop.store, instance=elsewhere, name="Longe")
    owners = {"mine": me, "theirs": somebody, "took-part": somebody}
    ticket = put_ticket(
        shop,
        department={"own": shop.support, "other": shop.sales}.get(place),
        instance=elsewhere,
        attendant=owners.get(whose),
        status=Status(status),
        took_part=me if whose == "took-part" else None,
    )
    if status == "closed":
        _tell_closing(ticket, by=(owners.get(whose) or somebody))
    return ticket


def _tell_closing(ticket: Ticket, *, by: Attendant) -> None:
    """Write down who closed it. What is undone must have been done by somebody."""
    ticket.closed_by = by
    ticket.save()
    TicketEvent.objects.create(
        store=ticket.store,
        ticket=ticket,
        conversation=ticket.conversation,
        kind=TicketEvent.Kind.CLOSED,
        at=ticket.closed_at or ticket.created_at,
        actor=by.user,
        attendant=by,
        sort_key=2,
        revision=1,
    )


def _try(person: Actor, verb: str, ticket: Ticket) -> int:
    """Try a verb as its page sends it, on the ticket as it was."""
    places = Department.objects.filter(instance=ticket.instance).exclude(
        pk=ticket.department_id or 0
    )
    place = places[0]
    contact: dict[str, object] = {
        "entry_channel": "lead",
        "initial-entry_channel": "lead",
        "name": "Outro nome",
    }
    forms: dict[str, tuple[str, str, dict[str, object]]] = {
        "see": ("GET", "", {}),
        "claim": ("POST", "posse/", {}),
        "reply": ("POST", "mensagens/", {"text": "Oi", "client_uuid": str(uuid4())}),
        "take over": ("POST", "substituicao/", {"seen": ticket.attendant_id or 1}),
        "close": ("POST", "encerramento/", {}),
        "reopen": ("POST", "reabertura/", {}),
        "transfer": ("POST", "transferencia/", {"destination": f"departamento-{place.pk}"}),
        "return": ("POST", "devolucao/", {}),
        "edit contact": ("POST", "contato/", contact),
        "tag": ("POST", "etiquetas/", {}),
        "tie order": ("POST", "pedidos/vinculo/", {"word": f"{_order_of(ticket)} confirmed"}),
        "note": ("POST", "notas/", {"text": "Cuidado", "client_uuid": str(uuid4())}),
    }
    method, noun, data = forms[verb]
    return ask(person.client, method, f"/sac/atendimento/{ticket.code}/{noun}", data).status


def _order_of(ticket: Ticket) -> int:
    """An order that stands beside the conversation."""
    order = Order.objects.filter(external_id=ticket.code).first()
    if order is None:
        known = {"platform": "csv", "number": ticket.code, "total": 9}
        order = Order.objects.create(
            store=ticket.store, external_id=ticket.code, placed_at=ticket.created_at, **known
        )
        phone = ticket.conversation.contact.phone
        OrderPhone.objects.create(store=ticket.store, order=order, phone=phone)
    return order.pk


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name.replace(" ", "-"))
def test_only_who_may_know_of_money_sees_the_orders_of_the_store(
    shop: Shop, other_shop: Shop, role: Role
) -> None:
    person = _person(role, shop, other_shop)
    told = ask(person.client, "GET", "/pedidos/").status
    assert told == (YES if role.is_admin or (role.attends and MONEY in role.flags) else NO)


def test_the_table_of_this_file_has_both_answers_for_every_verb() -> None:
    for verb in VERBS:
        told = {
            expected(role, place, kind, verb) for role in ROLES for place, kind in _board_of(role)
        }
        assert {YES, GONE} <= told
        assert verb in SEEING or NO in told
