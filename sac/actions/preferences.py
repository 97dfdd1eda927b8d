"""How each person likes their desk."""

from dataclasses import dataclass

from evendas.accounts.models import Store, User
from sac.models import DeskPreferences


@dataclass(frozen=True, slots=True)
class PreferencesWish:
    """What was chosen."""

    theme: str
    enter_sends: bool
    sound_scope: str
    notifies: bool
    has_shortcuts: bool
    mails_month: bool


def preferences_of(user: User) -> DeskPreferences:
    """Return what a person of a store chose; without a row of theirs, everything as it comes."""
    known: DeskPreferences | None = getattr(user, "desk", None)
    return known or DeskPreferences(store=_store_of(user), user=user)


def save_preferences(user: User, wish: PreferencesWish) -> None:
    """Keep what a person chose, for every screen of theirs from the next page on."""
    chosen = {
        "theme": wish.theme,
        "enter_sends": wish.enter_sends,
        "sound_scope": wish.sound_scope,
        "notifies": wish.notifies,
        "has_shortcuts": wish.has_shortcuts,
        "mails_month": wish.mails_month,
    }
    DeskPreferences.objects.update_or_create(
        user=user, defaults=chosen, create_defaults={**chosen, "store": _store_of(user)}
    )


def _store_of(user: User) -> Store:
    if user.store is None:
        raise ValueError("a platform operator has no desk")
    return user.store
