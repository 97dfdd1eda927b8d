"""The files, places and cards that people of the demo send: drawn and hummed here, nobody's own."""

import io
import math
import struct
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from automacao.gateways.port import Facts, Kind


@dataclass(frozen=True, slots=True)
class Prop:
    """Something sent besides words. `make` returns its bytes, where it is a file."""

    kind: Kind
    mime: str = ""
    name: str = ""
    make: Callable[[], bytes] | None = None
    facts: Facts = field(default_factory=dict)


def _sandal() -> bytes:
    """A sandal on a wooden table, its buckle broken."""
    photo = Image.new("RGB", (900, 1200), "#b98f63")
    pen = ImageDraw.Draw(photo)
    for board in range(0, 1200, 150):
        pen.line([(0, board), (900, board + 12)], fill="#a27a50", width=5)
    pen.ellipse([215, 250, 705, 1080], fill="#8a6a48")
    pen.ellipse([190, 220, 680, 1050], fill="#3b2a20")
    pen.ellipse([230, 265, 640, 1010], fill="#d9b48a")
    for top in (420, 640):
        pen.line([(180, top), (690, top + 70)], fill="#6d3b1f", width=70)
    pen.line([(690, 710), (770, 640)], fill="#6d3b1f", width=46)
    pen.rectangle([735, 560, 835, 650], outline="#d8d3c8", width=16)
    pen.line([(735, 560), (800, 500)], fill="#d8d3c8", width=14)
    return _jpeg(photo)


def _label() -> bytes:
    """A parcel with its label."""
    photo = Image.new("RGB", (1200, 900), "#dfe3e6")
    pen = ImageDraw.Draw(photo)
    pen.polygon([(190, 250), (980, 190), (1050, 720), (230, 800)], fill="#c39a6b")
    pen.polygon([(540, 222), (640, 215), (690, 755), (585, 768)], fill="#d9bd94")
    pen.polygon([(320, 380), (520, 366), (548, 596), (345, 614)], fill="#fbfbf8")
    for place in range(26):
        left = 350 + place * 6.4
        pen.line([(left, 520), (left + 5, 575)], fill="#222222", width=1 + place % 3)
    for line in range(4):
        pen.line([(345, 410 + 24 * line), (500, 400 + 24 * line)], fill="#8b8f94", width=6)
    return _jpeg(photo)


def _jpeg(photo: Image.Image) -> bytes:
    made = io.BytesIO()
    photo.save(made, "JPEG", quality=82)
    return made.getvalue()


def _slip() -> bytes:
    """A page that says what it is."""
    words = b"BT /F1 18 Tf 72 740 Td (2a via - documento de demonstracao) Tj ET"
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(words), words),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
        + table
        + (end % (len(parts) + 1, len(body)))
    )


def _hum() -> bytes:
    """Six seconds of somebody humming: three notes that swell and fade."""
    rate, seconds = 16_000, 6
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        tones = (_tone(place / rate) for place in range(rate * seconds))
        sound.writeframes(b"".join(struct.pack("<h", tone) for tone in tones))
    return made.getvalue()


def _tone(second: float) -> int:
    pitch = (196.0, 220.0, 174.6)[int(second // 2)]
    swell = math.sin(math.pi * (second % 2) / 2) ** 2
    return int(9000 * swell * math.sin(2 * math.pi * pitch * second))


WORDS = Prop(Kind.TEXT)
PROPS: Mapping[str, Prop] = {
    "sandalia": Prop(Kind.IMAGE, "image/jpeg", "", _sandal),
    "etiqueta": Prop(Kind.IMAGE, "image/jpeg", "", _label),
    "boleto": Prop(Kind.DOCUMENT, "application/pdf", "boleto-2a-via.pdf", _slip),
    "audio": Prop(Kind.VOICE, "audio/ogg", "", _hum),
    "loja": Prop(
        Kind.LOCATION,
        facts={
            "latitude": -23.5558,
            "longitude": -46.6622,
            "name": "Aurora Calçados",
            "address": "Rua Augusta, 1500 – Consolação, São Paulo",
        },
    ),
    "oficina": Prop(
        Kind.CONTACT,
        facts={"cards": [{"name": "Sapataria do Nelson", "phones": ["+5511998877665"]}]},
    ),
}
