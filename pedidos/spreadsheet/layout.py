"""How a CSV file is written: found out from its bytes alone, a piece at a time."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from pedidos.platforms.reading.texts import plain
from pedidos.spreadsheet.columns import field_named
from pedidos.spreadsheet.lines import Line, lines_of

BYTES_MAX = 32 * 1024 * 1024
LINES_MAX = 200_000
COLUMNS_MAX = 200
HEADING_MAX = 80  # characters kept of a column's heading
_PIECE = 256 * 1024
_DELIMITERS = (";", ",", "\t", "|")
# What people save by mistake, by how it begins.
_NO_TEXT = {
    b"PK\x03\x04": "uma planilha do Excel (.xlsx) ou do LibreOffice (.ods)",
    b"\xd0\xcf\x11\xe0": "uma planilha antiga do Excel (.xls)",
    b"%PDF": "um PDF",
    b"\x1f\x8b": "um arquivo compactado",
}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Refused(Exception):
    """A file that cannot be imported as a whole. Its text says why, to people, in Portuguese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is to be read. `heading_at` is the line of the headings; they are plain texts."""

    encoding: str
    delimiter: str
    headings: tuple[str, ...]
    heading_at: int


def layout_of(file: IO[bytes]) -> Layout:
    """Find out how a file is written. It is left at its beginning. Raises Refused."""
    encoding = _encoding_of(file)
    file.seek(0)
    delimiter = _delimiter_of(file, encoding)
    file.seek(0)
    heading = next(_told(file, encoding, delimiter), None)
    file.seek(0)
    if heading is None:
        raise Refused("O arquivo está vazio.")
    if heading.trouble:
        raise Refused(f"O cabeçalho não pode ser lido: {heading.trouble}.")
    headings = tuple(_distinct(heading.cells))
    if len(headings) < 2:
        raise Refused(
            "Só encontramos uma coluna. Separe as colunas com ponto e vírgula, vírgula ou "
            "tabulação."
        )
    if len(headings) > COLUMNS_MAX:
        raise Refused(f"O arquivo tem mais de {COLUMNS_MAX} colunas.")
    return Layout(
        encoding=encoding, delimiter=delimiter, headings=headings, heading_at=heading.number
    )


def data_lines(file: IO[bytes], layout: Layout) -> Iterator[Line]:
    """Yield the lines below the headings, less those in which nothing is written."""
    told = _told(file, layout.encoding, layout.delimiter)
    return (line for line in told if line.number > layout.heading_at)


def count_lines(file: IO[bytes], layout: Layout) -> int:
    """Count the lines below the headings. Raises Refused for none, and for more than LINES_MAX."""
    count = 0
    for count, _ in enumerate(data_lines(file, layout), start=1):
        if count > LINES_MAX:
            limit = f"{LINES_MAX:,}".replace(",", ".")
            raise Refused(f"O arquivo tem mais de {limit} linhas. Divida-o em partes menores.")
    file.seek(0)
    if count == 0:
        raise Refused("O arquivo só tem o cabeçalho: não há nenhum pedido nele.")
    return count


def _distinct(cells: Iterable[str]) -> list[str]:
    """The headings as people see them; one that is empty or there already says where it stands."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = plain(cell, HEADING_MAX)
        taken = not name or name in names
        names.append(f"{name} (coluna {place})".strip() if taken else name)
    return names


def _encoding_of(file: IO[bytes]) -> str:
    beginning = file.read(4)
    file.seek(0)
    if not beginning:
        raise Refused("O arquivo está vazio.")
    for magic, what in _NO_TEXT.items():
        if beginning.startswith(magic):
            raise Refused(
                f"Este arquivo é {what}, mesmo que o nome termine em .csv. Abra-o e use "
                "“Salvar como” com o tipo “CSV UTF-8”."
            )
    if beginning.startswith(_UTF16):
        return _checked(file, "utf-16")
    _refuse_unseen(file)
    return _of_eight_bits(file, has_mark=beginning.startswith(codecs.BOM_UTF8))


def _checked(file: IO[bytes], encoding: str) -> str:
    try:
        _decode(file, encoding)
    except UnicodeDecodeError as error:
        raise Refused("O arquivo está danificado: parte dele não é texto.") from error
    return encoding


def _refuse_unseen(file: IO[bytes]) -> None:
    """A NUL is in no spreadsheet's text; PostgreSQL takes none either."""
    while piece := file.read(_PIECE):
        if b"\0" in piece:
            raise Refused(
                "O arquivo tem caracteres nulos: não é um texto, ou foi danificado. Abra-o na "
                "planilha e use “Salvar como” com o tipo “CSV UTF-8”."
            )
    file.seek(0)


def _of_eight_bits(file: IO[bytes], *, has_mark: bool) -> str:
    """UTF-8 where all of it is; else what Windows in Brazil writes, which any bytes are."""
    try:
        _decode(file, "utf-8")
    except UnicodeDecodeError:
        file.seek(0)
        return _windows(file)
    return "utf-8-sig" if has_mark else "utf-8"


def _windows(file: IO[bytes]) -> str:
    try:
        _decode(file, "cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _decode(file: IO[bytes], encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    while piece := file.read(_PIECE):
        decoder.decode(piece)
    decoder.decode(b"", final=True)


def _delimiter_of(file: IO[bytes], encoding: str) -> str:
    """The sign that makes the most known headings of the first line, or the most columns."""
    # Without a delimiter of its own a line is one cell, its quotes left as they are.
    first = next(_told(file, encoding, "\x1f", quoted=False), None)
    text = first.cells[0] if first else ""
    return max(_DELIMITERS, key=lambda sign: _makes_of(text, sign))


def _makes_of(text: str, sign: str) -> tuple[int, int]:
    try:
        cells = next(csv.reader([text], delimiter=sign), [])
    except csv.Error:
        return 0, 0
    return len({field_named(cell) for cell in cells} - {""}), len(cells)


def _told(file: IO[bytes], encoding: str, delimiter: str, *, quoted: bool = True) -> Iterator[Line]:
    """Yield the lines that say something, less the hint that Excel takes about the delimiter."""
    for line in lines_of(file, encoding, delimiter, quoted=quoted):
        is_hint = line.number == 1 and line.cells[:1] and line.cells[0].startswith("sep=")
        if not is_hint and (line.trouble or any(cell.strip() for cell in line.cells)):
            yield line
