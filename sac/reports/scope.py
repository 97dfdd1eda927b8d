"""Of what a report tells: days of the store, a department, a person, a number."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Case, F, When
from django.http import QueryDict
from django.utils import timezone

from automacao.models import Instance
from evendas import clock
from evendas.accounts.models import Store
from sac.models import Attendant, Department, TicketEvent
from sac.models.ticket import TicketEventQuerySet

MOST_DAYS = 366
# In an address: what stands in no department.
NOWHERE = "nenhum"
# Of a step, the department; a ticket that begins is often in none yet, and counts where it is now.
PLACE = Case(
    When(kind=TicketEvent.Kind.CREATED, then=F("ticket__department")), default=F("department")
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked for. `first` and `last` are whole days of the store, both included.

    `is_nowhere`: of what stands in no department.
    """

    store: Store
    first: date
    last: date
    department: Department | None = None
    attendant: Attendant | None = None
    instance: Instance | None = None
    is_nowhere: bool = False

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time.min, self.store.zone)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time.min, self.store.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def query(self, **more: str) -> str:
        """As it stands in an address."""
        chosen = {
            "departamento": self.department,
            "atendente": self.attendant,
            "canal": self.instance,
        }
        told = {name: str(row.pk) for name, row in chosen.items() if row is not None}
        told |= {"departamento": NOWHERE} if self.is_nowhere else {}
        days = {"de": self.first.isoformat(), "ate": self.last.isoformat()}
        return "?" + urlencode(days | told | more)

    def events(self) -> TicketEventQuerySet:
        """The steps that count, of the period and of what was chosen."""
        found = TicketEvent.objects.in_store(self.store).filter(
            at__gte=self.begins, at__lt=self.ends
        )
        if self.is_nowhere:
            found = found.annotate(place=PLACE).filter(place=None)
        elif self.department is not None:
            found = found.annotate(place=PLACE).filter(place=self.department.pk)
        if self.attendant is not None:
            found = found.filter(attendant=self.attendant)
        if self.instance is not None:
            found = found.filter(ticket__instance=self.instance)
        return found.standing(self.store)


class ScopeForm(forms.Form):
    """The days and what else is chosen; without days, this month so far."""

    de = forms.DateField(label="De", required=False, widget=forms.DateInput({"type": "date"}))
    ate = forms.DateField(label="Até", required=False, widget=forms.DateInput({"type": "date"}))
    departamento = forms.ChoiceField(
        label="Departamento", required=False, widget=forms.Select({"class": "select"})
    )
    atendente: "forms.ModelChoiceField[Attendant]" = forms.ModelChoiceField(
        label="Atendente", queryset=None, required=False, empty_label="Todos"
    )
    canal: "forms.ModelChoiceField[Instance]" = forms.ModelChoiceField(
        label="Canal de entrada",
        queryset=None,
        required=False,
        empty_label="Todos",
    )

    def __init__(self, data: QueryDict, *, store: Store) -> None:
        self.store = store
        today = timezone.localtime(clock.now(), store.zone).date()
        usual = {"de": today.replace(day=1).isoformat(), "ate": today.isoformat()}
        super().__init__(usual | {name: text for name, text in data.items() if text})
        self.departments = {
            str(row.pk): row for row in Department.objects.in_store(store).by_name()
        }
        departamento: Any = self.fields["departamento"]
        places = [*self.departments.items(), (NOWHERE, "Sem departamento")]
        departamento.choices = [("", "Todos"), *places]
        choices: dict[str, Any] = {
            "atendente": Attendant.objects.in_store(store).by_name(),
            "canal": Instance.objects.in_store(store).by_age(),
        }
        for name, rows in choices.items():
            field: Any = self.fields[name]
            field.queryset = rows
            field.widget.attrs["class"] = "select"

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        first, last = found.get("de"), found.get("ate")
        if not first or not last:
            return found
        if first > last:
            self.add_error("ate", "O fim do período vem antes do começo.")
        elif (last - first).days >= MOST_DAYS:
            self.add_error("ate", f"Escolha um período de até {MOST_DAYS} dias.")
        elif first.year < 2000 or last.year > 2200:
            self.add_error("de", "Escolha datas entre os anos 2000 e 2200.")
        return found

    @property
    def scope(self) -> Scope:
        """What a valid form asks for."""
        data = self.cleaned_data
        return Scope(
            store=self.store,
            first=data["de"],
            last=data["ate"],
            department=self.departments.get(data["departamento"]),
            attendant=data["atendente"],
            instance=data["canal"],
            is_nowhere=data["departamento"] == NOWHERE,
        )


def whole_number(text: str, least: int, most: int) -> int | None:
    """Read a number of an address, None when it is none or beyond its bounds."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    number = int(text)
    return number if least <= number <= most else None


def row_id(text: str) -> int | None:
    """Read which row an address goes on from."""
    return whole_number(text, 1, 2**63 - 1)
