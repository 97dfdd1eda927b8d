"""The ASGI entry: pages and webhooks over HTTP, live fragments over one websocket path."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evendas.settings")
http = get_asgi_application()

from sac.consumers import DeskConsumer  # noqa: E402 - models need the application registry

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/sac/", DeskConsumer.as_asgi())]))
        ),
    }
)
