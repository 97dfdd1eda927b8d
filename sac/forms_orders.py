"""What is said of an order beside a conversation."""

from django import forms
from django.core.validators import RegexValidator

from sac.models import OrderLink

# What the buttons say: "taken_back" is nobody's word any more.
_WORD = RegexValidator(r"^[0-9]{1,18} (confirmed|refused|taken_back)\Z", "Escolha um dos pedidos.")


class OrderWordForm(forms.Form):
    """One button: which order, and what is said of it."""

    word = forms.CharField(
        validators=[_WORD], error_messages={"required": "Escolha um dos pedidos."}
    )

    @property
    def order_id(self) -> int:
        return int(self.cleaned_data["word"].partition(" ")[0])

    @property
    def kind(self) -> OrderLink.Kind | None:
        said = self.cleaned_data["word"].partition(" ")[2]
        return OrderLink.Kind(said) if said in OrderLink.Kind else None
