from django import forms
from django.contrib.auth.forms import AuthenticationForm


class LoginForm(AuthenticationForm):
    """E-mail and password. One sentence for every wrong pair, whoever owns the e-mail."""

    username = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    error_messages = {
        "invalid_login": "E-mail ou senha incorretos.",
        "inactive": "E-mail ou senha incorretos.",
    }

    def clean_username(self) -> str:
        """Lower case, as stored: tries are counted per account, however it is written."""
        return str(self.cleaned_data["username"]).strip().lower()
