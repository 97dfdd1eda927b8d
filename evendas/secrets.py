"""Secrets at rest: a text column that is encrypted in the database and plain in Python."""

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
