"""What a person waits for: the list, its last page, a thread, the counters, a search."""

from collections.abc import Callable

from django.urls import reverse

from sac.filters import Filters, counts
from sac.models import Ticket
from tests.bench.stopwatch import Taken, timed
from tests.conftest import Actor

# A page so far down that nobody scrolls there, in rows.
DEEP = 0.6


def screens(ana: Actor, long: Ticket) -> dict[str, Taken]:
    """Time each screen of the desk for somebody who sees everything."""
    listing = reverse("desk_list")
    ticket = Ticket.objects.live().exclude(pk=long.pk).latest("last_activity_at")
    visible = Ticket.objects.visible_to(ana.rights)
    asked: dict[str, Callable[[], object]] = {
        "list, Em aberto": _get(ana, f"{listing}?situacao=em-aberto"),
        "list, Aguardando": _get(ana, f"{listing}?situacao=aguardando"),
        "list, Encerradas": _get(ana, f"{listing}?situacao=encerradas"),
        "list, Encerradas, deep": _get(ana, f"{listing}?situacao=encerradas&depois={_deep()}"),
        "thread of ten": _get(ana, reverse("ticket", args=[ticket.code]), htmx=True),
        "thread of 1,009": _get(ana, reverse("ticket", args=[long.code]), htmx=True),
        "whole desk": _get(ana, reverse("ticket", args=[ticket.code])),
        "counters": lambda: counts(visible, Filters()),
    }
    return {name: timed(work) for name, work in asked.items()}


def _get(ana: Actor, address: str, *, htmx: bool = False) -> Callable[[], object]:
    headers = {"HX-Request": "true"} if htmx else {}

    def ask() -> None:
        answer = ana.client.get(address, headers=headers)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"

    return ask


def _deep() -> str:
    closed = Ticket.objects.filter(status=Ticket.Status.CLOSED)
    newest = closed.order_by("-last_activity_at", "-id")
    row = newest[int(closed.count() * DEEP)]
    return f"{row.last_activity_at.isoformat().replace('+', '%2B')}~{row.pk}"
