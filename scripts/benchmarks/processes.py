"""Processes that a measurement starts: what they use, and their end."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 600.0


class Failure(Exception):
    """A measurement that did not take place, in words for whoever asked for it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what: str, limit: float = PATIENCE, step: float = 0.01):
    """The condition's first true value; it may fail with an OSError until then."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if value := condition():
                return value
        time.sleep(step)
    raise Failure(f"{what}: waited {limit:.0f} s in vain")


def listens(port: int) -> bool:
    """Whether somebody does on this port; nobody is connected to for that."""
    listening = "0A"
    rows = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[3] == listening and int(row[1].split(":")[1], 16) == port for row in rows)


def proc(pid: int, name: str) -> str:
    """A file of /proc; empty when the process has ended."""
    with contextlib.suppress(OSError):
        return pathlib.Path(f"/proc/{pid}/{name}").read_text()
    return ""


def family(pid: int) -> list[int]:
    """A process and all that descend from it and are alive."""
    children = [
        int(child)
        for thread in threads(pid)
        for child in proc(pid, f"task/{thread}/children").split()
    ]
    return [pid] + [member for child in children for member in family(child)]


def threads(pid: int) -> list[str]:
    with contextlib.suppress(OSError):
        return os.listdir(f"/proc/{pid}/task")
    return []


def cpu_seconds(pid: int) -> float:
    """Of a process, its living descendants and those that it has waited for."""
    total = 0
    for member in family(pid):
        if stat := proc(member, "stat"):
            total += sum(map(int, stat.rsplit(")", 1)[1].split()[11:15]))
    return total / TICKS


def peak_bytes(pid: int) -> int:
    """The most memory that the largest process of a family ever had resident."""
    largest = 0
    for member in family(pid):
        for line in proc(member, "status").splitlines():
            if line.startswith("VmHWM:"):
                largest = max(largest, 1024 * int(line.split()[1]))
    return largest


class Process:
    """A program in a process group of its own, so that it ends with all that it started.

    All share one session: to each session Linux gives as much of the cores as to any other, whatever the
    priorities of its threads, which is nothing that two peers on two machines do to each other. Who asks for
    `start_new_session` gets one nevertheless.
    """

    started: list["Process"] = []

    def __init__(self, command: list, log: pathlib.Path | None = None, **options):
        output = open(log, "ab") if log else subprocess.DEVNULL
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", output)
        options.setdefault("stderr", output)
        self.command = [str(part) for part in command]
        if not options.get("start_new_session"):
            options["process_group"] = 0
        self.popen = subprocess.Popen(self.command, **options)
        self.log = log
        self.peak = 0
        self._used = 0.0
        if log:
            output.close()
        Process.started.append(self)

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def is_alive(self) -> bool:
        return self.popen.returncode is None and not self._reap(os.WNOHANG)

    def _reap(self, flags: int) -> bool:
        pid, status, usage = os.wait4(self.pid, flags)
        if pid:
            self.popen.returncode = os.waitstatus_to_exitcode(status)
            self._used = usage.ru_utime + usage.ru_stime
        return pid != 0

    def cpu(self) -> float:
        """Seconds of all cores so far, descendants included."""
        return cpu_seconds(self.pid) if self.popen.returncode is None else self._used

    def sample(self) -> None:
        """Notes the memory: that of a process that has ended can no longer be read."""
        if self.popen.returncode is None:
            self.peak = max(self.peak, peak_bytes(self.pid))

    def finish(self) -> None:
        """Waits for an end of its own accord, which must be a good one."""
        if self.popen.returncode is None:
            self._reap(0)
        if self.popen.returncode != 0:
            raise Failure(f"{self.command[0]} ended with status {self.popen.returncode}{self._last_words()}")

    def _last_words(self) -> str:
        if not self.log:
            return ""
        return ": " + self.log.read_text(errors="replace").strip()[-500:]

    def stop(self, sign: int = signal.SIGTERM, limit: float = 10) -> float:
        """Ends it and what it started; seconds that it took."""
        start = time.monotonic()
        if self.is_alive:
            self.sample()
            self.popen.send_signal(sign)
            while self.is_alive and time.monotonic() - start < limit:
                time.sleep(0.005)
        seconds = time.monotonic() - start
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.popen.returncode is None:
            self._reap(0)
        for pipe in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self in Process.started:
            Process.started.remove(self)
        return seconds

    @classmethod
    def stop_all(cls) -> None:
        for process in list(cls.started):
            process.stop(signal.SIGKILL)


class Watch:
    """What processes use between two moments. Memory is sampled, as VmHWM ends with its process."""

    INTERVAL = 0.05

    def __init__(self, processes):
        # A function, as some processes are only started meanwhile.
        self.processes = processes
        self.ended = threading.Event()

    def __enter__(self):
        self.before = {process: process.cpu() for process in self.processes()}
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()
        return self

    def _sample(self) -> None:
        while not self.ended.wait(self.INTERVAL):
            for process in self.processes():
                process.sample()

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.thread.join()
        for process in self.processes():
            process.sample()

    def cpu(self, processes) -> float:
        return sum(process.cpu() - self.before.get(process, 0.0) for process in processes)
