"""An order as programs may put it: in the schema, at /api/docs, and tried by a test."""

from typing import Any

ORDER: dict[str, Any] = {
    "number": "1042",
    "payment_status": "paid",
    "fulfillment_status": "shipped",
    "total": "219.80",
    "freight": "19.90",
    "placed_at": "2026-11-20T10:15:00-03:00",
    "paid_at": "2026-11-20T10:17:30-03:00",
    "shipped_at": "2026-11-21T16:40:00-03:00",
    "updated_at": "2026-11-21T16:40:00-03:00",
    "payment_method": "Pix",
    "customer": {
        "name": "Mariana Costa",
        "email": "mariana@example.com",
        "document": "529.982.247-25",
        "phones": ["(11) 98765-4321"],
    },
    "items": [{"name": "Sandália Flor, 37", "sku": "SF-37", "quantity": "1", "price": "199.90"}],
    "shipments": [
        {
            "code": "AA123456785BR",
            "url": "https://rastreio.example/AA123456785BR",
            "carrier": "Correios",
        }
    ],
}
