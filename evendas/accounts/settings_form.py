"""What an admin sets for the whole store."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from evendas.accounts.models import Store
from evendas.names import NameField

# Brazil has four times; the names are what people call them.
ZONES = (
    ("America/Sao_Paulo", "Brasília"),
    ("America/Manaus", "Amazonas, Rondônia, Roraima"),
    ("America/Cuiaba", "Mato Grosso, Mato Grosso do Sul"),
    ("America/Rio_Branco", "Acre"),
    ("America/Noronha", "Fernando de Noronha"),
)


_MINUTES = "Digite de 1 a 1440 minutos (um dia)."
_WRONG_KINDS = ("required", "invalid", "min_value", "max_value")
_WRONG = dict.fromkeys(_WRONG_KINDS, _MINUTES)
_WRONG_DAYS = dict.fromkeys(_WRONG_KINDS, "Digite de 1 a 90 dias.")


class StoreForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The store's name and clock, what becomes of what is deleted, and how people answer."""

    name = NameField(label="Nome da loja", max_length=120)
    timezone = forms.ChoiceField(
        label="Fuso horário",
        choices=ZONES,
        help_text="Vale para os horários das telas, os códigos e os números do mês.",
        error_messages={"invalid_choice": "Escolha um dos fusos da lista."},
    )
    shows_deleted = forms.BooleanField(
        label="Guardar o texto das mensagens apagadas",
        help_text="Quando alguém apaga uma mensagem para todos, a equipe continua vendo o que ela"
        " dizia. Sem isto, o texto e o arquivo são eliminados daqui também.",
        required=False,
    )
    wait_warns_after = forms.IntegerField(
        label="Espera em alerta (minutos)",
        min_value=1,
        max_value=1440,
        help_text="Depois disso, o relógio de quem aguarda fica amarelo na lista de conversas.",
        error_messages=_WRONG,
    )
    wait_alarms_after = forms.IntegerField(
        label="Espera crítica (minutos)",
        min_value=1,
        max_value=1440,
        help_text="Depois disso, o relógio fica vermelho.",
        error_messages=_WRONG,
    )
    shows_waiting_order = forms.BooleanField(
        label="Mostrar o pedido de quem aguarda",
        help_text="Em Aguardando, cada linha mostra o pedido em aberto mais novo do cliente, e há"
        " quantos dias está atrasado.",
        required=False,
    )
    delivers_within = forms.IntegerField(
        label="Prazo de entrega (dias)",
        min_value=1,
        max_value=90,
        help_text="Contado do pagamento. Depois disso, o pedido que ainda não foi entregue aparece"
        " como atrasado.",
        error_messages=_WRONG_DAYS,
    )
    requires_close_reason = forms.BooleanField(
        label="Exigir motivo ao encerrar",
        help_text="Vale quando há motivos de encerramento ativos.",
        required=False,
    )
    signs_messages = forms.BooleanField(
        label="Assinar mensagens com o apelido",
        help_text="Põe o apelido de quem atende na primeira linha de cada mensagem ao cliente.",
        required=False,
    )
    sale_within_days = forms.IntegerField(
        label="Venda creditada à conversa (dias)",
        min_value=1,
        max_value=90,
        help_text="Um pedido pago até tantos dias depois de uma conversa conta como venda dela, e"
        " de quem respondeu por último.",
        error_messages=_WRONG_DAYS,
    )

    class Meta:
        model = Store
        fields: ClassVar[list[str]] = [
            "name",
            "timezone",
            "shows_deleted",
            "wait_warns_after",
            "wait_alarms_after",
            "shows_waiting_order",
            "delivers_within",
            "requires_close_reason",
            "signs_messages",
            "sale_within_days",
        ]

    def __init__(self, data: QueryDict | None = None, *, store: Store) -> None:
        super().__init__(data, instance=store)

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        warns, alarms = found.get("wait_warns_after"), found.get("wait_alarms_after")
        if warns and alarms and alarms <= warns:
            self.add_error(
                "wait_alarms_after", "A espera crítica precisa ser maior que a espera em alerta."
            )
        return found

    @property
    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}
