"""One request that leaves no trace: neither in the database nor in the person's cookies."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client

from evendas.accounts.models import Store
from tests.walls.world import crossings, digest

HTMX = {"HX-Request": "true"}
METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE")


@dataclass(frozen=True, slots=True)
class Told:
    """What came back, and what a store's rows were right after."""

    status: int
    location: str
    text: str
    digest: str
    crossings: tuple[str, ...] = ()


def ask(
    client: Client,
    method: str,
    address: str,
    data: Mapping[str, Any] | None = None,
    *,
    watching: Store | None = None,
    is_htmx: bool = True,
    looks_for_crossings: bool = False,
) -> Told:
    """Send a request, look at the store `watching`, then undo everything it did."""
    cookies = deepcopy(client.cookies)
    send = getattr(client, method.lower())
    with transaction.atomic():
        # Only a form has a body: what the other methods carry nobody reads.
        body = {"data": data or {}} if method in {"GET", "POST"} else {}
        answer = send(address, headers=HTMX if is_htmx else {}, **body)
        told = Told(
            answer.status_code,
            answer.headers.get("Location", ""),
            answer.getvalue().decode(errors="replace") + str(answer.headers),
            digest(watching) if watching else "",
            tuple(crossings()) if looks_for_crossings else (),
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    return told
