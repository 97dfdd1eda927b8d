"""Modules and sheets become packs: all of them, in their order, and nothing guessed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from evendas import packs
from evendas.packing import CannotPackError, loose, script, sheet
from tests.conftest import Actor

Write = Callable[..., Path]


@pytest.fixture
def modules(tmp_path: Path) -> Write:
    def write(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_what_a_module_imports_stands_before_it_and_once(modules: Write) -> None:
    folder = modules(
        top='import { a as b } from "sac/low";\nimport * as mid from "sac/mid";\nmid.go(b);\n',
        mid='import { a } from "sac/low";\n\nexport async function go() {\n  return a;\n}\n',
        low="// What it is for.\nexport const a = 1;\n",
    )
    assert script(folder, ["top"]) == (
        "// sac/low\nconst $low = (() => {\nconst a = 1;\nreturn { a };\n})();\n"
        "// sac/mid\nconst $mid = (() => {\nconst { a } = $low;\n"
        "async function go() {\nreturn a;\n}\nreturn { go };\n})();\n"
        "// sac/top\nconst $top = (() => {\n"
        "const { a: b } = $low;\nconst mid = $mid;\nmid.go(b);\n})();\n"
    )


def test_one_that_comes_later_shares_what_is_packed(modules: Write) -> None:
    folder = modules(
        top='import { a } from "sac/low";\nconst more = () => import("sac/rare");\n',
        rare='import { a } from "sac/low";\nexport const b = a;\n',
        low="export const a = {};\n",
    )
    assert script(folder, ["top"], later=["rare"]).endswith("export { $low };\n")
    assert loose(folder, "rare", pack="top") == (
        'import { $low } from "sac/top";\nconst { a } = $low;\nconst b = a;\nexport { b };\n'
    )


@pytest.mark.parametrize(
    ("top", "other"),
    [
        ('import "sac/other";\n', 'import "sac/top";\n'),
        ('import "sac/other";\nimport("sac/other");\n', "f();\n"),
        ('import("sac/other");\n', 'import "sac/third";\n'),
        ("export default 1;\n", ""),
        ("export let a = 1;\n", ""),
        ('import { a } from "./other.js";\n', ""),
        ('const answer = 1;\nawait import("sac/other");\n', ""),
        ("const text = `\n// no remark\n`;\n", ""),
    ],
)
def test_what_cannot_be_packed_is_refused(modules: Write, top: str, other: str) -> None:
    folder = modules(top=top, other=other, third="f();\n")
    with pytest.raises(CannotPackError):
        script(folder, ["top"])


def test_one_that_comes_later_finds_all_it_needs_in_the_pack(modules: Write) -> None:
    folder = modules(
        top="f();\n", rare='import { a } from "sac/low";\n', low="export const a = 1;\n"
    )
    with pytest.raises(CannotPackError, match=r"needs low\.js"):
        script(folder, ["top"], later=["rare"])


def test_sheets_follow_each_other_without_their_remarks(tmp_path: Path) -> None:
    (tmp_path / "one.css").write_text("/* One,\n   of two. */\na {\n  b: c; /* d */\n}\n")
    (tmp_path / "two.css").write_text("e { f: g; }\n")
    assert sheet(tmp_path, ["one", "two"]) == "a{b: c;/* d */}e{f: g;}"


def test_a_sheet_whose_texts_hold_what_parts_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "one.css").write_text('a::before { content: "b , c"; }\n')
    with pytest.raises(CannotPackError, match=r"one\.css .*b , c"):
        sheet(tmp_path, ["one"])


def test_every_pack_is_found_and_collected() -> None:
    collected = dict(packs.PackFinder().list(None))
    assert set(collected) == set(packs.PACKS)
    for path in packs.PACKS:
        assert Path(str(finders.find(path))).read_text(encoding="utf-8") == packs.packed(path)
    assert finders.find("packs/none.js") is None
    assert finders.find("packs/none.js", find_all=True) == []


def test_the_desk_says_where_all_stand_that_come_later(ana: Actor) -> None:
    page = ana.client.get("/sac/atendimento/").content.decode()
    found = re.search(r'<script type="importmap"[^>]*>(.*?)</script>', page)
    assert found
    texts = [packs.packed(path) for path in packs.PACKS if path.endswith(".js")]
    wanted = {name for text in texts for name in re.findall(r'\bimport\("(sac/\w+)"\)', text)}
    assert set(json.loads(found[1])["imports"]) == wanted | {"sac/desk"}
