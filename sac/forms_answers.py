"""What people type about their ready answers, checked before an action sees it."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from evendas.accounts.models import Store
from evendas.names import upright
from sac.actions.quick_replies import QuickReplyWish
from sac.forms import TypedText
from sac.media.uploads import Prepared
from sac.models import Department, Message, QuickReply
from sac.permissions import Rights

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

MINE, STORE = "minha", "loja"
_SHORTCUT = re.compile(r"[^\s/@]+")


class QuickReplyForm(forms.Form):
    """A ready answer: its shortcut, what it says, who may use it, and a file."""

    shortcut = forms.CharField(
        label="Atalho",
        max_length=41,
        help_text="Uma palavra, como “prazo”. No atendimento, digite “/prazo” para usar.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    text = TypedText(
        label="Texto",
        required=False,
        max_length=Message.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Pode ter {{saudacao}}, {{nome}}, {{primeiro_nome}}, {{codigo}}, {{atendente}} "
        "e {{loja}}: são preenchidos ao usar.",
    )
    scope = forms.ChoiceField(
        label="Quem pode usar",
        error_messages={"invalid_choice": "Escolha uma das opções da lista."},
    )
    file = forms.FileField(
        label="Arquivo",
        required=False,
        help_text="Vai junto com o texto, como se fosse anexado na hora.",
        error_messages={"empty": "Este arquivo está vazio."},
    )
    drops_file = forms.BooleanField(label="Tirar o arquivo", required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        store: Store,
        rights: Rights,
        reply: QuickReply | None = None,
    ) -> None:
        self.reply = reply
        super().__init__(data, files, initial=_initial(reply, rights))
        self.departments = list(Department.objects.in_store(store).by_name())
        scope: Any = self.fields["scope"]
        scope.choices = list(self._scopes(rights))
        if not (reply and reply.file):
            del self.fields["drops_file"]

    def clean_shortcut(self) -> str:
        shortcut = upright(str(self.cleaned_data["shortcut"])).strip().removeprefix("/")
        if not _SHORTCUT.fullmatch(shortcut) or len(shortcut) > 40:
            raise ValidationError("Use uma palavra só, de até 40 letras, sem “/” nem “@”.")
        return shortcut

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        has_file = data.get("file") or self._keeps_file
        if not self.errors and not data.get("text") and not has_file:
            self.add_error("text", "Escreva o texto ou escolha um arquivo.")
        return data

    def wish(self, upload: Prepared | None) -> QuickReplyWish:
        data = self.cleaned_data
        return QuickReplyWish(
            shortcut=data["shortcut"],
            text=data["text"],
            is_own=data["scope"] == MINE,
            department=next(
                (one for one in self.departments if str(one.pk) == data["scope"]), None
            ),
            upload=upload,
            keeps_file=self._keeps_file,
        )

    @property
    def _keeps_file(self) -> bool:
        return bool(self.reply and self.reply.file and not self.cleaned_data.get("drops_file"))

    def _scopes(self, rights: Rights) -> "list[tuple[str, str]]":
        own = [(MINE, "Só eu")] if rights.attendant_id is not None else []
        if not rights.is_admin:
            return own
        kept = self.reply.department_id if self.reply else None
        places = [one for one in self.departments if one.is_active or one.pk == kept]
        return [
            *own,
            (STORE, "Toda a loja"),
            *((str(one.pk), f"Departamento {one}") for one in places),
        ]


def _initial(reply: QuickReply | None, rights: Rights) -> dict[str, str]:
    if reply is None:
        return {"scope": MINE if rights.attendant_id is not None else STORE}
    shared = str(reply.department_id) if reply.department_id else STORE
    scope = MINE if reply.attendant_id else shared
    return {"shortcut": reply.shortcut, "text": reply.text, "scope": scope}
