"""What WooCommerce posts of an order, and how it signs it.

Written as its REST API v3 writes orders, the fields of two plug-ins with it: "Brazilian Market on
WooCommerce" and "WooCommerce Correios". A webhook that fails is never posted again by itself.
"""

import base64
import hmac
import json
import secrets
from datetime import UTC, datetime, tzinfo
from hashlib import md5, sha256
from unicodedata import normalize
from zoneinfo import ZoneInfo

import httpx

from automacao.simulator.shop import FREIGHT, METHODS, Sale, Shop
from automacao.simulator.state import Json

TIMEOUT = 10.0
_ZONE = ZoneInfo("America/Sao_Paulo")
_VERSION = "9.8.1"
_ZERO = "0.00"
_PLACE: Json = {
    "company": "",
    "address_1": "Rua das Acácias",
    "address_2": "",
    "city": "São Paulo",
    "state": "SP",
    "postcode": "04101-300",
    "country": "BR",
}
_DOOR: Json = {"number": "120", "neighborhood": "Vila Mariana"}


async def tell(shop: Shop, sale: Sale, event: str) -> None:
    """Post an order as it is now ("created", "updated"), once; keep what was answered."""
    raw = body_of(sale, shop)
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as http:
            headers = headers_of(raw, shop, event)
            answer = await http.post(shop.webhook_url, content=raw, headers=headers)
    except httpx.HTTPError:
        sale.heard = 0
    else:
        sale.heard = answer.status_code


def headers_of(raw: bytes, shop: Shop, event: str) -> dict[str, str]:
    """The headers of a webhook, signed over its bytes."""
    signature = hmac.digest(shop.secret.encode(), raw, sha256)
    return {
        "Content-Type": "application/json",
        "User-Agent": f"WooCommerce/{_VERSION} Hookshot (WordPress/6.8)",
        "X-WC-Webhook-Source": f"{shop.url}/",
        "X-WC-Webhook-Topic": f"order.{event}",
        "X-WC-Webhook-Resource": "order",
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-WC-Webhook-ID": "12",
        "X-WC-Webhook-Delivery-ID": secrets.token_hex(16),
    }


def body_of(sale: Sale, shop: Shop) -> bytes:
    """The order, as PHP writes JSON: slashes and everything beyond ASCII escaped."""
    text = json.dumps(_order(sale, shop), separators=(",", ":"))
    return text.replace("/", "\\/").encode()


def _order(sale: Sale, shop: Shop) -> Json:
    waits = sale.status == "pending"
    key = f"wc_order_{md5(str(sale.number).encode(), usedforsecurity=False).hexdigest()[:13]}"
    return {
        "id": sale.number,
        "parent_id": 0,
        "number": str(sale.number),
        "order_key": key,
        "status": sale.status,
        "version": _VERSION,
        "created_via": "checkout",
        "customer_id": 0,
        "customer_ip_address": "203.0.113.24",
        "customer_user_agent": "Mozilla/5.0 (Linux; Android 14)",
        "customer_note": "",
        "cart_hash": "",
        "payment_url": f"{shop.url}/finalizar-compra/order-pay/{sale.number}/?key={key}",
        "is_editable": waits,
        "needs_payment": waits,
        "needs_processing": True,
        **_money(sale),
        **_times(sale),
        **_people(sale),
        **_parcel(sale),
        **_lines(sale, shop),
        "_links": _links(sale, shop),
    }


def _money(sale: Sale) -> Json:
    return {
        "currency": "BRL",
        "currency_symbol": "R$",
        "prices_include_tax": False,
        "total": str(sale.total),
        "shipping_total": str(FREIGHT),
        **dict.fromkeys(("discount_total", "discount_tax", "shipping_tax"), _ZERO),
        **dict.fromkeys(("cart_tax", "total_tax"), _ZERO),
        "payment_method": sale.method,
        "payment_method_title": METHODS[sale.method],
        "transaction_id": "" if sale.paid_at is None else f"DEMO-{sale.number}",
    }


