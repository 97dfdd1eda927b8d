"""Pedidos > Integrações: each shop, how it is, and where it has to post."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from evendas.accounts.models import Store
from pedidos.models import ApiToken, Delivery, Source


@dataclass(frozen=True, slots=True)
class Panel:
    """A shop as its admin sees it. `parked` counts what nobody understood."""

    source: Source
    parked: int = 0
    # In use, newest first; only the JSON API has any.
    tokens: Sequence[ApiToken] = ()

    @property
    def is_keyed(self) -> bool:
        """Whether anything opens its door; until then everything is refused."""
        if self.is_api:
            return bool(self.tokens)
        return bool(self.source.secret or self.source.token_digest)

    @property
    def is_api(self) -> bool:
        """Whether its programs put orders at the JSON API."""
        return self.source.platform == Source.Platform.API

    @property
    def is_asked(self) -> bool:
        """Whether what comes is told in full, or the shop can be asked for it."""
        is_told_less = self.source.platform == Source.Platform.NUVEMSHOP
        return not is_told_less or bool(self.source.shop_id and self.source.api_token)

    @property
    def makes_key(self) -> bool:
        """Whether the key is ours to make; the others are given by the platform."""
        ours = {Source.Platform.WOOCOMMERCE, Source.Platform.EVENDAS}
        return self.source.platform in ours

    @property
    def state(self) -> tuple[str, str]:
        """A colour, and the word for it."""
        if not self.is_keyed:
            return "amber", "Falta um token" if self.is_api else "Falta a chave"
        if not self.is_asked:
            return "amber", "Falta o acesso à loja"
        if self.source.last_error:
            return "red", "Com problema"
        if self.source.last_event_at is None:
            return "grey", "Aguardando o primeiro pedido"
        return "green", "Recebendo"

    @property
    def may_pull(self) -> bool:
        """Whether the shop can be asked what it did not tell."""
        is_woo = self.source.platform == Source.Platform.WOOCOMMERCE
        return is_woo and all((self.source.api_url, self.source.api_user, self.source.api_token))

    @property
    def address(self) -> str:
        """Where the shop has to post."""
        if self.is_api:
            return f"{settings.PUBLIC_URL}{reverse('api_order_list')}"
        if self.source.platform == Source.Platform.EVENDAS:
            return f"{settings.PUBLIC_URL}{reverse('order_api')}"
        args = [self.source.platform, self.source.webhook_key]
        return f"{settings.PUBLIC_URL}{reverse('order_webhook', args=args)}"


def panels(store: Store) -> Sequence[Panel]:
    """Read the shops of a store, oldest first: three questions, however many they are."""
    parked = Delivery.objects.in_store(store).parked_by_source()
    tokens: dict[int, list[ApiToken]] = {}
    for token in ApiToken.objects.in_store(store).in_use():
        tokens.setdefault(token.source_id, []).append(token)
    found = Source.objects.in_store(store).in_use().order_by("id")
    return [Panel(one, parked.get(one.pk, 0), tokens.get(one.pk, ())) for one in found]


def panel_of(source: Source) -> Panel:
    """Read one shop, with its tokens."""
    tokens = ApiToken.objects.in_store(source.store).in_use().filter(source=source)
    return Panel(source, tokens=list(tokens.order_by("-id")))
