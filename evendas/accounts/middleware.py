"""The terms stand before every screen of a store."""

import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from evendas.accounts.models import User
from evendas.accounts.store_request import page_of
from evendas.accounts.terms import has_accepted

# What anybody may open, and the way out.
OPEN = {"terms", "login", "logout", "sign_up", "alive", "ready"}
OPEN |= {"webhook", "order_webhook", "order_api"}
OPEN |= {"api_docs", "api_openapi", "api_order_list", "api_order", "api_unknown"}
# Seconds a session is believed before the acceptance is looked up again: a new text asks by then.
BELIEVED = 3600
_KEY = "terms_accepted_at"


class TermsGate:
    """Leads whoever has not accepted the text in force themself to the terms.

    Remembered in the session, so that a request costs no query for it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        match = request.resolver_match
        if (match and match.url_name in OPEN) or not _owes_acceptance(request):
            return None
        return redirect(f"{reverse('terms')}?{urlencode({'next': page_of(request)})}")


def remember_acceptance(session: SessionBase) -> None:
    """Spare this session the question for a while."""
    session[_KEY] = int(time.time())


def _owes_acceptance(request: HttpRequest) -> bool:
    user = request.user
    if not isinstance(user, User) or user.store_id is None:
        return False
    if time.time() - request.session.get(_KEY, 0) < BELIEVED:
        return False
    if not has_accepted(user):
        return True
    remember_acceptance(request.session)
    return False
