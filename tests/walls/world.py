"""A store with one row of every kind, and what tells whether anything in a store changed."""

import hashlib
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache, cached_property
from itertools import product
from uuid import uuid4

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, models
from django.utils import timezone
from stdnum.br import cnpj

from automacao.models import ChatbotSettings, InboundEvent, Instance, LineTally
from evendas.accounts.audit import record
from evendas.accounts.models import Store
from pedidos.models import ApiToken, Delivery, Order, OrderImport, Source, StatusRule
from sac.models import (
    Amendment,
    Attendant,
    CloseReason,
    Contact,
    ContactMerge,
    Department,
    Draft,
    EarlyChange,
    EarlyStatus,
    Media,
    Message,
    OrderLink,
    QuickReply,
    Tag,
    Ticket,
    TicketCounter,
    TicketEvent,
)
from tests.conftest import Actor, Shop
from tests.sac.board import Status, put_ticket
from tests.walls.desk_rows import furnish_desk
from tests.walls.order_rows import furnish_orders

_COUNT_ALIKE = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, most.number)
    FROM pg_sequences, (SELECT max(last_value) AS number FROM pg_sequences) AS most
"""


@dataclass(frozen=True)
class World:
    """A furnished store. `waiting` is in Suporte, `open` with `person`, `closed` by them."""

    shop: Shop
    person: Actor
    boss: Actor
    attendant: Attendant
    spare: Attendant
    empty: Instance
    waiting: Ticket
    open: Ticket
    closed: Ticket
    heard: Message
    said: Message
    file: Media

    @property
    def store(self) -> Store:
        return self.shop.store

    @property
    def instance(self) -> Instance:
        return self.shop.instance

    @cached_property
    def merge(self) -> ContactMerge:
        """Of the customer of `open`."""
        return ContactMerge.objects.get(store=self.store)

    @cached_property
    def close_reason(self) -> CloseReason:
        return CloseReason.objects.get(store=self.store)

    @cached_property
    def parked(self) -> InboundEvent:
        return InboundEvent.objects.parked().get(store=self.store)

    @cached_property
    def source(self) -> Source:
        return Source.objects.get(store=self.store, platform=Source.Platform.WOOCOMMERCE)

    @property
    def token(self) -> ApiToken:
        return ApiToken.objects.get(store=self.store)

    @cached_property
    def delivery(self) -> Delivery:
        """Parked."""
        return Delivery.objects.get(store=self.store)

    @cached_property
    def order_import(self) -> OrderImport:
        """Its preview is open."""
        return OrderImport.objects.get(store=self.store)

    @cached_property
    def status_rule(self) -> StatusRule:
        return StatusRule.objects.get(store=self.store)

    @cached_property
    def reply(self) -> QuickReply:
        """Everybody's, with a file."""
        return QuickReply.objects.get(store=self.store)

    @cached_property
    def tag(self) -> Tag:
        return Tag.objects.get(store=self.store)

    @cached_property
    def order(self) -> Order:
        """Of the customer of `open`."""
        return Order.objects.get(store=self.store)

    @property
    def department(self) -> Department:
        return self.shop.support

    @cached_property
    def ids(self) -> list[int]:
        """Every number a form of another store might carry."""
        rows = [getattr(self, field.name) for field in fields(self)]
        rows += [
            *(self.reply, self.tag, self.source, self.token, self.delivery, self.status_rule),
            *(self.order_import, self.order, self.store, self.department, self.shop.sales),
            *(self.instance, self.person.user),
        ]
        return sorted({row.pk for row in rows if isinstance(row, models.Model)})


