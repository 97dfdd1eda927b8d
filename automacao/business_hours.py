"""When a store answers: what its chatbot's hours say, or office hours where none are typed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from automacao.models import ChatbotSettings

# Nine to six, Monday to Friday.
OFFICE: Sequence[Sequence[tuple[time, time]]] = (*[[(time(9), time(18))]] * 5, [], [])
# How a form that ends its days at 23:59 writes the end of one.
MIDNIGHT = time(23, 59)
# Nobody asks further back.
MOST_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """Seven days, Monday first, of (opens, closes); and days on which nobody answers."""

    zone: ZoneInfo
    days: Sequence[Sequence[tuple[time, time]]] = OFFICE
    holidays: frozenset[str] = frozenset()

    @classmethod
    def of(cls, chatbot: ChatbotSettings | None, zone: ZoneInfo) -> "BusinessHours":
        """Return the hours of a number, in its store's zone."""
        if chatbot is None:
            return cls(zone)
        days = [[_times(opens, closes) for opens, closes in day] for day in chatbot.hours]
        return cls(zone, days if any(days) else OFFICE, frozenset(chatbot.holidays))

    def is_open(self, at: datetime) -> bool:
        """Tell whether somebody answers at this moment."""
        return any(opens <= at < closes for opens, closes in self._of_day(self._day(at)))

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Return how much of the time between two moments was open, over 14 days at most."""
        since = max(since, until - MOST_BACK)
        shares = (
            min(closes, until) - max(opens, since)
            for day in _days(self._day(since), self._day(until))
            for opens, closes in self._of_day(day)
        )
        return sum((share for share in shares if share > timedelta()), timedelta())

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _of_day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if self.holidays & {f"{day:%m-%d}", day.isoformat()}:
            return
        for opens, closes in self.days[day.weekday()]:
            # In UTC, where an hour is an hour on every day of the year.
            is_midnight = closes == MIDNIGHT
            end = day + timedelta(days=1) if is_midnight else day
            yield self._moment(day, opens), self._moment(end, time() if is_midnight else closes)

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(ZoneInfo("UTC"))


def _times(opens: str, closes: str) -> tuple[time, time]:
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
