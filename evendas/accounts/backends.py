"""How a session's person is read: with their store, which every page needs."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from evendas.accounts.models import User


class StoreBackend(ModelBackend):
    """Django's own way in, and one query for who this is and whose store it is."""

    def get_user(self, user_id: Any) -> User | None:  # noqa: ANN401 - Django's signature
        user = User.objects.select_related("store").filter(pk=user_id).first()
        return user if self.user_can_authenticate(user) else None
