"""Why an action did not happen. The text is what the person reads."""


class Refused(Exception):
    """An action that was not done. `status` is the HTTP answer."""

    status = 403


class TooLate(Refused):
    """Somebody else was quicker, or the ticket changed meanwhile."""

    status = 409


class Invalid(Refused):
    """What was typed cannot be accepted."""

    status = 422
