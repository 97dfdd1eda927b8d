"""Celery's entrances to the orders. Ids only; each is safe to run twice or never."""

from celery import shared_task
from django.db.models import F

from evendas.bell import ring
from pedidos.actions.forgetting import forget_old_deliveries
from pedidos.actions.importing import import_orders
from pedidos.actions.imports import forget_old_files
from pedidos.fetching import fetch_delivery
from pedidos.models import Delivery, OrderImport, Source
from pedidos.processing import process_source
from pedidos.pulling import pull_source


@shared_task(name="pedidos.process")
def process(source_id: int) -> None:
    process_source(source_id)


@shared_task(name="pedidos.fetch_order")
def fetch_order(delivery_id: int) -> None:
    fetch_delivery(delivery_id)


@shared_task(name="pedidos.pull")
def pull(source_id: int) -> None:
    pull_source(source_id)


@shared_task(name="pedidos.import")
def import_file(import_id: int) -> None:
    import_orders(import_id)


@shared_task(name="pedidos.sweep")
def sweep() -> None:
    """Ring for every shop and file with something due: what a lost bell or a dead worker left."""
    for source_id in Delivery.objects.due_sources():
        ring("pedidos.process", source_id)
    for import_id in OrderImport.objects.due_imports():
        ring("pedidos.import", import_id)


@shared_task(name="pedidos.pull_all")
def pull_all() -> None:
    """Ring for every shop that can be asked what it forgot to tell."""
    # Who was asked longest ago comes first: whom no worker comes to now is next in the next round.
    waiting = Source.objects.worth_pulling().order_by(F("pulled_until").asc(nulls_first=True))
    for source_id in waiting.values_list("pk", flat=True):
        ring("pedidos.pull", source_id)


@shared_task(name="pedidos.forget_deliveries")
def forget_deliveries() -> None:
    """Forget what was understood long ago."""
    forget_old_deliveries()


@shared_task(name="pedidos.forget_imports")
def forget_imports() -> None:
    """Remove the files of spreadsheets that were kept long enough."""
    forget_old_files()
