"""The peer that is besieged, on a screen and with its page, and a witness that it answers throughout."""

import fcntl
import json
import pathlib
import re
import struct
import termios
import threading
import time
import urllib.request

from processes import Failure, Process
from program import Program
from screen import ProgramOnScreen

MIB = 1024 * 1024
# Seconds in which page, API and screen have to answer, whatever strangers do: the machine may be busy.
PATIENCE = 10.0
# Wide enough for a message that names a path.
ROWS, COLUMNS = 40, 240
ESCAPES = re.compile(rb"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-B]|.)")


class Skipped(Exception):
    """A siege that this user or machine cannot lay, and why."""


class Besieged(ProgramOnScreen):
    """The program under test. What its terminal is sent can be looked at as bytes."""

    def __init__(self, directory: pathlib.Path, *options: str, **more):
        # Whoever types a command is not interrupted by a key.
        self.keyboard = threading.RLock()
        super().__init__("besieged", directory / "besieged", "--gossip-interval", "1", *options, **more)
        self.wait_until_up()

    def streams(self) -> dict:
        streams = super().streams()
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        return streams

    def prompt(self, line: str) -> None:
        with self.keyboard:
            super().prompt(line)

    def press(self, key: bytes, echo: bytes = b"") -> float:
        with self.keyboard:
            return super().press(key, echo)

    def log_lines(self) -> list[str]:
        path = self.home / ".p2ptui" / "peer.log"
        return path.read_text(errors="replace").splitlines() if path.exists() else []

    def logged(self, text: str) -> bool:
        return any(text in line for line in self.log_lines())

    def wait_for_log(self, text: str, limit: float = 60) -> None:
        self.wait(lambda: self.logged(text), f"“{text}” in the log", limit)

    def descriptors(self) -> int:
        return len(list(pathlib.Path(f"/proc/{self.pid}/fd").iterdir()))

    def refuses_to_push(self, path: pathlib.Path, why: str) -> None:
        """Types the command, and waits until the screen says why it is not carried out, in words that nothing
        else on the screen has: only what changes is drawn."""
        with self.keyboard, self.changed:
            self.shown.clear()
            super().prompt(f"push {path}")
            if not self.changed.wait_for(lambda: why in self.text_shown(), timeout=60):
                raise Failure(f"{path.name} is not refused with “{why}”: {self.text_shown()[-300:]}")

    def text_shown(self) -> str:
        return ESCAPES.sub(b"", bytes(self.shown)).decode(errors="replace")

    def redrawn(self) -> bytes:
        """Everything that the screen is sent to be drawn anew."""
        self.press(b"\x0c")
        time.sleep(0.5)
        with self.changed:
            return bytes(self.shown)

    def share(self, path: pathlib.Path) -> dict:
        """Pushes a file and waits until it is here; its entry."""
        self.prompt(f"push {path}")
        return self.wait_for_local(path.name)

    def local(self, name: str) -> dict | None:
        files = self.get(f"/api/v1/files?limit=1000&q=here%20name:{name}")["files"]
        return next((file for file in files if file["file_name"] == name), None)

    def wait_for_local(self, name: str, limit: float = 60) -> dict:
        self.wait(lambda: self.local(name), f"{name} is here", limit)
        return self.local(name)


class Witness:
    """Asks page and API and presses a key, again and again, while something is done to the peer.

    A failure to answer in time is a failure of the siege; so is an end of the peer, or memory above a bound.
    """

    def __init__(self, peer: Besieged, bound: int):
        self.peer, self.bound = peer, bound
        self.ended = threading.Event()
        self.slowest = {"page": 0.0, "API": 0.0, "key": 0.0}
        self.asked = 0
        self.complaint = ""

    def __enter__(self):
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def _watch(self) -> None:
        questions = {
            "page": lambda: self._ask("/healthz"), "API": lambda: self._ask("/api/v1/status"),
            "key": lambda: self.peer.press(b"\t")}
        while not self.complaint and not self.ended.wait(0.05):
            for what, ask in questions.items():
                try:
                    self.slowest[what] = max(self.slowest[what], ask())
                except (Failure, OSError, ValueError) as problem:
                    self.complaint = f"{what}: {problem}"
                    return
                self.asked += 1

    def _ask(self, path: str) -> float:
        """Seconds until the whole answer is here."""
        began = time.monotonic()
        url = f"http://127.0.0.1:{self.peer.http_port}{path}"
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
            text = answer.read().decode()
            if path.startswith("/api"):
                json.loads(text)
        return time.monotonic() - began

    def __exit__(self, kind, *_) -> None:
        self.ended.set()
        self.thread.join(2 * PATIENCE)
        if kind is not None:
            return
        if not self.peer.is_alive:
            raise Failure(f"the peer ended with status {self.peer.popen.returncode}")
        self.peer.sample()
        if self.complaint:
            raise Failure(f"no answer: {self.complaint}")
        if self.peer.peak > self.bound:
            raise Failure(f"{self.peer.peak / MIB:.0f} MiB of memory, more than {self.bound / MIB:.0f}")

    @property
    def row(self) -> str:
        slowest = ", ".join(f"{1000 * seconds:.0f}" for seconds in self.slowest.values())
        return f"{self.asked} answers, slowest {slowest} ms | {self.peer.peak / MIB:.0f} MiB |"


def neighbour(directory: pathlib.Path, *options: str, name: str = "neighbour") -> Program:
    """A peer that means well."""
    peer = Program(name, directory / name, "--gossip-interval", "1", *options)
    peer.wait_until_up()
    return peer


def end(*peers: Process) -> None:
    for peer in peers:
        peer.stop()
