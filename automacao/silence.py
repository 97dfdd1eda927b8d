"""Numbers that are connected and bring nothing while the store is open: something is wrong."""

from datetime import datetime, timedelta

from automacao.business_hours import BusinessHours
from automacao.models import Instance

# Of open hours, without anything from the gateway: no message, no receipt, no word of the session.
SILENT_AFTER = timedelta(hours=4)


def silent_since(instance: Instance, now: datetime) -> datetime | None:
    """Return when a number that is silent was last heard; None of one that is not, or rests.

    One that nothing was ever heard of is about to be: its first connection is told.
    """
    since = instance.last_event_at
    if since is None or not instance.is_connected or now - since < SILENT_AFTER:
        return None
    hours = BusinessHours.of(getattr(instance, "chatbot", None), instance.store.zone)
    is_silent = hours.is_open(now) and hours.between(since, now) >= SILENT_AFTER
    return since if is_silent else None
