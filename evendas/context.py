"""What every template may use."""

from django.http import HttpRequest


def csp_nonce(request: HttpRequest) -> dict[str, object]:
    """Hand django-csp's nonce to `{% htmx_script %}`, which reads `csp_nonce`."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}
