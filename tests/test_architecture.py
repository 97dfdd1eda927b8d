"""The house rules a machine can hold, read out of the source with `ast`."""

import ast
import statistics
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
APPS = ("evendas", "automacao", "pedidos", "sac")

# The ways in for whoever comes from outside: each starts from a store, a person's rights, or a
# row that was found through them.
DOORS = {
    "visible_to",
    "live_to",
    "in_store",
    "in_thread_of",
    "written_by",
    "still_welcome",
    "unseen_by",
    "usable_by",
    "listed_for",
    "with_webhook_key",
    "with_key",
    "with_token",
    "keep_once",
    # An e-mail is asked about across all stores: one sign-in page serves them.
    "is_taken",
}
# Tasks look for work across all stores. They read ids, and ring.
BELLS = {"worth_asking", "with_due_events", "with_due_messages", "with_due_orders"}
BELLS |= {"due_sources", "due_imports", "worth_pulling"}
# Behind the doors: rows are reached by ids that came out of a row of the store, under locks.
INSIDE = (
    "models",
    "actions",
    "migrations",
    "management",
    "invariants",
    "evendas/accounts/audit.py",
    # Reads who a session belongs to.
    "evendas/accounts/backends.py",
    "evendas/accounts/limits.py",
    "evendas/accounts/terms.py",
    # Ages in seconds over all stores, and signs of life of processes.
    "evendas/health/lifesign.py",
    "evendas/health/measures.py",
    "pedidos/fetching.py",
    "pedidos/processing.py",
    "pedidos/pulling.py",
    "sac/announce.py",
    "sac/deliver.py",
    "sac/drain.py",
    "sac/permissions.py",
    "sac/story.py",
)
MANAGERS = {"objects", "_default_manager", "_base_manager"}
SHORT_CUTS = {"get_object_or_404", "get_list_or_404", "aget_object_or_404", "RawSQL"}

CHANNEL_LAYER = {"channel_layer", "get_channel_layer", "group_send", "group_add", "group_discard"}
WIRE_KEYS = (
    "remoteJid",
    "pushName",
    "messageTimestamp",
    "keyId",
    "fromMe",
    "stanzaId",
    "instanceName",
    "connection.update",
    "messages.upsert",
    "messages.update",
    "send.message",
    "qrcode.updated",
    "DELIVERY_ACK",
    "SERVER_ACK",
    "s.whatsapp.net",
    "@lid",
)
# Decisions and wire shapes: whatever they are given is all they know.
PURE = (
    "evendas/phones.py",
    "sac/ordering.py",
    "sac/matching.py",
    *(f"automacao/gateways/port/{name}.py" for name in ("words", "events", "calls", "errors")),
    *(
        f"automacao/gateways/evolution/{name}.py"
        for name in (
            "answers",
            "cards",
            "changes",
            "content",
            "context",
            "door",
            "events",
            "failures",
            "files",
            "jids",
            "messages",
            "ringing",
            "session",
            "trade",
            "unshown",
            "wire",
        )
    ),
    "pedidos/labelling.py",
    # Without `reading`, which asks `buyers`.
    *(f"pedidos/spreadsheet/{name}.py" for name in ("columns", "layout", "lines", "orders")),
    *(
        f"pedidos/platforms/{name}.py"
        for name in ("port", "registry", "woocommerce", "shopify", "nuvemshop", "evendas")
    ),
    # Without `buyers`, which asks Django what an e-mail is.
    *(
        f"pedidos/platforms/reading/{name}.py"
        for name in (
            "amounts",
            "fields",
            "moments",
            "parcels",
            "payments",
            "signatures",
            "states",
            "texts",
        )
    ),
)


def test_from_outside_rows_are_reached_only_through_a_door() -> None:
    bare = [
        f"{path}:{line}: {call}"
        for path in _product()
        if not _is_inside(path)
        for line, call in _manager_calls(path)
        if call not in (BELLS if path.endswith("tasks.py") else DOORS)
    ]
    assert bare == []


def test_from_outside_nobody_takes_a_short_cut_to_the_rows() -> None:
    taken = [
        f"{path}:{line}: {name}"
        for path in _product()
        if not _is_inside(path)
        for line, name in [*_names(path), *_imports(path)]
        if name in SHORT_CUTS or name.startswith("django.db.connection")
    ]
    assert taken == []


@pytest.mark.parametrize(
    "line", ["Ticket.objects.filter(pk=1)", "Ticket.objects.all()", "rows = Ticket.objects"]
)
def test_the_rule_about_doors_sees_what_it_forbids(line: str) -> None:
    assert next(call for _, call in _calls_on_managers(ast.parse(line))) not in DOORS


