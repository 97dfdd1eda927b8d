"""Who is let in: a store's token, for what it may be used for, so often, with so large a body."""

import hmac
from datetime import timedelta
from typing import cast

from django.http import HttpRequest
from ninja.errors import AuthorizationError
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from evendas import clock
from evendas.accounts.limits import Limit
from evendas.bodies import body_of
from pedidos.actions.tokens import note_use
from pedidos.models import ApiToken, Scope
from pedidos.platforms.evendas import token_digest

# The longest orders have some hundred items.
MAX_BYTES = 1024 * 1024
_MINUTE = timedelta(minutes=1)
# By one token. A shop of ten thousand orders is read in a minute, a page at a time.
CALLS = Limit("api_calls", 600, per=_MINUTE)


class ApiRequest(HttpRequest):
    """A request that was let in."""

    auth: ApiToken


class StoreToken(HttpBearer):
    """A token of a store in the header Authorization, that may be used for `scope`."""

    openapi_description = (
        "Um token criado em Pedidos › Integrações, no cabeçalho "
        "“Authorization: Bearer evs_…”. Cada operação diz a permissão de que precisa."
    )

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken | None:
        """Let a token in, and take the body of whoever was. Raises AuthorizationError, TooLarge."""
        token = cast("ApiToken | None", super().__call__(request))
        if token is None:
            return None
        if self.scope not in token.scopes:
            raise AuthorizationError(
                message=f"Este token não tem a permissão “{self.scope.value}”."
            )
        # Only now: strangers are not listened to. Django's own reading of it has another limit.
        request._body = body_of(request, limit=MAX_BYTES)
        return token

    def authenticate(self, _request: HttpRequest, token: str) -> ApiToken | None:
        if not token:
            return None
        digest = token_digest(token)
        known = ApiToken.objects.with_token(digest).first()
        if known is None or not hmac.compare_digest(known.digest, digest):
            return None
        note_use(known, clock.now())
        return known


class CallLimit(BaseThrottle):
    """So many calls by one token in a minute."""

    def allow_request(self, request: HttpRequest) -> bool:
        return CALLS.admits(str(cast("ApiRequest", request).auth.pk))

    def wait(self) -> float:
        """Seconds after which a new window has begun for sure."""
        return _MINUTE.total_seconds()
