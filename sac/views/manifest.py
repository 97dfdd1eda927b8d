"""What a browser needs to install the product as an app of its own."""

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

_ICONS = (
    ("icon-192", "192x192", "any"),
    ("icon-512", "512x512", "any"),
    ("icon-maskable-512", "512x512", "maskable"),
)


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - the same for everybody
    """It opens on the desk, in a window without the browser's own bars."""
    told = {
        "id": "/",
        "name": "E-Vendas SAC",
        "short_name": "E-Vendas",
        "description": "Atendimento da loja no WhatsApp, em equipe.",
        "lang": "pt-BR",
        "dir": "ltr",
        "start_url": reverse("desk"),
        "scope": "/",
        "display": "standalone",
        "theme_color": "#0b7a5b",
        "background_color": "#f5f6f4",
        "categories": ["business", "productivity"],
        "icons": [_icon(*one) for one in _ICONS],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    address = static(f"icons/{name}.png")
    return {"src": address, "sizes": sizes, "type": "image/png", "purpose": purpose}
