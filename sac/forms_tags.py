"""Tags as they are typed, and as they are put on a ticket."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from evendas.names import NameField
from sac.forms_team import Swatches
from sac.models import Department, Tag


class TagForm(forms.Form):
    """A tag of the store. A new one is in use."""

    name = NameField(label="Etiqueta", max_length=30)
    colour = forms.ChoiceField(
        label="Cor",
        choices=Department.Colour.choices,
        widget=Swatches,
        error_messages={"invalid_choice": "Escolha uma das cores."},
    )
    is_active = forms.BooleanField(
        label="Ativa",
        required=False,
        help_text="Uma etiqueta inativa não é mais oferecida; os atendimentos a mantêm.",
    )

    def __init__(self, data: QueryDict | None = None, *, tag: Tag | None = None) -> None:
        known: dict[str, Any] = {"colour": Department.Colour.GREY}
        if tag:
            known = {"name": tag.name, "colour": tag.colour, "is_active": tag.is_active}
        super().__init__(data, initial=known)
        if tag is None:
            del self.fields["is_active"]

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class TicketTagsForm(forms.Form):
    """Which tags a ticket is to carry. `shown` is what the page showed, for two at once."""

    tags = forms.MultipleChoiceField(
        label="Etiquetas",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Escolha etiquetas da lista."},
    )

    def __init__(
        self, data: QueryDict | None = None, *, offered: Sequence[Tag], carried: Sequence[Tag]
    ) -> None:
        super().__init__(data, initial={"tags": [str(tag.pk) for tag in carried]})
        self.offered = offered
        field: Any = self.fields["tags"]
        field.choices = [(str(tag.pk), tag.name) for tag in offered]
        field.show_hidden_initial = True

    @property
    def added(self) -> list[Tag]:
        return [tag for tag in self.offered if str(tag.pk) in self._chosen - self._shown]

    @property
    def removed(self) -> list[Tag]:
        return [tag for tag in self.offered if str(tag.pk) in self._shown - self._chosen]

    @property
    def _chosen(self) -> set[str]:
        return set(self.cleaned_data["tags"])

    @property
    def _shown(self) -> set[str]:
        name = self.add_initial_prefix("tags")
        return set(self.data.getlist(name)) if isinstance(self.data, QueryDict) else set()
