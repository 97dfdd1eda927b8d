"""Whether this process was asked to stop: long work ends after its step, and rows keep the rest."""

_asked = False


def leave() -> None:
    """Note it. Safe inside a signal handler."""
    global _asked  # noqa: PLW0603 - one process, one end
    _asked = True


def is_leaving() -> bool:
    return _asked
