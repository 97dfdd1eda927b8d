"""The WSGI entry: everything but websockets, at a third of the CPU an ASGI server takes."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

Wsgi = Callable[..., Iterable[bytes]]


def behind_router(application: Wsgi) -> Wsgi:
    """Take a visitor's address from the router in front.

    Without it everybody would share the router's, and ten wrong passwords lock everybody out.
    Only the last address counts: the ones before it are the visitor's own words.
    """

    def routed(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if forwarded:
            environ["REMOTE_ADDR"] = forwarded
        return application(environ, start_response)

    return routed


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evendas.settings")
application: Wsgi = get_wsgi_application()
if os.environ.get("EVENDAS_BEHIND_ROUTER") == "1":
    application = behind_router(application)
