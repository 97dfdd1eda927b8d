"""Automação > Integridade: what went through each number by day, and how it is looked after."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from automacao.actions.tallies import IGNORED, What
from automacao.models import InboundEvent, Instance, LineTally
from automacao.pairing import Panel
from automacao.silence import silent_since
from evendas.accounts.models import Store

DAYS = 14
# What the adapters call what they ignore; a reason that is missing here is shown as it is.
_REASONS = {
    "group": "grupos",
    "broadcast": "listas e status",
    "newsletter": "canais",
    "bot": "robôs",
    "call": "chamadas de grupo",
    "call phase": "fases de chamada",
    "self": "conversa do número consigo",
    "receipt": "leituras da loja",
    "empty": "vazios",
    "no content": "sem conteúdo",
    "protocol": "avisos internos",
    "poll vote": "votos de enquete",
    "deleted or edited": "já apagados ou editados",
}


@dataclass(frozen=True, slots=True)
class Day:
    """What was counted of a number on one day."""

    date: date
    counts: Mapping[str, int]

    @property
    def received(self) -> int:
        return self.counts.get(What.RECEIVED, 0)

    @property
    def shown(self) -> int:
        return self.counts.get(What.SHOWN, 0)

    @property
    def known(self) -> int:
        return self.counts.get(What.KNOWN, 0)

    @property
    def noticed(self) -> int:
        return self.counts.get(What.NOTICED, 0)

    @property
    def parked(self) -> int:
        """What was parked that day and waits for a person still."""
        return max(0, self.counts.get(What.PARKED, 0) - self.replayed)

    @property
    def replayed(self) -> int:
        """What was parked that day, and was understood when it was replayed."""
        return self.counts.get(What.REPLAYED, 0)

    @property
    def retried(self) -> int:
        return self.counts.get(What.RETRIED, 0)

    @property
    def unknown(self) -> int:
        return self.counts.get(What.UNKNOWN, 0)

    @property
    def reconciled(self) -> int:
        return self.counts.get(What.RECONCILED, 0)

    @property
    def ignored(self) -> int:
        return sum(number for _, number in self.reasons)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """What was ignored, by reason: the most frequent first."""
        told = (
            (_reason(word.removeprefix(IGNORED)), number)
            for word, number in self.counts.items()
            if word.startswith(IGNORED)
        )
        return sorted(told, key=lambda one: (-one[1], one[0]))

    @property
    def is_empty(self) -> bool:
        return not any(self.counts.values())


@dataclass(frozen=True, slots=True)
class Report:
    """A number: how it is, how it was looked after, and its last days."""

    instance: Instance
    tone: str
    days: Sequence[Day]
    parked: int
    silent_since: datetime | None

    @property
    def repaired(self) -> int:
        """How often its webhook settings were given again, in all these days."""
        return sum(day.counts.get(What.REPAIRED, 0) for day in self.days)

    @property
    def restarted(self) -> int:
        """How often it was open and dead, in all these days."""
        return sum(day.counts.get(What.RESTARTED, 0) for day in self.days)


def reports(store: Store, now: datetime) -> list[Report]:
    """Read the numbers of a store, oldest first: three questions, however many they are."""
    numbers = Instance.objects.in_store(store).select_related("chatbot", "store").by_age()
    today = now.astimezone(store.zone).date()
    counts = _counts(store, since=today - timedelta(days=DAYS - 1))
    parked = InboundEvent.objects.in_store(store).parked_by_instance()
    return [
        Report(
            instance=one,
            tone=Panel.of(one, now).tone,
            days=[_day(counts, one, today - timedelta(days=ago)) for ago in range(DAYS)],
            parked=parked.get(one.pk, 0),
            silent_since=silent_since(one, now),
        )
        for one in numbers
    ]


_Counts = Mapping[tuple[int, date], Mapping[str, int]]


def _counts(store: Store, *, since: date) -> _Counts:
    found: dict[tuple[int, date], dict[str, int]] = defaultdict(dict)
    for instance, day, what, count in LineTally.objects.in_store(store).told_since(since):
        found[instance, day][what] = count
    return found


def _day(counts: _Counts, one: Instance, day: date) -> Day:
    return Day(day, counts.get((one.pk, day), {}))


def _reason(word: str) -> str:
    return _REASONS.get(word, word)
