"""p2ptui as measurements use it, without a screen; screen.py has it on one."""

import contextlib
import json
import os
import pathlib
import subprocess
import threading
import time
import urllib.request

from processes import Failure, Process, free_port, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXECUTABLE = os.environ.get("P2PTUI_EXECUTABLE", str(ROOT / ".build" / "release" / "p2ptui"))


def share(folder: pathlib.Path, home: pathlib.Path) -> int:
    """Puts what lies in a folder into a home, without a copy; how many files that are."""
    files = home / "files"
    files.mkdir(parents=True)
    paths = list(folder.iterdir())
    for path in paths:
        os.link(path, files / path.name)
    return len(paths)


class Program(Process):
    """p2ptui, headless: commands go to its standard input, its log comes from its standard error."""

    front = ["--headless"]

    def __init__(
        self, name: str, home: pathlib.Path, *options: str, bootstrap: str | list[str] = "none",
        host: str = "127.0.0.1", port: int = 0, under: list[str] | None = None,
    ):
        """`under` is a program that starts it with other rights or limits, such as prlimit."""
        self.name, self.home, self.host = name, home, host
        self.port, self.http_port = port or free_port(), free_port()
        while self.http_port == self.port:
            self.http_port = free_port()
        greeted = [bootstrap] if isinstance(bootstrap, str) else bootstrap
        home.mkdir(parents=True, exist_ok=True)
        self.lines: list[str] = []
        self.said = threading.Condition(threading.RLock())
        self.began = time.monotonic()
        super().__init__(
            [*(under or []), EXECUTABLE, name, host, self.port, self.http_port, *self.front, "--home", home,
             *[word for address in greeted for word in ("--bootstrap", address)],
             "--auto-fetch", "0", "--peer-timeout", "3600", *options],
            **self.streams())
        self.listen()

    def streams(self) -> dict:
        return {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL,
                "text": True, "encoding": "utf-8"}

    def listen(self) -> None:
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        with contextlib.suppress(ValueError):
            for line in self.popen.stderr:
                with self.said:
                    self.lines.append(line.rstrip("\n"))
                    self.said.notify_all()
        with self.said:
            self.lines.append("")
            self.said.notify_all()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}{path}", timeout=60) as response:
            return json.load(response)

    def status(self) -> dict:
        return self.get("/api/v1/status")

    def file(self, file_id: str) -> dict:
        return self.get(f"/api/v1/files/{file_id}")

    def send(self, command: str) -> None:
        self.popen.stdin.write(command + "\n")
        self.popen.stdin.flush()

    def wait(self, condition, what: str = "what was waited for", limit: float = 3600) -> float:
        """Seconds until the condition holds."""
        def holds() -> bool:
            if not self.is_alive:
                raise Failure(f"p2ptui “{self.name}” ended with status {self.popen.returncode}: {self.last_words()}")
            return condition()

        start = time.monotonic()
        wait_until(holds, what, limit)
        return time.monotonic() - start

    def wait_until_up(self) -> float:
        return self.wait(self.status, "the page")

    def wait_for_files(self, count: int) -> None:
        self.wait(lambda: self.status()["files"] == count, f"{count} files")

    def wait_for_holders(self, file_id: str, count: int = 1) -> None:
        self.wait(lambda: len(self.file(file_id)["peers"]) >= count, f"{count} holders")

    def wait_for_lines(self, text: str, count: int = 1, limit: float = 600) -> None:
        """Until so many lines of the log contain the text: sooner than any snapshot tells."""
        deadline, seen, found = time.monotonic() + limit, 0, 0
        with self.said:
            while True:
                found += sum(text in line for line in self.lines[seen:])
                seen = len(self.lines)
                if found >= count:
                    return
                if self.lines and self.lines[-1] == "":
                    raise Failure(f"p2ptui “{self.name}” ended: {self.last_words()}")
                if not self.said.wait(deadline - time.monotonic()):
                    raise Failure(f"“{text}” was not logged; the last lines are {self.lines[-3:]}")

    def last_words(self) -> str:
        """What it wrote before it ended."""
        with self.said:
            self.said.wait_for(lambda: self.lines and self.lines[-1] == "", timeout=5)
            return " / ".join(line for line in self.lines[-12:] if line)


def describe(latencies: list[float]) -> str:
    ordered = sorted(1000 * latency for latency in latencies)
    middle, high = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    return f"p50 {middle:.1f} ms, p99 {high:.1f} ms, longest {ordered[-1]:.1f} ms of {len(ordered)}"
