"""Changes to a person's way in: their password, and whether their screens stay open."""

from collections.abc import Mapping
from contextlib import AbstractContextManager

from axes import utils as axes_utils
from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from evendas import live
from evendas.accounts.audit import record
from evendas.accounts.limits import RESETS_MAILED
from evendas.accounts.models import Store, User
from evendas.accounts.terms import Origin
from evendas.bell import ring_once
from evendas.unique import unique


class EmailTaken(Exception):
    """Somebody, of this or of another store, signs in with that e-mail already."""

    sentence = "Este e-mail já está em uso."


def email_must_be_free() -> AbstractContextManager[None]:
    """One transaction; raises EmailTaken when somebody was quicker with an e-mail."""
    return unique("accounts_user_email_key", taken=EmailTaken())


def change_password(
    user: User, password: str, *, by: User, action: str = "password.changed", origin: Origin
) -> None:
    """Give a person a new password: every session and socket they had is over.

    So are the failed tries before it: whoever set it knew the old one, the mailbox, or the person.
    """
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        axes_utils.reset(username=user.email)
        record(action, by=by, target=user, ip=origin.ip)
        look_again([user.pk])


def look_again(user_ids: list[int]) -> None:
    """After commit, let these people's sockets ask anew who they are and what they may see."""
    groups = [live.user_group(pk) for pk in user_ids]
    transaction.on_commit(lambda: live.publish(groups, {"t": "rights"}), robust=True)


def ask_for_reset(email: str, *, origin: Origin) -> None:
    """Let a link be mailed to whoever signs in with `email`; nobody learns whether one was.

    A worker mails it, so that an answer takes as long for an e-mail nobody has. Platform
    operators get none: `manage.py changepassword` is theirs.
    """
    is_within = RESETS_MAILED.admits(email)
    user = User.objects.filter(email=email, is_active=True, store__is_active=True).first()
    if user is None or not is_within:
        return
    record("password.reset_asked", by=user, target=user, ip=origin.ip)
    pk = user.pk
    transaction.on_commit(lambda: ring_once("accounts.mail_reset", pk), robust=True)


def mail_reset(user_id: int) -> None:
    """Mail a person the link to choose a new password. The address is ours, never a request's."""
    user = User.objects.still_welcome(user_id)
    if user is None:
        return
    kwargs = {
        "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    link = settings.PUBLIC_URL + reverse("password_reset_confirm", kwargs=kwargs)
    text = render_to_string("accounts/reset_mail.txt", {"link": link})
    send_mail("Nova senha do E-Vendas SAC", text, None, [user.email])


def change_store(store: Store, changes: Mapping[str, object], *, by: User, ip: str | None) -> None:
    """Save what an admin set for the store, and write down what that was."""
    if not changes:
        return
    with transaction.atomic():
        Store.objects.filter(pk=store.pk).update(**changes)
        record("store.changed", by=by, target=store, ip=ip, **changes)
