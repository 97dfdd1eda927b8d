"""What a store names and takes out of use: departments, people, reasons, tags."""

from typing import Self, TypeVar

from django.db import models

from evendas.accounts.models import Sortable
from evendas.sealing import StoreQuerySet

Row = TypeVar("Row", bound=models.Model)


class NamedQuerySet(StoreQuerySet[Row]):
    """Rows with a name people read, `name_field`, and `is_active`."""

    name_field = "name"

    def active(self) -> Self:
        return self.filter(is_active=True)

    def by_name(self) -> Self:
        """As a dictionary has them: accents and case apart."""
        return self.order_by(Sortable(self.name_field), "id")
