"""The state as the control API and the page show it."""

from dataclasses import fields
from itertools import islice
from urllib.parse import quote

from automacao.simulator.faults import Fault, Faults
from automacao.simulator.network import Network
from automacao.simulator.shop import METHODS, Sale, Shop
from automacao.simulator.state import Instance, Json, Message, Phone

# What one page of phones can hold without becoming slow.
PAGE_PHONES, PAGE_MESSAGES = 30, 80
PAGE_ORDERS = 30


def state(net: Network) -> Json:
    """Everything but the conversations."""
    return {
        "instances": [line(one) for one in net.world.instances.values()],
        "phones": [phone(one) for one in net.world.phones.values()],
        "faults": faults(net.faults),
        "pending_webhooks": net.courier.pending,
    }


def page(net: Network) -> Json:
    """What the page draws: the phones used last, each with the end of its conversations."""
    recent = sorted(net.world.phones.values(), key=lambda one: -one.touched_at)[:PAGE_PHONES]
    shown = {one.wa_id for one in recent}
    # In the order they were made: windows must not jump about.
    phones = [phone(one) for one in net.world.phones.values() if one.wa_id in shown]
    return {
        "revision": net.revision,
        "desk_url": net.options.desk_url,
        "instances": [line(one) for one in net.world.instances.values()],
        "phones": phones,
        "threads": {
            one.name: _threads(one, shown) for one in net.world.instances.values() if one.own_id
        },
    }


def shop_page(net: Network) -> Json:
    """What the shop's page draws: who may buy there, and the orders, the newest first."""
    known = net.world.shop
    recent = sorted(net.world.phones.values(), key=lambda one: -one.touched_at)[:PAGE_PHONES]
    return {
        "revision": net.revision,
        "desk_url": net.options.desk_url,
        "shop": shop(known) if known else None,
        "customers": sorted(map(phone, recent), key=lambda one: one["name"] or "~"),
        "orders": [sale(one) for one in reversed(known.sales[-PAGE_ORDERS:])] if known else [],
    }


def shop(one: Shop) -> Json:
    """The shop, without what it signs with."""
    return {
        "name": one.name,
        "webhook_url": one.webhook_url,
        "products": [vars(product) for product in one.products],
        "methods": METHODS,
        "next_number": one.next_number,
    }


def sale(one: Sale) -> Json:
    """One order of the shop."""
    return {
        "number": one.number,
        "buyer": vars(one.buyer),
        "product": one.product.name,
        "quantity": one.quantity,
        "total": str(one.total),
        "method": METHODS[one.method],
        "status": one.status,
        "steps": one.steps,
        "placed_at": one.placed_at,
        "tracking": one.tracking,
        "heard": one.heard,
    }


def line(one: Instance) -> Json:
    """One instance."""
    return {
        "name": one.name,
        "phase": one.phase,
        "state": one.state,
        "number": one.number,
        "own_id": one.own_id,
        "profile": one.profile,
        "closed_reason": one.closed_reason,
        "deadness": one.deadness,
        "auto_reply": one.auto_reply,
        "webhook_url": one.webhook.url if one.webhook else None,
        "qr": vars(one.qr),
    }


def phone(one: Phone) -> Json:
    """One customer's phone."""
    return {
        "wa_id": one.wa_id,
        "number": one.number,
        "name": one.name,
        "lid": one.lid,
        "exists": one.is_on_whatsapp,
        "online": one.is_online,
        "reads_alone": one.reads_alone,
        "addressing": one.addressing,
    }


def bubble(one: Instance, message: Message) -> Json:
    """One message on a customer's screen."""
    return {
        "id": message.id,
        "from": "customer" if message.origin == "customer" else "store",
        "text": "" if message.is_deleted else message.text,
        "status": message.status,
        "time": message.at,
        "quotes": message.quotes,
        "kind": message.kind,
        "facts": message.facts,
        "file": file(one, message),
        "wrapper": message.wrapper,
        "edited": message.edited_at is not None,
        "deleted": message.is_deleted,
        "reactions": message.reactions,
    }


def file(one: Instance, message: Message) -> Json | None:
    """What came with a message, and where its bytes are."""
    if message.file is None or message.is_deleted:
        return None
    place = f"/celular/arquivo/{quote(one.name, safe='')}/{quote(message.id, safe='')}"
    return {**vars(message.file), "url": place}


def content_key(message: Message) -> tuple[str, ...]:
    """Tell two messages apart by what a person would call the same."""
    digest = message.file.sha256 if message.file else ""
    return message.wa_id, message.kind, message.text, digest


def sent(message: Message, count: int) -> Json:
    """One line of the ledger."""
    return {
        "id": message.id,
        "number": message.wa_id,
        "text": message.text,
        "status": message.status,
        "time": message.at,
        "count": count,
        "kind": message.kind,
        "facts": message.facts,
        "file": vars(message.file) if message.file else None,
        "quotes": message.quotes,
        "deleted": message.is_deleted,
    }


def faults(one: Faults) -> Json:
    """The faults in force."""
    values = {entry.name: getattr(one, entry.name) for entry in fields(one)}
    return {
        name: vars(value) if isinstance(value, Fault) else value for name, value in values.items()
    }


def _threads(one: Instance, shown: set[str]) -> dict[str, list[Json]]:
    """Gather the last messages of each phone on show, in one walk from the newest."""
    threads: dict[str, list[Json]] = {wa_id: [] for wa_id in shown}
    for message in islice(reversed(one.messages.values()), PAGE_PHONES * PAGE_MESSAGES):
        if message.kind == "reaction" or message.wa_id not in shown:
            continue
        if len(threads[message.wa_id]) < PAGE_MESSAGES:
            threads[message.wa_id].append(bubble(one, message))
    return {wa_id: bubbles[::-1] for wa_id, bubbles in threads.items() if bubbles}
