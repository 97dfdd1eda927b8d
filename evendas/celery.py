"""The Celery application. Tasks carry ids and ring bells; the work is in database rows."""

import os

from celery import Celery, signals

from evendas.leaving import leave

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evendas.settings")

app = Celery("evendas")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["evendas.accounts", "automacao", "pedidos", "sac", "evendas.health"])
# By name: it is for workers only, and needs the applications loaded.
app.steps["worker"].add("evendas.watchdog:Watchdog")


@signals.worker_shutting_down.connect(weak=False)
def _note_shutdown(**_: object) -> None:
    leave()
