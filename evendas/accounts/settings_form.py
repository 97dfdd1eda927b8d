"""What an admin sets for the whole store."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from evendas.accounts.models import Store
from evendas.names import NameField

# Brazil has four times; the names are what people call them.
ZONES = (
    ("America/Sao_Paulo", "Brasília"),
    ("America/Manaus", "Amazonas, Rondônia, Roraima"),
    ("America/Cuiaba", "Mato Grosso, Mato Grosso do Sul"),
    ("America/Rio_Branco", "Acre"),
    ("America/Noronha", "Fernando de Noronha"),
)


class StoreForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The store's name, its clock, and what becomes of what customers delete."""

    name = NameField(label="Nome da loja", max_length=120)
    timezone = forms.ChoiceField(
        label="Fuso horário",
        choices=ZONES,
        help_text="Vale para os horários das telas, os códigos e os números do mês.",
        error_messages={"invalid_choice": "Escolha um dos fusos da lista."},
    )
    shows_deleted = forms.BooleanField(
        label="Guardar o texto das mensagens apagadas",
        help_text="Quando alguém apaga uma mensagem para todos, a equipe continua vendo o que ela"
        " dizia. Sem isto, o texto e o arquivo são eliminados daqui também.",
        required=False,
    )

    class Meta:
        model = Store
        fields: ClassVar[list[str]] = ["name", "timezone", "shows_deleted"]

    def __init__(self, data: QueryDict | None = None, *, store: Store) -> None:
        super().__init__(data, instance=store)

    @property
    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}
