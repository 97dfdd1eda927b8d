"""How many tickets are closed, summed up as they close: the list of them only ever grows."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from automacao.models import Instance
from evendas.sealing import StoreOwned
from sac.models.sight import held, reached
from sac.models.team import Attendant, Department

if TYPE_CHECKING:
    from sac.permissions import Rights


class ClosedCountQuerySet(models.QuerySet["ClosedCount"]):
    def visible_to(self, rights: "Rights") -> Self:
        """Those that add up to the closed tickets this person may see, each of them once.

        The same rule as `Ticket.objects.visible_to`: a guest's are asked for only where a ticket is
        out of their departments, where all of them are counted anyway.
        """
        own = self.filter(store_id=rights.store_id)
        if rights.is_admin:
            return own.filter(guest=None)
        if rights.attendant_id is None:
            return own.none()
        near, mine = reduce(or_, reached(rights)), held(rights)
        return own.filter(Q(near | mine, guest=None) | Q(~near, guest=rights.attendant_id))


class ClosedCount(StoreOwned):
    """So many closed tickets of one number, department and attendant: a part of a sum.

    Triggers on tickets and their steps add a row for every change, with 1 or -1, so that closing
    waits for nobody; `fold_closed_counts` makes one of many. Rows of a `guest`, who took part in a
    ticket that is not theirs, count what the row without one counts already.
    """

    instance = models.ForeignKey(
        Instance, models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    attendant = models.ForeignKey(
        Attendant, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    guest = models.ForeignKey(
        Attendant, models.PROTECT, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    tickets = models.IntegerField()

    objects = ClosedCountQuerySet.as_manager()

    class Meta:
        verbose_name = "soma de encerrados"
        verbose_name_plural = "somas de encerrados"
        indexes = [models.Index(fields=["store", "guest"], name="sac_closedcount_of_guest")]

    def __str__(self) -> str:
        return f"{self.tickets:+}"
