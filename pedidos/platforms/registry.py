"""The platforms orders are understood from, by name."""

from pedidos.platforms import evendas, nuvemshop, shopify, woocommerce
from pedidos.platforms.port import Platform


def platform(name: str) -> Platform:
    """Return a platform's module. Raises LookupError for a name nobody answers to."""
    if name not in _PLATFORMS:
        raise LookupError(f"no platform named {name!r}")
    return _PLATFORMS[name]


def names() -> list[str]:
    return sorted(_PLATFORMS)


_PLATFORMS: dict[str, Platform] = {
    "woocommerce": woocommerce,
    "shopify": shopify,
    "nuvemshop": nuvemshop,
    "evendas": evendas,
}
