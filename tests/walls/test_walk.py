"""Every address of the product, by every method and every role, with another store's objects.

The addresses come from the URLconf: a new one without a row in ROUTES fails the build.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from tests.conftest import Actor, Shop
from tests.tally import Tally
from tests.walls.asking import METHODS, Told, ask
from tests.walls.conftest import CANARY
from tests.walls.world import World, digest, rows_by_table

# What a row's path is filled with (see `path_of`), who is let in at all, and what each role is told
# in their own store by an htmx GET and by an empty htmx POST: anonymous/ana/sara/dono, one number
# when all are told the same. `people` and `ticket` send strangers to the login, `admin` also
# refuses the store's other people with 403.
ROUTES = """
home                     -           people  302/200/200/200  405
first_steps              -           admin   405              302/403/403/302
sign_up                  -           open    200/302/302/302  200/302/302/302
desk                     -           people  302/200/200/200  405
desk_list                -           people  302/200/200/200  405
desk_search              -           people  302/200/200/200  405
desk_counts              -           people  302/200/200/200  405
ticket                   waiting     ticket  302/200/200/200  405
ticket_header            waiting     ticket  302/200/200/200  405
ticket_changes           waiting     ticket  302/200/200/200  405
ticket_older             waiting     ticket  302/200/200/200  405
ticket_chapter           waiting     ticket  302/200/200/200  405
ticket_stretch           waiting     ticket  302/404/404/404  405
ticket_history           waiting     ticket  302/200/200/200  405
ticket_messages          waiting     ticket  405              302/422/422/422
message_retry            message     ticket  405              302/403/403/403
message_confirm          message     ticket  405              302/403/403/403
message_drop             message     ticket  405              302/403/403/403
message_reaction         message     ticket  405              302/403/403/403
message_edition          message     ticket  405              302/422/422/422
message_deletion         message     ticket  405              302/403/403/403
message_forward          message     ticket  302/200/200/200  302/422/422/422
ticket_notes             waiting     ticket  405              302/422/422/422
ticket_team              waiting     ticket  302/200/200/200  405
ticket_mentions          waiting     ticket  405              302/204/204/204
ticket_location          waiting     ticket  405              302/422/422/422
ticket_card              waiting     ticket  405              302/422/422/422
media                    media       ticket  302/200/200/200  405
media_thumbnail          media       ticket  302/200/200/200  405
media_playable           media       ticket  302/200/200/200  405
media_retry              file        ticket  405              302/200/200/200
ticket_claim             waiting     ticket  405              302/200/200/403
ticket_take_over         open        ticket  405              302/422/422/422
ticket_transfer          waiting     ticket  302/200/200/403  302/422/422/403
ticket_return            open        ticket  405              302/403/200/200
ticket_contact           waiting     ticket  302/200/200/200  302/422/422/422
contact_merge            merge       ticket  302/403/403/200  302/403/403/302
ticket_orders            open        ticket  302/200/200/200  405
ticket_order_word        open        ticket  405              302/403/403/403
order_list               -           people  302/403/200/200  405
sale_list                -           people  302/403/200/200  405
order_detail             order       ticket  302/403/200/200  405
ticket_close             open        ticket  302/403/200/200  302/403/200/200
ticket_reopen            open        ticket  405              302/409/409/409
ticket_seen              waiting     ticket  405              302/204/204/204
ticket_draft             waiting     ticket  405              302/204/204/204
store_settings           -           admin   302/403/403/200  302/403/403/200
availability             -           people  405              302/422/422/403
conversation_new         -           people  302/200/200/403  302/422/422/403
active                   -           people  302/403/200/200  405
active_redistribute      -           people  405              302/403/422/422
reports                  -           people  302/403/200/200  405
report_tickets           -           people  302/403/200/200  405
report_sheet             -           people  302/403/200/200  405
report_definitions       -           people  302/403/200/200  405
close_reason_list        -           admin   302/403/403/200  405
close_reason_new         -           admin   302/403/403/200  302/403/403/200
close_reason_edit        reason      admin   302/403/403/200  302/403/403/200
ticket_answer            answer      ticket  302/200/200/200  405
ticket_tags              waiting     ticket  302/200/200/200  302/200/200/200
tag_list                 -           admin   302/403/403/200  405
tag_new                  -           admin   302/403/403/200  302/403/403/200
tag_edit                 tag         admin   302/403/403/200  302/403/403/200
preferences              -           people  302/200/200/200  302/200/200/200
quick_reply_list         -           people  302/200/200/200  405
quick_reply_new          -           people  302/200/200/200  302/200/200/200
quick_reply_edit         reply       ticket  302/403/403/200  302/403/403/200
quick_reply_delete       reply       ticket  405              302/403/403/302
quick_reply_offers       -           people  302/200/200/200  405
quick_reply_file         reply       ticket  302/200/200/200  405
department_list          -           admin   302/403/403/200  405
department_new           -           admin   302/403/403/200  302/403/403/200
department_edit          department  admin   302/403/403/200  302/403/403/200
attendant_list           -           admin   302/403/403/200  405
attendant_new            -           admin   302/403/403/200  302/403/403/200
attendant_self           -           admin   302/403/403/200  302/403/403/200
attendant_self_end       -           admin   405              302/403/403/404
attendant_edit           attendant   admin   302/403/403/200  302/403/403/200
attendant_state          attendant   admin   405              302/403/403/302
instance_list            -           admin   302/403/403/200  405
instance_new             -           admin   405              302/403/403/302
instance_edit            instance    admin   302/403/403/200  302/403/403/422
instance_pairing         instance    admin   302/403/403/200  405
instance_code            instance    admin   405              302/403/403/302
instance_disconnect      instance    admin   302/403/403/200  302/403/403/302
instance_remove          instance    admin   302/403/403/200  302/403/403/409
integrity                -           admin   302/403/403/200  405
parked_replay            parked      admin   405              302/403/403/302
instance_replay          instance    admin   405              302/403/403/302
source_list              -           admin   302/403/403/200  405
source_new               -           admin   302/403/403/200  302/403/403/200
source_edit              source      admin   302/403/403/200  302/403/403/200
source_key               source      admin   405              302/403/403/200
source_pull              source      admin   405              302/403/403/302
source_remove            source      admin   302/403/403/200  302/403/403/302
source_replay            source      admin   405              302/403/403/302
delivery_replay          delivery    admin   405              302/403/403/302
import_new               -           admin   302/403/403/200  302/403/403/200
import_model             -           admin   302/403/403/200  405
import_detail            import      admin   302/403/403/200  302/403/403/200
import_start             import      admin   405              302/403/403/200
import_progress          import      admin   302/403/403/200  405
import_remove            import      admin   405              302/403/403/302
import_refused           import      admin   302/403/403/200  405
status_rule_list         -           admin   302/403/403/200  405
status_rule_new          -           admin   302/403/403/200  302/403/403/200
status_rule_edit         rule        admin   302/403/403/200  302/403/403/200
status_rule_remove       rule        admin   405              302/403/403/302
token_new                api         admin   302/403/403/200  302/403/403/200
token_revoke             token       admin   302/403/403/200  302/403/403/302
order_webhook            orders      secret  405              401
order_api                -           open    405              401
api_docs                 -           open    200              405
api_openapi              -           open    200              405
api_order_list           -           open    401              405
api_order                number      secret   401              405
api_unknown              -           open    404              404
webhook                  webhook     secret  405              401
manifest                 -           open    200              405
alive                    -           open    200              405
ready                    -           open    503              405
login                    -           open    200/302/302/302  200/302/302/302
logout                   -           open    405              302
terms                    -           open    200              302
password_change          -           people  302/200/200/200  302/200/200/200
password_reset           -           open    200              200
password_reset_done      -           open    200              405
password_reset_confirm   reset       secret  200              200
"""
# These answer HEAD as GET; the others refuse it.
HEADS = {
    "media",
    "media_thumbnail",
    "media_playable",
    "quick_reply_file",
    "instance_edit",
    "instance_disconnect",
    "instance_remove",
    "password_reset_done",
} | {
    "manifest",
    "alive",
    "ready",
}
# What machines are told without a token, by the methods that people do not use.
MACHINES = {
    "api_order": {"PUT": 401, "DELETE": 401},
    "api_unknown": {"HEAD": 404, "PUT": 404, "DELETE": 404},
}
# Django's own views let other methods come in as well: they may answer those as GET.
DJANGOS = {"login", "password_reset_confirm"}
ROLES = ("anonymous", "ana", "sara", "dono")


@dataclass(frozen=True, slots=True)
class Route:
    """A row of ROUTES. `own` is what each role is told in their own store, by method."""

    name: str
    path: str
    guard: str
    own: dict[str, dict[str, int]]


def _route(line: str) -> Route:
    name, path, guard, *columns = line.split()
    own = {}
    for method, column in zip(("GET", "POST"), columns, strict=True):
        told = [int(number) for number in column.split("/")]
        own[method] = dict(zip(ROLES, told * (4 // len(told)), strict=True))
    return Route(name, path, guard, own)


TABLE = [_route(line) for line in ROUTES.strip().splitlines()]


@cache
def _named_in_urlconf() -> tuple[str, ...]:
    return tuple(_names(get_resolver().url_patterns))


def _names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _names(pattern.url_patterns, inner)
        else:
            # One without a name cannot be asked for here: it shows up as its pattern.
            yield f"{space}{pattern.name or pattern.pattern}"


def path_of(route: Route, world: World) -> str:
    reset = [urlsafe_base64_encode(force_bytes(world.person.user.pk)), "c0ffee-0123456789abcdef"]
    filling: dict[str, list[object]] = {
        "-": [],
        "waiting": [world.waiting.code],
        "open": [world.open.code],
        "message": [world.open.code, world.said.pk],
        "media": [world.file.pk],
        "file": [world.open.code, world.heard.pk],
        "answer": [world.waiting.code, world.reply.pk],
        "reply": [world.reply.pk],
        "order": [world.order.pk],
        "tag": [world.tag.pk],
        "department": [world.department.pk],
        "reason": [world.close_reason.pk],
        "attendant": [world.attendant.pk],
        "instance": [world.instance.pk],
        "merge": [world.open.code, world.merge.pk],
        "parked": [world.parked.pk],
        "source": [world.source.pk],
        "api": [world.token.source_id],
        "token": [world.token.source_id, world.token.pk],
        "number": [world.order.external_id],
        "delivery": [world.delivery.pk],
        "import": [world.order_import.pk],
        "rule": [world.status_rule.pk],
        "orders": ["woocommerce", world.source.webhook_key],
        "webhook": ["evolution", world.instance.webhook_key],
        "reset": list(reset),
    }
    return reverse(route.name, args=filling[route.path])


def test_every_address_of_the_urlconf_has_a_row_and_every_row_an_address() -> None:
    known, rows = set(_named_in_urlconf()), {route.name for route in TABLE}
    assert not known - rows, (
        f"{sorted(known - rows)} stand in the URLconf without a row in ROUTES of {__name__}: say "
        "how their path is filled, who is let in, and what each role is told."
    )
    assert not rows - known, f"ROUTES of {__name__} has rows without an address: {rows - known}"
    assert len(known) == len(_named_in_urlconf()), "two addresses share a name"
    assert len(rows) == len(TABLE), "an address has two rows"


def test_the_other_store_has_a_row_of_every_kind(far: World) -> None:
    empty = [label for label, number in rows_by_table(far.store).items() if number == 0]
    assert not empty, f"furnish() makes no {empty}: the walk would not see them change"


GUARDS = sorted({route.guard for route in TABLE})
# What htmx changes in an answer, GET and POST have.
TRIES = [*product(METHODS, (True,)), ("GET", False), ("POST", False)]


@pytest.mark.parametrize("guard", GUARDS)
def test_no_address_leads_into_another_store(
    far: World, near: World, people: dict[str, Client], tally: Tally, guard: str
) -> None:
    before, faults, tried = digest(far.store), [], 0
    for route in _guarded(guard):
        path = path_of(route, far)
        for role, (method, is_htmx) in product(ROLES, TRIES):
            told = ask(people[role], method, path, watching=far.store, is_htmx=is_htmx)
            wrong = _wrong_elsewhere(route, role, method, told, before)
            faults += [f"{role} {method} {path} {told.status}: {wrong}"] if wrong else []
            tried += 1
    assert not faults, "\n".join(faults)
    assert tried == len(_guarded(guard)) * len(ROLES) * len(TRIES) > 0
    tally(f"walk, the other store's objects ({guard}): {_sum(_guarded(guard), TRIES)} = {tried}")


def _wrong_elsewhere(route: Route, role: str, method: str, told: Told, before: str) -> str:
    if told.digest != before:
        return "changed the other store"
    if CANARY in told.text.lower():
        return "shows the other store"
    if route.path == "-":
        return ""
    expected = _told_elsewhere(route, role, method)
    if told.status not in expected:
        return f"not {expected}"
    is_login = told.location.startswith("/entrar/?next=")
    return "" if told.status != 302 or is_login else f"leads to {told.location}"


def _told_elsewhere(route: Route, role: str, method: str) -> set[int]:
    """Not found; the wrong method, the login, and 403 where the screen itself is an admin's."""
    own = _told_at_home(route, role, method)
    # Whoever has the secret is let in, whoever they are: these have the address without it.
    if own == {405} or role == "anonymous" or route.guard == "secret":
        return own
    return {403} if route.guard == "admin" and role != "dono" else {404}


