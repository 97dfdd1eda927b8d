"""Says whose an order is, or that it is not: a person's word, and taking it back."""

from django.db import transaction

from evendas import clock
from evendas.accounts.audit import record
from evendas.accounts.models import User
from pedidos.models import Order
from sac.actions.merging import lock_homes
from sac.actions.order_rows import refresh_rows
from sac.actions.tickets import insist, still_sees
from sac.actions.whereabouts import lock_contact_of
from sac.announce import orders_changed
from sac.models import OrderLink, Ticket
from sac.permissions import Rights, may_tie_order


def tie_order(  # noqa: PLR0913 - who said what of which two
    ticket: Ticket,
    order: Order,
    kind: OrderLink.Kind | None,
    *,
    by: User,
    rights: Rights,
    ip: str | None = None,
) -> None:
    """Write down whether an order is the customer's; None takes back what was said of the two."""
    with transaction.atomic():
        contact = lock_contact_of(ticket.pk)
        homes = lock_homes([contact])[contact.pk].values()
        row = Ticket.objects.for_list().get(pk=ticket.pk)
        insist(still_sees(rights, row) and may_tie_order(rights, row))
        said = OrderLink.objects.filter(store=row.store_id, contact=contact, order=order)
        before = said.values_list("kind", flat=True).first()
        if before == kind:
            return
        said.delete()
        if kind is not None:
            OrderLink.objects.create(
                store_id=row.store_id,
                contact=contact,
                order=order,
                kind=kind,
                by=by,
                at=clock.now(),
            )
        action = f"order.{kind}" if kind else "order.word_taken_back"
        record(action, by=by, target=order, ip=ip, contact=contact.pk)
        orders_changed(home.pk for home in homes)
        refresh_rows(homes)