def count_alike() -> None:
    """Let every table go on from one number: rows that follow share few, which try all doors."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_ALIKE)


def furnish(shop: Shop, word: str) -> World:
    """Put a row of every kind into a store, with `word` in every text a person may read."""
    _rename(shop, word)
    person = shop.hire(f"Pessoa {word}", shop.support)
    boss = shop.hire(f"Chefe {word}", shop.support, is_admin=True)
    spare = shop.hire(f"Reserva {word}", shop.support).attendant
    assert person.attendant
    assert spare
    waiting = _ticket(shop, word, department=shop.support)
    taken = _ticket(
        shop, word, department=shop.support, attendant=person.attendant, status=Status.OPEN
    )
    closed = _ticket(
        shop, word, department=shop.sales, attendant=person.attendant, status=Status.CLOSED
    )
    heard, said = (_message(taken, person, word, direction) for direction in ("in", "out"))
    file = _file(heard, word)
    _surroundings(taken, person, heard, word)
    furnish_desk(taken, person, heard, word)
    empty = Instance.objects.create(store=shop.store)
    return World(
        shop,
        person,
        boss,
        person.attendant,
        spare,
        empty,
        waiting,
        taken,
        closed,
        heard,
        said,
        file,
    )


def digest(store: Store) -> str:
    """Everything the database holds about a store, as one number: equal means unchanged."""
    parts = [
        # A table's name is the model's own; the rows compare as text, in one order.
        f"SELECT '{model._meta.db_table}', string_agg(row::text, '~' ORDER BY row::text)"  # noqa: S608
        f' FROM "{model._meta.db_table}" row WHERE "{column}" = {store.pk}'
        for model, column in store_tables()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY 1")
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()


def rows_by_table(store: Store) -> dict[str, int]:
    """How many rows of each kind a store has."""
    return {
        model._meta.label: model._base_manager.filter(**{column: store.pk}).count()
        for model, column in store_tables()
    }


def store_tables() -> list[tuple[type[models.Model], str]]:
    """Every table with rows of a store, and the column that says which."""
    owned = [
        (model, "store_id")
        for model in apps.get_models()
        if any(field.name == "store" for field in model._meta.fields)
    ]
    return [(Store, "id"), *owned]


def crossings() -> list[str]:
    """References from a row of one store to a row of another: there must be none."""
    with connection.cursor() as cursor:
        cursor.execute(_crossings_sql())
        return [f"{reference} {pk}" for reference, pk in cursor.fetchall()]


@cache
def _crossings_sql() -> str:
    owned = [model for model, _ in store_tables()[1:]]
    parts = [
        # The names are the models' own.
        f"SELECT '{field}', row.id FROM \"{model._meta.db_table}\" row"  # noqa: S608
        f' JOIN "{target._meta.db_table}" target ON target.id = row."{field.column}"'
        " WHERE target.store_id IS DISTINCT FROM row.store_id"
        for model, target in product(owned, owned)
        for field in model._meta.fields
        if field.related_model is target
    ]
    return " UNION ALL ".join(parts) + " ORDER BY 1, 2"


def _rename(shop: Shop, word: str) -> None:
    shop.store.name = f"Loja {word}"
    shop.support.name, shop.sales.name = f"Suporte {word}", f"Vendas {word}"
    number = shop.instance
    number.name, number.profile_name = f"Número {word}", f"Perfil {word}"
    # The bar about a number that is down is drawn on every screen of its store.
    number.last_error, number.pairing_code = f"Falha {word}", word[:20]
    for row in (shop.store, shop.support, shop.sales, number):
        row.save()
    ChatbotSettings.objects.create(
        store=shop.store, instance=number, **dict.fromkeys(("greeting", "closing"), word)
    )


def _ticket(
    shop: Shop,
    word: str,
    *,
    department: Department,
    attendant: Attendant | None = None,
    status: str = Status.WAITING,
) -> Ticket:
    ticket = put_ticket(shop, department=department, attendant=attendant, status=status)
    Contact.objects.filter(pk=ticket.conversation.contact_id).update(
        name=f"Cliente {word}",
        notes=f"Anotação {word}",
        email=f"{word}@cliente.test",
        tax_id=tax_id_of(word),
    )
    ticket.preview, ticket.close_reason = f"Prévia {word}", f"Motivo {word}"
    ticket.new_since = ticket.created_at
    ticket.save()
    return Ticket.objects.for_list().get(pk=ticket.pk)


def tax_id_of(word: str) -> str:
    """A true CNPJ with the word's letters in it."""
    root = word.upper()[:12].ljust(12, "0")
    return root + cnpj.calc_check_digits(root)


