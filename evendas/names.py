"""Names, of people and of things, fit to stand inside a sentence and in a browser's title."""

from typing import Any

from django import forms

# Unicode's Bidi_Control. Joiners are none of them: emoji families are made of those.
_TURNING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def upright(name: str) -> str:
    """Return the name without the invisible characters that turn the text around it."""
    return name.translate(_TURNING)


class NameField(forms.CharField):
    """A typed name. One made of nothing but what turns text around is empty."""

    def to_python(self, value: Any) -> str | None:  # noqa: ANN401 - Django's signature
        return super().to_python(upright(value) if isinstance(value, str) else value)
