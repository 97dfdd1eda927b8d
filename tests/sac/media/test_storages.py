"""Both storages keep a file under its name, hand out its parts, and forget it."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from sac.media.bucket import Bucket
from sac.media.folder import Folder
from sac.media.serving import Parts

DATA = bytes(range(256)) * 800


@pytest.fixture
def kept() -> dict[str, bytes]:
    """What lies in the bucket."""
    return {}


@pytest.fixture
def sent() -> list[int]:
    """How many bytes left the bucket, each time."""
    return []


@pytest.fixture
def bucket(kept: dict[str, bytes], sent: list[int]) -> Iterator[Bucket]:
    """A bucket of a small server that speaks as much of S3 as files need."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            kept[self.path] = _unwrapped(self)
            self._answer(200)

        def do_GET(self) -> None:
            data = kept[self.path]
            asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
            part = data[int(asked[1]) : int(asked[2]) + 1] if asked else data
            self._answer(206 if asked else 200, part)

        def do_HEAD(self) -> None:
            self._answer(200 if self.path in kept else 404, kept.get(self.path, b""), sends=False)

        def do_DELETE(self) -> None:
            kept.pop(self.path, None)
            self._answer(204)

        def _answer(self, status: int, body: bytes = b"", *, sends: bool = True) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if sends:
                sent.append(len(body))
                self.wfile.write(body)

        def log_message(self, *_told: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Bucket(
        bucket_name="arquivos",
        endpoint_url=f"http://127.0.0.1:{server.server_address[1]}",
        region_name="sa-east-1",
        access_key="chave",
        secret_key="segredo",
        default_acl=None,
        file_overwrite=False,
        addressing_style="path",
    )
    server.shutdown()
    server.server_close()


def _unwrapped(request: BaseHTTPRequestHandler) -> bytes:
    """The body, without the envelopes that carry checksums."""
    raw = request.rfile.read(int(request.headers["Content-Length"]))
    if "aws-chunked" not in request.headers.get("Content-Encoding", ""):
        return raw
    data = b""
    while length := int(raw.partition(b"\r\n")[0].split(b";")[0], 16):
        start = raw.index(b"\r\n") + 2
        data, raw = data + raw[start : start + length], raw[start + length + 2 :]
    return data


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """Either of the two."""
    found: Storage = (
        Folder(location=tmp_path / "media")
        if request.param == "folder"
        else request.getfixturevalue("bucket")
    )
    return found


def test_a_file_is_kept_read_in_parts_and_forgotten(storage: Storage) -> None:
    assert isinstance(storage, Folder | Bucket)
    name = storage.save("7/2026/11/abc", ContentFile(DATA))

    assert (name, storage.size(name)) == ("7/2026/11/abc", len(DATA))
    with storage.open(name, "rb") as whole:
        assert whole.read() == DATA
    assert _part(storage, name, 0, len(DATA)) == DATA
    assert _part(storage, name, 100_000, 70_001) == DATA[100_000:170_001]
    assert _part(storage, name, len(DATA) - 1, 1) == DATA[-1:]

    storage.delete(name)
    assert not storage.exists(name)
    with pytest.raises(FileNotFoundError):
        storage.size(name)
    # Whoever was killed right after it does it once more.
    storage.delete(name)


def _part(storage: Parts, name: str, first: int, length: int) -> bytes:
    return b"".join(storage.read_part(name, first, length))


def test_only_the_part_leaves_the_bucket(bucket: Bucket, sent: list[int]) -> None:
    name = bucket.save("7/2026/11/abc", ContentFile(DATA))
    sent.clear()

    assert len(_part(bucket, name, 1_000, 77)) == 77
    assert sent == [77]


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    folder = Folder(location=tmp_path / "media")

    for name in ("../a", "/etc/passwd", "7/../../a"):
        with pytest.raises(SuspiciousFileOperation):
            folder.save(name, ContentFile(b"x"))
    assert [one.name for one in tmp_path.rglob("*") if one.is_file()] == []
