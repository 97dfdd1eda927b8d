"""How a session's person is read: with their store, which every page needs."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from evendas.accounts.models import User

# Read with every person: applications above this one add what each of their pages needs.
RELATED = ["store"]


class StoreBackend(ModelBackend):
    """Django's own way in, and one query for who this is and whose store it is."""

    def get_user(self, user_id: Any) -> User | None:  # noqa: ANN401 - Django's signature
        user = User.objects.select_related(*RELATED).filter(pk=user_id).first()
        return user if self.user_can_authenticate(user) else None
