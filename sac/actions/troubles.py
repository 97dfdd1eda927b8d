"""What the desk misses of a store's numbers: the bar over every page, and what is said without."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.formats import number_format

from automacao.models import Instance
from sac.models import Department, Message

State = Instance.State


@dataclass(frozen=True, slots=True)
class Lines:
    """The numbers of a store in words: those in trouble, or one sentence when all is well."""

    troubles: list[str]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class _Outbox:
    """What hangs on a number: replies that wait to leave, and any not known to have left."""

    waiting: int = 0
    total: int = 0


def lines_of_store(store_id: int) -> Lines:
    """Read how the numbers of a store are: one question while all is well."""
    return lines_of(Instance.objects.filter(store=store_id, removed_at=None).by_age())


def lines_of(numbers: Iterable[Instance]) -> Lines:
    """Tell how these numbers are: two questions more where one is in trouble."""
    numbers = list(numbers)
    troubled = [one for one in numbers if _is_down(one) or _is_paused(one)]
    outboxes = _outboxes(troubled) if troubled else {}
    missed = _missed(troubled, outboxes)
    if missed:
        return Lines([_sentence(one, outboxes.get(one.pk, _Outbox())) for one in missed])
    paired = [one for one in numbers if one.connected_phone]
    if len(paired) == 1:
        return Lines([], f"{paired[0]} conectada")
    return Lines([], f"{len(paired)} números conectados" if paired else "")


def stores_that_wait() -> list[int]:
    """Return the stores with messages in a queue that does not flow."""
    stuck = Q(instance__down_since__isnull=False) | Q(instance__send_failures__gt=0)
    queued = Message.objects.filter(stuck, state=Message.State.QUEUED, instance__removed_at=None)
    return list(queued.order_by().values_list("store", flat=True).distinct())


def _is_down(one: Instance) -> bool:
    return not one.is_connected and not one.is_blank


def _is_paused(one: Instance) -> bool:
    return one.is_connected and bool(one.send_failures and one.send_paused_until)


def _outboxes(numbers: Collection[Instance]) -> dict[int, _Outbox]:
    queued = Count("pk", filter=Q(state=Message.State.QUEUED))
    rows = Message.objects.filter(instance__in=numbers).in_outbox().values("instance")
    counted = rows.annotate(queued=queued, total=Count("pk")).order_by()
    return {row["instance"]: _Outbox(row["queued"], row["total"]) for row in counted}


def _missed(troubled: list[Instance], outboxes: Collection[int]) -> list[Instance]:
    """Those that were paired, or that somebody works with: by departments, or by what waits."""
    unpaired = [one.pk for one in troubled if not one.connected_phone]
    worked_with = set(outboxes)
    if unpaired:
        departments = Department.objects.active().filter(instance__in=unpaired)
        worked_with |= set(departments.values_list("instance", flat=True))
    return [one for one in troubled if one.connected_phone or one.pk in worked_with]


def _sentence(one: Instance, outbox: _Outbox) -> str:
    waiting = _waiting(outbox.waiting)
    if one.is_connected:
        return f"O WhatsApp do número {one} não está respondendo: {waiting}"
    if one.state == State.BANNED:
        return f"O número {one} está bloqueado pelo WhatsApp: {waiting}"
    by_phone = " pelo celular" if one.state == State.LOGGED_OUT else ""
    return f"O número {one} está desconectado{by_phone}: {waiting}"


def _waiting(messages: int) -> str:
    if not messages:
        return "as mensagens ficam na fila e saem quando ele voltar."
    if messages == 1:
        return "1 mensagem espera na fila e sai quando ele voltar."
    counted = number_format(messages, force_grouping=True)
    return f"{counted} mensagens esperam na fila e saem quando ele voltar."
