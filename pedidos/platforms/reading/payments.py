"""What a buyer can still pay by, told from its shape: gateways put it under names of their own."""

import re

from pedidos.platforms.reading.texts import plain

_METHOD_MAX = 80
_BOLETO_MAX = 60
_PIX_MAX = 1000
# EMV's text of a Pix: begins with its version, names the Central Bank, ends in its checksum.
_PIX = re.compile(r"000201.*br\.gov\.bcb\.pix.*6304[0-9a-f]{4}", re.IGNORECASE | re.DOTALL)
_BOLETO = re.compile(r"[0-9][0-9. -]*")
# As typed into a bank: of a bank's boleto, and of a bill.
_BOLETO_DIGITS = {47, 48}


def method(text: str) -> str:
    return plain(text, _METHOD_MAX)


def pix_code(text: str) -> str:
    """A Pix to copy and paste, whole; empty for any other text."""
    text = text.strip()
    is_pix = len(text) <= _PIX_MAX and text.isprintable() and _PIX.fullmatch(text)
    return text if is_pix else ""


def boleto_code(text: str) -> str:
    """The line of a boleto as it is typed, parted as it came; empty for any other text."""
    text = text.strip()
    digits = re.sub(r"[. -]", "", text)
    if not _BOLETO.fullmatch(text) or len(digits) not in _BOLETO_DIGITS:
        return ""
    return text if len(text) <= _BOLETO_MAX else digits
