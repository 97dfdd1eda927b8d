"""An order as a platform tells it becomes rows, whatever order its words arrive in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet

from evendas.accounts import audit
from evendas.accounts.models import Store
from evendas.bell import ring_once
from pedidos.models import Order, OrderItem, OrderMilestone, OrderPhone, Shipment, Source
from pedidos.models.order_import import SPREADSHEET
from pedidos.platforms.port import OrderRemoved, OrderSeen, PeopleToForget

_Pay, _Ship, _Kind = Order.Payment, Order.Fulfillment, OrderMilestone.Kind

_REMOVED = "excluído na plataforma"
_IS_PAID = {_Pay.PAID, _Pay.PARTIALLY_REFUNDED}
_WAS_SENT = {_Ship.SHIPPED, _Ship.DELIVERED}
# A platform's clock further ahead is wrong: kept as it is, no later word would ever count again.
_AHEAD_MAX = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a platform's word did to an order.

    `milestones` are the rows of those nobody knew of before. An older word than the last changes
    nothing.
    """

    order_id: int
    is_new: bool = False
    is_changed: bool = False
    milestones: tuple[OrderMilestone, ...] = ()


def record_order(
    source: Source | None, platform: str, store: Store, seen: OrderSeen, *, now: datetime
) -> Recorded:
    """Make or update an order. An equal word again does nothing; an older one neither.

    `source` is None for what a person brought in. Rings `sac.order_changed` after commit, but for
    history.
    """
    with transaction.atomic():
        order, is_new = Order.objects.select_for_update(no_key=True).get_or_create(
            store=store,
            platform=platform,
            source=source,
            external_id=seen.external_id,
            defaults=_wanted(Order(), seen, now),
        )
        if _is_older(order, seen.updated_at):
            return Recorded(order_id=order.pk)
        wanted = _wanted(order, seen, now)
        changed = audit.change(
            order, **{name: wanted[name] for name in wanted.keys() - seen.untold}
        )
        is_changed = bool(changed.keys() - {"platform_updated_at"}) | _replace_children(order, seen)
        milestones = _reach(order, _reached(order, seen, now))
        if not seen.is_history and (is_new or is_changed or milestones):
            _announce([order.pk])
        return Recorded(
            order_id=order.pk,
            is_new=is_new,
            is_changed=is_new or is_changed,
            milestones=milestones,
        )


def remove_order(source: Source, removed: OrderRemoved, *, now: datetime) -> Recorded | None:
    """Cancel an order its platform has no more; None where nobody knew it.

    The row stays: figures and conversations speak of it, and an older word must not bring it back.
    """
    with transaction.atomic():
        known = _of(source).filter(external_id=removed.external_id)
        order = known.select_for_update(no_key=True).first()
        if order is None:
            return None
        if _is_older(order, removed.at):
            return Recorded(order_id=order.pk)
        at = min(removed.at or now, now)
        changed = audit.change(
            order,
            cancelled_at=order.cancelled_at or at,
            platform_status=_REMOVED,
            platform_updated_at=max(order.platform_updated_at or at, at),
        )
        milestones = _reach(order, {_Kind.CANCELLED: order.cancelled_at or at})
        is_changed = "platform_status" in changed or "cancelled_at" in changed
        if is_changed:
            _announce([order.pk])
        return Recorded(order_id=order.pk, is_changed=is_changed, milestones=milestones)


