"""The only module that touches the channel layer: publishes to groups, and joins sockets to them.

The layer is at-most-once. Whatever is published here is a hint; the pages ask the server for the
truth when they notice a gap.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Any

import redis
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

Event = dict[str, Any]
Push = tuple[tuple[str, ...], Event]

_LAYER: Any = settings.CHANNEL_LAYERS["default"]["CONFIG"]
# Seconds Redis may take to say who listens, and how long it is not asked again when it does not.
_PATIENCE = 0.2
_SILENCE = 5.0
# While Redis is frozen the oldest pushes give way: the catch-up repairs what was lost.
MOST_WAITING = 10_000


def conversation_group(conversation_id: int) -> str:
    """Who has this conversation on screen."""
    return f"conv.{conversation_id}"


def department_group(department_id: int) -> str:
    return f"dept.{department_id}"


def instance_group(instance_id: int) -> str:
    """Attendants of the instance's departments: they see its tickets without department."""
    return f"inst.{instance_id}"


def everything_group(store_id: int) -> str:
    """Who sees every active ticket of the store."""
    return f"store.{store_id}.all"


def store_group(store_id: int) -> str:
    """Everybody of the store: the state of its numbers."""
    return f"store.{store_id}"


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


class _Publisher:
    """One long-lived event loop per process: seven times cheaper than `async_to_sync` per push.

    A burst wakes the loop once, and leaves in the order it was published.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[Push] = deque(maxlen=MOST_WAITING)
        self._is_awake = False

    def submit(self, groups: Iterable[str], event: Event) -> None:
        with self._lock:
            self._waiting.append((tuple(groups), event))
            if self._is_awake:
                return
            self._is_awake = True
            asyncio.run_coroutine_threadsafe(self._send_waiting(), self._running_loop())

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="live", daemon=True).start()
        return self._loop

    async def _send_waiting(self) -> None:
        while burst := self._next_burst():
            for push in burst:
                await _send(*push)

    def _next_burst(self) -> list[Push]:
        with self._lock:
            burst = list(self._waiting)
            self._waiting.clear()
            self._is_awake = bool(burst)
        return burst


async def _send(groups: tuple[str, ...], event: Event) -> None:
    layer = get_channel_layer()
    try:
        for group in groups:
            await layer.group_send(group, {"type": "live", "event": event})
    except Exception as error:  # noqa: BLE001 - a lost push is repaired by the catch-up
        logger.warning("push lost: %s", error)


_publisher = _Publisher()


class _Listeners:
    """Asks Redis who listens. While it does not answer, nobody waits for it twice in a row."""

    def __init__(self) -> None:
        self._redis: redis.Redis | None = None
        self._silent_until = 0.0

    def are_there(self, group: str) -> bool:
        if time.monotonic() < self._silent_until:
            return True
        try:
            # Typed as if it might be awaited.
            answer: Any = self._line().pubsub_numsub(f"{_LAYER['prefix']}__group__{group}")
        except redis.RedisError as error:
            logger.warning("nobody knows who listens: %s", error)
            self._silent_until = time.monotonic() + _SILENCE
            return True
        return any(count for _, count in answer)

    def _line(self) -> redis.Redis:
        if self._redis is None:
            self._redis = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=_PATIENCE,
                socket_connect_timeout=_PATIENCE,
                retry=Retry(NoBackoff(), 0),
            )
        return self._redis


_listeners = _Listeners()


def is_heard(group: str) -> bool:
    """Tell whether a socket may be in the group: what nobody hears need not be drawn.

    Ask after the commit: who joins later reads what was committed. True when Redis does not say.
    """
    return _listeners.are_there(group)


def publish(groups: Iterable[str], event: Event) -> None:
    """Send `event` to every socket of `groups`. Call after commit; never waits, never raises."""
    _publisher.submit(groups, event)


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels has no types
    """A socket that knows which groups it is in. Subclasses answer to `live(message)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.joined: set[str] = set()

    async def regroup(self, groups: set[str]) -> None:
        """Leave and join so that the socket is in exactly `groups`."""
        for group in groups - self.joined:
            await self.channel_layer.group_add(group, self.channel_name)
        for group in self.joined - groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        self.joined = set(groups)

    async def whisper(self, channel: str, event: Event) -> None:
        """Send `event` to one socket alone, by the name it told. Never raises."""
        try:
            await self.channel_layer.send(channel, {"type": "live", "event": event})
        except Exception as error:  # noqa: BLE001 - as with any push, it may be lost
            logger.warning("whisper lost: %s", error)

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 - Channels' signature
        await self.regroup(set())
