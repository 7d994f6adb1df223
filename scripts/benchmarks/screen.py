"""Programs on a terminal of 80x24, without anybody between: what a key takes, and what it costs to rest."""

import contextlib
import fcntl
import os
import pty
import random
import signal
import struct
import termios
import threading
import time

from processes import Failure, Process
from program import Program


class OnScreen(Process):
    """A program that people keep open in a terminal of its own, and so in a session of its own."""

    def __init__(self, command: list, start_new_session: bool = True):
        super().__init__(command, start_new_session=start_new_session, **self.streams())
        self.listen()

    def streams(self) -> dict:
        self.terminal, self.end = pty.openpty()
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {
            **os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": "/nonexistent"}
        return {"stdin": self.end, "stdout": self.end, "stderr": self.end, "env": environment}

    def listen(self) -> None:
        os.close(self.end)
        self.bytes_shown = 0
        # What was shown since the last key, and when its first and its last bytes came.
        self.shown, self.began_at, self.shown_at = bytearray(), 0.0, 0.0
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self.terminal, 65536):
                now = time.monotonic()
                with self.changed:
                    self.began_at = self.began_at if self.shown else now
                    self.shown += data
                    self.shown_at = now
                    self.bytes_shown += len(data)
                    self.changed.notify_all()

    def write(self, text: bytes) -> None:
        os.write(self.terminal, text)

    def press(self, key: bytes, echo: bytes = b"") -> float:
        """Seconds from a key to the first byte that the terminal is sent after it, or to its echo."""
        with self.changed:
            self.shown.clear()
            pressed = time.monotonic()
            self.write(key)
            if not self.changed.wait_for(lambda: self.shown and echo in self.shown, timeout=20):
                raise Failure(f"{key!r} changes nothing on the screen")
            return (self.shown_at if echo else self.began_at) - pressed

    def type(self, keys: list[bytes], count: int) -> list[float]:
        """Latencies of keys that are pressed one after the other, again and again, as fast as people type."""
        latencies = []
        for turn in range(count):
            time.sleep(random.uniform(0.06, 0.16))
            latencies.append(self.press(keys[turn % len(keys)]))
        return latencies

    def type_echoed(self, keys: bytes) -> list[float]:
        """Latencies of keys at the prompt, each until it is seen; then the line is emptied."""
        latencies = []
        for key in keys:
            time.sleep(random.uniform(0.06, 0.16))
            latencies.append(self.press(bytes([key]), echo=bytes([key])))
        self.write(b"\x15")
        return latencies

    def type_during(self, key: bytes, work) -> list[float]:
        """Latencies of a key while `work` is done, which returns when it began."""
        outcome: list[float] = []
        thread = threading.Thread(target=lambda: outcome.append(work()))
        thread.start()
        presses = []
        while thread.is_alive():
            time.sleep(random.uniform(0.02, 0.1))
            presses.append((time.monotonic(), self.press(key)))
        if not outcome:
            raise Failure("it failed while keys were pressed")
        return [latency for pressed, latency in presses if pressed >= outcome[0]]

    def rest(self, seconds: int = 30) -> str:
        """What it costs while nobody does anything."""
        time.sleep(3)
        cpu, shown = self.scheduled(), self.bytes_shown
        time.sleep(seconds)
        used, shown = (self.scheduled() - cpu) / seconds, self.bytes_shown - shown
        return f"{100 * used:.3f} % of a core, {shown / seconds:.0f} bytes/s to the terminal"

    def scheduled(self) -> float:
        """Seconds that its threads have run, those that have ended too; finer than `cpu`, whose ticks are 10 ms."""
        return time.clock_gettime(~self.pid << 3 | 2)  # clock_getcpuclockid(3)

    def stop(self, sign: int = signal.SIGTERM, limit: float = 10) -> float:
        seconds = super().stop(sign, limit)
        with contextlib.suppress(OSError):
            os.close(self.terminal)
        return seconds


class ProgramOnScreen(OnScreen, Program):
    """p2ptui on a screen."""

    front: list[str] = []
    __init__ = Program.__init__

    def prompt(self, line: str) -> None:
        """Types it at the prompt."""
        self.write(b":" + line.encode() + b"\r")