def forget_people(source: Source, people: PeopleToForget, *, now: datetime) -> int:
    """Blank the buyer of every order of this source that is meant. Return how many orders.

    So are those of the store's spreadsheets: often they are a shop's orders, by another way. What
    was told of them before `now` never comes back: it is older from here on.
    """
    with transaction.atomic():
        meant = _meant(source, people)
        ids = list(meant.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        OrderPhone.objects.filter(store=source.store_id, order__in=ids).delete()
        Order.objects.filter(store=source.store_id, pk__in=ids).update(
            buyer_name="", buyer_email="", buyer_document="", platform_updated_at=now
        )
        audit.record_unasked("orders.buyers_forgotten", target=source, orders=len(ids))
        _announce(ids)
        return len(ids)


def _wanted(known: Order, seen: OrderSeen, now: datetime) -> dict[str, object]:
    """The order's fields. What was known of the buyer outlives a word without it."""
    return {
        "number": seen.number,
        "payment": seen.payment,
        "fulfillment": seen.fulfillment,
        "platform_status": seen.platform_status,
        "currency": seen.currency,
        "total": seen.total,
        "refunded": seen.refunded,
        "discount": seen.discount,
        "freight": seen.freight,
        "payment_method": seen.payment_method,
        "payment_url": seen.payment_url,
        "boleto_code": seen.boleto_code,
        "boleto_url": seen.boleto_url,
        "pix_code": seen.pix_code,
        "buyer_name": seen.name or known.buyer_name,
        "buyer_email": seen.email or known.buyer_email,
        "buyer_document": seen.document or known.buyer_document,
        "is_test": seen.is_test,
        "placed_at": seen.placed_at,
        "paid_at": _paid_at(known, seen, now),
        "cancelled_at": _cancelled_at(known, seen, now),
        "platform_updated_at": _updated_at(known, seen, now),
    }


def _paid_at(known: Order, seen: OrderSeen, now: datetime) -> datetime | None:
    if seen.paid_at or known.paid_at:
        return seen.paid_at or known.paid_at
    return _heard_at(seen, now) if seen.payment in _IS_PAID else None


def _cancelled_at(known: Order, seen: OrderSeen, now: datetime) -> datetime | None:
    if not seen.is_cancelled and seen.cancelled_at is None:
        return None
    return seen.cancelled_at or known.cancelled_at or _heard_at(seen, now)


def _updated_at(known: Order, seen: OrderSeen, now: datetime) -> datetime | None:
    if seen.updated_at is None:
        return known.platform_updated_at
    return min(seen.updated_at, now + _AHEAD_MAX)


def _heard_at(seen: OrderSeen, now: datetime) -> datetime:
    """When something was so at the latest, where the platform does not say since when."""
    return min(seen.updated_at or now, now)


def _is_older(order: Order, told_at: datetime | None) -> bool:
    last = order.platform_updated_at
    return told_at is not None and last is not None and told_at < last


def _replace_children(order: Order, seen: OrderSeen) -> bool:
    """Tell whether items, parcels or phones are others than before."""
    return (
        _replace_items(order, seen) | _replace_shipments(order, seen) | _replace_phones(order, seen)
    )


def _replace_items(order: Order, seen: OrderSeen) -> bool:
    if "items" in seen.untold:
        return False
    known = list(order.items.values_list("name", "sku", "quantity", "price"))
    if known == [(one.name, one.sku, one.quantity, one.price) for one in seen.items]:
        return False
    if known:
        order.items.all().delete()
    OrderItem.objects.bulk_create(
        OrderItem(
            store_id=order.store_id,
            order=order,
            position=position,
            name=one.name,
            sku=one.sku,
            quantity=one.quantity,
            price=one.price,
        )
        for position, one in enumerate(seen.items)
    )
    return True


def _replace_shipments(order: Order, seen: OrderSeen) -> bool:
    if "shipments" in seen.untold:
        return False
    known = list(order.shipments.values_list("code", "url", "carrier"))
    if known == [(one.code, one.url, one.carrier) for one in seen.shipments]:
        return False
    if known:
        order.shipments.all().delete()
    Shipment.objects.bulk_create(
        Shipment(
            store_id=order.store_id, order=order, code=one.code, url=one.url, carrier=one.carrier
        )
        for one in seen.shipments
    )
    return True


def _replace_phones(order: Order, seen: OrderSeen) -> bool:
    known = tuple(order.phones.order_by("id").values_list("phone", flat=True))
    if not seen.phones or known == seen.phones:
        return False
    if known:
        order.phones.all().delete()
    OrderPhone.objects.bulk_create(
        OrderPhone(store_id=order.store_id, order=order, phone=phone) for phone in seen.phones
    )
    return True


def _reached(order: Order, seen: OrderSeen, now: datetime) -> dict[OrderMilestone.Kind, datetime]:
    """Every milestone the order is past, with the platform's time where it is known."""
    heard_at = _heard_at(seen, now)
    times = {
        _Kind.PLACED: order.placed_at,
        _Kind.PAID: order.paid_at,
        _Kind.REFUSED: heard_at if seen.payment == _Pay.FAILED else None,
        _Kind.SHIPPED: _shipped_at(seen, heard_at),
        _Kind.DELIVERED: seen.delivered_at or heard_at
        if seen.fulfillment == _Ship.DELIVERED
        else None,
        _Kind.CANCELLED: order.cancelled_at,
        _Kind.REFUNDED: heard_at if seen.payment == _Pay.REFUNDED else None,
    }
    return {kind: at for kind, at in times.items() if at is not None}


def _shipped_at(seen: OrderSeen, heard_at: datetime) -> datetime | None:
    """An order first heard of when it had arrived was sent at a time only the platform knows."""
    if seen.fulfillment not in _WAS_SENT:
        return None
    return seen.shipped_at or (heard_at if seen.fulfillment == _Ship.SHIPPED else None)


def _reach(
    order: Order, reached: dict[OrderMilestone.Kind, datetime]
) -> tuple[OrderMilestone, ...]:
    """Keep the milestones nobody knew of, and return them."""
    known = set(order.milestones.values_list("kind", flat=True))
    new = [
        OrderMilestone(store_id=order.store_id, order=order, kind=kind, at=at)
        for kind, at in reached.items()
        if kind not in known
    ]
    return tuple(OrderMilestone.objects.bulk_create(new))


def _meant(source: Source, people: PeopleToForget) -> QuerySet[Order]:
    if people.is_everyone:
        return _of(source)
    orders = Order.objects.filter(store=source.store_id)
    ours = Q(platform=source.platform, source=source.pk)
    person = _person(source, people)
    ways = ours & (Q(external_id__in=people.order_ids) | person)
    return orders.filter(ways | (Q(platform=SPREADSHEET) & person))


def _of(source: Source) -> QuerySet[Order]:
    return Order.objects.filter(store=source.store_id, platform=source.platform, source=source.pk)


def _person(source: Source, people: PeopleToForget) -> Q:
    """Who is meant, by what is theirs; nobody where nothing of it is told."""
    ways = Q(pk__in=[])
    if people.email:
        ways |= Q(buyer_email=people.email)
    if people.phones:
        told = OrderPhone.objects.filter(store=source.store_id, phone__in=people.phones)
        ways |= Q(pk__in=told.values("order"))
    return ways


def _announce(ids: Iterable[int]) -> None:
    for order_id in ids:
        transaction.on_commit(partial(ring_once, "sac.order_changed", order_id), robust=True)
