"""What a gateway tells of one number, in the port's own words, given to the desk's actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from automacao.gateways.port import (
    CallReceived,
    CallStatus,
    EchoOrigin,
    File,
    Identity,
    MessageEcho,
    MessageReceived,
)
from automacao.models import Instance, next_arrivals
from evendas import clock
from sac.actions.changes import ChangeEvent, apply_changes, change_of
from sac.actions.inbound import Arrival, Said, receive_messages
from sac.models import Message

PHONE = "+5511987654321"


@dataclass
class Voice:
    """One customer of one number."""

    instance: Instance
    phone: str = PHONE

    @property
    def address(self) -> str:
        return f"{self.phone.lstrip('+')}@wa"

    def says(
        self,
        text: str = "",
        *,
        kind: str = "text",
        facts: Mapping[str, object] | None = None,
        file: File | None = None,
        reply_to: str | None = None,
        at: datetime | None = None,
        name: str = "",
        is_history: bool = False,
    ) -> Message:
        """Receive a message of this customer, and return its row."""
        said = MessageReceived(
            id=name or new_id(),
            identities=(Identity("phone", self.phone),),
            address=self.address,
            kind=kind,
            text=text,
            sent_at=at or clock.now(),
            reply_to=reply_to,
            file=file,
            facts=facts or {},
        )
        return self.hand_in(said, is_history=is_history)

    def is_answered(
        self,
        text: str,
        *,
        origin: EchoOrigin = "phone",
        is_auto_reply: bool = False,
        kind: str = "text",
        is_history: bool = False,
    ) -> Message:
        """Receive an echo of what the store said to them."""
        echo = MessageEcho(
            id=new_id(),
            identities=(Identity("phone", self.phone),),
            address=self.address,
            origin=origin,
            kind=kind,
            text=text,
            sent_at=clock.now(),
            is_auto_reply=is_auto_reply,
        )
        return self.hand_in(echo, is_history=is_history)

    def calls(self, status: CallStatus, *, name: str = "C1", is_video: bool = False) -> Message:
        """Receive a call, or what became of it."""
        call = CallReceived(
            id=name,
            identities=(Identity("phone", self.phone),),
            address=self.address,
            status=status,
            is_video=is_video,
            at=clock.now(),
        )
        return self.hand_in(call)

    def hand_in(self, said: Said, *, is_history: bool = False) -> Message:
        with transaction.atomic():
            arrival = Arrival(next_arrivals(1)[0], clock.now(), said, is_history=is_history)
            receive_messages(self.instance, [(arrival, said)])
        name = f"call:{said.id}" if isinstance(said, CallReceived) else said.id
        return Message.objects.for_thread().get(instance=self.instance, provider_id=name)

    def changes(self, *events: ChangeEvent) -> None:
        """Receive edits, deletions and reactions, in this order."""
        with transaction.atomic():
            now = clock.now()
            apply_changes(self.instance, [change_of(event, now) for event in events])


def new_id() -> str:
    return f"3A{uuid4().hex[:18].upper()}"
