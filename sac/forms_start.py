"""What an attendant types to write to somebody first."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from automacao.models import Instance
from evendas import phones
from evendas.accounts.models import Store
from sac.forms import TypedName
from sac.models import Department
from sac.permissions import Rights


class PlaceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A department; with its number where the store has several."""

    has_several_numbers = False

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401 - Django's signature
        return f"{obj} · {obj.instance}" if self.has_several_numbers else str(obj)


class StartForm(forms.Form):
    """A phone as Brazilians write it, and who writes. One's only department is not asked for."""

    phone = forms.CharField(
        label="Telefone do cliente",
        max_length=60,
        help_text="Com DDD, como (11) 98765-4321.",
        error_messages={"required": "Digite o telefone do cliente, com DDD."},
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "data-first": ""}),
    )
    department = PlaceChoice(
        label="Departamento",
        queryset=None,
        empty_label="Escolha…",
        error_messages={
            "required": "Escolha o departamento que fala com o cliente.",
            "invalid_choice": "Escolha um dos seus departamentos.",
        },
    )
    name = TypedName(
        label="Nome",
        required=False,
        max_length=200,
        help_text="Se você já sabe. Pode ficar em branco.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, store: Store, rights: Rights, phone: str = ""
    ) -> None:
        super().__init__(data, initial={"phone": phone})
        self.store = store
        places = places_of(store, rights)
        field: Any = self.fields["department"]
        field.queryset = places
        field.has_several_numbers = len({place.instance_id for place in places}) > 1
        self.only_place = places[0] if len(places) == 1 else None
        if self.only_place:
            del self.fields["department"]

    def clean_phone(self) -> str:
        phone = phones.normalize(self.cleaned_data["phone"])
        if phone is None:
            raise ValidationError("Confira o telefone: DDD e número, como (11) 98765-4321.")
        if phones.is_service(phone):
            raise ValidationError("Este é um número de serviço (0800 e parecidos), sem WhatsApp.")
        if Instance.objects.in_store(self.store).with_phone(phone).exists():
            raise ValidationError("Este é um número da própria loja.")
        return phone

    @property
    def place(self) -> Department:
        chosen: Department = self.only_place or self.cleaned_data["department"]
        return chosen


def places_of(store: Store, rights: Rights) -> Any:  # noqa: ANN401 - a queryset of departments
    """The departments one may write from: one's own, on a number that is not removed."""
    own = Department.objects.in_store(store).active().filter(pk__in=rights.departments)
    return own.filter(instance__removed_at=None).select_related("instance").by_name()