def _times(sale: Sale) -> Json:
    """Each twice: by the shop's clock, and in GMT."""
    moments = {
        "date_created": sale.placed_at,
        "date_modified": sale.changed_at,
        "date_paid": sale.paid_at,
        "date_completed": sale.shipped_at,
    }
    here = {name: _moment(at, _ZONE) for name, at in moments.items()}
    return here | {f"{name}_gmt": _moment(at, UTC) for name, at in moments.items()}


def _moment(at: float | None, zone: tzinfo) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m-%dT%H:%M:%S")


def _people(sale: Sale) -> Json:
    first, _, last = sale.buyer.name.partition(" ")
    name = {"first_name": first, "last_name": last}
    own = {
        "email": _email(sale.buyer.name),
        "phone": _typed(sale.buyer.number),
        "persontype": "F",
        **dict.fromkeys(("cpf", "rg", "cnpj", "ie", "birthdate", "gender", "cellphone"), ""),
    }
    return {
        "billing": {**name, **_PLACE, **own, **_DOOR},
        "shipping": {**name, **_PLACE, "phone": "", **_DOOR},
    }


def _email(name: str) -> str:
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = ["".join(filter(str.isalnum, word)) for word in plain.split()]
    return f"{'.'.join(filter(None, words)) or 'cliente'}@exemplo.com.br"


def _typed(digits: str) -> str:
    """A number as its owner types it at a checkout."""
    if not digits.startswith("55"):
        return f"+{digits}"
    area, rest = digits[2:4], digits[4:]
    return f"({area}) {rest[:-4]}-{rest[-4:]}"


def _parcel(sale: Sale) -> Json:
    if not sale.tracking:
        return {"correios_tracking_code": "", "meta_data": []}
    shipment = {
        "tracking_provider": "Correios",
        "custom_tracking_provider": "",
        "custom_tracking_link": f"https://rastreio.exemplo.com.br/{sale.tracking}",
        "tracking_number": sale.tracking,
        "date_shipped": str(int(sale.shipped_at or 0)),
        "tracking_id": f"{sale.number:x}",
    }
    metas = {"_correios_tracking_code": sale.tracking, "_wc_shipment_tracking_items": [shipment]}
    rows = [{"id": place, "key": key, "value": value} for place, (key, value) in _numbered(metas)]
    return {"correios_tracking_code": sale.tracking, "meta_data": rows}


def _numbered(metas: Json) -> list[tuple[int, tuple[str, object]]]:
    return list(enumerate(metas.items(), start=29_810))


def _lines(sale: Sale, shop: Shop) -> Json:
    freight = {
        "id": 2 * sale.number + 1,
        "method_title": "PAC",
        "method_id": "correios-pac",
        "instance_id": "3",
        "total": str(FREIGHT),
        "total_tax": _ZERO,
        "taxes": [],
        "tax_status": "taxable",
        "meta_data": [],
    }
    return {
        "line_items": [_item(sale, shop)],
        "shipping_lines": [freight],
        "refunds": _refunds(sale),
        **{name: [] for name in ("tax_lines", "fee_lines", "coupon_lines")},
    }


def _item(sale: Sale, shop: Shop) -> Json:
    product, goods = sale.product, str(sale.goods)
    return {
        "id": 2 * sale.number,
        "name": product.name,
        "product_id": 311,
        "variation_id": 0,
        "quantity": sale.quantity,
        "tax_class": "",
        "subtotal": goods,
        "subtotal_tax": _ZERO,
        "total": goods,
        "total_tax": _ZERO,
        "taxes": [],
        "meta_data": [],
        "sku": product.sku,
        "price": float(product.price),
        "image": {"id": "1211", "src": f"{shop.url}/wp-content/uploads/{product.sku}.jpg"},
        "parent_name": None,
    }


def _refunds(sale: Sale) -> list[Json]:
    if sale.status != "refunded":
        return []
    return [{"id": 3 * sale.number, "reason": "", "total": f"-{sale.total}"}]


def _links(sale: Sale, shop: Shop) -> Json:
    place = f"{shop.url}/wp-json/wc/v3/orders"
    return {"self": [{"href": f"{place}/{sale.number}"}], "collection": [{"href": place}]}
