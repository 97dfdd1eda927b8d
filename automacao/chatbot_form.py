"""The chatbot's folded section: saved with the number, every field optional."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Any

from django import forms

from automacao.models import ChatbotSettings, Instance
from automacao.models.chatbot import WEEKDAYS

_TEXTS = ("greeting", "department_greeting", "invalid_option", "out_of_hours", "closing")
_PLAIN = (*_TEXTS, "tries", "has_survey", "inactivity_minutes")
_HOLIDAY = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
# Room for a day's two intervals: opens, closes, opens again, closes.
_SLOTS = ("abre", "fecha", "reabre", "fecha de novo")
MOST_HOLIDAYS = 60

Interval = list[str]


@dataclass(frozen=True, slots=True)
class DayRow:
    """A weekday of the form: its four times, and what is wrong with them."""

    name: str
    times: Sequence[forms.BoundField]

    @property
    def error(self) -> str:
        """The first complaint; one is enough to look at the row again."""
        wrong = self._wrong()
        return str(wrong.errors[0]) if wrong else ""

    @property
    def error_id(self) -> str:
        """The id by which the wrong time points at the complaint, as Django writes it."""
        wrong = self._wrong()
        return f"{wrong.auto_id}_error" if wrong else ""

    def _wrong(self) -> forms.BoundField | None:
        return next((time for time in self.times if time.errors), None)


class ChatbotForm(forms.Form):
    """The settings of PRODUCT's chatbot; `cleaned` is what `save_instance` takes."""

    greeting = forms.CharField(
        label="Mensagem de saudação",
        help_text="A primeira mensagem do chatbot, antes do menu.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    department_greeting = forms.CharField(
        label="Saudação do departamento",
        help_text="Enviada quando o cliente escolhe um departamento.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    invalid_option = forms.CharField(
        label="Mensagem de opção inválida",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tries = forms.IntegerField(
        label="Tentativas antes da fila",
        help_text="De 1 a 10. Depois disso o cliente vai para a fila, sem departamento.",
        min_value=1,
        max_value=10,
        initial=3,
        required=False,
    )
    holidays = forms.CharField(
        label="Feriados",
        help_text="Um por linha: 25/12 vale todo ano; 08/12/2026 só naquele dia.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    out_of_hours = forms.CharField(
        label="Mensagem fora do horário",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    closing = forms.CharField(
        label="Mensagem de encerramento",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    has_survey = forms.BooleanField(
        label="Pesquisa de satisfação",
        help_text="Pede uma nota de 1 a 5 depois do encerramento.",
        required=False,
    )
    inactivity_minutes = forms.IntegerField(
        label="Encerramento por inatividade (minutos)",
        help_text="De 10 a 10080 (7 dias). Vazio: não encerra sozinho.",
        min_value=10,
        max_value=10080,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in enumerate(WEEKDAYS):
            for slot, word in enumerate(_SLOTS):
                self.fields[_slot(day, slot)] = forms.TimeField(
                    label=f"{name}: {word}",
                    required=False,
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                    error_messages={"invalid": "Digite as horas assim: 09:00."},
                )

    @classmethod
    def of(cls, instance: Instance, data: Mapping[str, Any] | None = None) -> "ChatbotForm":
        """Return the form filled with what is saved, or with what was typed (`data`)."""
        chatbot = getattr(instance, "chatbot", None) or ChatbotSettings()
        initial: dict[str, object] = {name: getattr(chatbot, name) for name in _PLAIN}
        initial["holidays"] = "\n".join(_written(day) for day in chatbot.holidays)
        for day, intervals in enumerate(chatbot.hours):
            for slot, moment in enumerate(moment for pair in intervals for moment in pair):
                initial[_slot(day, slot)] = moment
        return cls(data, initial=initial)

    @property
    def days(self) -> list[DayRow]:
        """The rows of the business hours."""
        return [self._day(number, name) for number, name in enumerate(WEEKDAYS)]

    @property
    def is_filled(self) -> bool:
        """Anything is worth unfolding for: an error, or something saved."""
        return bool(self.errors) or any(
            value for name, value in self.initial.items() if name != "tries"
        )

    @property
    def cleaned(self) -> dict[str, object]:
        """What was typed, as the settings keep it."""
        typed = self.cleaned_data
        settings: dict[str, object] = {name: typed[name] for name in _PLAIN}
        settings["tries"] = typed["tries"] or 3
        settings["holidays"] = typed["holidays"]
        settings["hours"] = [_intervals(self._times(day)) for day in range(len(WEEKDAYS))]
        return settings

    def clean_holidays(self) -> list[str]:
        """Return MM-DD and YYYY-MM-DD, in order and once each."""
        lines = [line.strip() for line in self.cleaned_data["holidays"].splitlines()]
        days = {_read_holiday(line) for line in lines if line}
        if len(days) > MOST_HOLIDAYS:
            raise forms.ValidationError(f"São no máximo {MOST_HOLIDAYS} feriados.")
        return sorted(days)

    def clean(self) -> dict[str, Any]:
        """Hold the hours of each day against each other."""
        for day in range(len(WEEKDAYS)):
            if problem := _problem(self._times(day)):
                self.add_error(_slot(day, 0), problem)
        return self.cleaned_data

    def _times(self, day: int) -> list[time | None]:
        return [self.cleaned_data.get(_slot(day, slot)) for slot in range(len(_SLOTS))]

    def _day(self, number: int, name: str) -> DayRow:
        return DayRow(name, [self[_slot(number, slot)] for slot in range(len(_SLOTS))])


def _slot(day: int, slot: int) -> str:
    return f"hours_{day}_{slot}"


def _problem(times: Sequence[time | None]) -> str:
    """Say what is wrong with a day's four times, if anything is."""
    opens, closes, reopens, ends = times
    if (opens is None) != (closes is None) or (reopens is None) != (ends is None):
        return "Preencha a hora de abrir e a de fechar."
    if opens is None and reopens is not None:
        return "Preencha primeiro o primeiro período."
    told = [moment for moment in times if moment is not None]
    if any(later <= earlier for earlier, later in pairwise(told)):
        return "As horas precisam vir em ordem. Até a meia-noite, use 23:59."
    return ""


def _intervals(times: Sequence[time | None]) -> list[Interval]:
    told = [moment.strftime("%H:%M") for moment in times if moment is not None]
    return [told[at : at + 2] for at in range(0, len(told), 2)]


def _read_holiday(line: str) -> str:
    match = _HOLIDAY.fullmatch(line)
    try:
        day, month, year = (int(part) if part else None for part in match.groups())  # type: ignore[union-attr]
        # A leap year, so that 29/02 is a day of every year.
        found = date(year or 2024, month or 0, day or 0)
    except (AttributeError, ValueError):
        raise forms.ValidationError(
            f"“{line[:30]}” não é uma data. Escreva assim: 25/12 ou 25/12/2026."
        ) from None
    return found.isoformat() if year else found.strftime("%m-%d")


def _written(day: str) -> str:
    return "/".join(reversed(day.split("-")))
