"""A real browser for pages: Chromium without a window, with software WebGL, told what to do through a pipe.

The DevTools protocol over file descriptors 3 and 4 needs no socket, which the tests forbid.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless", "--no-sandbox", "--remote-debugging-pipe", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip

# Its ends of the two pipes become 3 and 4, wherever they were before.
_LAUNCH = """
import fcntl, os, sys
commands, answers = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(commands, 3), os.dup2(answers, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""


def program() -> str | None:
    """The browser that is installed here."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Tab:
    """A page in the browser; `events` are what it has told since it was opened: (method, parameters)."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive, self._unread = send, receive, b""
        self._number, self._session = 0, ""
        self.events: list[tuple[str, dict[str, Any]]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol; its result. Raises `RuntimeError` when the browser refuses."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read(60.0)
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def size(self, width: int, height: int, *, phone: bool = False) -> None:
        """Give the page a screen; a phone's has touch and two pixels a point."""
        scale = 2 if phone else 1
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=phone
        )
        self.call("Emulation.setTouchEmulationEnabled", enabled=phone)

    def open(self, path: Path, ready: str, seconds: float = 60.0) -> float:
        """Open a file and wait until the expression `ready` is true; how many seconds that took."""
        begun = time.monotonic()
        self.call("Page.navigate", url=path.resolve().as_uri())
        self.wait_for(ready, seconds)
        return time.monotonic() - begun

    def wait_for(self, expression: str, seconds: float = 20.0) -> None:
        """Raises `AssertionError` with what the page has complained about."""
        end = time.monotonic() + seconds
        while not self.value(expression):
            assert time.monotonic() < end, f"{expression} never came true: {self.complaints()}"
            time.sleep(0.05)

    def value(self, expression: str) -> Any:
        """What an expression, or the promise that it is, has as its value."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def picture(self, path: Path) -> Path:
        """The page as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))
        return path

    def touch(self, kind: str, x: float, y: float) -> None:
        """`start`, `move` or `end` of one finger."""
        points = [] if kind == "end" else [{"x": x, "y": y}]
        self.call("Input.dispatchTouchEvent", type=f"touch{kind.capitalize()}", touchPoints=points)

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """`Pressed`, `Moved`, `Released` or `Wheel`."""
        button = {} if kind == "Wheel" else {"button": "left", "buttons": int(kind != "Released"), "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, **button, **more)

    def requests(self) -> list[str]:
        """Every address that was asked for, apart from data in the page itself."""
        asked = [told["request"]["url"] for method, told in self.events if method == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith(("data:", "blob:"))]

    def complaints(self) -> list[str]:
        """Errors and exceptions of the page."""
        found = [told["entry"]["text"] for method, told in self.events if method == "Log.entryAdded"]
        return found + [str(told) for method, told in self.events if method == "Runtime.exceptionThrown"]

    def _read(self, seconds: float) -> dict[str, Any]:
        while b"\0" not in self._unread:
            assert select.select([self._receive], [], [], seconds)[0], "the browser says nothing any more"
            piece = os.read(self._receive, 1 << 20)
            assert piece, "the browser has ended"
            self._unread += piece
        text, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append((message["method"], message.get("params", {})))
        return message


@contextmanager
def browser(profile: Path) -> Iterator[Tab]:
    """An empty tab of a new browser, which keeps its files in `profile` and ends with the block."""
    name = program()
    assert name is not None
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            "-S",
            "-c",
            _LAUNCH,
            str(to_browser),
            str(to_us),
            name,
            *_OPTIONS,
            f"--user-data-dir={profile}",
        ],
        pass_fds=(to_browser, to_us),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(to_browser)
    os.close(to_us)
    try:
        yield Tab(from_us, from_browser)
    finally:
        os.close(from_us)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(from_browser)
