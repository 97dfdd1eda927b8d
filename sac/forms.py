"""What people type on the desk, checked before an action sees it."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.http import QueryDict

from evendas.names import upright
from sac.destinations import Destination, Destinations
from sac.models import Attendant, Contact, TicketEvent

_STALE = {
    "required": "Esta página está desatualizada. Recarregue e tente de novo.",
    "invalid": "Esta página está desatualizada. Recarregue e tente de novo.",
}


class TypedText(forms.CharField):
    """Text as it was typed or pasted, less the NUL that no database keeps."""

    def to_python(self, value: object) -> str:
        text = str(value or "").replace("\0", "").replace("\r\n", "\n")
        return super().to_python(text) or ""


class TypedName(TypedText):
    """A person's name, which stands in titles and sentences."""

    def to_python(self, value: object) -> str:
        return super().to_python(upright(str(value or "")))


class ReplyForm(forms.Form):
    """A message to the customer. Length and emptiness are the action's to judge: it says why."""

    text = TypedText(required=False, strip=False, max_length=100_000)
    client_uuid = forms.UUIDField(
        error_messages={
            "required": "Recarregue a página e envie de novo.",
            "invalid": "Recarregue a página e envie de novo.",
        }
    )


class DraftForm(forms.Form):
    text = TypedText(required=False, strip=False, max_length=10_000)


class CloseForm(forms.Form):
    reason = TypedText(
        required=False,
        max_length=120,
        error_messages={"max_length": "O motivo pode ter até 120 caracteres."},
    )


class TakeOverForm(forms.Form):
    """Whom the page showed as the attendant: somebody else may be by now."""

    seen = forms.IntegerField(error_messages=_STALE)


class TransferForm(forms.Form):
    """To whom a ticket goes, and what they should know."""

    destination = forms.CharField(
        label="Para",
        max_length=40,
        error_messages={"required": "Escolha um departamento ou uma pessoa."},
    )
    note = TypedText(
        label="Nota para quem recebe",
        help_text="Só a equipe vê.",
        required=False,
        max_length=TicketEvent.MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: QueryDict | None = None, *, destinations: Destinations) -> None:
        super().__init__(data)
        self.destinations = destinations

    def clean_destination(self) -> Destination:
        found = self.destinations.find(self.cleaned_data["destination"])
        if found is None:
            raise ValidationError("Escolha um departamento ou uma pessoa da lista.")
        if found.is_here:
            where = "com" if isinstance(found.receiver, Attendant) else "em"
            raise ValidationError(f"Este atendimento já está {where} {found.receiver}.")
        return found


class ContactForm(forms.Form):
    """What the team knows of a customer. Only what was changed on the page is saved."""

    name = TypedName(label="Nome", required=False, max_length=200)
    email = forms.EmailField(label="E-mail", required=False, max_length=254)
    entry_channel = forms.ChoiceField(
        label="Canal de entrada", choices=Contact.EntryChannel.choices, widget=forms.RadioSelect
    )
    notes = TypedText(
        label="Anotações",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: QueryDict | None = None, *, contact: Contact) -> None:
        super().__init__(data, initial=model_to_dict(contact, fields=self.base_fields))
        for field in self.fields.values():
            # What the page showed travels along: two people may edit different fields at once.
            field.show_hidden_initial = True

    @property
    def changes(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.changed_data}
