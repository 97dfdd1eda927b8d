"""When a shop is awake: from eight to eight on its own clock, every day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(8), time(20)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """The opening hours in one zone. Moments come and go aware."""

    zone: ZoneInfo

    def opening(self, day: date) -> datetime:
        return datetime.combine(day, OPENS, self.zone)

    def closing(self, day: date) -> datetime:
        return datetime.combine(day, CLOSES, self.zone)

    def is_open(self, moment: datetime) -> bool:
        return OPENS <= moment.astimezone(self.zone).time() < CLOSES

    def reopening(self, moment: datetime) -> datetime:
        """Return the moment itself while the shop is open, else when it opens next."""
        local = moment.astimezone(self.zone)
        if self.is_open(local):
            return local
        return self.opening(local.date() + (DAY if local.time() >= CLOSES else timedelta()))

    def passed(self, moment: datetime) -> timedelta:
        """Return how long the shop has been open on the moment's day."""
        local = moment.astimezone(self.zone)
        opening = self.opening(local.date())
        return max(timedelta(), min(local, self.closing(local.date())) - opening)

    def before(self, moment: datetime, wanted: timedelta) -> datetime:
        """Return the moment that lies so much *open* time earlier: nights do not count."""
        day = moment.astimezone(self.zone).date()
        passed = self.passed(moment)
        while passed < wanted:
            wanted -= passed
            day -= DAY
            passed = self.closing(day) - self.opening(day)
        return self.opening(day) + (passed - wanted)
