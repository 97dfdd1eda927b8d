"""What an admin does with the store's numbers. Nothing here calls a gateway: it leaves orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from automacao.actions.orders import ring_order
from automacao.models import ChatbotSettings, Instance
from automacao.removal import Removal
from evendas import clock
from evendas.accounts.audit import record
from evendas.accounts.models import Store, User


@dataclass(frozen=True, slots=True)
class Admin:
    """Who does it, and from where."""

    user: User
    ip: str | None


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed about a number. `phone` is E.164, `chatbot` the fields of its settings."""

    phone: str
    name: str
    chatbot: Mapping[str, object]


class StillInUse(Exception):
    """Departments or people hang on the number: its `Removal` says which."""


class PhoneTaken(Exception):
    """Another number of the store is this very one."""


class TooManyNumbers(Exception):
    """Every number is a session the gateway keeps up: one store may not fill it."""

    sentence = "Sua loja já tem o máximo de números. Remova um que não usa mais."


def add_instance(store: Store, *, by: Admin) -> Instance:
    """Return a number that waits to be filled in: the one there is, or a new one.

    Raises TooManyNumbers.
    """
    with transaction.atomic():
        # Two clicks on "+" make one.
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        blank = Instance.objects.in_store(store).filter(name="", phone="").first()
        if blank:
            return blank
        if Instance.objects.in_store(store).count() >= Instance.MOST_IN_A_STORE:
            raise TooManyNumbers
        instance = Instance.objects.create(store=store)
        record("instance.created", by=by.user, target=instance, ip=by.ip)
    return instance


def save_instance(instance: Instance, wish: Wish, *, by: Admin) -> Instance:
    """Keep what was typed, and unless the number is connected have it paired.

    Another number than before is paired anew. Raises PhoneTaken.
    """
    with transaction.atomic():
        instance = _locked(instance)
        # One save at a time in a store: two numbers saved together must not be the same one.
        Store.objects.select_for_update(no_key=True).get(pk=instance.store_id)
        now = clock.now()
        if _is_taken(instance, wish.phone):
            raise PhoneTaken
        changes = _take_over(instance, wish, now)
        if not instance.is_connected and _order_pairing(instance, now):
            changes["pairing"] = True
        instance.save()
        if changes:
            record("instance.changed", by=by.user, target=instance, ip=by.ip, **changes)
    return instance


def request_code(instance: Instance, *, by: Admin) -> Instance:
    """Have the number paired: a new QR, a second try after a failure."""
    with transaction.atomic():
        instance = _locked(instance)
        if instance.phone and not instance.is_connected and _order_pairing(instance, clock.now()):
            instance.save()
            record("instance.pairing_requested", by=by.user, target=instance, ip=by.ip)
    return instance


def disconnect_instance(instance: Instance, *, by: Admin) -> Instance:
    """Unpair the phone. Conversations and what waits to be sent stay."""
    with transaction.atomic():
        instance = _locked(instance)
        if instance.is_session_over or not instance.may_have_channel:
            return instance
        now = clock.now()
        instance.take_down(now)
        instance.last_error = ""
        instance.give_order(Instance.Order.LOGOUT, now)
        ring_order(instance)
        instance.save()
        record("instance.disconnected", by=by.user, target=instance, ip=by.ip)
    return instance


def remove_instance(instance: Instance, *, by: Admin) -> None:
    """Take the number out of the store; its conversations stay. Raises StillInUse."""
    with transaction.atomic():
        # The full lock: a department that is being linked to the number waits, and then finds none.
        instance = Instance.objects.select_for_update().get(pk=instance.pk)
        if instance.removed_at is not None:
            return
        if not Removal.of(instance).is_free:
            raise StillInUse
        now = clock.now()
        instance.removed_at = now
        instance.take_down(now)
        if instance.may_have_channel:
            instance.give_order(Instance.Order.DELETE, now)
            ring_order(instance)
        instance.save()
        record("instance.removed", by=by.user, target=instance, ip=by.ip, name=instance.name)


def _locked(instance: Instance) -> Instance:
    """Lock the number. Raises Instance.DoesNotExist when it was removed meanwhile."""
    rows = Instance.objects.select_for_update(no_key=True).filter(removed_at=None)
    return rows.get(pk=instance.pk)


def _is_taken(instance: Instance, phone: str) -> bool:
    others = Instance.objects.filter(store=instance.store_id, phone=phone, removed_at=None)
    return others.exclude(pk=instance.pk).exists()


def _take_over(instance: Instance, wish: Wish, now: datetime) -> dict[str, object]:
    """Write the wish into the row; return what changed, for the audit."""
    changes: dict[str, object] = {}
    if wish.name != instance.name:
        changes["name"] = [instance.name, wish.name]
        instance.name = wish.name
    if wish.phone != instance.phone:
        changes["phone"] = [instance.phone, wish.phone]
        _change_phone(instance, wish.phone, now)
    if edited := _keep_chatbot(instance, wish.chatbot):
        changes["chatbot"] = edited
    return changes


def _change_phone(instance: Instance, phone: str, now: datetime) -> None:
    instance.phone = phone
    instance.connected_phone, instance.profile_name = None, ""
    if instance.may_have_channel:
        instance.take_down(now)
        instance.clear_order()


def _keep_chatbot(instance: Instance, wanted: Mapping[str, object]) -> list[str]:
    """Store the settings; return the names of those that changed."""
    chatbot = ChatbotSettings.objects.filter(instance=instance).first() or ChatbotSettings(
        store_id=instance.store_id, instance=instance
    )
    edited = [name for name, value in wanted.items() if getattr(chatbot, name) != value]
    for name in edited:
        setattr(chatbot, name, wanted[name])
    if edited:
        chatbot.save()
    return edited


def _order_pairing(instance: Instance, now: datetime) -> bool:
    """Order a pairing, unless one is under way or on show. Tell whether it was ordered."""
    if instance.has_live_qr(now):
        return False
    if instance.order == Instance.Order.CONNECT and instance.is_order_fresh(now):
        return False
    if instance.needs_new_channel:
        instance.end_session(now)
    instance.show_qr("", "", until=None)
    instance.last_error = ""
    instance.enter(Instance.State.CONNECTING, now)
    instance.give_order(Instance.Order.CONNECT, now)
    ring_order(instance)
    return True
