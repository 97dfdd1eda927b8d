"""How a furnished store's people set up their desk: one row of every kind."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from sac.models import (
    DeskPreferences,
    LooseFile,
    Mention,
    Message,
    MonthMail,
    QuickReply,
    Tag,
    Ticket,
    TicketTag,
)
from tests.conftest import Actor


def furnish_desk(ticket: Ticket, person: Actor, said: Message, word: str) -> None:
    """Give a ticket a tag and a mention, and the store and `person` what they set up."""
    store = ticket.store
    assert person.attendant
    tag = Tag.objects.create(store=store, name=f"Etiqueta {word}")
    TicketTag.objects.create(store=store, ticket=ticket, tag=tag)
    Mention.objects.create(
        store=store, message=said, attendant=person.attendant, created_at=ticket.created_at
    )
    LooseFile.objects.create(store=store, name=f"{store.pk}/{word}", until=ticket.created_at)
    DeskPreferences.objects.create(store=store, user=person.user)
    MonthMail.objects.create(store=store, month=ticket.created_at.date().replace(day=1))
    name = default_storage.save(f"{store.pk}/resposta-{word}", ContentFile(word.encode()))
    QuickReply.objects.create(
        store=store,
        shortcut=f"oi-{word}",
        text=f"Resposta {word}",
        file=name,
        filename=f"{word}.txt",
        kind="document",
        mime="text/plain",
        size=len(word),
    )
