"""What the frame around every page of a store shows: whose it is, and how its numbers are."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from automacao.models import Instance


def frame(request: HttpRequest) -> dict[str, object]:
    """Give `store` and `lines` to pages of a store; the numbers are read only where shown."""
    store = getattr(request, "store", None)
    if store is None:
        return {}
    lines = SimpleLazyObject(lambda: list(Instance.objects.in_store(store)))
    return {"store": store, "lines": lines}
