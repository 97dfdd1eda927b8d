"""The Celery application. Tasks carry ids and ring bells; the work is in database rows."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evendas.settings")

app = Celery("evendas")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["evendas.accounts", "automacao", "sac"])
