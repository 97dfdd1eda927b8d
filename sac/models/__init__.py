from sac.models.contact import Contact, ContactIdentity
from sac.models.conversation import Conversation, Draft
from sac.models.message import EarlyStatus, Media, Message
from sac.models.team import Attendant, AttendantDepartment, Department
from sac.models.ticket import Ticket, TicketCounter, TicketEvent

__all__ = [
    "Attendant",
    "AttendantDepartment",
    "Contact",
    "ContactIdentity",
    "Conversation",
    "Department",
    "Draft",
    "EarlyStatus",
    "Media",
    "Message",
    "Ticket",
    "TicketCounter",
    "TicketEvent",
]
