"""Who may do what, cell by cell, and one rule of sight in memory and in the database."""

from collections.abc import Iterator
from itertools import product

import pytest

from evendas.accounts.models import User
from sac.models import Attendant, Department, Ticket
from sac.permissions import (
    Rights,
    Sight,
    may_claim,
    may_close,
    may_reply,
    may_return,
    may_see,
    may_take_over,
    may_transfer,
    verdicts,
)
from tests.conftest import PASSWORD, Actor, Shop
from tests.sac.board import Status, add_number, put_ticket

# See, Claim, take Over, Reply, X close, Transfer, Devolver à fila; "-" is out of sight. "mine" of
# somebody without an attendant row does not exist: "·". A ticket without department is "near" on a
# number of one's own departments.
TABLE = """
                              waiting  mine   theirs  closed-mine  closed-theirs  closed-took-part
attendant       own           SCRT     SRXTD  S       S            S              S
attendant       near          SCRT     SRXTD  S       S            S              S
attendant       other         -        SRXTD  -       S            -              S
attendant       far           -        SRXTD  -       S            -              S
view-all        own           SCRT     SRXTD  S       S            S              S
view-all        near          SCRT     SRXTD  S       S            S              S
view-all        other         SCRT     SRXTD  S       S            -              S
view-all        far           SCRT     SRXTD  S       S            -              S
close-any       own           SCRXT    SRXTD  SX      S            S              S
close-any       near          SCRXT    SRXTD  SX      S            S              S
close-any       other         -        SRXTD  -       S            -              S
close-any       far           -        SRXTD  -       S            -              S
take-over-any   own           SCRT     SRXTD  SOTD    S            S              S
take-over-any   near          SCRT     SRXTD  SOTD    S            S              S
take-over-any   other         -        SRXTD  -       S            -              S
take-over-any   far           -        SRXTD  -       S            -              S
finance         other         -        SRXTD  -       S            -              S
supervisor      own           SCRXT    SRXTD  SOXTD   S            S              S
supervisor      near          SCRXT    SRXTD  SOXTD   S            S              S
supervisor      other         SCRXT    SRXTD  SOXTD   S            -              S
supervisor      far           SCRXT    SRXTD  SOXTD   S            -              S
admin           own           SX       ·      SXTD    ·            S              ·
admin           near          SX       ·      SXTD    ·            S              ·
admin           other         SX       ·      SXTD    ·            S              ·
admin           far           SX       ·      SXTD    ·            S              ·
admin-attends   own           SCRXT    SRXTD  SOXTD   S            S              S
admin-attends   other         SCRXT    SRXTD  SOXTD   S            S              S
admin-attends   far           SCRXT    SRXTD  SOXTD   S            S              S
nobody          own           -        ·      -       ·            -              ·
nobody          near          -        ·      -       ·            -              ·
elsewhere       own           -        ·      -       ·            -              ·
elsewhere       near          -        ·      -       ·            -              ·
"""
FLAGS: dict[str, dict[str, bool]] = {
    "attendant": {},
    "view-all": {"can_view_all": True},
    "close-any": {"can_close_any": True},
    "take-over-any": {"can_take_over_any": True},
    "finance": {"can_view_finance": True},
    "supervisor": {"can_view_all": True, "can_close_any": True, "can_take_over_any": True},
    "admin-attends": {"is_admin": True},
}
KINDS, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    pytest.param(who, place, dict(zip(KINDS, cells, strict=True)), id=f"{who}-{place}")
    for who, place, *cells in ROWS
]


@pytest.fixture
def board(shop: Shop, other_shop: Shop) -> Shop:
    """The store of the table, with somebody else at work in it."""
    shop.hire("Outra", shop.support, shop.sales)
    return shop


def _person(who: str, shop: Shop, other_shop: Shop) -> Actor:
    if who in FLAGS:
        return shop.hire("Eu", shop.support, **FLAGS[who])
    if who == "elsewhere":
        return other_shop.hire("Eva", other_shop.support, is_admin=True, can_view_all=True)
    user = User.objects.create_user(
        f"{who}@loja.test", PASSWORD, store=shop.store, full_name=who, is_admin=who == "admin"
    )
    return Actor(user)


def _ticket(shop: Shop, place: str, kind: str, me: Attendant | None) -> Ticket:
    somebody = Attendant.objects.get(nickname="Outra")
    status, _, whose = kind.rpartition("-")
    own = {"mine": me, "theirs": somebody, "part": somebody}.get(whose)
    return put_ticket(
        shop,
        department={"own": shop.support, "other": shop.sales}.get(place),
        instance=add_number(shop) if place == "far" else None,
        attendant=own,
        status=_status(status, whose),
        took_part=me if whose == "part" else None,
    )


def _status(status: str, whose: str) -> str:
    if status.startswith("closed"):
        return Status.CLOSED
    return Status.WAITING if whose == "waiting" else Status.OPEN


