"""Who takes part in a soak: the real program and Python peers, each behind a proxy."""

import json
import pathlib
import random
import signal
import subprocess
import sys

from homes import Hashes, local_files, unexplained
from processes import Process
from program import Program
from proxy import Proxies

PEER = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests" / "Interop" / "peer.py"
OPTIONS = [
    "--gossip-interval", "20", "--peer-timeout", "60", "--cleanup-interval", "5", "--downloads", "4",
    "--auto-fetch", "2", "--sync-delay", "3",
    # Through a proxy nobody has the address of whom he claims to be.
    "--trust-deletes", "any"]


def told(number: int) -> str:
    """Where others are told to connect to: its proxy."""
    return f"127.0.2.{number}"


def real(number: int) -> str:
    return f"127.0.1.{number}"


class Member:
    """A peer of the crowd, running or not."""

    kind = ""

    def __init__(self, number: int, port: int, proxies: Proxies):
        self.number, self.port = number, port
        self.proxy = proxies.add((told(number), port), (real(number), port))
        self.process: Process | None = None

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.is_alive

    @property
    def address(self) -> str:
        return f"{told(self.number)}:{self.port}"

    def greeted(self, crowd: list["Member"]) -> list[str]:
        """Two others, so that the crowd holds together."""
        others = [member.address for member in crowd if member is not self]
        return random.sample(others, min(2, len(others)))

    def stop(self, sign: int = signal.SIGTERM) -> None:
        if self.process:
            self.process.stop(sign)
        self.process = None


class Ours(Member):
    """Its promises: what it was told to share is there, what it was told to delete is not."""

    def __init__(self, number: int, port: int, proxies: Proxies, directory: pathlib.Path, steady: bool):
        super().__init__(number, port, proxies)
        self.kind = "steady" if steady else "killed now and then"
        self.name = f"peer-{number}"
        self.home = directory / self.name
        self.hashes = Hashes()
        # Its own files by id, as the program has told of them.
        self.shared: set[str] = set()
        self.deleted: set[str] = set()

    def start(self, crowd: list[Member]) -> None:
        self.process = Program(
            self.name, self.home, *OPTIONS, "--bind", real(self.number), "--http-bind", "127.0.0.1",
            host=told(self.number), port=self.port, bootstrap=self.greeted(crowd))
        self.process.wait_until_up()

    def local(self) -> dict[str, dict]:
        return local_files(self.process)

    def unexplained(self) -> str:
        return unexplained(self.process, self.hashes)

    def broken_promise(self) -> str:
        """What is not as it was promised; empty when all is well."""
        local = set(self.local())
        if lost := self.shared - local:
            return f"{self.name} lost {lost}"
        if back := self.deleted & local:
            return f"{self.name} has {back} again, which it deleted"
        return self.unexplained()


class Python(Member):
    kind = "Python"

    def __init__(self, number: int, port: int, proxies: Proxies, personality: str):
        super().__init__(number, port, proxies)
        self.name, self.personality = f"{personality}-{number}", personality

    def start(self, crowd: list[Member]) -> None:
        file = {"name": f"of-{self.name}.txt", "size": random.randrange(1_000, 200_000)}
        configuration = {
            "id": self.name, "host": real(self.number), "port": self.port, "gossip_interval": 20, "peer_timeout": 60,
            "bootstrap": self.greeted(crowd), "files": [file], "quirks": {"host_as": told(self.number)}}
        self.process = Process(
            [sys.executable, "-B", PEER, self.personality, json.dumps(configuration)], stdin=subprocess.PIPE)
