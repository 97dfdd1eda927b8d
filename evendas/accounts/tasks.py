"""Celery's entrances to the accounts."""

from smtplib import SMTPException

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from evendas.accounts import actions, limits


@shared_task(
    name="accounts.mail_reset",
    autoretry_for=(OSError, SMTPException),
    retry_backoff=5,
    max_retries=4,
)
def mail_reset(user_id: int) -> None:
    actions.mail_reset(user_id)


@shared_task(name="accounts.tidy")
def tidy() -> None:
    """Drop what has expired: sessions, and counts of long ago."""
    SessionStore.clear_expired()
    limits.forget_old_uses()