def _told_at_home(route: Route, role: str, method: str) -> set[int]:
    if method in route.own:
        return {route.own[method][role]}
    shown = route.own["GET"][role]
    if told := MACHINES.get(route.name, {}).get(method):
        return {told}
    if route.name in DJANGOS:
        return {405, shown}
    return {shown if method == "HEAD" and route.name in HEADS else 405}


def _guarded(guard: str) -> list[Route]:
    return [route for route in TABLE if route.guard == guard]


def _sum(routes: list[Route], tries: list[tuple[str, bool]]) -> str:
    return f"{len(routes)} routes × {len(tries)} requests × {len(ROLES)} roles"


@pytest.mark.parametrize("guard", GUARDS)
def test_in_their_own_store_everybody_is_told_what_the_table_says(
    near: World, people: dict[str, Client], tally: Tally, guard: str
) -> None:
    faults, tried = [], 0
    for route, role, method in product(_guarded(guard), ROLES, METHODS):
        status = ask(people[role], method, path_of(route, near)).status
        expected = _told_at_home(route, role, method)
        tried += 1
        if status not in expected:
            faults.append(f"{role} {method} {route.name}: {status}, not {expected}")
    assert not faults, "\n".join(faults)
    assert tried > 0
    tries = [(method, True) for method in METHODS]
    tally(f"walk, one's own store ({guard}): {_sum(_guarded(guard), tries)} = {tried}")


def test_the_walk_notices_a_row_that_changes(far: World) -> None:
    before = digest(far.store)
    far.waiting.preview = "Outra prévia"
    far.waiting.save()
    assert digest(far.store) != before


def test_what_the_walk_undoes_would_have_happened(near: World, sara: Actor, shop: Shop) -> None:
    """The set-up of the refused cases is one that works when the store is one's own."""
    before = digest(shop.store)
    path = reverse("ticket_claim", args=[near.waiting.code])
    assert ask(sara.client, "POST", path, watching=shop.store).digest != before
    assert digest(shop.store) == before
