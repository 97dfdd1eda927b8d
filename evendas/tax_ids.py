"""CPF and CNPJ: any way one is typed, kept as its digits and capital letters alone.

The first twelve places of a CNPJ may hold letters, as they are given out since 2026.
"""

import unicodedata

from stdnum.br import cnpj, cpf
from stdnum.util import clean

_READ_MAX = 60  # characters; a longer text is no number
_CPF_LENGTH = 11


def normalize(raw: str) -> str | None:
    """Return the 11 digits of a CPF or the 14 places of a CNPJ; None where a check digit is off."""
    text = _bare(raw[: _READ_MAX + 1])
    # 111.111.111-11 and its like pass the sum, and are nobody's.
    if len(raw) > _READ_MAX or not text.isascii() or len(set(text)) == 1:
        return None
    known = cpf if _is_cpf(text) else cnpj
    return text if known.is_valid(text) else None


def display(tax_id: str) -> str:
    """Return a kept one as people write it: 000.000.000-00 or 00.000.000/0000-00."""
    return cpf.format(tax_id) if _is_cpf(tax_id) else cnpj.format(tax_id)


def kind(tax_id: str) -> str:
    """Return which of the two a kept one is, by its name."""
    return "CPF" if _is_cpf(tax_id) else "CNPJ"


def _bare(raw: str) -> str:
    """Drop what parts the places, and what cannot be seen: direction marks, zero widths."""
    folded = unicodedata.normalize("NFKC", raw)
    visible = "".join(one for one in folded if unicodedata.category(one) != "Cf")
    return clean("".join(visible.split()), "-./").upper()


def _is_cpf(text: str) -> bool:
    return len(text) == _CPF_LENGTH
