"""How the numbers of a report are written."""

from django import template
from django.utils.formats import number_format

from sac.reports.scope import Scope
from sac.reports.summary import Told
from sac.reports.tickets import Behind
from sac.templatetags.desk_front import duration, percent

register = template.Library()

_DAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


@register.filter
def told_value(told: Told) -> str:
    """A count, a length of time or a share; a dash where there is nothing to tell."""
    if told.measure.seconds is not None:
        return duration(told.seconds)
    if told.measure.slug == "satisfacao":
        return percent(told.percent)
    return number_format(told.count, force_grouping=True)


@register.filter
def told_detail(told: Told) -> str:
    """Of how many tickets a mean is, and how long nine in ten of them took at most."""
    if told.measure.seconds is None and told.measure.slug != "satisfacao":
        return "atendimentos"
    if not told.count:
        return "sem dados no período"
    of = f"{number_format(told.count, force_grouping=True)} atendimentos"
    of = "1 atendimento" if told.count == 1 else of
    return of if told.most is None else f"{of} · 9 em 10 até {duration(told.most)}"


@register.filter
def narrowed(behind: Behind, scope: Scope) -> str:
    """What else the list is of, after its days: ", departamento Vendas, às 14h"."""
    parts = [
        "sem departamento" if scope.is_nowhere else "",
        f"departamento {scope.department}" if scope.department else "",
        f"atendente {scope.attendant}" if scope.attendant else "",
        f"canal {scope.instance}" if scope.instance else "",
        _DAYS[behind.weekday - 1] if behind.weekday else "",
        f"às {behind.hour}h" if behind.hour is not None else "",
        f"etiqueta {behind.tag}" if behind.tag else "",
        f"motivo {behind.reason}" if behind.reason else "",
    ]
    return "".join(f", {part}" for part in parts if part)
