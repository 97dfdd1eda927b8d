"""Who of the team takes conversations now, and who has a screen open at all."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from evendas import clock
from sac.announce import presence_changed
from sac.models import Attendant
from sac.refusals import Refused

# Tabs of one person tell of them by turns: one row is written a minute, whatever they do.
_WRITTEN_EVERY = timedelta(seconds=45)


def set_availability(attendant_id: int, wanted: Attendant.Availability) -> Attendant:
    """Disponível, Em pausa or Indisponível: at once, on every open screen of the team.

    Raises Refused for somebody who attends no more.
    """
    with transaction.atomic():
        row = Attendant.objects.locked(attendant_id)
        if row is None:
            raise Refused("Você não atende mais por esta loja.")
        if row.availability != wanted:
            row.availability, row.availability_since = wanted, clock.now()
            row.save(update_fields=["availability", "availability_since"])
            presence_changed(row)
    return row


def note_seen(attendant_id: int) -> None:
    """A screen of theirs is open now; the team is told of somebody who was gone."""
    now = clock.now()
    stale = Q(last_seen_at=None) | Q(last_seen_at__lt=now - _WRITTEN_EVERY)
    with transaction.atomic():
        rows = Attendant.objects.active().filter(stale, pk=attendant_id)
        # Whoever holds the row writes of this person anyway: the next minute is soon enough.
        row = rows.select_for_update(no_key=True, of=("self",), skip_locked=True).first()
        if row is None:
            return
        was_online, row.last_seen_at = row.is_online, now
        row.save(update_fields=["last_seen_at"])
        if not was_online:
            presence_changed(row)
