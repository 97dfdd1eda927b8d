"""Carts and products of the catalogue. Money is in thousandths, as the network says it."""

from automacao.gateways.evolution.context import web_address
from automacao.gateways.evolution.wire import dig, text, whole

_ID_MAX = 128
_TITLE_MAX = 200
_TEXT_MAX = 1000
_CURRENCY_MAX = 8
_MOST = 2**53


def order_facts(media: dict[str, object]) -> dict[str, object] | None:
    """Read a cart a customer sent. One that names neither seller nor title is not understood."""
    number = text(media.get("orderId"), _ID_MAX)
    if not number or not (text(media.get("sellerJid")) or text(media.get("orderTitle"))):
        return None
    return {
        "id": number,
        "title": text(media.get("orderTitle"), _TITLE_MAX),
        "items": _count(media.get("itemCount")) or 0,
        "total": _count(media.get("totalAmount1000")),
        "currency": text(media.get("totalCurrencyCode"), _CURRENCY_MAX),
    }


def product_facts(media: dict[str, object]) -> dict[str, object] | None:
    """Read a product that was shared, or asked about."""
    product = dig(media, "product")
    title = text(dig(product, "title"), _TITLE_MAX)
    if not title:
        return None
    return {
        "id": text(dig(product, "productId"), _ID_MAX),
        "title": title,
        "description": text(dig(product, "description"), _TEXT_MAX),
        "price": _count(dig(product, "priceAmount1000")),
        "currency": text(dig(product, "currencyCode"), _CURRENCY_MAX),
        "url": web_address(dig(product, "url")),
    }


def _count(value: object) -> int | None:
    read = whole(value)
    return read if read is not None and 0 <= read <= _MOST else None
