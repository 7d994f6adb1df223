"""The benchmark's own C programs: the floor, and peers that only speak hex."""

import pathlib
import subprocess

from contender import Contender
from machine import congestion_control
from processes import free_port, listens, wait_until

SOURCES = pathlib.Path(__file__).resolve().parent
# The product's own hex codec.
SUPPORT = SOURCES.parent.parent / "Sources" / "CSupport"


def build(name: str, directory: pathlib.Path) -> pathlib.Path:
    """Compiles one of the C programs."""
    program = directory / name
    if not program.exists():
        subprocess.run(
            ["cc", "-O2", "-Wall", "-Wextra", "-I", SUPPORT / "include", "-o", program, SOURCES / f"{name}.c",
             SUPPORT / "hex.c", "-lcrypto", "-lpthread"],
            check=True)
    return program


class Floor(Contender):
    name = "C floor"
    verifies = "SHA-256 in a second thread"
    synced: list[str] = []
    congestion = congestion_control()

    def serve(self, folder: pathlib.Path) -> None:
        self.program, self.port = build("floor", self.directory), free_port()
        self.send_by([self.program, "send", folder, self.port, self.congestion])
        wait_until(lambda: listens(self.port), "the floor's sender")

    def fetch(self) -> None:
        self.receive_by([self.program, "receive", self.inbox, self.port, *self.synced]).finish()


class FloorSynced(Floor):
    name = "C floor, synced to the disk"
    syncs = "at the end"
    synced = ["sync"]


class FloorReno(Floor):
    name = "C floor, synced to the disk, reno"
    syncs = "at the end"
    synced = ["sync"]
    congestion = "reno"
