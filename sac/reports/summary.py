"""The figures of a report, each by one question to the database whatever there is to count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.db.models import Aggregate, Avg, Count, FloatField
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate

from sac.models import Department, Ticket, TicketEvent
from sac.reports.measures import MEASURES, Measure
from sac.reports.scope import NOWHERE, PLACE, Scope
from sac.steps import COUNTED, RATED, SATISFIED, in_hundred, whole

Kind = TicketEvent.Kind
_COUNTED = (Kind.CREATED, Kind.TRANSFERRED_OUT, *COUNTED)
_WEEK = 7
_HOURS = 24
_LEVELS = 5


class _Ninth(Aggregate):
    """What nine of ten do not go beyond."""

    function = "PERCENTILE_CONT"
    name = "Ninth"
    template = "%(function)s(0.9) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def _values() -> dict[str, Any]:
    told: dict[str, Any] = {}
    for slug, measure in MEASURES.items():
        told[f"{slug}_n"] = measure.tickets
        if measure.seconds is not None:
            told[f"{slug}_mean"] = Avg(measure.seconds, filter=measure.steps)
            told[f"{slug}_most"] = _Ninth(measure.seconds, filter=measure.steps)
    return told | {"answers": Count("id", filter=RATED), "good": Count("id", filter=SATISFIED)}


VALUES: Final = _values()


@dataclass(frozen=True, slots=True)
class Told:
    """A measure and what it came to: `seconds` (mean) and `most` (nine of ten) of a time."""

    measure: Measure
    count: int
    seconds: int | None = None
    most: int | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """All measures of a department or a person; `pk` is None for what has none."""

    pk: int | None
    name: str
    told: list[Told]

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return NOWHERE if self.pk is None else str(self.pk)


class Volume(NamedTuple):
    """A day: how many tickets began and how many were closed."""

    date: date
    created: int
    closed: int


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a weekday: how many tickets began in it, and how that looks among the others."""

    hour: int
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Share:
    """A tag or a reason, and how many tickets have it."""

    name: str
    count: int


def totals(scope: Scope) -> list[Told]:
    """Every measure of the whole scope. One query."""
    return _told(_counted(scope).aggregate(**VALUES))


def by_department(scope: Scope) -> list[Line]:
    """One query; the names another."""
    names = dict(Department.objects.in_store(scope.store).values_list("pk", "name"))
    rows = _counted(scope).annotate(place=PLACE).values("place").annotate(**VALUES)
    return _lines((row["place"], names.get(row["place"], "Sem departamento"), row) for row in rows)


def by_attendant(scope: Scope) -> list[Line]:
    """Of what is somebody's: a ticket begins with nobody. One query."""
    mine = _counted(scope).filter(attendant__isnull=False)
    rows = mine.values("attendant", "attendant__nickname").annotate(**VALUES)
    return _lines((row["attendant"], row["attendant__nickname"], row) for row in rows)


def by_day(scope: Scope) -> list[Volume]:
    """Every day of the period, quiet ones too. One query."""
    begun, ended = MEASURES["iniciados"], MEASURES["encerrados"]
    steps: Any = scope.events().filter(begun.steps | ended.steps).order_by()
    days = steps.annotate(day=TruncDate("at", tzinfo=scope.store.zone)).values("day")
    rows = days.annotate(created=begun.tickets, closed=ended.tickets)
    found = {row["day"]: (row["created"], row["closed"]) for row in rows}
    return [Volume(day, *found.get(day, (0, 0))) for day in scope.days]


def by_hour(scope: Scope) -> list[list[Hour]]:
    """Monday to Sunday, each with its 24 hours: when customers come. One query."""
    zone = scope.store.zone
    begun = MEASURES["iniciados"]
    hours = (
        scope.events()
        .filter(begun.steps)
        .order_by()
        .annotate(weekday=ExtractIsoWeekDay("at", tzinfo=zone), hour=ExtractHour("at", tzinfo=zone))
    )
    rows = hours.values("weekday", "hour").annotate(n=begun.tickets)
    found = {(row["weekday"], row["hour"]): row["n"] for row in rows}
    top = max(found.values(), default=0)
    return [
        [_hour(hour, found.get((weekday, hour), 0), top) for hour in range(_HOURS)]
        for weekday in range(1, _WEEK + 1)
    ]


def by_tag(scope: Scope) -> list[Share]:
    """Tags of the tickets that began in the period. One query."""
    begun = scope.events().filter(MEASURES["iniciados"].steps)
    worn = Ticket.objects.in_store(scope.store).filter(
        pk__in=begun.values("ticket"), tags__isnull=False
    )
    rows = worn.order_by().values("tags__name").annotate(n=Count("pk"))
    return _shares({row["tags__name"]: row["n"] for row in rows})


def by_reason(scope: Scope) -> list[Share]:
    """Reasons of the tickets that were closed in the period. One query."""
    ended = MEASURES["encerrados"]
    closed = scope.events().filter(ended.steps).exclude(ticket__close_reason="")
    rows = closed.order_by().values("ticket__close_reason").annotate(n=ended.tickets)
    return _shares({row["ticket__close_reason"]: row["n"] for row in rows})


def _shares(counts: Mapping[str, int]) -> list[Share]:
    """The commonest first."""
    shares = (Share(name, count) for name, count in counts.items())
    return sorted(shares, key=lambda share: (-share.count, share.name))


def _counted(scope: Scope) -> Any:  # noqa: ANN401 - annotated on, of no type any more
    return scope.events().filter(kind__in=_COUNTED).order_by()


def _lines(rows: Iterable[tuple[int | None, str, Mapping[str, Any]]]) -> list[Line]:
    """By name; what has no place comes last."""
    lines = [Line(pk, name, _told(row)) for pk, name, row in rows]
    return sorted(lines, key=lambda line: (line.pk is None, line.name.casefold()))


def _told(row: Mapping[str, Any]) -> list[Told]:
    return [_one(measure, row) for measure in MEASURES.values()]


def _one(measure: Measure, row: Mapping[str, Any]) -> Told:
    count = row[f"{measure.slug}_n"]
    if measure.seconds is not None:
        mean, most = row[f"{measure.slug}_mean"], row[f"{measure.slug}_most"]
        return Told(measure, count, seconds=whole(mean), most=whole(most))
    if measure.slug == "satisfacao":
        return Told(measure, count, percent=in_hundred(row["good"], row["answers"]))
    return Told(measure, count)


def _hour(hour: int, count: int, top: int) -> Hour:
    return Hour(hour, count, -(-count * _LEVELS // top) if count else 0)