def test_only_live_touches_the_channel_layer() -> None:
    assert _files_where(_names, CHANNEL_LAYER.__contains__) == {"evendas/live.py"}
    imports = _files_where(_imports, lambda name: name.startswith("channels.layers"))
    assert imports == {"evendas/live.py"}


def test_only_adapters_and_the_simulator_know_the_wire() -> None:
    def is_wire(text: str) -> bool:
        return any(key in text for key in WIRE_KEYS)

    # People paste such addresses where a number is asked for.
    allowed = ("automacao/gateways/evolution/", "automacao/simulator/", "evendas/phones.py")
    knowing = _files_where(_texts, is_wire)
    assert {path for path in knowing if not path.startswith(allowed)} == set()
    assert knowing, "the rule sees nothing at all"


@pytest.mark.parametrize("path", PURE)
def test_a_pure_module_knows_neither_the_database_nor_the_clock(path: str) -> None:
    assert [name for _, name in _imports(path) if name.startswith(("django", "sac.models"))] == []
    assert [name for _, name in _names(path) if name in {"now", "today", "utcnow"}] == []


def test_no_change_hides_in_a_signal_or_a_save() -> None:
    hidden = [
        f"{path}:{line}: {name}"
        for path in _product()
        for line, name in [*_imports(path), *_methods(path)]
        if name in {"django.dispatch", "save", "delete"}
        # Celery's tell of workers that start and stop, never of rows.
        or ("signals" in name and not name.startswith("celery"))
    ]
    assert hidden == []


def test_modules_are_named_for_a_concept() -> None:
    vague = {"utils", "util", "helpers", "services", "managers", "common", "misc"}
    # tests/services.py starts the database and the Redis server: services in the plain sense.
    named = {path for path in _python("dev", "tests", *APPS) if Path(path).stem in vague}
    assert named - {"tests/services.py"} == set()
    assert {folder for folder in _folders() if folder.name in vague} == set()


def test_functions_are_short() -> None:
    lengths = {
        f"{path}:{node.lineno} {node.name}": _length(node)
        for path in _python("dev", *APPS)
        for node in _functions(path)
    }
    assert [name for name, length in lengths.items() if length > 60] == []
    assert statistics.median(lengths.values()) <= 8
    assert statistics.quantiles(lengths.values(), n=20)[-1] <= 30


def test_files_are_short() -> None:
    pages = (path for folder in ("static", "templates") for path in (ROOT / folder).rglob("*.*"))
    read = [ROOT / path for path in _python("dev", "tests", *APPS)]
    read += [page for page in pages if page.suffix in {".js", ".css", ".html"} and _is_ours(page)]
    long = {str(path.relative_to(ROOT)) for path in read if len(_lines(path)) > 400}
    assert long == set()


def _is_inside(path: str) -> bool:
    parts = set(Path(path).with_suffix("").parts)
    return path in INSIDE or bool(parts & set(INSIDE)) or path.startswith("automacao/simulator/")


def _is_ours(page: Path) -> bool:
    return not {"vendor", "node_modules"} & set(page.parts) and ".min." not in page.name


def _product() -> list[str]:
    return [path for path in _python(*APPS) if "/migrations/" not in path]


@cache
def _python(*folders: str) -> list[str]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(str(p.relative_to(ROOT)) for p in found if "migrations" not in p.parts)


def _folders() -> Iterator[Path]:
    return (folder for app in APPS for folder in (ROOT / app).rglob("*") if folder.is_dir())


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def _files_where(
    look: Callable[[str], Iterable[tuple[int, str]]], is_it: Callable[[str], bool]
) -> set[str]:
    return {path for path in _product() if any(is_it(text) for _, text in look(path))}


def _manager_calls(path: str) -> Iterator[tuple[int, str]]:
    return _calls_on_managers(_tree(path))


def _calls_on_managers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the first method used on each manager; a manager handed on as it is counts as bare."""
    called = {
        id(node.value): node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield node.lineno, called.get(id(node), "(bare)")


def _names(path: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id


def _imports(path: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _texts(path: str) -> Iterator[tuple[int, str]]:
    """Yield every text of a file but its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    told = {
        id(node.body[0].value)
        for node in ast.walk(_tree(path))
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def _functions(path: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _methods(path: str) -> Iterator[tuple[int, str]]:
    """Yield the methods of models."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ClassDef) and "/models" in path:
            yield from (
                (item.lineno, item.name)
                for item in node.body
                if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
            )


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1
