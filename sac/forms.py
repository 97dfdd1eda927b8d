"""What people type on the desk, checked before an action sees it."""

from django import forms


class TypedText(forms.CharField):
    """Text as it was typed or pasted, less the NUL that no database keeps."""

    def to_python(self, value: object) -> str:
        return super().to_python(str(value or "").replace("\0", "")) or ""


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
