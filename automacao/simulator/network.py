"""What every part of the simulator shares: the state, the faults, the courier and running tasks."""

import asyncio
import json
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path

from automacao.simulator import shapes
from automacao.simulator.courier import Courier
from automacao.simulator.faults import Faults
from automacao.simulator.refusals import Refusal
from automacao.simulator.shelf import Shelf
from automacao.simulator.state import Instance, Phone, World, first_customers, load, save

logger = logging.getLogger(__name__)

# A burst of changes is one write.
SAVE_AFTER = 0.4


@dataclass(frozen=True)
class Options:
    """How this simulator behaves. Times in seconds; scales multiply the real gateway's waits."""

    url: str
    key: str
    state_file: Path
    desk_url: str = ""
    retry_scale: float = 1.0
    wait_scale: float = 0.0
    arrival_delay: float = 0.3
    qr_seconds: float = 45.0
    qr_limit: int = 30


class Network:
    """The simulated world and the hands that move it. Everything runs in one event loop."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.world: World = load(options.state_file)
        self.faults = Faults()
        self.refusals: list[Refusal] = []
        self.shelf = Shelf(options.state_file)
        self.courier = Courier(self.faults, retry_scale=options.retry_scale)
        # From the clock, so that a page left open notices a restart.
        self.revision = time.time_ns() // 1_000_000
        self._tasks: set[asyncio.Task[object]] = set()
        self._saving: asyncio.TimerHandle | None = None

    def emit(self, line: Instance, event: str, data: object) -> "asyncio.Task[None] | None":
        """Post an event if the instance's webhook asks for it."""
        hook = line.webhook
        if hook is None or not hook.is_enabled or _configured_name(event) not in hook.events:
            return None
        if self.faults.hides(event):
            return None
        body = shapes.envelope(line, event, data, server_url=self.options.url, at=time.time())
        suffix = f"/{event.replace('.', '-')}" if hook.by_events else ""
        return self.courier.post(
            f"{hook.url}{suffix}",
            {"content-type": "application/json", **hook.headers},
            json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
        )

    def spawn(self, work: Coroutine[object, object, object]) -> "asyncio.Task[object]":
        """Run something beside the request that began it."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def touch(self) -> None:
        """Note a change: pages see it, and the file follows soon."""
        self.revision += 1
        if self._saving is None:
            self._saving = asyncio.get_running_loop().call_later(SAVE_AFTER, self.save)

    def save(self) -> None:
        """Write the state now."""
        if self._saving:
            self._saving.cancel()
            self._saving = None
        save(self.world, self.options.state_file)

    def clear(self) -> None:
        """Begin anew: no instance, the first three customers, nothing under way."""
        self._stop_tasks()
        self.courier.forget()
        self.reset_faults()
        self.world = World(phones=first_customers())
        self.shelf.clear()
        self.touch()

    def reset_faults(self) -> None:
        """Make everything go well again."""
        self.refusals.clear()
        self.faults.reset_all()

    def refusal(self, path: str) -> Refusal | None:
        """Return the answer planned for a call of this path, and count it."""
        fitting = (one for one in self.refusals if path.startswith(one.path))
        return next((one for one in fitting if one.fault.strikes()), None)

    async def close(self) -> None:
        """Stop everything and write the state."""
        self._stop_tasks()
        await self.courier.close()
        self.save()

    def phone(self, wa_id: str) -> Phone:
        """Return a phone that a message of ours proves to exist."""
        return self.world.phones[wa_id]

    def _stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _finished(self, task: "asyncio.Task[object]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("A background task failed.", exc_info=error)


def _configured_name(event: str) -> str:
    return event.replace(".", "_").upper()
