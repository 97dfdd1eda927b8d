"""A running simulator, a desk that receives its webhooks, and the eye that compares shapes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from automacao.simulator.client import SimulatorClient

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures"
GLOBAL_KEY = "demo-gateway-key"
LINE, TOKEN, STORE = "loja-aurora-01", "FIXTURE-INSTANCE-TOKEN", "5511900000100"
CUSTOMER, LID = "5511900000001", "128000000000001"
LIMIT = 20.0


@dataclass
class Post:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    raw: bytes
    at: float

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.raw)
        return body


@dataclass
class Desk:
    """Keeps every webhook. `answers` are used up first; then all is well."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, post: Post) -> int:
        with self.changed:
            self.posts.append(post)
            self.changed.notify_all()
            return self.answers.pop(0) if self.answers else 200

    def wait(self, is_enough: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(is_enough, LIMIT), [post.raw for post in self.posts]

    def events(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for so many events of a name and return all there are."""

        def found() -> list[dict[str, Any]]:
            return [post.body for post in self.posts if post.body["event"] == name]

        self.wait(lambda: len(found()) >= count)
        return found()

    def data(self, name: str) -> dict[str, Any]:
        """Wait for the first event of a name and return its data."""
        data: dict[str, Any] = self.events(name)[0]["data"]
        return data

    @property
    def names(self) -> list[str]:
        return [post.body["event"] for post in self.posts]

    def forget(self) -> None:
        with self.changed:
            self.posts.clear()


def open_desk() -> tuple[Desk, ThreadingHTTPServer]:
    """Start a desk on a free port."""
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = desk.take(Post(self.path, headers, raw, time.monotonic()))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    desk.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return desk, server


@dataclass
class Running:
    """A simulator in a process of its own."""

    process: "subprocess.Popen[str]"
    url: str

    def stop(self) -> int:
        """Stop it as the supervisor of the demo does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=LIMIT)
        return self.process.returncode


def command(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """Begin `manage.py simulator`, far from any database."""
    return subprocess.Popen(
        [sys.executable, "-W", "error::ResourceWarning", "manage.py", "simulator", *arguments],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "evendas.settings",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "EVENDAS_DEMO": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start(state: Path, *arguments: str, port: int = 0) -> Running:
    """Start a simulator and wait until it says where it listens."""
    process = command("--state", str(state), "--port", str(port or free_port()), *arguments)
    assert process.stdout
    said = process.stdout.readline()
    assert "ready at" in said, process.communicate()[1]
    return Running(process, said.split()[-1].removesuffix("/celular/"))


def free_port() -> int:
    """Find a port nobody listens on."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return server.server_port


@dataclass
class Stage:
    """A simulator, its control, and the gateway's REST."""

    control: SimulatorClient
    http: httpx.Client

    def call(
        self, method: str, path: str, body: object = None, *, key: str = GLOBAL_KEY
    ) -> httpx.Response:
        """Call the gateway."""
        headers = {"apikey": key} if key else {}
        return self.http.request(method, path, json=body, headers=headers)

    def create(self, name: str = LINE, **wanted: object) -> httpx.Response:
        """Ask for an instance."""
        body = {"instanceName": name, "integration": "WHATSAPP-BAILEYS", **wanted}
        return self.call("POST", "/instance/create", body)

    def send(self, text: str = "Olá!", *, number: str = CUSTOMER, **more: object) -> httpx.Response:
        """Send a text through the instance of the stage."""
        body = {"number": number, "text": text, **more}
        return self.call("POST", f"/message/sendText/{LINE}", body)

    def connected(self, desk: Desk, *, events: Iterable[str] = ()) -> None:
        """Have the instance of the stage connected and posting to the desk; forget its noise."""
        webhook = {"url": desk.url, "enabled": True, "events": list(events)}
        self.control.ensure(LINE, token=TOKEN, phone=STORE, profile="Loja Aurora", webhook=webhook)
        assert self.control.quiet()
        desk.forget()


def fixture(name: str) -> dict[str, Any]:
    """Read one exchange of the gateway's REST."""
    content: dict[str, Any] = json.loads((FIXTURES / "evolution_http" / f"{name}.json").read_text())
    return content


def captured(event: str) -> dict[str, dict[str, Any]]:
    """Read what a real 2.3.6 posted under an event, by the run it came from."""
    content = json.loads((FIXTURES / "evolution-2.3.6-webhooks.json").read_text())
    runs: dict[str, dict[str, Any]] = content[event]
    return runs


def differences(ours: object, *real: object, at: str = "") -> list[str]:
    """Name every key and type of ours that no real sample has, and every key all of them have."""
    kinds = {type(sample) for sample in real}
    if type(ours) not in kinds:
        return [f"{at or 'body'}: {type(ours).__name__}, not {[kind.__name__ for kind in kinds]}"]
    same = [sample for sample in real if type(sample) is type(ours)]
    if isinstance(ours, dict):
        return _differing_keys(ours, [dict(sample) for sample in same], at)  # type: ignore[call-overload]
    if isinstance(ours, list):
        items = [item for sample in same for item in sample]  # type: ignore[attr-defined]
        return [line for item in ours for line in differences(item, *items, at=f"{at}[]")]
    return []


def _differing_keys(ours: dict[str, Any], real: list[dict[str, Any]], at: str) -> list[str]:
    always = set.intersection(*(set(sample) for sample in real))
    known = set.union(*(set(sample) for sample in real))
    found = [f"{at}.{key} is missing" for key in sorted(always - set(ours))]
    found += [f"{at}.{key} is unknown" for key in sorted(set(ours) - known)]
    for key in set(ours) & known:
        samples = [sample[key] for sample in real if key in sample]
        found += differences(ours[key], *samples, at=f"{at}.{key}")
    return found
