"""What became of an order, told to who serves its buyer: on open screens, and in live threads.

Rung after commit by whoever records orders. Each may run twice, or never: screens read the orders
themselves, and a thread has each step of an order once.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Lower

from evendas import clock
from pedidos.models import Order, OrderMilestone
from sac.actions.order_rows import refresh_rows
from sac.actions.tickets import Held, held
from sac.announce import money_changed, orders_changed
from sac.matching import is_alias, match, numbers_told
from sac.models import (
    Contact,
    ContactIdentity,
    Conversation,
    Message,
    OrderLink,
    Ticket,
    TicketEvent,
)
from sac.purchases import buyer_of, person_of, word_of

_STEPS = {
    OrderMilestone.Kind.PLACED: TicketEvent.Kind.ORDER_PLACED,
    OrderMilestone.Kind.PAID: TicketEvent.Kind.ORDER_PAID,
    OrderMilestone.Kind.SHIPPED: TicketEvent.Kind.ORDER_SHIPPED,
}
# What happened so long ago, before the ticket began too, may be why its customer writes.
_SHORTLY = timedelta(hours=1)
_HEARD = 30


def tell(order_id: int) -> None:
    """Show an order as it is by now wherever its buyer is on screen, and write its new steps."""
    order = Order.objects.filter(pk=order_id).prefetch_related("phones", "milestones").first()
    if order is None:
        return
    homes = Conversation.objects.filter(contact__in=contacts_of(order))
    live = Ticket.objects.live().filter(conversation__in=homes).order_by("id")
    _show_in_rows([one for one in live if not _write_steps(one, order)])
    orders_changed(homes.values_list("pk", flat=True))
    money_changed(order.store_id)


def look_up(conversation_id: int) -> None:
    """Show the orders whose numbers a customer just wrote, if the store has any of them."""
    said = Message.objects.filter(conversation=conversation_id, direction=Message.Direction.IN)
    texts = said.order_by("-sort_key", "-id").values_list("text", flat=True)[:_HEARD]
    told = [form for one in numbers_told(texts) for form in (one, f"#{one}")]
    home = Conversation.objects.filter(pk=conversation_id).first()
    if home and Order.objects.filter(store=home.store_id, number__in=told).exists():
        orders_changed([conversation_id])


def contacts_of(order: Order) -> list[Contact]:
    """Whose order it is, less who only wrote its number: several, where a family shares a phone."""
    links = OrderLink.objects.filter(store=order.store_id, order=order)
    told = links.values_list("contact", "kind", OrderLink.WHO)
    words = {contact: word_of(kind, who) for contact, kind, who in told}
    buyer = buyer_of(order, _phones_of(order))
    rows = Contact.objects.filter(pk__in=_alike(order, words)).prefetch_related("identities")
    found = ((one, match(buyer, person_of(one), words.get(one.pk))) for one in rows.order_by("id"))
    return [contact for contact, why in found if why]


def _alike(order: Order, known: Iterable[int]) -> set[int]:
    """The ids of contacts that have something in common with it: each part by its own index."""
    store, phones = order.store_id, _phones_of(order)
    ours = Contact.objects.filter(store=store, merged_into=None)
    ids = set(known)
    if phones:
        named = ContactIdentity.objects.filter(
            store=store, kind=ContactIdentity.Kind.PHONE, value__in=phones
        )
        ids |= set(ours.filter(phone__in=phones).values_list("pk", flat=True))
        ids |= set(named.values_list("contact", flat=True))
    if order.buyer_document:
        ids |= set(ours.filter(tax_id=order.buyer_document).values_list("pk", flat=True))
    if order.buyer_email and not is_alias(order.buyer_email):
        lowered = ours.exclude(email="").alias(plain=Lower("email"))
        ids |= set(lowered.filter(plain=order.buyer_email.lower()).values_list("pk", flat=True))
    return ids


def _phones_of(order: Order) -> list[str]:
    return [one.phone for one in order.phones.all()]


def _write_steps(ticket: Ticket, order: Order) -> bool:
    """Tell whether there were any: the row went out with them."""
    if not _missing(ticket, order):
        return False
    with held(ticket.pk) as row:
        # Asked again under the lock: another worker may have told the same, or it was closed.
        if row.ticket.is_live:
            for kind in _missing(row.ticket, order):
                _record(row, kind, order)
    return True


def _show_in_rows(tickets: list[Ticket]) -> None:
    """What no line of the thread tells may still be seen on the row of who waits."""
    homes = [one.conversation_id for one in tickets if one.status == Ticket.Status.WAITING]
    with transaction.atomic():
        refresh_rows(Conversation.objects.locked(homes) if homes else [])


def _missing(ticket: Ticket, order: Order) -> list[TicketEvent.Kind]:
    """The steps of an order that its buyer's thread does not tell yet, in their order."""
    # The line bears the time it is written at: what was long ago by now would be told falsely.
    since = max(ticket.created_at, clock.now()) - _SHORTLY
    told = set(ticket.events.filter(order_key=order.pk).values_list("kind", flat=True))
    became = {one.kind: one.at for one in order.milestones.all() if one.at >= since}
    steps = [(step, became.get(kind)) for kind, step in _STEPS.items()]
    return [step for step, at in steps if at is not None and step not in told]


def _record(row: Held, kind: TicketEvent.Kind, order: Order) -> None:
    row.record(kind, by=None, note=order.number, order_key=order.pk)
