"""What monitors ask, without signing in. Nothing of any store is in the answers."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evendas.health.readiness import readiness


@never_cache
@require_safe
def alive(_request: HttpRequest) -> JsonResponse:
    """200 whenever this process answers. Asks nobody else."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when everything works, else 503; says which part does not (docs/operating.md)."""
    checks = readiness.checks()
    is_ready = all(check.ok for check in checks.values())
    told = {name: check.told() for name, check in checks.items()}
    return JsonResponse({"ready": is_ready, "checks": told}, status=200 if is_ready else 503)
