"""Tracking codes: several may stand in one field."""

import re
from collections.abc import Iterable

from pedidos.platforms.port import ShipmentSeen
from pedidos.platforms.reading.texts import plain, url

_CARRIER_MAX = 80
_CODE_MAX = 80
_PARCELS_MAX = 100
_READ_MAX = _PARCELS_MAX * (_CODE_MAX + 1)  # characters
# An object of the Correios: two letters, nine digits, two letters (S10 of the postal union).
_CORREIOS = re.compile(
    r"\b([A-Z]{2}) ?([0-9]{3}) ?([0-9]{3}) ?([0-9]{3}) ?([A-Z]{2})\b", re.IGNORECASE
)
_PARTED = re.compile(r"[,;|\n\r\t]")


def codes_in(text: str) -> list[str]:
    """Every code of a field, those of the Correios in capitals and without spaces."""
    return [code for piece in _PARTED.split(text[:_READ_MAX]) for code in _codes_of(piece)]


def parcels(text: str, address: str = "", carrier: str = "") -> list[ShipmentSeen]:
    """The parcels a field tells of. An address is kept only where it can be just one's."""
    codes = codes_in(text)
    where = url(address) if len(codes) == 1 else ""
    return [
        ShipmentSeen(
            code=code, url=where, carrier=plain(carrier, _CARRIER_MAX) or _carrier_of(code)
        )
        for code in codes
    ]


def each_once(seen: Iterable[ShipmentSeen]) -> tuple[ShipmentSeen, ...]:
    """The parcels by their codes; the one that also tells an address goes before."""
    known: dict[str, ShipmentSeen] = {}
    for parcel in seen:
        if parcel.code not in known or (parcel.url and not known[parcel.code].url):
            known[parcel.code] = parcel
    return tuple(known.values())[:_PARCELS_MAX]


def _codes_of(piece: str) -> list[str]:
    if posted := _CORREIOS.findall(piece):
        return ["".join(parts).upper() for parts in posted]
    code = plain(piece, _CODE_MAX + 1)
    return [code] if 0 < len(code) <= _CODE_MAX else []


def _carrier_of(code: str) -> str:
    return "Correios" if _CORREIOS.fullmatch(code) else ""
