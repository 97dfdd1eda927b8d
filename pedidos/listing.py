"""Pedidos: which orders are looked for, and pages of them by key.

The address says all of it: `q`, `situacao`, `plataforma`, `de` and `ate` (days of the store, both
included). A page costs the same however far down it is.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet, Value
from django.http import QueryDict
from django.utils.http import urlencode

from evendas import phones, tax_ids
from evendas.accounts.models import Sortable, Store
from pedidos.models import Order, OrderPhone, Source
from pedidos.models.order import Label
from pedidos.templatetags.order_words import OWN_WAYS

PAGE = 30
# What tells a part of a phone someone remembers from a short number of an order.
_PHONE_DIGITS = 6
_NEWEST = ("-placed_at", "-id")
_DAY = timedelta(days=1)
_DATE_WRONG = {"invalid": "Escreva uma data: 21/11/2026."}
_NOT_THEN = "Escolha uma data entre 2000 e 2100."
_IN_OUR_TIME = [
    MinValueValidator(date(2000, 1, 1), _NOT_THEN),
    MaxValueValidator(date(2100, 12, 31), _NOT_THEN),
]


class OrderFilters(forms.Form):
    """What was asked for in the address. What is wrong with it is said beside its field."""

    q = forms.CharField(
        label="Buscar",
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Nº, nome, e-mail, CPF, telefone"}
        ),
    )
    situacao = forms.ChoiceField(
        label="Situação",
        required=False,
        choices=[("", "Todas"), *Label.choices],
        error_messages={"invalid_choice": "Escolha uma das situações."},
    )
    plataforma = forms.CharField(label="Plataforma", required=False, max_length=20)
    de = forms.DateField(
        label="De", required=False, error_messages=_DATE_WRONG, validators=_IN_OUR_TIME
    )
    ate = forms.DateField(
        label="Até", required=False, error_messages=_DATE_WRONG, validators=_IN_OUR_TIME
    )

    def __init__(self, data: QueryDict, *, store: Store) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.store = store
        platforms = {**dict(Source.Platform.choices), **OWN_WAYS}
        known = {data.get("plataforma", ""), *platforms}
        choices = [(one, platforms.get(one, one)) for one in known if one]
        by_name = sorted(choices, key=lambda one: one[1].casefold())
        self.fields["plataforma"].widget = forms.Select(choices=[("", "Todas"), *by_name])
        for name in ("de", "ate"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        typed = super().clean() or self.cleaned_data
        begins, ends = typed.get("de"), typed.get("ate")
        if begins and ends and ends < begins:
            self.add_error("ate", "O período termina antes de começar.")
        return typed

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for at all."""
        return any(self.data.get(name, "").strip() for name in self.fields)

    def address(self, **changes: str) -> str:
        """The query of the same page with these parameters changed."""
        asked = {name: self.data.get(name, "") for name in self.fields} | changes
        return urlencode({name: value for name, value in asked.items() if value})

    def apply(self, orders: QuerySet[Order]) -> QuerySet[Order]:
        """Narrow orders down, but for the text.

        What was not understood narrows nothing: its field says so.
        """
        self.is_valid()
        asked = self.cleaned_data
        found = orders
        if label := asked.get("situacao"):
            found = found.filter(label=label)
        if platform := asked.get("plataforma"):
            found = found.filter(platform=platform)
        if begins := asked.get("de"):
            found = found.filter(placed_at__gte=self._midnight(begins))
        if ends := asked.get("ate"):
            found = found.filter(placed_at__lt=self._midnight(ends + _DAY))
        return found

    @property
    def ways(self) -> list[Q]:
        """What the text that was typed may mean: each alone is enough."""
        self.is_valid()
        return _ways_of(self.cleaned_data.get("q") or "", self.store)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.store.zone)


def page(store: Store, filters: OrderFilters, *, after: str = "") -> tuple[list[Order], str]:
    """Return PAGE orders after the cursor, newest first, and the next cursor, empty at the end."""
    found = filters.apply(Order.objects.in_store(store))
    if place := _place(after):
        moment, pk = place
        # The first part is what the index is entered by.
        found = found.filter(Q(placed_at__lte=moment) & (Q(placed_at__lt=moment) | Q(id__lt=pk)))
    rows = list(_newest(found, filters.ways))
    if len(rows) <= PAGE:
        return rows, ""
    last = rows[PAGE - 1]
    return rows[:PAGE], f"{last.placed_at.isoformat()}~{last.pk}"


def _place(cursor: str) -> tuple[datetime, int] | None:
    """Read a cursor; one that is no cursor means the beginning."""
    moment, _, pk = cursor.partition("~")
    try:
        # In UTC: the database knows fewer offsets than Python does.
        place = datetime.fromisoformat(moment).astimezone(UTC), int(pk)
    except (ValueError, OverflowError):
        return None
    return place if 0 < place[1] < 2**63 else None


def _newest(found: QuerySet[Order], ways: Sequence[Q]) -> QuerySet[Order]:
    """A page and one more, of those that any of the ways leads to.

    Each way is asked for its own newest: by an index of what is rare, and by walking back in time
    for what many have. Of all at once every order of the store would be read.
    """
    named = found.alias(plain=Sortable("buyer_name"))
    parts = [named.filter(way).order_by(*_NEWEST)[: PAGE + 1] for way in ways]
    if len(parts) == 1:
        return parts[0]
    first, *others = (part.values("pk") for part in parts)
    return found.filter(pk__in=first.union(*others)).order_by(*_NEWEST)[: PAGE + 1]


def _ways_of(text: str, store: Store) -> list[Q]:
    """What a text may mean of an order: its form says which columns are looked at."""
    sought = text.strip()
    if not sought:
        return [Q()]
    if "@" in sought:
        return [Q(buyer_email__startswith=sought.lower())]
    ways = [Q(number__istartswith=sought.lstrip("#").strip())]
    if known := tax_ids.normalize(sought):
        ways.append(Q(buyer_document=known))
    if any(one.isalpha() for one in sought):
        # In the name, accents and case apart.
        return [*ways, Q(plain__contains=Sortable(Value(sought)))]
    return [*ways, *_with_phone(sought, store)]


def _with_phone(text: str, store: Store) -> list[Q]:
    """By the whole phone however it is written, or by a part of it."""
    digits = "".join(one for one in text if one.isdecimal() and one.isascii())
    if known := phones.normalize(text):
        asked = Q(phone=known)
    elif len(digits) >= _PHONE_DIGITS:
        asked = Q(phone__contains=digits)
    else:
        return []
    return [Q(pk__in=OrderPhone.objects.in_store(store).filter(asked).values("order"))]
