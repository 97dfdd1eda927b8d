"""How 2.3.6 writes bytes and long integers as JSON."""

import hashlib
from typing import Any

Json = dict[str, Any]


def as_bytes(value: bytes) -> Json:
    """Write bytes as an object keyed by index."""
    return {str(index): byte for index, byte in enumerate(value)}


def as_long(value: int, *, unsigned: bool = False) -> Json:
    """Write a 64-bit integer in two signed halves."""
    return {"low": _signed(value), "high": _signed(value >> 32), "unsigned": unsigned}


def derived(*parts: str) -> bytes:
    """Make 32 bytes that are always the same for the same message: its keys and hashes."""
    return hashlib.sha256("|".join(parts).encode()).digest()


def _signed(half: int) -> int:
    half &= 0xFFFFFFFF
    return half - 0x1_0000_0000 if half >= 0x8000_0000 else half