def _message(ticket: Ticket, person: Actor, word: str, direction: str) -> Message:
    is_out = direction == Message.Direction.OUT
    conversation = ticket.conversation
    message = Message.objects.create(
        store=ticket.store,
        conversation=conversation,
        ticket=ticket,
        instance=ticket.instance,
        direction=direction,
        origin=Message.Origin.DESK if is_out else Message.Origin.CUSTOMER,
        text=f"Conversa {word}",
        attendant=person.attendant if is_out else None,
        client_uuid=uuid4() if is_out else None,
        provider_id=uuid4().hex,
        state=Message.State.UNCONFIRMED if is_out else Message.State.RECEIVED,
        created_at=ticket.created_at,
        sent_at=ticket.created_at,
        sort_key=2 + is_out,
        revision=conversation.next_revision(),
    )
    conversation.save()
    return message


def _changes(ticket: Ticket, person: Actor, message: Message, word: str) -> None:
    """What becomes of messages and contacts after they came: under way, early, or united."""
    store, then = ticket.store, ticket.created_at
    assert person.attendant
    text = f"Emenda {word}"
    Amendment.objects.create(
        store=store,
        message=message,
        kind="edit",
        text=text,
        attendant=person.attendant,
        state=Amendment.State.DONE,
        created_at=then,
    )
    EarlyChange.objects.create(
        store=store,
        instance=ticket.instance,
        provider_id=uuid4().hex,
        kind="edit",
        text=text,
        at=then,
    )
    contact = ticket.conversation.contact
    gone = Contact.objects.create(store=store, name=f"Antigo {word}", merged_into=contact)
    nothing: dict[str, object] = {
        "identities": [],
        "conversations": [],
        "threads": [],
        "fields": {},
    }
    ContactMerge.objects.create(
        store=store, kept=contact, gone=gone, reason=word, moved=nothing, merged_at=then
    )


def _file(message: Message, word: str) -> Media:
    """A file with the word inside, as if it were picture and sound as well."""
    name = default_storage.save(f"{message.store_id}/{uuid4().hex}", ContentFile(word.encode()))
    return Media.objects.create(
        store=message.store,
        message=message,
        state=Media.State.READY,
        **dict.fromkeys(("file", "thumbnail", "playable"), name),
        filename=f"{word}.txt",
        mime="text/plain",
    )


def _surroundings(ticket: Ticket, person: Actor, message: Message, word: str) -> None:
    store = ticket.store
    CloseReason.objects.create(store=store, name=f"Motivo {word}")
    TicketEvent.objects.create(
        store=store,
        ticket=ticket,
        conversation=ticket.conversation,
        kind=TicketEvent.Kind.TRANSFERRED_IN,
        at=ticket.created_at - timedelta(minutes=1),
        actor=person.user,
        attendant=person.attendant,
        from_department=ticket.department,
        note=f"Nota {word}",
        sort_key=1,
        revision=1,
    )
    Draft.objects.create(
        store=store, conversation=ticket.conversation, user=person.user, text=f"Rascunho {word}"
    )
    EarlyStatus.objects.create(
        store=store, instance=ticket.instance, provider_id=uuid4().hex, status="read"
    )
    _changes(ticket, person, message, word)
    _line(ticket, word)
    contact = ticket.conversation.contact
    furnish_orders(store, contact.phone, ticket.created_at, word)
    order = Order.objects.get(store=store)
    word_of = {"contact": contact, "order": order, "by": person.user, "at": ticket.created_at}
    OrderLink.objects.create(store=store, kind=OrderLink.Kind.CONFIRMED, **word_of)
    year = timezone.localdate().year
    TicketCounter.objects.get_or_create(store=store, year=year, defaults={"last_number": 7})
    record("walls.furnished", by=person.user, target=message, ip=None, word=word)


def _line(ticket: Ticket, word: str) -> None:
    """What went through the number, and an event of it nobody understood."""
    number = {"store": ticket.store, "instance": ticket.instance}
    body = word.encode()
    digest = hashlib.sha256(body).digest()
    told = {"status": InboundEvent.Status.PARKED, "error": f"quarentena: {word}"}
    InboundEvent.objects.create(**number, sha256=digest, body=body, **told)
    day = timezone.localdate()
    LineTally.objects.create(**number, day=day, what=f"ignored:{word}"[:60], count=1)