def _allowed(rights: Rights, ticket: Ticket, *, took_part: bool) -> str:
    if not may_see(rights, ticket, took_part=took_part):
        return "-"
    may = {
        "C": may_claim,
        "O": may_take_over,
        "R": may_reply,
        "X": may_close,
        "T": may_transfer,
        "D": may_return,
    }
    return "S" + "".join(letter for letter, verdict in may.items() if verdict(rights, ticket))


@pytest.mark.parametrize(("who", "place", "cells"), CELLS)
def test_the_rules_say_what_the_table_says(
    board: Shop, other_shop: Shop, who: str, place: str, cells: dict[str, str]
) -> None:
    person = _person(who, board, other_shop)
    found = {
        kind: _allowed(
            person.rights,
            _ticket(board, place, kind, person.attendant),
            took_part=kind == "closed-took-part",
        )
        for kind, cell in cells.items()
        if cell != "·"
    }
    assert found == {kind: cell for kind, cell in cells.items() if cell != "·"}


def test_every_refusal_gives_its_reason(board: Shop, other_shop: Shop) -> None:
    people = [_person(who, board, other_shop) for who in ("attendant", "admin")]
    for person, kind in product(people, ("waiting", "theirs", "closed-theirs")):
        ticket = _ticket(board, "own", kind, None)
        for verdict in verdicts(person.rights, ticket).values():
            assert bool(verdict) is (verdict.reason == "")


def test_memory_and_database_agree_on_sight(shop: Shop, other_shop: Shop) -> None:
    me = shop.hire("Eu").attendant
    other = shop.hire("Outra").attendant
    assert me
    assert other
    elsewhere = add_number(shop)
    tickets = [
        put_ticket(
            shop,
            department=department,
            instance=instance,
            status=status,
            attendant=attendant,
            took_part=part,
        )
        for (department, instance), (status, attendant), part in product(
            [(shop.support, None), (shop.sales, None), (None, None), (None, elsewhere)],
            [
                (Status.WAITING, None),
                (Status.OPEN, me),
                (Status.OPEN, other),
                (Status.CLOSED, None),
                (Status.CLOSED, me),
                (Status.CLOSED, other),
            ],
            [None, me, other],
        )
    ]
    tickets += [put_ticket(other_shop, department=other_shop.support), put_ticket(other_shop)]
    parts = {ticket.pk for ticket in tickets if ticket.events.filter(attendant=me).exists()}
    for rights in _every_rights(shop, other_shop, me):
        in_memory = {
            ticket.code
            for ticket in tickets
            if may_see(rights, ticket, took_part=bool(rights.attendant_id) and ticket.pk in parts)
        }
        in_database = set(Ticket.objects.visible_to(rights).values_list("code", flat=True))
        assert in_memory == in_database, rights


def _every_rights(shop: Shop, other_shop: Shop, me: Attendant) -> Iterator[Rights]:
    places: list[tuple[Department, ...]] = [(), (shop.support,), (shop.support, shop.sales)]
    for is_admin, attends, view_all, departments in product(
        (False, True), (False, True), (False, True), places
    ):
        yield Rights(
            store_id=shop.store.pk,
            user_id=me.user_id,
            is_admin=is_admin,
            attendant_id=me.pk if attends else None,
            departments=frozenset(place.pk for place in departments if attends),
            instances=frozenset(place.instance_id for place in departments if attends),
            can_view_all=view_all and attends,
        )
    yield Rights(store_id=other_shop.store.pk, user_id=0, is_admin=True)


def test_a_push_is_judged_like_the_ticket_it_is_about(shop: Shop) -> None:
    me, other = shop.hire("Eu").attendant, shop.hire("Outra").attendant
    assert me
    tickets = [
        put_ticket(shop, department=shop.support),
        put_ticket(shop, attendant=me, status=Status.OPEN),
        put_ticket(shop, attendant=other, status=Status.CLOSED),
    ]
    for rights, ticket in product(_every_rights(shop, shop, me), tickets):
        assert may_see(rights, Sight.of(ticket)) == may_see(rights, ticket)


def test_a_closed_department_gives_no_sight(shop: Shop, ana: Actor) -> None:
    assert ana.rights.departments == {shop.support.pk}
    assert ana.rights.instances == {shop.instance.pk}
    shop.support.is_active = False
    shop.support.save()
    assert ana.rights.departments == ana.rights.instances == frozenset()
    assert ana.rights.attendant_id is not None


def test_an_attendant_who_was_dismissed_has_no_rights_left(shop: Shop, sara: Actor) -> None:
    assert sara.attendant
    sara.attendant.is_active = False
    sara.attendant.save()
    assert sara.rights == Rights(store_id=shop.store.pk, user_id=sara.user.pk)


def test_a_platform_operator_has_no_rights_in_any_store(db: None) -> None:
    operator = User.objects.create_superuser("op@plataforma.test", PASSWORD, full_name="Op")
    with pytest.raises(ValueError, match="platform operator"):
        Rights.of(operator)
