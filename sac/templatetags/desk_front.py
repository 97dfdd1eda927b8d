"""How the desk groups bubbles, names days, greets, and loads its modules."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sac.models import Message, TicketEvent
from sac.thread import Item

register = template.Library()

# Bubbles of one side closer than this stand together, the author named once.
TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Woven:
    """An item of the thread and how it hangs on the one above it."""

    message: Message | None
    event: TicketEvent | None
    order: str
    day: date
    opens_day: bool
    is_joined: bool


@register.filter
def woven(items: Iterable[Item]) -> Iterator[Woven]:
    """Mark where a day begins and which bubbles continue the one above."""
    above: Item | None = None
    for item in items:
        yield Woven(
            message=item.message,
            event=item.event,
            order=item.order,
            day=item.day,
            opens_day=above is None or above.day != item.day,
            is_joined=above is not None and _continues(above.message, item.message),
        )
        above = item


def _continues(above: Message | None, message: Message | None) -> bool:
    if above is None or message is None or "call" in {above.kind, message.kind}:
        return False
    if _side(above) != _side(message):
        return False
    return message.sent_at - above.sent_at < TOGETHER


def _side(message: Message) -> tuple[str, int | None, str]:
    """Whose words it is: the author named above a bubble is named for all that hang on it."""
    return message.direction, message.attendant_id, message.origin


@register.filter
def day_label(day: date) -> str:
    """Hoje, Ontem, the weekday within a week, then the date."""
    days = (timezone.localdate() - day).days
    if days <= 0:
        return "Hoje"
    if days == 1:
        return "Ontem"
    return date_format(day, "l").capitalize() if days < 7 else date_format(day, "d/m/Y")


@register.filter
def elapsed(since: datetime) -> str:
    """Write a wait as people say it: 4 min, 2 h 10 min, 3 dias."""
    minutes = max(1, int((timezone.now() - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return "1 dia" if hours < 48 else f"{hours // 24} dias"


@register.filter
def duration(seconds: int | None) -> str:
    """Write a length of time: 45 s, 2 min 14 s, 18 min, 2 h 05 min; a dash without data."""
    if seconds is None:
        return "—"
    minutes, rest = divmod(seconds, 60)
    if minutes < 1:
        return f"{seconds} s"
    if minutes < 10 and rest:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


@register.filter
def percent(share: int | None) -> str:
    """Write a share of a hundred; a dash without data."""
    return "—" if share is None else f"{share}%"


@register.filter
def of_how_many(count: int) -> str:
    """Say after a mean how many tickets it is of; nothing when of none."""
    if not count:
        return ""
    return ", em 1 atendimento" if count == 1 else f", em {count} atendimentos"


@register.filter
def greeting(now: datetime) -> str:
    if 5 <= now.hour < 12:
        return "Bom dia"
    return "Boa tarde" if 12 <= now.hour < 18 else "Boa noite"


@register.filter
def first_name(full_name: str) -> str:
    return full_name.split(maxsplit=1)[0] if full_name.strip() else ""


@register.simple_tag(takes_context=True)
def module_map(
    context: template.Context, *names: str, later: str = "", packed: str = ""
) -> SafeString:
    """Let the modules of static/js import each other as "sac/<name>", whatever hash a file carries.

    Also asks for them at once, so that one importing another costs no second round trip; `later`
    only when it is imported, and so those `packed` (evendas/packs.py).
    """
    nonce = context.get("csp_nonce", "")
    files = {f"sac/{name}": static(f"js/{name}.js") for name in (*names, *later.split())}
    files |= {f"sac/{name}": static(f"packs/{name}.js") for name in packed.split()}
    imports = mark_safe(json.dumps({"imports": files}))  # noqa: S308 - our own file names
    preload = format_html_join(
        "\n",
        '<link rel="modulepreload" nonce="{}" href="{}">',
        ((nonce, files[f"sac/{name}"]) for name in names),
    )
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>\n{}', nonce, imports, preload
    )
