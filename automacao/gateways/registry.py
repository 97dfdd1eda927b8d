"""The gateways this installation can speak to, by name."""

from automacao.gateways import evolution
from automacao.gateways.port import Gateway


def gateway(name: str) -> Gateway:
    """Return an adapter. Raises LookupError for a name nobody answers to."""
    if name not in _GATEWAYS:
        raise LookupError(f"no gateway named {name!r}")
    return _GATEWAYS[name]


_GATEWAYS: dict[str, Gateway] = {evolution.name: evolution}
