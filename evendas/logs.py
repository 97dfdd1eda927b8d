"""What the processes write to their logs: one line each, never an address that is a secret."""

from typing import Any


def logging_config(level: str) -> dict[str, Any]:
    """Return Django's LOGGING for this level of the root logger."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "filters": {"secret_addresses": {"()": "evendas.secrets.SecretAddresses"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["secret_addresses"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # One line per request is the proxy's business.
            "django.channels.server": {"level": "WARNING"},
            "daphne": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
        },
    }
