"""How a process that has no address shows that it is well."""

import logging
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from evendas.health.models import Pulse

logger = logging.getLogger(__name__)


def mark(*names: str) -> None:
    """Write the sign of life that `/pronto/` reads, or say in the log why not."""
    try:
        Pulse.objects.beat(*names)
    except DatabaseError as error:
        logger.warning("pulse not written: %s", error)


def show_life() -> None:
    """Touch the file that the container engine looks at, if it is to look at one."""
    if settings.LIFESIGN:
        Path(settings.LIFESIGN).touch()
