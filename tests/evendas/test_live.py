"""Pushes leave in order, and one that is lost holds nobody up."""

import asyncio
import socket
from typing import Any

import pytest
from channels.layers import get_channel_layer
from django.conf import settings

from evendas import live

GROUP = live.conversation_group(1)


@pytest.mark.asyncio
async def test_a_burst_arrives_in_the_order_it_was_published() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    for number in range(300):
        live.publish([GROUP], {"number": number})
    assert [await heard(layer, channel) for _ in range(300)] == list(range(300))
    await layer.group_discard(GROUP, channel)


@pytest.mark.asyncio
async def test_a_push_that_fails_is_logged_and_the_next_one_goes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent: asyncio.Queue[int] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    class Layer:
        async def group_send(self, _: str, message: dict[str, Any]) -> None:
            if message["event"]["number"] == 0:
                raise ConnectionError("away")
            loop.call_soon_threadsafe(sent.put_nowait, message["event"]["number"])

    monkeypatch.setattr(live, "get_channel_layer", Layer)
    for number in range(3):
        live.publish([GROUP], {"number": number})
    assert [await asyncio.wait_for(sent.get(), 10) for _ in range(2)] == [1, 2]
    assert "push lost: away" in caplog.text


@pytest.mark.asyncio
async def test_a_group_is_heard_while_somebody_is_in_it() -> None:
    layer, group = get_channel_layer(), live.conversation_group(2)
    assert not live.is_heard(group)
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    assert live.is_heard(group)
    await layer.group_discard(group, channel)
    assert not live.is_heard(group)


def test_where_redis_does_not_say_who_listens_everybody_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"redis://127.0.0.1:{mute.getsockname()[1]}/0"
        monkeypatch.setattr(settings, "REDIS_URL", address)
        monkeypatch.setattr(live, "_listeners", live._Listeners())
        assert live.is_heard(GROUP)
        mute.settimeout(0)
        line, _ = mute.accept()
        line.close()
        assert live.is_heard(GROUP)
        with pytest.raises(BlockingIOError):
            mute.accept()


async def heard(layer: Any, channel: str) -> int:  # noqa: ANN401 - Channels carries no types
    message = await asyncio.wait_for(layer.receive(channel), 10)
    number: int = message["event"]["number"]
    return number
