"""What people type at the door, checked before an action sees it."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict

from evendas.accounts.actions import EmailTaken
from evendas.accounts.models import User
from evendas.names import NameField

PASSWORD_HELP = "Pelo menos 8 caracteres, não só números, e nada fácil de adivinhar."  # noqa: S105 - words
TERMS_LABEL = "Aceito as condições da política de ingresso"
TERMS_REQUIRED = "Para continuar é preciso aceitar as condições."


class EmailField(forms.EmailField):
    """An e-mail to sign in with, lower case as it is stored."""

    def __init__(self, *, autocomplete: str = "email", **options: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": autocomplete})
        super().__init__(label="E-mail", max_length=254, widget=widget, **options)

    def to_python(self, value: object) -> str:
        return (super().to_python(value) or "").strip().lower()

    def validate(self, value: str) -> None:
        super().validate(value)
        # Letters that look alike would make two people of one address.
        if not value.isascii():
            raise ValidationError("Escreva o e-mail sem acentos nem símbolos especiais.")


class NewPasswordField(forms.CharField):
    """A password to be set. What makes a good one is judged by `check_password_of`."""

    def __init__(self, *, label: str = "Senha", **options: Any) -> None:
        options.setdefault("help_text", PASSWORD_HELP)
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(label=label, max_length=128, strip=False, widget=widget, **options)


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


class SignUpForm(forms.Form):
    """A store and the person who runs it."""

    store_name = NameField(label="Nome da loja", max_length=120)
    full_name = NameField(
        label="Nome completo",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailField(autocomplete="username")
    password = NewPasswordField()
    accepts_terms = forms.BooleanField(
        label=TERMS_LABEL, error_messages={"required": TERMS_REQUIRED}
    )

    def clean_email(self) -> str:
        return free_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        check_password_of(self, full_name=self.cleaned_data.get("full_name", ""))
        return self.cleaned_data


class TermsForm(forms.Form):
    accepts_terms = forms.BooleanField(
        label=TERMS_LABEL, error_messages={"required": TERMS_REQUIRED}
    )


class ResetForm(forms.Form):
    email = EmailField(autocomplete="username")


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # not generic at run time
    """The new password, twice: nobody sees what they type."""

    new_password1 = NewPasswordField(label="Nova senha")
    new_password2 = NewPasswordField(label="Nova senha outra vez", help_text="")


class ChangePasswordForm(NewPasswordForm):
    """The new password of somebody who knows the present one.

    Wrong guesses of it count as failed sign-ins do, so a borrowed screen is no way to guess.
    """

    old_password = forms.CharField(
        label="Senha atual",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, request: HttpRequest, user: User, data: QueryDict | None = None) -> None:
        super().__init__(user, data)
        self.request = request

    def clean_old_password(self) -> str:
        password = str(self.cleaned_data["old_password"])
        if authenticate(self.request, username=self.user.email, password=password) is None:
            raise ValidationError("A senha atual não é esta.")
        return password


def free_email(email: str, *, user: User | None = None) -> str:
    """Return an e-mail nobody but `user` signs in with; else refuse, with one sentence for all."""
    is_own = user is not None and user.email == email
    if not is_own and User.objects.is_taken(email):
        raise ValidationError(EmailTaken.sentence)
    return email


def check_password_of(form: forms.Form, *, full_name: str) -> None:
    """Put what is wrong with the form's `password` beside it; it may not be its owner's name."""
    password = form.cleaned_data.get("password")
    if not password:
        return
    owner = User(full_name=full_name, email=form.cleaned_data.get("email", ""))
    try:
        password_validation.validate_password(password, owner)
    except ValidationError as errors:
        form.add_error("password", errors)
