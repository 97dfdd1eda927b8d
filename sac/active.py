"""Conversas ativas: everything that is waiting or open, by department and by who has it.

Costs the same few queries at any size: of each pile only the longest waits are read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, DateTimeField, F, Min, Prefetch, Q, When, Window
from django.db.models.functions import RowNumber

from evendas import clock
from evendas.accounts.models import Store
from sac.models import Attendant, Department, Ticket
from sac.models.ticket import TicketQuerySet
from sac.permissions import Rights

SHOWN = 8
PAGE = 100
# Since when a customer waits: in the queue, or for who has them.
WAITS = Case(
    When(status=Ticket.Status.WAITING, then=F("queued_at")),
    default=F("waiting_since"),
    output_field=DateTimeField(),
)
Key = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Wait:
    """How long somebody has waited, and whether that is too long for the store."""

    since: datetime
    level: str

    @property
    def word(self) -> str:
        return {"warn": "espera em alerta", "alarm": "espera crítica"}.get(self.level, "espera")


@dataclass(slots=True)
class Pile:
    """What one person has of a department, or its queue; `lines` is the longest waits of it."""

    key: str
    attendant: Attendant | None
    count: int = 0
    oldest: Wait | None = None
    lines: list[tuple[Ticket, Wait | None]] = field(default_factory=list)

    @property
    def hidden(self) -> int:
        return self.count - len(self.lines)


@dataclass(slots=True)
class Place:
    """A department, or what has none."""

    department: Department | None
    queue: Pile
    people: list[Pile] = field(default_factory=list)

    @property
    def open_count(self) -> int:
        return sum(pile.count for pile in self.people)

    @property
    def available(self) -> int:
        return sum(pile.attendant.is_available for pile in self.people if pile.attendant)


def places_of(rights: Rights, store: Store) -> list[Place]:
    """Every department with its queue and its people, those that hold nothing included."""
    live = Ticket.objects.visible_to(rights).live()
    piles = _Piles(store, live)
    attendants = Attendant.objects.in_store(store).active().filter(user__is_active=True).by_name()
    departments = Department.objects.in_store(store).by_name()
    found = departments.prefetch_related(Prefetch("attendants", attendants))
    places = [_place(one, list(one.attendants.all()), piles) for one in found]
    nowhere = _place(None, [], piles)
    shown = [one for one in places if _is_shown(one)]
    return [*shown, nowhere] if _is_shown(nowhere) else shown


def pile_of(rights: Rights, store: Store, key: str, *, after: int) -> tuple[Pile | None, int]:
    """One whole pile by its key, PAGE lines after so many; and where the next page begins."""
    wanted = _read(key)
    if wanted is None:
        return None, 0
    department, attendant = wanted
    live = Ticket.objects.visible_to(rights).live().filter(department=department)
    rows: Any = live.filter(attendant=attendant).annotate(waits=WAITS).for_list()
    page = list(rows.order_by(F("waits").asc(nulls_last=True), "id")[after : after + PAGE + 1])
    if not page:
        return None, 0
    lines = [(row, _wait(row.waits, store)) for row in page[:PAGE]]
    pile = Pile(key, page[0].attendant, len(lines), lines=lines)
    return pile, after + PAGE if len(page) > PAGE else 0


class _Piles:
    """The counts and the first lines of every pile: two queries."""

    def __init__(self, store: Store, live: TicketQuerySet) -> None:
        self._store = store
        self._holders: dict[int | None, dict[int, Attendant]] = defaultdict(dict)
        self._counts: dict[Key, tuple[int, datetime | None]] = {
            (row["department"], row["attendant"]): (row["n"], row["oldest"])
            for row in live.order_by()
            .values("department", "attendant")
            .annotate(n=Count("id"), oldest=Min(WAITS))
        }
        self._lines: Mapping[Key, list[Ticket]] = self._first_lines(live)

    def _first_lines(self, live: TicketQuerySet) -> Mapping[Key, list[Ticket]]:
        order = [F("waits").asc(nulls_last=True), F("id").asc()]
        pile = [F("department"), F("attendant")]
        place = Window(RowNumber(), partition_by=pile, order_by=order)
        rows = live.for_list().annotate(waits=WAITS).annotate(place=place)
        found: dict[Key, list[Ticket]] = defaultdict(list)
        for row in rows.filter(place__lte=SHOWN).order_by("place"):
            found[row.department_id, row.attendant_id].append(row)
            if row.attendant:
                self._holders[row.department_id][row.attendant.pk] = row.attendant
        return found

    def of(self, department: int | None, attendant: Attendant | None) -> Pile:
        key = (department, attendant.pk if attendant else None)
        count, oldest = self._counts.get(key, (0, None))
        lines = [(row, _wait(row.waits, self._store)) for row in self._lines.get(key, [])]  # type: ignore[attr-defined]
        return Pile(_written(key), attendant, count, _wait(oldest, self._store), lines)

    def holders(self, department: int | None) -> Iterable[Attendant]:
        """Who holds something of it, wherever they work by now."""
        return self._holders[department].values()


def _place(department: Department | None, team: list[Attendant], piles: _Piles) -> Place:
    pk = department.pk if department else None
    known = {one.pk for one in team}
    guests = [one for one in piles.holders(pk) if one.pk not in known]
    people = [piles.of(pk, one) for one in (*team, *guests)]
    return Place(department, piles.of(pk, None), people)


def _is_shown(place: Place) -> bool:
    is_used = place.department is not None and place.department.is_active
    return is_used or bool(place.queue.count or place.open_count)


def _wait(since: datetime | None, store: Store) -> Wait | None:
    if since is None:
        return None
    waited = clock.now() - since
    if waited >= timedelta(minutes=store.wait_alarms_after):
        return Wait(since, "alarm")
    return Wait(since, "warn" if waited >= timedelta(minutes=store.wait_warns_after) else "")


def _written(key: Key) -> str:
    return "-".join("0" if part is None else str(part) for part in key)


def _read(key: str) -> Key | None:
    parts = key.split("-")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if max(map(len, parts)) > 18:
        return None
    department, attendant = (int(part) or None for part in parts)
    return department, attendant


def receivers(store: Store) -> dict[str, list[tuple[str, str]]]:
    """To whom conversations may be handed, as (value, label) by group."""
    places = Department.objects.in_store(store).active().by_name()
    people = Attendant.objects.in_store(store).active().filter(user__is_active=True)
    taken = people.filter(Q(departments__is_active=True)).distinct().by_name()
    return {
        "Fila": [("fila", "Devolver à fila do departamento")],
        "Pessoas": [(f"pessoa-{one.pk}", _labelled(one)) for one in taken],
        "Departamentos": [(f"departamento-{one.pk}", one.name) for one in places],
    }


def _labelled(person: Attendant) -> str:
    told = person.get_availability_display() if person.is_online else "fora do sistema"
    return f"{person} ({told.lower()})"
