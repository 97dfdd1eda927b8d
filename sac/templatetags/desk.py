"""How the desk writes times and sortable values."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()


@register.filter
def sortable(moment: datetime | None) -> str:
    """Write a moment so that text order is time order (microseconds since 1970, zero-padded)."""
    return "" if moment is None else f"{int(moment.timestamp() * 1_000_000):020d}"


@register.filter
def clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%H:%M")


@register.filter
def list_time(moment: datetime) -> str:
    """Write a past moment as lists do: 14:05 today, Ontem, the weekday, then the date."""
    local = timezone.localtime(moment)
    days = (timezone.localdate() - local.date()).days
    if days <= 0:
        return local.strftime("%H:%M")
    if days == 1:
        return "Ontem"
    if days < 7:
        return date_format(local, "l").capitalize()
    return date_format(local, "d/m/Y")
