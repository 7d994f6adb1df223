"""How soon gossip and keys are answered while 20 transfers run."""

import contextlib
import itertools
import json
import os
import pathlib
import socket
import threading
import time
import uuid

from contest import MIB, set_aside
from ours import all_files, start_holder
from processes import Failure, Process
from program import Program, describe, share
from screen import OnScreen, ProgramOnScreen
from sources import random_folder

DOWNLOADS, UPLOADS = 10, 10
FILE_SIZE = 256 * MIB
# Characters that the screen does not show by itself, so that their echo is no other frame's.
KEYS = b"@~^"
# Keys of a line: no multiple of theirs, so that the next line has another character in each place, which has
# to be drawn even if emptying the line was not.
LINE = 7
# GOSSIPs are so far apart that no limit of PROTOCOL.md, "Protection", makes an answer wait.
INTERVAL = 0.2


class Cat(OnScreen):
    """Shows each key that comes: what the machine and the terminal take, and the least that a program can."""

    def __init__(self):
        super().__init__(["bash", "-c", "stty raw -echo && echo ready && exec cat"], start_new_session=False)
        with self.changed:
            if not self.changed.wait_for(lambda: b"ready" in self.shown, timeout=20):
                raise Failure("cat does not start")


class Probe:
    """Greets a peer as somebody new each time, and waits for its answer."""

    def __init__(self, port: int):
        self.port = port
        self.latencies: list[float] = []
        self.lost = 0

    def greet(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            own = listener.getsockname()[1]
            gossip = {"type": "GOSSIP", "host": "127.0.0.1", "port": own, "id": str(uuid.uuid4()),
                      "peerId": f"probe{own}"}
            began = time.monotonic()
            with socket.create_connection(("127.0.0.1", self.port)) as connection:
                connection.sendall(json.dumps(gossip).encode())
            if self.is_answered(listener, began + 5):
                self.latencies.append(time.monotonic() - began)
            else:
                self.lost += 1

    def is_answered(self, listener: socket.socket, deadline: float) -> bool:
        """Whether a whole GOSSIP_REPLY comes; what others' gossip brings here is passed over."""
        while (left := deadline - time.monotonic()) > 0:
            listener.settimeout(left)
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(left)
                    message = b"".join(iter(lambda: connection.recv(65536), b""))
                if json.loads(message)["type"] == "GOSSIP_REPLY":
                    return True
        return False


def transfers_running(subject: Program) -> int:
    return sum(t["state"] == "active" for t in subject.get("/api/v1/transfers")["transfers"])


class Busy:
    """A peer on a screen that downloads and uploads as fast as it can."""

    def __init__(self, directory: pathlib.Path, theirs: pathlib.Path, own: pathlib.Path):
        self.holder = start_holder(directory / "holder", theirs)
        share(own, directory / "subject")
        self.subject = ProgramOnScreen("subject", directory / "subject", "--downloads", str(DOWNLOADS))
        self.reader = Program("reader", directory / "reader", "--downloads", str(UPLOADS))
        self.subject.wait(lambda: self.subject.status()["files_local"] == UPLOADS, "its own files")
        self.reader.wait_until_up()
        self.uploads = [file["file_id"] for file in all_files(self.subject)]
        self.downloads = [file["file_id"] for file in all_files(self.holder)]
        self.subject.prompt(f"gossip {self.holder.address}")
        self.reader.send(f"gossip {self.subject.address}")
        self.subject.wait_for_files(DOWNLOADS + UPLOADS)
        self.reader.wait_for_files(UPLOADS)

    def begin(self) -> None:
        for file_id in self.downloads:
            self.subject.prompt(f"get {file_id}")
        for file_id in self.uploads:
            self.reader.send(f"get {file_id}")
        self.subject.wait(lambda: transfers_running(self.subject) >= DOWNLOADS + UPLOADS, "20 transfers")


def measure(busy: Busy, probe: Probe, cat: Cat) -> tuple[list[float], list[float]]:
    """Latencies of keys of the screen and of `cat` while the transfers run; those of gossip are left in the probe."""
    subject, ended = busy.subject, threading.Event()

    # One count of transfers a second is no load to speak of.
    def watch() -> None:
        while transfers_running(subject) >= DOWNLOADS + UPLOADS:
            time.sleep(1)
        ended.set()

    def greet() -> None:
        while not ended.wait(INTERVAL):
            probe.greet()

    threads = [threading.Thread(target=work, daemon=True) for work in (watch, greet)]
    for thread in threads:
        thread.start()
    keys, theirs, typed = [], [], itertools.cycle(KEYS)
    subject.press(b":")
    while not ended.is_set():
        line = bytes(itertools.islice(typed, LINE))
        keys += subject.type_echoed(line)
        theirs += cat.type_echoed(line)
    subject.write(b"\x1b")
    for thread in threads:
        thread.join()
    return keys, theirs


def run(directory: pathlib.Path, rounds: int) -> str:
    theirs = random_folder(directory / "theirs", DOWNLOADS, FILE_SIZE)
    own = random_folder(directory / "own", UPLOADS, FILE_SIZE, first=DOWNLOADS)
    keys, cats, gossip, lost, peak = [], [], [], 0, 0
    # A round has time for some 14 keys, and of fewer than 100 of them, the slowest one would be the 99th percentile.
    for _ in range(3 * rounds):
        busy = Busy(directory / "round", theirs, own)
        probe = Probe(busy.subject.port)
        busy.begin()
        shown, by_cat = measure(busy, probe, Cat())
        keys += shown
        cats += by_cat
        gossip += probe.latencies
        lost += probe.lost
        busy.subject.sample()
        peak = max(peak, busy.subject.peak)
        Process.stop_all()
        set_aside(directory / "round")
        os.sync()
    return "\n".join([
        "| what | how soon | peak memory |", "| --- | --- | --- |",
        f"| GOSSIP to the whole GOSSIP_REPLY | {describe(gossip)}; {lost} not within 5 s | {peak / MIB:.0f} MiB |",
        f"| key to its echo on the screen | {describe(keys)} | |",
        f"| key to its echo by `cat`, in turn with that | {describe(cats)} | |",
    ])
