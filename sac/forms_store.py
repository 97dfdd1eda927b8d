"""Forms about what a store offers its people."""

from django import forms
from django.http import QueryDict

from evendas.names import NameField
from sac.models import CloseReason


class CloseReasonForm(forms.Form):
    """Why conversations end, in the store's own words. A new one is in use."""

    name = NameField(label="Motivo", max_length=80)
    is_active = forms.BooleanField(
        label="Ativo",
        required=False,
        help_text="Um motivo inativo não é mais oferecido; os atendimentos encerrados o mantêm.",
    )

    def __init__(self, data: QueryDict | None = None, *, reason: CloseReason | None = None) -> None:
        known = {"name": reason.name, "is_active": reason.is_active} if reason else {}
        super().__init__(data, initial=known)
        if reason is None:
            del self.fields["is_active"]
