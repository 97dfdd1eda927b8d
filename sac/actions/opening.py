"""A new store opens its doors."""

from automacao.models import Instance
from evendas.accounts.actions import email_must_be_free
from evendas.accounts.audit import record
from evendas.accounts.models import Store, TermsAcceptance, User
from evendas.accounts.terms import Origin, accept_terms


def open_store(
    *, store_name: str, full_name: str, email: str, password: str, origin: Origin
) -> User:
    """Make a store, the admin who ticked the terms, and the empty instance that waits for Editar.

    Raises EmailTaken when somebody was quicker with that e-mail.
    """
    with email_must_be_free():
        store = Store.objects.create(name=store_name)
        admin = User.objects.create_user(
            email, password, store=store, full_name=full_name, is_admin=True
        )
        accept_terms(admin, by=admin, screen=TermsAcceptance.Screen.SIGN_UP, origin=origin)
        Instance.objects.create(store=store)
        record("store.opened", by=admin, target=store, ip=origin.ip)
    return admin
