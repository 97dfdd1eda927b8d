"""Show the order a platform's body tells, as one line of JSON."""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pedidos.labelling import label_of
from pedidos.platforms import registry
from pedidos.platforms.port import Malformed, OrderSeen, OrderToFetch, Platform, Reading

Told = dict[str, object]

_KEYS = """\
Sempre: external_id, number, payment_status, label, total, currency, name, email, phones.
Das plataformas (WooCommerce, Shopify, Nuvemshop) sempre também: fulfillment_status,
created_at_utc, cpf ou cnpj (cpf null quando não há) e tracking.
Só quando há o que dizer:
  display_number        a plataforma escreve o número de outro jeito (#1187)
  paid_at_utc           a plataforma diz quando foi pago
  local_day_sao_paulo   perto da meia-noite UTC: lido no fuso errado, o dia seria outro
  fulfillment_status, cpf ou cnpj, tracking   no corpo da API E-Vendas, que não tem lugar para
                        tudo; suas datas não trazem fuso e, sem a loja, não são hora nenhuma
Aviso da Nuvemshop (sem o pedido): store_id, event, order_id.

Termina com 2 se a plataforma é desconhecida, 3 se o arquivo não pode ser lido, 4 se o corpo não
traz um pedido que se entenda."""

_UNKNOWN_PLATFORM, _UNREADABLE_FILE, _NO_ORDER = 2, 3, 4
# The name examples of the E-Vendas endpoint go by.
_ALIASES = {"evendas-generic": "evendas"}
_FLAT = "evendas"
_SAO_PAULO = ZoneInfo("America/Sao_Paulo")
_READING = Reading(zone=_SAO_PAULO, words=lambda _text: None)


class Command(BaseCommand):
    """Print one JSON object. Uses no database, knows no store: its rules and zone do not count."""

    help = "Mostra, sem gravar nada, o pedido que um corpo de plataforma contém."
    requires_system_checks: list[str] = []

    def create_parser(
        self,
        prog_name: str,
        subcommand: str,
        **kwargs: Any,
    ) -> CommandParser:
        return super().create_parser(
            prog_name,
            subcommand,
            epilog=_KEYS,
            formatter_class=RawDescriptionHelpFormatter,
            **kwargs,
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("platform", help=", ".join(registry.names()))
        parser.add_argument("file", metavar="FILE")

    def handle(self, *_args: object, platform: str, file: str, **_options: object) -> None:
        name = _ALIASES.get(platform, platform)
        told = _told(name, _platform(name), _bytes_of(file))
        self.stdout.write(json.dumps(told))


def _platform(name: str) -> Platform:
    try:
        return registry.platform(name)
    except LookupError as error:
        known = ", ".join(registry.names())
        raise CommandError(
            f"plataforma desconhecida: {name}. As conhecidas são {known}.",
            returncode=_UNKNOWN_PLATFORM,
        ) from error


def _bytes_of(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        why = "não existe" if isinstance(error, FileNotFoundError) else "não pode ser lido"
        raise CommandError(f"o arquivo {path} {why}.", returncode=_UNREADABLE_FILE) from error


def _told(name: str, platform: Platform, raw: bytes) -> Told:
    event = platform.parse("", raw, _READING)
    if isinstance(event, OrderSeen):
        return _flat(event) if name == _FLAT else _whole(event)
    if isinstance(event, OrderToFetch):
        return {
            "store_id": _number(event.shop_id),
            "event": platform.topic({}, raw),
            "order_id": _number(event.external_id),
        }
    why = event.reason if isinstance(event, Malformed) else "o corpo não traz um pedido"
    raise CommandError(f"não há pedido aqui: {why}.", returncode=_NO_ORDER)


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _whole(seen: OrderSeen) -> Told:
    return (
        _numbers(seen)
        | {"payment_status": seen.payment, "fulfillment_status": seen.fulfillment}
        | _money(seen)
        | _times(seen)
        | _buyer(seen)
        | (_document(seen) or {"cpf": None})
        | {"phones": seen.phones, "tracking": _tracking(seen)}
    )


def _flat(seen: OrderSeen) -> Told:
    """What a body without a place for everything tells: nothing that it leaves open."""
    has_moved = seen.fulfillment != seen.fulfillment.UNFULFILLED
    return (
        _numbers(seen)
        | {"payment_status": seen.payment}
        | ({"fulfillment_status": seen.fulfillment} if has_moved else {})
        | _money(seen)
        | _buyer(seen)
        | _document(seen)
        | {"phones": seen.phones}
        | ({"tracking": _tracking(seen)} if seen.shipments else {})
    )


def _numbers(seen: OrderSeen) -> Told:
    told: Told = {"external_id": seen.external_id, "number": seen.number}
    return told | ({"display_number": seen.display_number} if seen.display_number else {})


def _money(seen: OrderSeen) -> Told:
    label = label_of(seen.payment, seen.fulfillment, is_cancelled=seen.is_cancelled)
    return {"label": label.label, "total": str(seen.total), "currency": seen.currency}


def _times(seen: OrderSeen) -> Told:
    told: Told = {"created_at_utc": _utc(seen.placed_at)}
    if _is_near_midnight(seen.placed_at):
        told["local_day_sao_paulo"] = seen.placed_at.astimezone(_SAO_PAULO).date().isoformat()
    return told | ({"paid_at_utc": _utc(seen.paid_at)} if seen.paid_at else {})


def _is_near_midnight(at: datetime) -> bool:
    """Whether the zone left out, or taken the wrong way round, gives another day."""
    ahead = at.astimezone(_SAO_PAULO).utcoffset() or timedelta()
    utc = at.astimezone(UTC)
    return len({(utc + shift).date() for shift in (-ahead, timedelta(), ahead)}) > 1


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _buyer(seen: OrderSeen) -> Told:
    return {"name": seen.name or None, "email": seen.email or None}


def _document(seen: OrderSeen) -> Told:
    if not seen.document:
        return {}
    return {"cnpj" if len(seen.document) == 14 else "cpf": seen.document}


def _tracking(seen: OrderSeen) -> list[str]:
    return [parcel.code for parcel in seen.shipments]
