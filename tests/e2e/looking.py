"""A look at a screen in both themes: it fits, is accessible, and leaves its picture if asked to.

With EVENDAS_SCREENSHOTS=<folder> the pictures are kept there: docs/images/telas is made of them.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

# Fonts and pictures are there, and drawn; nothing is on its way, and nothing moves any more.
_SETTLED = """
async () => {
  await document.fonts.ready;
  const shown = [...document.images].filter((one) => one.loading !== "lazy");
  await Promise.all(shown.map((one) => one.decode().catch(() => {})));
  for (let turn = 0; turn < 2; turn++) await new Promise(requestAnimationFrame);
  const ends = ({ effect }) => effect.getComputedTiming().endTime < Infinity;
  const ending = document.getAnimations().filter(ends);
  await Promise.allSettled(ending.map(({ finished }) => finished));
}
"""

_FOUND = {"resultTypes": ["violations"]}
# By night it is the same page: only its colours are others, and axe is in it already.
_JUDGES = {
    "light": (Axe(), _FOUND),
    "dark": (Axe(axe_script=""), {**_FOUND, "runOnly": ["color-contrast", "link-in-text-block"]}),
}


@dataclass(frozen=True)
class Eye:
    """Somebody in front of a window: a wide one and a mouse, or a narrow one and a finger."""

    size: str
    viewport: dict[str, int]

    @property
    def window(self) -> dict[str, object]:
        """What a browser is opened with."""
        touches = {"has_touch": self.is_narrow, "is_mobile": self.is_narrow}
        return {"viewport": self.viewport, "reduced_motion": "reduce", **touches}

    @property
    def is_narrow(self) -> bool:
        return self.size == "estreito"

    def look(self, page: Page, name: str) -> None:
        """Judge what is on screen, by day and by night."""
        expect(page.locator("main")).to_be_visible()
        for theme, (axe, rules) in _JUDGES.items():
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            expect(page.locator("[aria-busy=true]")).to_have_count(0)
            page.evaluate(_SETTLED)
            found = axe.run(page, options=rules).response["violations"]
            self._judge(page, f"{name}-{self.size}-{theme}", found)

    def _judge(self, page: Page, name: str, found: list[dict[str, Any]]) -> None:
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.viewport["width"], f"{name} overflows: {width} px"
        serious = [
            f"{one['id']}: {one['nodes'][0]['html'][:200]}"
            for one in found
            if one["impact"] in {"serious", "critical"}
        ]
        assert not serious, f"{name}: {serious}"
        if folder := os.environ.get("EVENDAS_SCREENSHOTS"):
            self._keep(page, Path(folder) / f"{name}.png")

    def _keep(self, page: Page, picture: Path) -> None:
        """All of a page: bars that stand at the foot of the window stand at the foot of it."""
        usual = page.viewport_size
        assert usual
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": usual["width"], "height": max(height, usual["height"])})
        # What is as high as the window grows with it, a frame later.
        page.evaluate(_SETTLED)
        # To hide the caret it would write a style, which the page refuses.
        page.screenshot(path=picture, caret="initial")
        page.set_viewport_size(usual)
