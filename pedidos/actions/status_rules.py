"""How the store calls the states of its orders, where the platform leaves the words to it."""

from typing import TypedDict

from django.db import transaction

from evendas.accounts.audit import change, record
from evendas.accounts.models import Store, User
from evendas.unique import unique
from pedidos.models import StatusRule

_ONCE = "pedidos_statusrule_once"


class Meaning(TypedDict):
    """A text as it is compared, and what it means on both axes."""

    text: str
    payment: str
    fulfillment: str
    is_cancelled: bool


class RuleTaken(Exception):
    """The store has a rule for this text."""

    sentence = "A loja já tem este texto, sem contar acentos e maiúsculas."


def create_rule(store: Store, meaning: Meaning, *, by: User, ip: str | None) -> StatusRule:
    """Add a rule. Raises RuleTaken."""
    with unique(_ONCE, taken=RuleTaken()):
        rule = StatusRule.objects.create(store=store, **meaning)
        record("status_rule.created", by=by, target=rule, ip=ip, **meaning)
    return rule


def change_rule(rule: StatusRule, meaning: Meaning, *, by: User, ip: str | None) -> None:
    """Change what a text means from now on; orders that are here stay as they were read.

    Raises RuleTaken.
    """
    with unique(_ONCE, taken=RuleTaken()):
        row = StatusRule.objects.select_for_update(no_key=True).get(pk=rule.pk)
        if changed := change(row, **meaning):
            record("status_rule.changed", by=by, target=row, ip=ip, **changed)


def remove_rule(rule: StatusRule, *, by: User, ip: str | None) -> None:
    """Leave a text to what shops usually mean by it."""
    with transaction.atomic():
        record("status_rule.removed", by=by, target=rule, ip=ip, text=rule.text)
        rule.delete()
