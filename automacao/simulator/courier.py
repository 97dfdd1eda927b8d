"""Delivers webhooks the way the gateway does: each event by itself, in memory, in no order."""

import asyncio
import logging
import secrets
from collections.abc import Iterator

import httpx

from automacao.simulator.faults import Faults

logger = logging.getLogger(__name__)

# Source: the shipped configuration of 2.3.x. Ten tries; seconds, doubling, ±20 %.
TRIES = 10
FIRST_WAIT = 5.0
LONGEST_WAIT = 300.0
JITTER = 0.2
NEVER_RETRIED = {400, 401, 403, 404, 422}
TIMEOUT = 30.0
SOCKETS = 64

_dice = secrets.SystemRandom()


class Courier:
    """Posts events concurrently, each with its own retries. `retry_scale` shrinks the waits."""

    def __init__(self, faults: Faults, *, retry_scale: float) -> None:
        self._faults = faults
        self._retry_scale = retry_scale
        self._under_way: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None
        # The real gateway opens a socket per event; this many keep a small machine alive. Waiting
        # here and not in httpx, whose queue costs the square of its length.
        self._sockets = asyncio.Semaphore(SOCKETS)

    @property
    def pending(self) -> int:
        """How many events have neither arrived nor been given up."""
        return len(self._under_way)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> "asyncio.Task[None]":
        """Start delivering. The task ends when the event arrived or was given up."""
        copies = 2 if self._faults.duplicate else 1
        tasks = [asyncio.ensure_future(self._deliver(url, headers, body)) for _ in range(copies)]
        for task in tasks:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return tasks[0]

    async def quiet(self, timeout: float) -> bool:  # noqa: ASYNC109 - the caller's limit, answered
        """Wait until nothing is under way, `timeout` seconds at most. Return whether it is so."""
        if self._under_way:
            await asyncio.wait(set(self._under_way), timeout=timeout)
        return not self._under_way

    def forget(self) -> None:
        """Drop what is under way, as a restart of the gateway does."""
        for task in self._under_way:
            task.cancel()

    async def close(self) -> None:
        """Drop what is under way and close the connections."""
        self.forget()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._client:
            await self._client.aclose()

    async def _deliver(self, url: str, headers: dict[str, str], body: bytes) -> None:
        await self._faults.before_webhook()
        for wait in (*waits(), None):
            if await self._arrives(url, headers, body):
                return
            if wait is not None:
                await asyncio.sleep(wait * self._retry_scale)
                await self._faults.before_webhook()
        logger.warning("A webhook to %s was given up after %s tries.", url, TRIES)

    async def _arrives(self, url: str, headers: dict[str, str], body: bytes) -> bool:
        try:
            async with self._sockets:
                answer = await self._http().post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            logger.debug("Webhook to %s: %r", url, error)
            return False
        if answer.status_code in NEVER_RETRIED:
            logger.warning("A webhook to %s was refused for good: %s", url, answer.status_code)
            return True
        return answer.is_success

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        return self._client


def waits() -> Iterator[float]:
    """Yield the seconds between the tries, jitter included."""
    for attempt in range(TRIES - 1):
        wait = min(FIRST_WAIT * 2**attempt, LONGEST_WAIT)
        yield wait * _dice.uniform(1 - JITTER, 1 + JITTER)
