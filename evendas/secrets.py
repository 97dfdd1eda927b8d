"""Secrets at rest and in logs: a text column that is encrypted, addresses that are masked."""

import logging
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@cache
def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


class SecretField(TextField):
    """Text encrypted with the installation's key ring (first key writes, all keys read)."""

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's own signature
        return _keys().encrypt(value.encode()).decode() if value else ""

    def from_db_value(self, value: str | None, *_: object) -> str:
        return _keys().decrypt(value.encode()).decode() if value else ""


class SecretAddresses(logging.Filter):
    """Mask in a log line what in a path is a key: whoever has a webhook's address may post to it.

    Django names the path of every answer from 400 upwards.
    """

    _KEY = re.compile(r"(/webhooks/(?:pedidos/)?[^/\s]+/)[^/\s]+")

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line's message; let every line pass."""
        said = record.getMessage()
        if "/webhooks/" in said:
            record.msg, record.args = self._KEY.sub(r"\1…", said), None
        return True
