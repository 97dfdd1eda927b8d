"""What people type on the desk, checked before an action sees it."""

from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.http import QueryDict

from automacao.gateways.port import Kind
from evendas import phones, tax_ids
from evendas.names import upright
from sac.destinations import Destination, Destinations
from sac.models import Attendant, CloseReason, Contact, TicketEvent

if TYPE_CHECKING:
    from django.db.models import QuerySet

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


_AGAIN = "Recarregue a página e envie de novo."


class SendingForm(forms.Form):
    """What everything sent to the customer has: an id of its own, and what it answers."""

    client_uuid = forms.UUIDField(error_messages={"required": _AGAIN, "invalid": _AGAIN})
    quotes = forms.IntegerField(required=False, error_messages={"invalid": _AGAIN})


class ReplyForm(SendingForm):
    """A message to the customer. Length and emptiness are the action's to judge: it says why.

    `as_kind` says that a file is a voice recorded here, or is to go as a document or sticker.
    """

    text = TypedText(required=False, strip=False, max_length=100_000)
    as_kind = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((kind, kind) for kind in (Kind.VOICE, Kind.DOCUMENT, Kind.STICKER))],
        error_messages={"invalid_choice": _AGAIN},
    )

    def clean_as_kind(self) -> Kind | None:
        return Kind(self.cleaned_data["as_kind"]) if self.cleaned_data["as_kind"] else None


_OFF = ("invalid", "min_value", "max_value")
_LATITUDE = "A latitude vai de -90 a 90 graus, como -23,5614."
_LONGITUDE = "A longitude vai de -180 a 180 graus, como -46,6558."


class Degrees(forms.DecimalField):
    """A coordinate with a comma as Brazilians type it, or a point as maps show it."""

    def to_python(self, value: object) -> Decimal | None:  # type: ignore[override]  # stubs say int
        return super().to_python(str(value or "").replace(",", "."))


class LocationForm(SendingForm):
    """A place on the map. The network wants its name and address beside the point."""

    name = TypedText(
        label="Nome do lugar",
        max_length=100,
        error_messages={"required": "Dê um nome ao lugar, como Loja Aurora – Centro."},
    )
    address = TypedText(
        label="Endereço", max_length=200, error_messages={"required": "Informe o endereço."}
    )
    latitude = Degrees(
        label="Latitude",
        min_value=-90,
        max_value=90,
        error_messages={"required": "Informe a latitude.", **dict.fromkeys(_OFF, _LATITUDE)},
    )
    longitude = Degrees(
        label="Longitude",
        min_value=-180,
        max_value=180,
        error_messages={"required": "Informe a longitude.", **dict.fromkeys(_OFF, _LONGITUDE)},
    )

    @property
    def facts(self) -> dict[str, object]:
        data = self.cleaned_data
        point = {name: float(data[name]) for name in ("latitude", "longitude")}
        return {**point, "name": data["name"], "address": data["address"]}


class CardForm(SendingForm):
    """A contact to hand to the customer."""

    name = TypedName(label="Nome", max_length=100, error_messages={"required": "Informe o nome."})
    phone = forms.CharField(
        label="WhatsApp", max_length=40, error_messages={"required": "Informe o número."}
    )

    def clean_phone(self) -> str:
        phone = phones.normalize(self.cleaned_data["phone"])
        if phone is None:
            raise ValidationError("Número inválido. Use DDD e número, como (11) 98765-4321.")
        return phone

    @property
    def facts(self) -> dict[str, object]:
        data = self.cleaned_data
        return {"cards": [{"name": data["name"], "phones": [data["phone"]]}]}


class ReactionForm(forms.Form):
    """An emoji; an empty one takes the reaction away."""

    emoji = forms.CharField(
        required=False, max_length=40, error_messages={"max_length": "Escolha um emoji."}
    )


class NoteForm(forms.Form):
    """A note to the team. Length and emptiness are the action's to judge: it says why."""

    client_uuid = forms.UUIDField(error_messages={"required": _AGAIN, "invalid": _AGAIN})
    text = TypedText(required=False, strip=False, max_length=100_000)


class ForwardForm(forms.Form):
    """Into which ticket a message is forwarded."""

    client_uuid = forms.UUIDField(error_messages={"required": _AGAIN, "invalid": _AGAIN})
    to = forms.CharField(
        max_length=20,
        error_messages={"required": "Escolha a conversa.", "max_length": "Escolha a conversa."},
    )


class EditionForm(forms.Form):
    text = TypedText(required=False, strip=False, max_length=100_000)


class DraftForm(forms.Form):
    text = TypedText(required=False, strip=False, max_length=10_000)


class CloseForm(forms.Form):
    """How a ticket ends: why, and with the closing text or without it."""

    reason: "forms.ModelChoiceField[CloseReason]" = forms.ModelChoiceField(
        label="Motivo",
        queryset=None,
        empty_label="Escolha o motivo",
        error_messages={
            "required": "Escolha o motivo do encerramento.",
            "invalid_choice": "Este motivo não está mais em uso. Escolha outro.",
        },
    )
    says_goodbye = forms.BooleanField(required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        reasons: "QuerySet[CloseReason]",
        wants_reason: bool,
    ) -> None:
        super().__init__(data)
        field = cast("forms.ModelChoiceField[CloseReason]", self.fields["reason"])
        field.queryset = reasons
        field.required = wants_reason
        if not wants_reason:
            field.empty_label = "Sem motivo"


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


class TaxIdField(TypedText):
    """A CPF or CNPJ in any spelling, kept bare; shown with its dots."""

    default_error_messages = {"invalid": "CPF ou CNPJ inválido: confira os dígitos."}

    def to_python(self, value: object) -> str:
        typed = super().to_python(value)
        tax_id = tax_ids.normalize(typed)
        if typed and tax_id is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return tax_id or ""

    def prepare_value(self, value: object) -> object:
        tax_id = tax_ids.normalize(str(value or ""))
        return tax_ids.display(tax_id) if tax_id else value

    def widget_attrs(self, widget: forms.Widget) -> dict[str, object]:
        plain = {"inputmode": "text", "autocapitalize": "characters", "spellcheck": "false"}
        return {**super().widget_attrs(widget), **plain, "autocomplete": "off"}


class ContactForm(forms.Form):
    """What the team knows of a customer. Only what was changed on the page is saved."""

    name = TypedName(label="Nome", required=False, max_length=200)
    email = forms.EmailField(label="E-mail", required=False, max_length=254)
    tax_id = TaxIdField(label="CPF/CNPJ", required=False)
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
