"""What a person waits for: the list, its last page, a thread, the counters, a search."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from sac.counters import counts
from sac.filters import Filters
from sac.models import Ticket
from tests.bench.stopwatch import Taken, timed
from tests.conftest import Actor

# A page so far down that nobody scrolls there, in rows.
DEEP = 0.6
# One in four messages says the one, ten thousand the next, a thousand the last.
COMMON, MIDDLING, RARE = "entrega", "101", "linha"


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks: an attendant who sees everything, one of a small department, and the admin."""

    wide: Actor
    narrow: Actor
    admin: Actor


def screens(eyes: Eyes, long: Ticket) -> dict[str, Taken]:
    """Time each screen of the desk, for somebody who sees everything where nobody else is named."""
    ana, listing = eyes.wide, reverse("desk_list")
    ticket = Ticket.objects.live().exclude(pk=long.pk).latest("last_activity_at")
    asked: dict[str, Callable[[], object]] = {
        "list, Em aberto": _get(ana, f"{listing}?situacao=em-aberto"),
        "list, Aguardando": _get(ana, f"{listing}?situacao=aguardando"),
        "list, Encerradas": _get(ana, f"{listing}?situacao=encerradas"),
        "list, Encerradas, deep": _get(ana, f"{listing}?situacao=encerradas&depois={_deep()}"),
        "thread of ten": _get(ana, reverse("ticket", args=[ticket.code]), htmx=True),
        "thread of 1,009": _get(ana, reverse("ticket", args=[long.code]), htmx=True),
        "whole desk": _get(ana, reverse("ticket", args=[ticket.code])),
        "counters": _counters(ana),
        "counters, sees little": _counters(eyes.narrow),
        "counters, admin": _counters(eyes.admin),
        "counters, one department": _counters(ana, Filters(department=ticket.department_id)),
        "search, common word": _search(ana, COMMON),
        "search, middling word": _search(ana, MIDDLING),
        "search, rare word": _search(ana, RARE),
        "search, sees little": _search(eyes.narrow, COMMON),
        "search, admin": _search(eyes.admin, COMMON),
    }
    return {name: timed(work) for name, work in asked.items()}


def _get(ana: Actor, address: str, *, htmx: bool = False) -> Callable[[], object]:
    headers = {"HX-Request": "true"} if htmx else {}

    def ask() -> None:
        answer = ana.client.get(address, headers=headers)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"

    return ask


def _counters(actor: Actor, filters: Filters | None = None) -> Callable[[], object]:
    rights, asked = actor.rights, filters or Filters()
    return lambda: counts(rights, asked)


def _search(actor: Actor, text: str) -> Callable[[], object]:
    address = reverse("desk_search")
    return _get(actor, f"{address}?{urlencode({'q': text})}", htmx=True)


def _deep() -> str:
    closed = Ticket.objects.filter(status=Ticket.Status.CLOSED)
    newest = closed.order_by("-last_activity_at", "-id")
    row = newest[int(closed.count() * DEEP)]
    return f"{row.last_activity_at.isoformat().replace('+', '%2B')}~{row.pk}"
