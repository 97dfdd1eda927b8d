"""Where a thing stands in a thread. Pure: no ORM, no clock.

Order on screen is (the provider's second, then the order of arrival), stored once as one number:
the second in the high bits, the arrival number (shared by inbox rows, replies and events) below.
"""

from datetime import datetime, timedelta

ARRIVAL_BITS = 30
OLDEST = timedelta(days=30)
LATE_AFTER = timedelta(minutes=10)


def sort_key(moment: datetime, arrival: int) -> int:
    """Return the key of something that happened at `moment` and arrived as number `arrival`."""
    return (int(moment.timestamp()) << ARRIVAL_BITS) | (arrival & ((1 << ARRIVAL_BITS) - 1))


def clamp(sent_at: datetime | None, received_at: datetime) -> datetime:
    """Return a believable time of sending: never after arrival, never over 30 days before it."""
    if sent_at is None or sent_at > received_at or received_at - sent_at > OLDEST:
        return received_at
    return sent_at


def is_late(sent_at: datetime, received_at: datetime) -> bool:
    """Tell a message that waited in an offline queue from one just written."""
    return received_at - sent_at > LATE_AFTER
