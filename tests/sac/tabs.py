"""Browser tabs with their sockets open, on the real channel layer, driven by ordinary code."""

import asyncio
import json
import threading
from collections.abc import Coroutine
from functools import cache
from itertools import count
from typing import Any

from channels.testing import WebsocketCommunicator

from evendas import live
from evendas.asgi import application
from tests.conftest import Actor

LIMIT = 10.0
HOME = "http://127.0.0.1:8000"
_marks = count(1)

Frame = dict[str, Any]


class Tab:
    """One socket. Reading waits at most LIMIT seconds.

    Who of the team came or went is told to everybody at any time: tests of it set `hears_team`.
    """

    hears_team = False

    def __init__(self, actor: Actor | None, *, origin: str = HOME) -> None:
        cookies = actor.client.cookies.output(header="", sep=";") if actor else ""
        headers = [(b"cookie", cookies.strip().encode()), (b"origin", origin.encode())]
        self.store_id = actor.user.store_id if actor else None
        self.socket = _run(_communicator(headers))
        self.is_accepted: bool = _run(self.socket.connect(LIMIT))[0]

    def next(self) -> Frame:
        """Wait for the next frame."""
        while True:
            output = _run(self.socket.receive_output(LIMIT))
            assert output["type"] == "websocket.send", output
            frame: Frame = json.loads(output["text"])
            if self.hears_team or frame["t"] != "team":
                return frame

    def code_of_close(self) -> int:
        """Wait for the server to close, with nothing said before, and return why."""
        output = _run(self.socket.receive_output(LIMIT))
        while output["type"] == "websocket.send" and json.loads(output["text"])["t"] == "team":
            output = _run(self.socket.receive_output(LIMIT))
        assert output["type"] == "websocket.close", output
        return int(output["code"])

    def heard(self) -> list[Frame]:
        """Everything that was pushed to this tab before now, and nothing of what comes later."""
        mark = f"mark {next(_marks)}"
        live.publish([live.store_group(self.store_id or 0)], {"t": "lines", "html": mark})
        frames = []
        while (frame := self.next()).get("html") != mark:
            frames.append(frame)
        return [frame for frame in frames if not str(frame.get("html")).startswith("mark")]

    def about(self, kind: str) -> list[int]:
        """The tickets this tab has heard of, in frames of this kind."""
        return [frame["ticket"] for frame in self.heard() if frame["t"] == kind]

    def watch(self, conversation_id: int | None) -> None:
        self.say(json.dumps({"watch": conversation_id}))

    def say(self, text: str) -> None:
        _run(self.socket.send_input({"type": "websocket.receive", "text": text}))

    def say_bytes(self, data: bytes) -> None:
        _run(self.socket.send_input({"type": "websocket.receive", "bytes": data}))

    def close(self) -> None:
        """Leave as a browser does, whatever state the socket is in."""
        if not self.socket.future.done():
            _run(self.socket.disconnect(timeout=LIMIT))


async def _communicator(headers: list[tuple[bytes, bytes]]) -> WebsocketCommunicator:
    return WebsocketCommunicator(application, "/ws/sac/", headers=headers)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all tabs of this process: the server's side of every socket lives there."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="tabs", daemon=True).start()
    return loop


def _run(work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401 - whatever the work returns
    return asyncio.run_coroutine_threadsafe(work, _loop()).result(LIMIT + 1)
