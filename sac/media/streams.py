"""Sound and film, read by ffmpeg: always told which format to expect, never allowed the network."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from sac.media.child import run

CPU = 60
# Nobody listens to more than this in a thread; the file itself stays whole.
LONGEST = 2 * 3600
_AUDIO = re.compile(r"Stream #0:\d+.*?: Audio: (\w+).*")
_VIDEO = re.compile(r"Stream #0:\d+.*?: Video: (\w+).*?\b(\d{2,5})x(\d{2,5})\b.*")
_TURNED = re.compile(r"rotation of -?(?:90|270)(?:\.0+)? degrees")
_REACHED = re.compile(r"out_time_us=(\d+)")


@dataclass(frozen=True, slots=True)
class Streams:
    """What a file holds. Codecs are empty where there is no such stream; a sound has a second."""

    audio: str = ""
    is_mono: bool = False
    video: str = ""
    width: int | None = None
    height: int | None = None
    seconds: int | None = None


NONE = Streams()


def read_streams(file: Path, demuxer: str, room: Path) -> Streams:
    """Walk through a file without decoding it. Raises ChildFailed when it is no such file."""
    copied = ("-map", "0:a?", "-map", "0:V?", "-c", "copy", "-progress", "-", "-f", "null", "-")
    said = _ffmpeg(file, demuxer, *copied, room=room)
    described = said.partition("Output #0")[0]
    audio, video = _AUDIO.search(described), _VIDEO.search(described)
    is_cover = video is not None and "(attached pic)" in video[0]
    shown = None if is_cover else video
    width, height = (int(shown[2]), int(shown[3])) if shown else (None, None)
    if _TURNED.search(described):
        width, height = height, width
    return Streams(
        audio=audio[1] if audio else "",
        is_mono=audio is not None and ", mono" in audio[0],
        video=shown[1] if shown else "",
        width=width,
        height=height,
        seconds=_seconds(said),
    )


def make_playable(file: Path, demuxer: str, room: Path) -> Path:
    """Make of any sound what every browser plays: AAC in an MP4. Raises ChildFailed."""
    made = room / "playable"
    sound = ("-map", "0:a:0", "-c:a", "aac", "-b:a", "64k", "-ac", "1", "-ar", "44100")
    _ffmpeg(
        file, demuxer, *sound, *_CLEAN, "-movflags", "+faststart", *_into("mp4", made), room=room
    )
    return made


def make_voice(file: Path, demuxer: str, streams: Streams, room: Path) -> Path:
    """Make of a recording what WhatsApp takes as a voice note: mono Opus in an OGG."""
    made = room / "voice"
    is_ready = streams.audio == "opus" and streams.is_mono
    encoded = ("libopus", "-b:a", "32k", "-ac", "1", "-ar", "48000", "-application", "voip")
    sound = ("-map", "0:a:0", "-c:a", *(("copy",) if is_ready else encoded))
    _ffmpeg(file, demuxer, *sound, *_CLEAN, *_into("ogg", made), room=room)
    return made


def take_frame(file: Path, demuxer: str, room: Path) -> Path:
    """Take the first frame of a film, as a JPEG. Raises ChildFailed."""
    made = room / "frame"
    small = "scale=w='min(480,iw)':h='min(480,ih)':force_original_aspect_ratio=decrease"
    frame = ("-map", "0:V:0", "-frames:v", "1", "-vf", small, "-c:v", "mjpeg")
    _ffmpeg(file, demuxer, *frame, *_CLEAN, *_into("image2pipe", made), room=room)
    return made


_CLEAN = ("-map_metadata", "-1", "-map_chapters", "-1")


def _into(muxer: str, made: Path) -> tuple[str, ...]:
    return ("-t", str(LONGEST), "-y", "-f", muxer, f"file:{made}")


def _ffmpeg(file: Path, demuxer: str, *output: str, room: Path) -> str:
    """A playlist or a reference inside the file must not make it open anything else."""
    closed = ("-protocol_whitelist", "file,pipe", "-f", demuxer)
    quiet = ("-hide_banner", "-nostdin", "-nostats", "-threads", "1", "-filter_threads", "1")
    return run(
        _program(),
        *quiet,
        *closed,
        "-i",
        f"file:{file}",
        "-threads",
        "1",
        *output,
        cpu=CPU,
        room=room,
    )


@cache
def _program() -> str:
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _seconds(said: str) -> int | None:
    reached = _REACHED.findall(said)
    return max(1, round(int(reached[-1]) / 1_000_000)) if reached else None
