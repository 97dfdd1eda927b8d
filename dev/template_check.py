"""Forbid in templates what the content security policy breaks or what lets customer text act.

The policy allows no inline code and no eval, and htmx is configured to match: an `hx-on`, a
trigger filter or a `js:` value would do nothing in the browser. What switches escaping off is
forbidden because every name, message and file name on a screen comes from a stranger.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Django's short comment ends on its line; what looks like a longer one is text.
_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment\b.*?%\}(?:.|\n)*?\{%\s*endcomment\s*%\}")
_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TEMPLATE_TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"""<([a-zA-Z][\w:-]*)(?:((?:"[^"]*"|'[^']*'|[^'">])*)>)?""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]*))?""")
_UNESCAPED = re.compile(r"\|\s*(safe|safeseq)\b|\b(mark_safe)\b|\b(autoescape\s+off)\b")
_SCRIPT_VALUE = re.compile(r"^\s*(js|javascript)\s*:", re.IGNORECASE)
_VALUE_ATTRIBUTES = {"hx-vals", "hx-headers", "hx-request"}
_LINK_ATTRIBUTES = {"href", "src", "action", "formaction", "hx-get", "hx-post"}
_HYPERSCRIPT = {"_", "script", "data-script"}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a start tag; `value` is None when it has none, quotes included else."""

    name: str
    value: str | None

    @property
    def text(self) -> str:
        return (self.value or "").strip("\"'")


@dataclass(frozen=True, slots=True)
class Tag:
    """One start tag."""

    name: str
    attributes: tuple[Attribute, ...]


def main(roots: Iterable[str]) -> int:
    """Check every template below the folders named; return 1 and say where when one fails."""
    files = sorted(file for root in roots for file in Path(root).rglob("*.html"))
    found = [f"{file}:{line}: {why}" for file in files for line, why in faults(file.read_text())]
    print("\n".join(found) or f"{len(files)} templates are clean.")
    return 1 if found else 0


def faults(template: str) -> list[tuple[int, str]]:
    """Return (line, reason) for everything forbidden in a template's text, in order."""
    code = _COMMENT.sub(_blank, template)
    return sorted({*_escaping(code), *_markup(_as_html(code))})


def _escaping(code: str) -> Iterator[tuple[int, str]]:
    for match in _UNESCAPED.finditer(code):
        what = next(filter(None, match.groups()))
        yield _line(code, match.start()), f"{what} switches escaping off"


def _markup(html: str) -> Iterator[tuple[int, str]]:
    for match in _TAG.finditer(html):
        for reason in _tag_faults(match):
            yield _line(html, match.start()), reason


def _tag_faults(match: re.Match[str]) -> Iterator[str]:
    if match[2] is None:
        yield f"<{match[1]} does not end: is a quote missing?"
        return
    tag = _read(match)
    yield from _element_faults(tag)
    for attribute in tag.attributes:
        yield from (reason for rule in _RULES if (reason := rule(attribute)))


def _element_faults(tag: Tag) -> Iterator[str]:
    if tag.name == "style":
        yield "<style> is blocked by the policy: use a file of static/css"
    if tag.name == "script":
        has = {attribute.name for attribute in tag.attributes}
        for name in ("src", "nonce"):
            if name not in has:
                yield f"<script> without {name} is blocked by the policy"


def _handler(attribute: Attribute) -> str | None:
    if attribute.name.removeprefix("data-").startswith("hx-on"):
        return f"{attribute.name} needs eval: use a module of static/js"
    if re.fullmatch(r"on[a-z]+", attribute.name):
        return f"{attribute.name}= is inline code: use a module of static/js"
    if attribute.name in _HYPERSCRIPT:
        return f"{attribute.name}= is hyperscript, which is not here"
    return None


def _style(attribute: Attribute) -> str | None:
    return "style= is blocked by the policy: use a class" if attribute.name == "style" else None


def _trigger_filter(attribute: Attribute) -> str | None:
    is_filter = attribute.name.removeprefix("data-") == "hx-trigger" and "[" in attribute.text
    return "a filter in hx-trigger needs eval" if is_filter else None


def _script_value(attribute: Attribute) -> str | None:
    name = attribute.name.removeprefix("data-")
    if name == "hx-vars":
        return "hx-vars needs eval: use hx-vals with JSON"
    if name in _VALUE_ATTRIBUTES | _LINK_ATTRIBUTES and _SCRIPT_VALUE.match(attribute.text):
        return f"{name} with a script value needs eval"
    return None


def _unquoted(attribute: Attribute) -> str | None:
    if attribute.value is None or attribute.value[:1] in ("'", '"'):
        return None
    return f"{attribute.name}= is not quoted: a space in the value would start a new attribute"


_RULES: tuple[Callable[[Attribute], str | None], ...] = (
    _handler,
    _style,
    _trigger_filter,
    _script_value,
    _unquoted,
)


def _read(match: re.Match[str]) -> Tag:
    pairs = _ATTRIBUTE.finditer(match[2])
    return Tag(match[1].lower(), tuple(Attribute(m[1].lower(), m[2]) for m in pairs))


def _as_html(code: str) -> str:
    """Take Django's words out, length and lines kept: a tag leaves nothing, a value leaves x."""
    html = _EXPRESSION.sub(lambda m: _blank(m, "x"), _TEMPLATE_TAG.sub(_blank, code))
    return _HTML_COMMENT.sub(_blank, html)


def _blank(match: re.Match[str], filler: str = " ") -> str:
    return re.sub(r"[^\n]", filler, match[0])


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
