"""How amounts and shares are written."""

from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_SIGNS = {"BRL": "R$"}
_SENSE = {1: ("▲", "a mais"), 0: ("=", "sem mudança"), -1: ("▼", "a menos")}


@register.filter
def money(amount: Decimal | None, currency: str = "BRL") -> str:
    """An amount with its sign and two places, "—" for none. Never breaks between the two."""
    if amount is None:
        return "—"
    # Django cuts what is beyond the places.
    cents = abs(amount).quantize(Decimal("0.01"), ROUND_HALF_UP)
    digits = number_format(cents, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{'−' if amount < 0 else ''}{_SIGNS.get(currency, currency)}\N{NO-BREAK SPACE}{digits}"


@register.filter
def share(part: Decimal | None) -> str:
    """A share of one in a hundred with one place, "—" for none; whole ones without."""
    if part is None:
        return "—"
    percent = (100 * part).quantize(Decimal("0.1"))
    places = 0 if percent == percent.to_integral_value() else 1
    return f"{number_format(percent, decimal_pos=places, use_l10n=True)}%"


@register.filter
def change(now: Decimal | int, before: Decimal | int | str | None) -> SafeString:
    """How much more or less than the month before, also for ears; a dash where it had nothing."""
    if not before:
        return mark_safe("—")
    moved = Decimal(now) / Decimal(before) - 1
    sign, word = _SENSE[(moved > 0) - (moved < 0)]
    return format_html(
        '<span aria-hidden="true">{} </span><b>{}</b><span class="sr"> {}</span>',
        sign,
        share(abs(moved)),
        word,
    )
