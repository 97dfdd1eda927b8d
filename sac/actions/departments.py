"""What an admin does with the store's departments."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from automacao.models import Instance
from evendas.accounts.actions import look_again
from evendas.accounts.audit import change, record
from evendas.accounts.models import Store, User
from evendas.unique import unique
from sac.actions.releasing import release_department
from sac.announce import names_changed
from sac.models import Department


@dataclass(frozen=True, slots=True)
class DepartmentWish:
    """What was typed about a department."""

    name: str
    instance: Instance
    colour: str
    menu_position: int
    is_active: bool
    # Minutes a customer waits for their attendant before the ticket goes back; None is for ever.
    silence_minutes: int | None = None


class NameTaken(Exception):
    """The instance has a department of that name, accents and case apart."""

    sentence = "Esta instância já tem um departamento com este nome."


class InstanceGone(Exception):
    """The number was removed while the form stood open."""

    sentence = "Esta instância foi removida. Escolha outra."


def create_department(
    store: Store, wish: DepartmentWish, *, by: User, ip: str | None
) -> Department:
    """Add a department to a number of the store. Raises NameTaken and InstanceGone."""
    with _linked_to(wish.instance):
        department = Department.objects.create(store=store, **_fields(wish))
        record("department.created", by=by, target=department, ip=ip, name=wish.name)
    return department


def change_department(
    department: Department, wish: DepartmentWish, *, by: User, ip: str | None
) -> None:
    """Write what was typed. One that is deactivated hands its tickets back to the queue.

    Its tickets stay in it when it moves to another number: whoever answered them goes on.
    Raises NameTaken and InstanceGone.
    """
    with _linked_to(wish.instance):
        row = Department.objects.select_for_update(no_key=True).get(pk=department.pk)
        changed = change(row, **_fields(wish))
        if changed:
            record("department.changed", by=by, target=row, ip=ip, **changed)
        if changed.keys() & {"name", "colour"}:
            names_changed(row.store_id)
        if changed.keys() & {"is_active", "instance_id"}:
            look_again(list(row.attendants.values_list("user_id", flat=True)))
    if not wish.is_active:
        release_department(row, by=by)


@contextmanager
def _linked_to(instance: Instance) -> Iterator[None]:
    """One transaction in which the number is not removed, and a name taken meanwhile is told."""
    with unique("sac_department_name_once", taken=NameTaken()):
        there = Instance.objects.select_for_update(no_key=True).filter(removed_at=None)
        if not there.filter(pk=instance.pk).exists():
            raise InstanceGone
        yield


def _fields(wish: DepartmentWish) -> dict[str, object]:
    return {
        "name": wish.name,
        "instance_id": wish.instance.pk,
        "colour": wish.colour,
        "menu_position": wish.menu_position,
        "silence_minutes": wish.silence_minutes,
        "is_active": wish.is_active,
    }
