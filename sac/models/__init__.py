from sac.models.amendment import Amendment
from sac.models.contact import Contact, ContactIdentity, ContactMerge
from sac.models.conversation import Conversation, Draft
from sac.models.early import EarlyChange, EarlyStatus
from sac.models.media import Media
from sac.models.message import Message
from sac.models.team import Attendant, AttendantDepartment, Department
from sac.models.ticket import Ticket, TicketCounter, TicketEvent

__all__ = [
    "Amendment",
    "Attendant",
    "AttendantDepartment",
    "Contact",
    "ContactIdentity",
    "ContactMerge",
    "Conversation",
    "Department",
    "Draft",
    "EarlyChange",
    "EarlyStatus",
    "Media",
    "Message",
    "Ticket",
    "TicketCounter",
    "TicketEvent",
]
