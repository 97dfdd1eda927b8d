"""What a worker asks itself, over Redis and back (`evendas.watchdog`)."""

from celery import shared_task

from evendas.health.lifesign import mark

ASK = "health.ask"


# A worker that loses Redis with something unacknowledged falls over: let it not be this question.
@shared_task(name=ASK, acks_late=False)
def ask(*queues: str) -> None:
    """Mark the queues this worker serves: it heard, had a thread free, and could write a row."""
    mark(*(f"worker_{queue}" for queue in queues))
