"""Files of every kind, good and evil, made when they are needed."""

import io
import struct
import subprocess
import zlib
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>"
HTML = b"<!DOCTYPE html><html>" + SCRIPT + b"</html>"
PDF = b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF\n"
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
PROGRAM = b"MZ\x90\x00" + bytes(400)


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), **saved: object) -> bytes:
    """A small red picture in one of Pillow's formats."""
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, form, **saved)
    return made.getvalue()


def png_bomb(side: int = 12_000) -> bytes:
    """A PNG of a few kB that asks for three bytes of every one of its side × side pixels."""
    packer = zlib.compressobj(9)
    line = bytes(1 + 3 * side)
    data = b"".join(packer.compress(line) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def gif_bomb(frames: int = 100_000) -> bytes:
    """A GIF of frames without end, each a pixel of a screen of 65,535 squared."""
    screen = b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return screen + frame * frames + b";"


def sound(form: str, *codec: str, seconds: int = 2) -> bytes:
    """A tone, in one of ffmpeg's formats."""
    return _made(["-f", "lavfi", "-i", f"sine=d={seconds}"], form, codec)


def voice_of_a_phone() -> bytes:
    return sound("ogg", "-c:a", "libopus", "-ac", "1")


def film(form: str = "mp4", *codec: str, size: str = "320x240") -> bytes:
    """A second of moving colours."""
    pattern = ["-f", "lavfi", "-i", f"testsrc=d=1:s={size}:r=5"]
    return _made(pattern, form, codec or ("-c:v", "libx264", "-pix_fmt", "yuv420p"))


def _made(source: Sequence[str], form: str, codec: Sequence[str]) -> bytes:
    into = ["-movflags", "frag_keyframe+empty_moov"] if form in {"mp4", "mov", "ipod"} else []
    quiet = [FFMPEG, "-loglevel", "error", *source, *codec, *into, "-f", form, "-"]
    return subprocess.run(quiet, check=True, capture_output=True).stdout


def streams_of(file: Path) -> str:
    """What ffmpeg says of a file."""
    told = subprocess.run([FFMPEG, "-i", str(file)], check=False, capture_output=True)
    return told.stderr.decode(errors="replace")
