"""What an admin types about a number: the number itself, its name, and its chatbot."""

from collections.abc import Mapping
from typing import Any

from django import forms

from automacao.models import Instance
from evendas import phones
from evendas.names import NameField


class InstanceForm(forms.Form):
    """The two fields that matter, in the seed's order."""

    phone = forms.CharField(
        label="Número completo do WhatsApp",
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "maxlength": None}
        ),
        error_messages={"required": "Digite o número com DDD, por exemplo (11) 98765-4321."},
    )
    name = NameField(
        label="Nome",
        max_length=60,
        help_text="Só para uso interno; o cliente não vê.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Dê um nome a este telefone."},
    )

    @classmethod
    def of(cls, instance: Instance, data: Mapping[str, Any] | None = None) -> "InstanceForm":
        """Return the form filled with what is saved, or with what was typed (`data`)."""
        form = cls(data, initial={"phone": instance.phone_display, "name": instance.name})
        form.fields["phone"].help_text = _saved_as(instance.phone)
        return form

    def clean_phone(self) -> str:
        """Return the number in E.164."""
        phone = phones.normalize(self.cleaned_data["phone"])
        if phone is None:
            raise forms.ValidationError(
                "Este número não existe. Digite com DDD, por exemplo (11) 98765-4321."
            )
        if phones.is_service(phone):
            raise forms.ValidationError(
                "Números 0800, 4004 e parecidos não podem ser lidos por um celular. "
                "Use o número do celular ou telefone fixo da loja, com DDD."
            )
        return phone

    def say_taken(self) -> None:
        """Tell beside the field that another instance of the store has the number."""
        self.add_error("phone", "Este número já está em outra instância da sua loja.")


def _saved_as(phone: str) -> str:
    return f"Com DDD. Salvo como {phones.written_out(phone)}." if phone else "Com DDD."
