"""The order of a bench, and the bars of every line. What is measured stands beside its bar."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from django.core.management import call_command
from django.db import connection

from automacao.models import InboundEvent, Instance
from evendas.accounts.models import User
from sac.actions.closed_counts import fold_closed_counts
from sac.models import Department
from tests.bench import door, inbound
from tests.bench.filling import fill, lengthen
from tests.bench.screens import Eyes, screens
from tests.bench.stopwatch import Taken
from tests.conftest import PASSWORD, Actor, Shop, new_phone, open_shop, publish_terms
from tests.postbox import Postbox

TEAM = 10
LONG = 1_009
# Messages of a small department, however much the others do.
SMALL = 5_000
# Milliseconds on the clock: the product's promises on two cores that do nothing else.
CLOCK = {
    "list, Em aberto": 20.0,
    "thread of 1,009": 15.0,
    "counters": 3.0,
    "counters, sees little": 3.0,
    "counters, admin": 3.0,
    "counters, one department": 3.0,
}
# The same, and one in twenty may take longer.
LATE = {
    "search, common word": 80.0,
    "search, middling word": 80.0,
    "search, rare word": 80.0,
    "search, sees little": 80.0,
    "search, admin": 80.0,
}
GROWTH = 1.2


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; `held` is None where there is no bar."""

    name: str
    measured: str
    bar: str = ""
    held: bool | None = None

    def __str__(self) -> str:
        verdict = {None: "", True: "ok", False: "MISSED"}[self.held]
        return f"{self.name:<34} {self.measured:<66} {self.bar:<26} {verdict}"


def run(messages: int) -> int:
    """Print the table; return 1 when a bar was missed."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    publish_terms()
    shop = open_shop("Loja Aurora")
    team = [
        shop.hire(f"Ana{number}", shop.support, shop.sales, can_view_all=True)
        for number in range(TEAM)
    ]
    missed = [line for line in _lines(shop, team, messages) if line.held is False]
    return 1 if missed else 0


def _lines(shop: Shop, team: list[Actor], messages: int) -> Iterator[Line]:
    fill(shop, team, messages // 10)
    long, eyes = lengthen(shop, LONG), _eyes(shop, team[0])
    _tidy()
    few = screens(eyes, long)
    fill(shop, team, messages - messages // 10)
    _tidy()
    many = screens(eyes, long)
    for name, taken in many.items():
        yield from _told(_screen(name, taken, few[name], messages))
    yield from _told(_door(shop), _inbound(shop))


def _tidy() -> None:
    """What the beat and the database do every minute: years were written in one."""
    fold_closed_counts()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE sac_closedcount")


def _eyes(shop: Shop, wide: Actor) -> Eyes:
    place = Department.objects.create(
        store=shop.store, instance=shop.instance, name="Garantia", colour="orange"
    )
    narrow = shop.hire("Nara", place)
    fill(shop, [narrow], SMALL, departments=[place])
    admin = User.objects.create_user(
        "dono@loja.test", PASSWORD, store=shop.store, full_name="Dono", is_admin=True
    )
    return Eyes(wide, narrow, Actor(admin))


def _told(*lines: Line) -> Iterator[Line]:
    for line in lines:
        print(line, flush=True)
        yield line


def _screen(name: str, taken: Taken, before: Taken, messages: int) -> Line:
    growth = taken.clock / before.clock
    measured = (
        f"{taken.clock:6.1f} ms, p95 {taken.late:6.1f}, cpu {taken.cpu:5.1f}, sql {taken.sql:5.1f};"
        f" {growth:4.2f} x a tenth's"
    )
    bars = [bar for bar in (CLOCK.get(name), LATE.get(name)) if bar is not None]
    is_quick = taken.clock <= CLOCK.get(name, inf) and taken.late <= LATE.get(name, inf)
    told = [f"<= {bar:.0f} ms" for bar in bars] + [f"<= {GROWTH} x"]
    return Line(f"{name} ({messages:,})", measured, ", ".join(told), is_quick and growth <= GROWTH)


def _door(shop: Shop) -> Line:
    number = _number(shop)
    bare, posts = door.bare_a_second(number), door.posts_a_second(number)
    measured = f"{posts:.0f} /s of {bare:.0f} /s: {posts / bare:.0%}"
    return Line(
        "webhook stored, one process", measured, ">= 60 % of one bare INSERT", posts >= 0.6 * bare
    )


def _inbound(shop: Shop) -> Line:
    numbers = [_number(shop) for _ in range(2 * inbound.CORES)]
    for number in numbers:
        _bring(number)
    connection.close()
    limit = inbound.limit_a_second()
    rate = inbound.messages_a_second([number.pk for number in numbers])
    measured = f"{rate:.0f} /s of {limit:.0f} /s: {rate / limit:.0%}"
    return Line(
        "inbound messages, all cores", measured, ">= 800 /s, >= 20 %", rate >= max(800, limit / 5)
    )


def _number(shop: Shop) -> Instance:
    phone = new_phone()
    return Instance.objects.create(
        store=shop.store, phone=phone, connected_phone=phone, state=Instance.State.CONNECTED
    )


def _bring(number: Instance) -> None:
    """Let each customer's messages lie in this number's inbox."""
    box = Postbox(number)
    phones = [new_phone() for _ in range(inbound.CUSTOMERS)]
    bodies = [
        box.said(f"Mensagem {line}", phone=phone)
        for line in range(inbound.EACH)
        for phone in phones
    ]
    InboundEvent.objects.bulk_create(
        InboundEvent(
            store_id=number.store_id,
            instance=number,
            body=body,
            sha256=hashlib.sha256(body).digest(),
        )
        for body in bodies
    )
