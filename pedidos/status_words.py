"""How a store reads the status texts that a platform leaves to it."""

from functools import cache

from evendas.accounts.models import Store
from pedidos.models import Order, Source, StatusRule
from pedidos.platforms.port import Reading

State = tuple[Order.Payment, Order.Fulfillment, bool]


def reading_of(source: Source) -> Reading:
    """Return what a shop's words are read by."""
    return reading_in(source.store)


def reading_in(store: Store) -> Reading:
    """Return what a store's words are read by. Its rules are read when first asked for."""

    @cache
    def rules() -> dict[str, State]:
        return {
            rule.text: (
                Order.Payment(rule.payment),
                Order.Fulfillment(rule.fulfillment),
                rule.is_cancelled,
            )
            for rule in StatusRule.objects.in_store(store)
        }

    return Reading(zone=store.zone, words=lambda text: rules().get(text))
