"""How a store reads the status texts that a platform leaves to it."""

from functools import cache

from pedidos.models import Order, Source, StatusRule
from pedidos.platforms.port import Reading

State = tuple[Order.Payment, Order.Fulfillment, bool]


def reading_of(source: Source) -> Reading:
    """Return what a shop's words are read by. The store's rules are read when first asked for."""

    @cache
    def rules() -> dict[str, State]:
        return {
            rule.text: (
                Order.Payment(rule.payment),
                Order.Fulfillment(rule.fulfillment),
                rule.is_cancelled,
            )
            for rule in StatusRule.objects.in_store(source.store)
        }

    return Reading(zone=source.store.zone, words=lambda text: rules().get(text))
