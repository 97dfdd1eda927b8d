"""What customers and phones said becomes rows: contacts, conversations, tickets, messages."""

from sac.actions.inbound.receiving import receive_messages
from sac.actions.inbound.thread import Arrival, Said

__all__ = ["Arrival", "Said", "receive_messages"]
