"""What an admin does with the people who answer: hire, change, shut out, let back in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from evendas.accounts.actions import email_must_be_free, look_again
from evendas.accounts.audit import record
from evendas.accounts.models import Store, TermsAcceptance, User
from evendas.accounts.terms import Origin, accept_terms
from sac.actions.releasing import release_attendant
from sac.announce import names_changed
from sac.models import Attendant, AttendantDepartment, Department
from sac.refusals import Refused


@dataclass(frozen=True, slots=True)
class AttendantWish:
    """What was typed about an attendant; `flags` are the four rights, by their field's name."""

    full_name: str
    email: str
    nickname: str
    departments: tuple[Department, ...]
    flags: Mapping[str, bool]


def hire_attendant(
    store: Store, wish: AttendantWish, *, password: str, by: User, origin: Origin
) -> Attendant:
    """Make a user who answers. The admin ticked the terms for them; they accept them too, later.

    Raises EmailTaken.
    """
    with email_must_be_free():
        user = User.objects.create_user(wish.email, password, store=store, full_name=wish.full_name)
        screen = TermsAcceptance.Screen.ATTENDANT_FORM
        attendant = Attendant.objects.create(
            store=store,
            user=user,
            nickname=wish.nickname,
            terms_acceptance=accept_terms(user, by=by, screen=screen, origin=origin),
            **wish.flags,
        )
        _place(attendant, wish.departments)
        record("attendant.created", by=by, target=attendant, ip=origin.ip, email=wish.email)
    return attendant


def change_attendant(
    attendant: Attendant, wish: AttendantWish, *, password: str = "", by: User, origin: Origin
) -> None:
    """Write what was typed; open screens follow at once. A new password ends their sessions.

    Raises EmailTaken.
    """
    with email_must_be_free():
        row = _locked(attendant)
        changed = _write(row, wish)
        if password:
            row.user.set_password(password)
            row.user.save(update_fields=["password"])
            changed["password"] = "changed"  # noqa: S105 - a word for the audit
        if changed:
            record("attendant.changed", by=by, target=row, ip=origin.ip, **changed)
            look_again([row.user_id])
        if "nickname" in changed:
            names_changed(row.store_id)


def deactivate_attendant(attendant: Attendant, *, by: User, origin: Origin) -> None:
    """Shut a person out: no sign-in, no session, no socket; their tickets wait for somebody else.

    Raises Refused for the last active admin of the store.
    """
    with transaction.atomic():
        # Two admins who shut each other out at once must not both succeed.
        Store.objects.select_for_update(no_key=True).get(pk=attendant.store_id)
        row = _locked(attendant)
        if row.user.is_admin and not _other_admins(row.user):
            raise Refused("A loja precisa de pelo menos um administrador ativo.")
        _set_active(row, is_active=False)
        record("attendant.deactivated", by=by, target=row, ip=origin.ip)
        look_again([row.user_id])
    release_attendant(row, by=by)


def reactivate_attendant(attendant: Attendant, *, by: User, origin: Origin) -> None:
    """Let a person in again, with the departments and rights they had."""
    with transaction.atomic():
        row = _locked(attendant)
        _set_active(row, is_active=True)
        record("attendant.reactivated", by=by, target=row, ip=origin.ip)
        look_again([row.user_id])


def attend_too(
    store: Store,
    *,
    nickname: str,
    departments: Iterable[Department],
    by: User,
    origin: Origin,
) -> None:
    """Let an admin answer customers as well: as somebody new, or again."""
    with transaction.atomic():
        Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        own = TermsAcceptance.objects.filter(user=by, accepted_by=by).order_by("-id")
        attendant, is_new = Attendant.objects.get_or_create(
            user=by,
            defaults={"store": store, "nickname": nickname, "terms_acceptance": own.first()},
        )
        if not is_new:
            attendant.nickname, attendant.is_active = nickname, True
            attendant.save(update_fields=["nickname", "is_active"])
        _place(attendant, departments)
        record("attendant.joined", by=by, target=attendant, ip=origin.ip)
        look_again([by.pk])


def stop_attending(attendant: Attendant, *, by: User, origin: Origin) -> None:
    """Let an admin answer no more, and go on being an admin."""
    with transaction.atomic():
        row = _locked(attendant)
        row.is_active = False
        row.save(update_fields=["is_active"])
        record("attendant.left", by=by, target=row, ip=origin.ip)
        look_again([row.user_id])
    release_attendant(row, by=by)


def _locked(attendant: Attendant) -> Attendant:
    rows = Attendant.objects.select_for_update(no_key=True, of=("self",)).select_related("user")
    return rows.get(pk=attendant.pk)


def _set_active(row: Attendant, *, is_active: bool) -> None:
    row.is_active = row.user.is_active = is_active
    row.save(update_fields=["is_active"])
    row.user.save(update_fields=["is_active"])


def _other_admins(admin: User) -> bool:
    active = User.objects.filter(store=admin.store_id, is_admin=True, is_active=True)
    return active.exclude(pk=admin.pk).exists()


def _write(row: Attendant, wish: AttendantWish) -> dict[str, object]:
    """Save what differs; return it as {field: [before, after]}, for the audit."""
    user = row.user
    places = sorted(row.places.values_list("department_id", flat=True))
    before = {
        "full_name": user.full_name,
        "email": user.email,
        "nickname": row.nickname,
        "departments": places,
        **{flag: getattr(row, flag) for flag in wish.flags},
    }
    after = {
        "full_name": wish.full_name,
        "email": wish.email,
        "nickname": wish.nickname,
        "departments": sorted(place.pk for place in wish.departments),
        **wish.flags,
    }
    user.full_name, user.email = wish.full_name, wish.email
    user.save(update_fields=["full_name", "email"])
    row.nickname = wish.nickname
    for flag, is_set in wish.flags.items():
        setattr(row, flag, is_set)
    row.save(update_fields=["nickname", *wish.flags])
    _place(row, wish.departments)
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


def _place(attendant: Attendant, departments: Iterable[Department]) -> None:
    """Have the attendant in exactly these departments."""
    wanted = {place.pk for place in departments}
    AttendantDepartment.objects.filter(attendant=attendant).exclude(department__in=wanted).delete()
    AttendantDepartment.objects.bulk_create(
        [
            AttendantDepartment(store_id=attendant.store_id, attendant=attendant, department_id=pk)
            for pk in sorted(wanted)
        ],
        ignore_conflicts=True,
    )
