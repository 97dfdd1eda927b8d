"""REST of the files: sending them, and handing their bytes over, as 2.3.6 does both."""

import base64
import binascii
import mimetypes
import re

from automacao.simulator import answers, contents, forms, pictures
from automacao.simulator.answers import RefusedError
from automacao.simulator.chats import Letter
from automacao.simulator.faults import Faults
from automacao.simulator.network import Network
from automacao.simulator.rest_sending import check, leave
from automacao.simulator.state import File, Instance, Json, Message
from automacao.simulator.web import FILLER, Request, Response, answer

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_NO_MEDIA = "Owned media must be a url or base64"
_NAMES = {"image": "image.png", "video": "video.mp4"}


async def send_media(net: Network, request: Request, line: Instance) -> Response:
    """Send an image, a video, a document or an audio: the part `file`, or base64."""
    body, file = forms.read(request)
    check(body, "number", "mediatype")
    kind = body["mediatype"]
    if kind not in {"image", "video", "document", "audio"}:
        raise answers.schema_error(
            "mediatype is not one of enum values: image,document,video,audio"
        )
    if file is None and kind == "document" and not body.get("fileName"):
        raise RefusedError(400, ["For base64 the file name must be informed."])
    data = _bytes(body.get("media"), file)
    name = body.get("fileName") or _NAMES.get(kind, "")
    if not name and kind == "document":
        raise RefusedError(400, ["TypeError: Cannot read properties of null (reading '1')"])
    stored = _stored(net, data, mime=body.get("mimetype") or _guessed(name), name=name)
    letter = Letter(body.get("caption") or "", kind=kind, file=stored)
    return await leave(net, request, line, body, letter)


async def send_audio(net: Network, request: Request, line: Instance) -> Response:
    """Send a voice note. The real gateway encodes it anew; here the bytes stay what they are."""
    body, file = forms.read(request)
    check(body, "number")
    data = _bytes(
        body.get("audio"), file, "Owned media must be a url, base64, or valid file with buffer"
    )
    stored = _stored(net, data, mime="audio/ogg; codecs=opus")
    return await leave(net, request, line, body, Letter("", kind="voice", file=stored))


async def send_video_note(net: Network, request: Request, line: Instance) -> Response:
    """Send a round video."""
    body, file = forms.read(request)
    check(body, "number")
    stored = _stored(net, _bytes(body.get("video"), file), mime="video/mp4")
    letter = Letter("", kind="video", facts={"note": True}, file=stored)
    return await leave(net, request, line, body, letter)


async def send_sticker(net: Network, request: Request, line: Instance) -> Response:
    """Send a sticker. The real gateway turns it into WebP; here the bytes stay what they are."""
    body, file = forms.read(request)
    check(body, "number")
    stored = _stored(net, _bytes(body.get("sticker"), file), mime="image/webp")
    return await leave(net, request, line, body, Letter("", kind="sticker", file=stored))


async def get_base64(net: Network, request: Request, line: Instance) -> Response:
    """Hand over the bytes of a file, for a whole message object or for the id of a stored one."""
    body = request.json()
    wanted = body.get("message") or {}
    message = _message_of(line, wanted)
    file = message.file
    data = net.shelf.read(file.sha256) if file else None
    if file is None or data is None:
        # What WhatsApp has thrown away meanwhile.
        raise RefusedError(400, ["AxiosError: Request failed with status code 410"])
    extension = (mimetypes.guess_extension(file.mime.partition(";")[0]) or ".bin").removeprefix(".")
    name = file.name or f"{message.id}.{extension}"
    return _handed_over(net.faults, message, data=data, name=name)


def _handed_over(faults: Faults, message: Message, *, data: bytes, name: str) -> Response:
    encoded = FILLER.decode() if faults.media_size else base64.b64encode(data).decode()
    whole = answer(answers.media(message, name=name, data=encoded), 201)
    return Response(
        201,
        whole.body,
        drip=faults.media_drip,
        declared=faults.media_declared,
        filler=-(-faults.media_size // 3) * 4,
    )


def _message_of(line: Instance, wanted: Json) -> Message:
    """Find what is asked for. A whole object is taken at its word, a bare key looked up."""
    content = wanted.get("message")
    if content is None:
        return _stored_message(line, str((wanted.get("key") or {}).get("id") or ""))
    media = _media_of(content)
    if not media.get("mediaKey"):
        raise RefusedError(400, ["Error: Cannot derive from empty media key"])
    path = media.get("directPath") or str(media.get("url")).removeprefix("https://mmg.whatsapp.net")
    for message in line.messages.values():
        if message.file and contents.direct_path(message) == path:
            return message
    raise RefusedError(400, ["AxiosError: Request failed with status code 404"])


def _stored_message(line: Instance, message_id: str) -> Message:
    message = line.messages.get(message_id)
    if message is None:
        raise RefusedError(400, ["Message not found"])
    if message.is_deleted and message.origin == "customer":
        text = "TypeError: Cannot read properties of null (reading 'ephemeralMessage')"
        raise RefusedError(400, [text])
    _media_of(contents.body(message))
    return message


def _media_of(content: Json) -> Json:
    """Open the wrappers and return the file's own object."""
    for wrapper in ("ephemeralMessage", "viewOnceMessage", "viewOnceMessageV2"):
        content = (content.get(wrapper) or {}).get("message") or content
    found = next((content[name] for name in contents.MEDIA if content.get(name)), None)
    if found is None:
        raise RefusedError(400, ["The message is not of the media type"])
    return dict(found)


def _bytes(media: object, file: bytes | None, refusal: str = _NO_MEDIA) -> bytes:
    """Return the bytes sent along. Links are not followed here: they fail as a dead one does."""
    if file is not None:
        return file
    text = media if isinstance(media, str) else ""
    if re.fullmatch(r"https?://[^/\s]*[.][^/\s]*(/\S*)?", text):
        raise RefusedError(500, "Request failed with status code 404")
    if not text or not _BASE64.fullmatch(text):
        raise RefusedError(400, [refusal])
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise RefusedError(400, [refusal]) from error


def _stored(net: Network, data: bytes, *, mime: str, name: str = "") -> File:
    width, height = pictures.size(data)
    return File(net.shelf.put(data), len(data), mime, name, width=width, height=height)


def _guessed(name: str) -> str:
    # The real gateway writes the word `false` for an extension it does not know.
    return mimetypes.guess_type(name)[0] or "false"
