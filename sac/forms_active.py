"""What is chosen on Conversas ativas: which conversations, and to whom they go."""

from typing import Any

from django import forms
from django.http import QueryDict

from evendas.accounts.models import Store
from sac.active import receivers
from sac.models import Attendant, Department

MOST = 100


class RedistributionForm(forms.Form):
    """Conversations by their codes, and one receiver for all of them."""

    ticket = forms.MultipleChoiceField(
        error_messages={
            "required": "Marque as conversas que vão mudar de mãos.",
            "invalid_choice": f"Passe até {MOST} conversas de cada vez.",
        }
    )
    destination = forms.ChoiceField(
        label="Passar para",
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={
            "required": "Escolha para quem vão as conversas marcadas.",
            "invalid_choice": "Esse destino não recebe mais atendimentos. Escolha outro.",
        },
    )

    def __init__(self, data: QueryDict | None = None, *, store: Store) -> None:
        super().__init__(data)
        self.store = store
        codes = data.getlist("ticket")[:MOST] if data else []
        picks: Any = self.fields["ticket"]
        # Whether one may see them is asked of the tickets themselves.
        picks.choices = [(code, code) for code in codes]
        choice: Any = self.fields["destination"]
        choice.choices = [("", "Escolha…"), *receivers(store).items()]

    @property
    def receiver(self) -> Department | Attendant | None:
        kind, _, pk = self.cleaned_data["destination"].partition("-")
        if kind == "pessoa":
            return Attendant.objects.in_store(self.store).get(pk=pk)
        if kind == "departamento":
            return Department.objects.in_store(self.store).get(pk=pk)
        return None
