"""How a pack is put together: sheets one after the other, modules as functions of one module.

Each module is called once, after those it imports, and gives what it exports: as a browser runs
them, as long as none imports in a circle or exports what changes. Only the forms named here are
read. Anything else is refused, never guessed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_IMPORT = re.compile(
    r'^import (?:(?P<what>\{[^{}]*\}|\* as \w+) from )?"sac/(?P<module>\w+)";\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:const|(?:async )?function) (?P<name>\w+))", re.MULTILINE)
_LATER = re.compile(r'\bimport\("sac/(\w+)"\)')
_OTHER = re.compile(r"^(?:import|export|await)\b")
# What is said to people takes whole lines.
_INDENT = re.compile(r"^[ \t]+|^\n", re.MULTILINE)
# What tells the parts of a sheet apart, and the room around it, which means nothing.
_ROOM = re.compile(r"\s*([{};,])\s*")
_QUOTED = re.compile(r'"[^"\n]*"')
_REMARK = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/)[ \t]*\n", re.MULTILINE | re.DOTALL)


class CannotPackError(ValueError):
    """A module is not written as packs need it; says which one, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module taken apart."""

    name: str
    imports: tuple[tuple[str, str], ...]
    exports: tuple[str, ...]
    later: tuple[str, ...]
    body: str

    @property
    def function(self) -> str:
        """The module as a call that gives its exports; what it imports stands at its head."""
        needs = "".join(_taken(what, source) for what, source in self.imports if what)
        gives = f"return {{ {', '.join(self.exports)} }};\n" if self.exports else ""
        head, tail = f"// sac/{self.name}\nconst ${self.name} = (() => {{\n", "})();\n"
        return head + needs + self.body + gives + tail


def sheet(folder: Path, names: Iterable[str]) -> str:
    """Return the sheets of `folder` as one, in this order, without the room between their parts.

    CannotPackError when a text in quotes holds a sign that parts are told by.
    """
    return "".join(_tight(folder / f"{name}.css") for name in names)


def _tight(path: Path) -> str:
    text = _REMARK.sub("", path.read_text(encoding="utf-8"))
    for quoted in _QUOTED.findall(text):
        if _ROOM.search(quoted):
            raise CannotPackError(f"{path.name} has a text that is not packed: {quoted}")
    return _ROOM.sub(r"\1", text)


def script(folder: Path, entries: Iterable[str], *, later: Iterable[str] = ()) -> str:
    """Return the entries and all they import as one module, open to those that come `later`.

    CannotPackError when a module cannot be packed, or one loaded later would bring a second copy
    of what is packed, with a memory of its own.
    """
    modules: dict[str, Module] = {}
    for entry in entries:
        _collect(folder, entry, modules, above=())
    guests = [_read(folder, name) for name in later]
    for module in (*modules.values(), *guests):
        _require_known(folder, module, modules, later)
    needed = sorted({f"${source}" for guest in guests for _, source in guest.imports})
    opened = f"export {{ {', '.join(needed)} }};\n" if needed else ""
    return "".join(module.function for module in modules.values()) + opened


def loose(folder: Path, name: str, *, pack: str) -> str:
    """Return a module that is loaded later: it takes what it imports from the `pack`."""
    module = _read(folder, name)
    sources = ", ".join(f"${source}" for _, source in module.imports)
    taken = "".join(_taken(what, source) for what, source in module.imports)
    exports = f"export {{ {', '.join(module.exports)} }};\n"
    return f'import {{ {sources} }} from "sac/{pack}";\n{taken}{module.body}{exports}'


def _collect(folder: Path, name: str, modules: dict[str, Module], above: tuple[str, ...]) -> None:
    """Put what a module imports before it."""
    if name in above:
        raise CannotPackError(f"{name}.js imports itself: {' > '.join((*above, name))}")
    if name in modules:
        return
    module = _read(folder, name)
    for _, source in module.imports:
        _collect(folder, source, modules, (*above, name))
    modules[name] = module


def _require_known(
    folder: Path, module: Module, packed: Mapping[str, Module], later: Iterable[str]
) -> None:
    for name in module.later:
        if name in packed:
            raise CannotPackError(f"{name}.js is packed: {module.name}.js imports it at its head")
        imports = _IMPORT.search((folder / f"{name}.js").read_text(encoding="utf-8"))
        if imports and name not in later:
            raise CannotPackError(f"{name}.js imports modules: name it among those that come later")
    for _, source in module.imports:
        if source not in packed:
            raise CannotPackError(f"{module.name}.js comes later and needs {source}.js: pack it")


def _read(folder: Path, name: str) -> Module:
    text = _REMARK.sub("", (folder / f"{name}.js").read_text(encoding="utf-8"))
    body = _EXPORT.sub("", _IMPORT.sub("", text)).lstrip()
    for line in body.splitlines():
        _require_plain(name, line)
    return Module(
        name=name,
        imports=tuple((found["what"] or "", found["module"]) for found in _IMPORT.finditer(text)),
        exports=tuple(found["name"] for found in _EXPORT.finditer(text)),
        later=tuple(_LATER.findall(body)),
        body=_INDENT.sub("", body),
    )


def _require_plain(name: str, line: str) -> None:
    """Refuse what is not read here; in a text of several lines a line may look like a remark."""
    if _OTHER.match(line):
        raise CannotPackError(f"{name}.js has a form that is not packed: {line}")
    if line.count("`") % 2:
        raise CannotPackError(f"{name}.js has a text of several lines: {line}")


def _taken(what: str, source: str) -> str:
    """The line that takes from a packed module what was imported of it."""
    if what.startswith("*"):
        return f"const {what.removeprefix('* as ')} = ${source};\n"
    return f"const {what.replace(' as ', ': ')} = ${source};\n"
