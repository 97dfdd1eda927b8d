"""A gateway that cannot reach WhatsApp tells of every try: hundreds of events in seconds."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from automacao.actions.sessions import WEAK, believed
from automacao.gateways.port import SessionState


def without_repeats(events: Iterable[SessionState], *, now: datetime) -> list[SessionState]:
    """Leave out of a storm what would be overtaken at once: the last word of each run is enough.

    A run is what one channel says along the way, told with its time, with nothing heavier between.
    """
    kept: list[SessionState] = []
    for channel, run in groupby(events, key=lambda event: _run_of(event, now)):
        if channel is None:
            kept.extend(run)
        else:
            kept.append(max(run, key=lambda event: event.at or now))
    return kept


def _run_of(event: SessionState, now: datetime) -> tuple[str | None] | None:
    is_along_the_way = event.state in WEAK and believed(event.at, now) is not None
    return (event.source.channel,) if is_along_the_way else None
