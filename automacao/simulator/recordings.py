"""Voice notes recorded in a browser, put into the container that phones use."""

import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg

VOICE_MIME = "audio/ogg; codecs=opus"
_SECONDS = 20


def as_voice_note(data: bytes, mime: str) -> tuple[bytes, str]:
    """Return Opus in Ogg for what a browser recorded; anything else as it came.

    A recording that cannot be read stays what it is: somebody may want to send just that.
    """
    if not mime.startswith(("audio/webm", "audio/mp4", "video/webm")):
        return data, mime
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "recorded"), Path(folder, "note.ogg")
        source.write_bytes(data)
        if _convert(source, target):
            return target.read_bytes(), VOICE_MIME
    return data, mime


def _convert(source: Path, target: Path) -> bool:
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-i", str(source),
        "-vn", "-ac", "1", "-c:a", "libopus", "-b:a", "32k", str(target),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and target.exists()
