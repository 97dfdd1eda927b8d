"""The pages: the store's phone and the customers' phones, and the store's web shop."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from automacao.simulator import answers, views
from automacao.simulator.network import Network
from automacao.simulator.state import Json
from automacao.simulator.web import Handler, Request, Response, Router, answer

_FOLDER = Path(__file__).parent / "page"
_SHOP_FOLDER = Path(__file__).parent / "shop_page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_SHOWN = ("image/", "audio/", "video/")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " media-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


def install(router: Router, net: Network) -> None:
    """Add the pages' routes. `GET /` is the gateway's welcome, and the phones for a browser."""
    router.add("GET", "/", _front_door)
    for place, folder in (("/celular/", _FOLDER), ("/loja/", _SHOP_FOLDER)):
        router.add("GET", place, _file(folder / "index.html"))
        for path in folder.iterdir():
            router.add("GET", f"{place}{path.name}", _file(path))
    router.add("GET", "/celular/estado", _state(net, views.page))
    router.add("GET", "/loja/estado", _state(net, views.shop_page))
    router.add("GET", "/celular/arquivo/{name}/{id}", _media(net))


def _media(net: Network) -> Handler:
    """Serve the bytes of a message. Whatever they are, they act on nothing here."""

    async def handle(request: Request) -> Response:
        line = net.world.instances.get(request.params["name"])
        message = line.messages.get(request.params["id"]) if line else None
        file = message.file if message and not message.is_deleted else None
        data = net.shelf.read(file.sha256) if file else None
        if file is None or data is None:
            return Response(404)
        shown = file.mime.startswith(_SHOWN) and not file.mime.startswith("image/svg")
        manner = "inline" if shown else "attachment"
        headers = {
            "content-security-policy": "default-src 'none'; sandbox",
            "content-disposition": f"{manner}; {_named(file.name)}",
            "x-content-type-options": "nosniff",
            "accept-ranges": "bytes",
        }
        kind = file.mime if shown else "application/octet-stream"
        return _part(request, Response(body=data, content_type=kind, headers=headers))

    return handle


def _part(request: Request, whole: Response) -> Response:
    """Answer with the bytes a player asks for when somebody moves its slider."""
    size = len(whole.body)
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
    if not wanted or int(wanted[1]) >= size:
        return whole
    first, last = int(wanted[1]), min(int(wanted[2] or size - 1), size - 1)
    told = {"content-range": f"bytes {first}-{last}/{size}"}
    part = whole.body[first : last + 1]
    return replace(whole, status=206, body=part, headers={**whole.headers, **told})


def _named(name: str) -> str:
    return f"filename*=UTF-8''{quote(name or 'arquivo', safe='')}"


async def _front_door(request: Request) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return Response(302, headers={"location": "/celular/"})
    return answer(answers.welcome())


def _file(path: Path) -> Handler:
    response = Response(
        body=path.read_bytes(),
        content_type=_TYPES[path.suffix],
        headers={"content-security-policy": _POLICY, "x-content-type-options": "nosniff"},
    )

    async def handle(_: Request) -> Response:
        return response

    return handle


def _state(net: Network, view: Callable[[Network], Json]) -> Handler:
    async def handle(request: Request) -> Response:
        if request.query.get("revision") == str(net.revision):
            return Response(204)
        return answer(view(net))

    return handle
