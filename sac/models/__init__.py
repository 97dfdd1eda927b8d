from sac.models.amendment import Amendment
from sac.models.closed_count import ClosedCount
from sac.models.contact import Contact, ContactIdentity, ContactMerge
from sac.models.conversation import Conversation, Draft
from sac.models.counter import TicketCounter
from sac.models.desk import (
    CloseReason,
    DeskPreferences,
    Mention,
    QuickReply,
    Tag,
    TicketTag,
)
from sac.models.early import EarlyChange, EarlyStatus
from sac.models.loose import LooseFile
from sac.models.media import Media
from sac.models.message import Message
from sac.models.month_mail import MonthMail
from sac.models.order_link import OrderLink
from sac.models.team import Attendant, AttendantDepartment, Department
from sac.models.ticket import Ticket, TicketEvent

__all__ = [
    "Amendment",
    "Attendant",
    "AttendantDepartment",
    "CloseReason",
    "ClosedCount",
    "Contact",
    "ContactIdentity",
    "ContactMerge",
    "Conversation",
    "Department",
    "DeskPreferences",
    "Draft",
    "EarlyChange",
    "EarlyStatus",
    "LooseFile",
    "Media",
    "Mention",
    "Message",
    "MonthMail",
    "OrderLink",
    "QuickReply",
    "Tag",
    "Ticket",
    "TicketCounter",
    "TicketEvent",
    "TicketTag",
]
