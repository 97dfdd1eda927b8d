"""How a child shows that it is ready."""

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

# No proxy from the environment stands between us and 127.0.0.1.
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def answers(url: str) -> Callable[[Path], bool]:
    """Ready when this page, redirects followed, is anything but a server's error."""

    def ask(_log: Path) -> bool:
        try:
            with _open(url, timeout=3):
                return True
        except urllib.error.HTTPError as error:
            return error.code < 500
        except OSError:
            return False

    return ask


def says(words: str) -> Callable[[Path], bool]:
    """Ready when its log contains these words."""
    return lambda log: words in log.read_text(errors="replace")
