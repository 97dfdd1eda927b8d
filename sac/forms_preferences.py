"""What a person chooses about their own desk."""

from django import forms
from django.http import QueryDict

from sac.actions.preferences import PreferencesWish
from sac.models import DeskPreferences

_ENTER, _CTRL = "enter", "ctrl"


class PreferencesForm(forms.Form):
    """How one writes, hears and is told."""

    theme = forms.ChoiceField(
        label="Tema",
        choices=DeskPreferences.Theme.choices,
        widget=forms.RadioSelect,
    )
    sends_with = forms.ChoiceField(
        label="Enviar a mensagem com",
        choices=[
            (_ENTER, "Enter (Shift + Enter quebra a linha)"),
            (_CTRL, "Ctrl + Enter (Enter quebra a linha)"),
        ],
        widget=forms.RadioSelect,
        help_text="No celular, Enter sempre quebra a linha.",
    )
    sound_scope = forms.ChoiceField(
        label="Avisos sonoros",
        choices=DeskPreferences.SoundScope.choices,
        help_text="De quais conversas o som avisa quando chega mensagem.",
    )
    notifies = forms.BooleanField(
        label="Notificações na área de trabalho",
        required=False,
        help_text="Ao marcar, o navegador pede sua permissão.",
    )
    has_shortcuts = forms.BooleanField(
        label="Atalhos de teclado",
        required=False,
        help_text="No atendimento, “?” mostra todos.",
    )
    mails_month = forms.BooleanField(
        label="Relatório do mês por e-mail",
        required=False,
        help_text="No dia 1º, por volta das 7h: os números do mês que terminou.",
    )

    def __init__(self, data: QueryDict | None = None, *, preferences: DeskPreferences) -> None:
        super().__init__(
            data,
            initial={
                "theme": preferences.theme,
                "sends_with": _ENTER if preferences.enter_sends else _CTRL,
                "sound_scope": preferences.sound_scope,
                "notifies": preferences.notifies,
                "has_shortcuts": preferences.has_shortcuts,
                "mails_month": preferences.mails_month,
            },
        )
        if not preferences.user.is_admin:
            del self.fields["mails_month"]

    @property
    def wish(self) -> PreferencesWish:
        data = self.cleaned_data
        return PreferencesWish(
            theme=data["theme"],
            enter_sends=data["sends_with"] == _ENTER,
            sound_scope=data["sound_scope"],
            notifies=data["notifies"],
            has_shortcuts=data["has_shortcuts"],
            mails_month=data.get("mails_month", False),
        )
