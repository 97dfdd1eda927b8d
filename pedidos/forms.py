"""What an admin types about where orders come from, and about the store's own status texts."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from evendas.names import NameField
from pedidos.calls.addresses import Forbidden, shape_of
from pedidos.models import Order, Scope, Source, StatusRule
from pedidos.platforms.reading.texts import bare

_Woo, _Shopify, _Nuvemshop = (
    Source.Platform.WOOCOMMERCE,
    Source.Platform.SHOPIFY,
    Source.Platform.NUVEMSHOP,
)


# Characters, once its signs are written as the web has them.
_LONGEST_ADDRESS = 200


def _name() -> NameField:
    return NameField(
        label="Nome",
        max_length=60,
        help_text="Só para uso interno, por exemplo “Loja principal”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Dê um nome a esta integração."},
    )


def _hidden_word(label: str) -> forms.CharField:
    """A secret: typed, and never shown again."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=500, widget=widget)


class NewSourceForm(forms.Form):
    """Which platform, and what people call the shop."""

    platform = forms.ChoiceField(
        label="Plataforma",
        choices=Source.Platform.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Escolha de onde vêm os pedidos."},
    )
    name = _name()


class SourceForm(forms.Form):
    """What a platform needs to be believed and to be asked. A secret left empty stays as it is."""

    FIELDS: ClassVar[Mapping[str, tuple[str, ...]]] = {
        _Woo: ("name", "api_url", "api_user", "api_token"),
        _Shopify: ("name", "shop_id", "secret"),
        _Nuvemshop: ("name", "shop_id", "secret", "api_token"),
    }
    LABELS: ClassVar[Mapping[tuple[str, str], tuple[str, str]]] = {
        (_Woo, "api_token"): ("Segredo do cliente", "Começa com cs_."),
        (_Shopify, "shop_id"): ("Domínio da loja", "Como minha-loja.myshopify.com."),
        (_Shopify, "secret"): ("Chave secreta do app", "A que assina os webhooks na Shopify."),
        (_Nuvemshop, "shop_id"): ("Número da loja", "O store_id que a Nuvemshop informa."),
        (_Nuvemshop, "secret"): ("Chave secreta do app", "O client_secret do aplicativo."),
        (_Nuvemshop, "api_token"): ("Token de acesso", "Para buscar os pedidos avisados."),
    }

    name = _name()
    shop_id = forms.CharField(required=False, max_length=120)
    api_url = forms.CharField(
        label="Endereço da loja",
        required=False,
        max_length=200,
        help_text="Como https://minhaloja.com.br. Com ele e a chave, buscamos o que não chegou.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    api_user = forms.CharField(
        label="Chave do cliente", required=False, max_length=120, help_text="Começa com ck_."
    )
    secret = _hidden_word("Chave secreta")
    api_token = _hidden_word("Token de acesso")

    def __init__(self, source: Source, data: Mapping[str, Any] | None = None) -> None:
        known = {name: getattr(source, name) for name in ("name", "shop_id", "api_url", "api_user")}
        super().__init__(data, initial=known)
        self.source = source
        kept = self.FIELDS.get(source.platform, ("name",))
        for name in set(self.fields) - set(kept):
            del self.fields[name]
        self.order_fields(kept)
        for name in self.fields:
            self._describe(name)

    def clean_api_url(self) -> str:
        typed = str(self.cleaned_data["api_url"]).rstrip("/")
        if not typed:
            return ""
        try:
            url = shape_of(typed if "://" in typed else f"https://{typed}")
        except Forbidden as error:
            raise forms.ValidationError(str(error)) from None
        if url.query or url.fragment:
            raise forms.ValidationError("Digite só o endereço da loja, sem nada depois de “?”.")
        address = str(url).rstrip("/")
        if len(address) > _LONGEST_ADDRESS:
            raise forms.ValidationError("O endereço da loja é longo demais.")
        return address

    def clean_shop_id(self) -> str:
        typed = str(self.cleaned_data["shop_id"]).lower().removeprefix("https://").strip("/ ")
        if (
            self.source.platform == _Nuvemshop
            and typed
            and not (typed.isascii() and typed.isdigit())
        ):
            raise forms.ValidationError("O número da loja só tem algarismos.")
        return typed

    def clean(self) -> dict[str, Any]:
        """Of what is needed to ask a WooCommerce shop, all or nothing."""
        typed: dict[str, Any] = super().clean() or {}
        if self.source.platform != _Woo:
            return typed
        has_token = bool(typed.get("api_token") or self.source.api_token)
        given = {
            "api_url": bool(typed.get("api_url")),
            "api_user": bool(typed.get("api_user")),
            "api_token": has_token,
        }
        if (given["api_url"] or given["api_user"]) and not all(given.values()):
            for name in [name for name, is_there in given.items() if not is_there]:
                if name not in self.errors:
                    self.add_error(name, "Preencha também este campo.")
        return typed

    def _describe(self, name: str) -> None:
        field = self.fields[name]
        if told := self.LABELS.get((self.source.platform, name)):
            field.label, field.help_text = told
        if isinstance(field.widget, forms.PasswordInput) and getattr(self.source, name):
            field.help_text = "Já está salva. Preencha só para trocar."


class ApiTokenForm(forms.Form):
    """What a token of the JSON API is called, and what it may be used for."""

    name = NameField(
        label="Nome",
        max_length=60,
        help_text="Para saber depois qual programa usa este token, por exemplo “ERP”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Dê um nome a este token."},
    )
    scopes = forms.MultipleChoiceField(
        label="Permissões",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Marque o que o programa precisa fazer."},
    )


class StatusRuleForm(forms.Form):
    """A status text of the store, and what it means on both axes."""

    text = NameField(
        label="Texto da situação",
        max_length=80,
        help_text="Como a loja escreve. Acentos e maiúsculas não fazem diferença.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Digite o texto que a loja usa."},
    )
    payment = forms.ChoiceField(label="Pagamento", choices=Order.Payment.choices)
    fulfillment = forms.ChoiceField(label="Entrega", choices=Order.Fulfillment.choices)
    is_cancelled = forms.BooleanField(label="Cancela o pedido", required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, rule: StatusRule | None = None
    ) -> None:
        known = {name: getattr(rule, name) for name in self.base_fields} if rule else {}
        super().__init__(data, initial=known)

    def clean_text(self) -> str:
        """Return the text as it is compared."""
        text = bare(str(self.cleaned_data["text"]))
        if not text:
            raise forms.ValidationError("Digite o texto que a loja usa.")
        return text
