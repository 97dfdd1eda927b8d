"""What a worker asks itself, over Redis and back (`evendas.watchdog`)."""

from celery import shared_task

from evendas.health.lifesign import mark

ASK = "health.ask"


@shared_task(name=ASK)
def ask(*queues: str) -> None:
    """Mark the queues this worker serves: it heard, had a thread free, and could write a row."""
    mark(*(f"worker_{queue}" for queue in queues))
