"""What people type on the desk, checked before an action sees it."""

from django import forms


class ReplyForm(forms.Form):
    """A message to the customer. Length and emptiness are the action's to judge: it says why."""

    text = forms.CharField(required=False, strip=False, max_length=100_000)
    client_uuid = forms.UUIDField(
        error_messages={
            "required": "Recarregue a página e envie de novo.",
            "invalid": "Recarregue a página e envie de novo.",
        }
    )


class DraftForm(forms.Form):
    text = forms.CharField(required=False, strip=False, max_length=10_000)


class CloseForm(forms.Form):
    reason = forms.CharField(
        required=False,
        max_length=120,
        error_messages={"max_length": "O motivo pode ter até 120 caracteres."},
    )
