"""1 GiB in the network's own FILE_DATA messages, to and from peers that know nothing else."""

import pathlib

from contender import Contender
from contest import contest, table
from floor import Floor, build
from hexpeer import introduce, start_server, write_messages
from ours import start_holder
from program import Program
from rsync import Rsync
from sources import random_folder
from syncthing import Syncthing, SyncthingUnsynced
from torrents import Aria2, RTorrent
from web import Curl

GIB = 1024**3
# Made once, for all rounds.
messages = pathlib.Path()
entries: list[dict] = []


class OursFromHex(Contender):
    name = "p2ptui, from a holder that only knows hex"
    verifies = "SHA-256, on the way"
    syncs = "each file"
    holder_congestion: list[str] = []

    def serve(self, folder: pathlib.Path) -> None:
        self.port = start_server(self.directory, messages, self.send_by, *self.holder_congestion)

    def prepare(self) -> None:
        self.receiver = Program("receiver", self.directory / "receiver")
        self.receivers.append(self.receiver)
        self.receiver.wait_until_up()
        introduce(self.port, entries, self.receiver)
        self.receiver.wait_for_files(1)

    def fetch(self) -> None:
        self.receiver.send(f"get {entries[0]['file_id']}")
        self.receiver.wait_for_lines("is here, ")

    def received(self) -> pathlib.Path:
        return self.directory / "receiver" / "files"


class OursFromHexReno(OursFromHex):
    name = "p2ptui, from such a holder, reno"
    holder_congestion = ["reno"]


class OursToHex(Contender):
    name = "a reader that only knows hex, from p2ptui"
    verifies = "each byte compared"

    def serve(self, folder: pathlib.Path) -> None:
        self.holder = start_holder(self.directory / "holder", folder)
        self.senders.append(self.holder)
        self.program = build("hexpeer", self.directory)

    def fetch(self) -> None:
        ids = [entry["file_id"] for entry in entries]
        self.receive_by([self.program, "ask", messages, self.holder.port, *ids]).finish()

    def received(self) -> None:
        return None


class FloorFromHex(Floor):
    name = "C floor, from a holder that only knows hex"
    holder_congestion: list[str] = []

    def serve(self, folder: pathlib.Path) -> None:
        self.program = build("floor", self.directory)
        self.port = start_server(self.directory, messages, self.send_by, *self.holder_congestion)

    def fetch(self) -> None:
        [entry] = entries
        self.receive_by(
            [self.program, "ask", self.inbox, self.port, entry["file_id"], entry["file_name"], *self.synced]).finish()


class FloorFromHexSynced(FloorFromHex):
    name = "C floor, from such a holder, synced to the disk"
    syncs = "at the end"
    synced = ["sync"]


class FloorFromHexReno(FloorFromHexSynced):
    name = "C floor, from such a holder, synced to the disk, reno"
    holder_congestion = ["reno"]


KINDS = [
    OursFromHex, OursFromHexReno, OursToHex, FloorFromHex, FloorFromHexSynced, FloorFromHexReno, Curl, Rsync, Syncthing,
    SyncthingUnsynced, Aria2, RTorrent]


def run(directory: pathlib.Path, rounds: int) -> str:
    global messages, entries
    source, messages = random_folder(directory / "source", 1, GIB), directory / "messages"
    entries = write_messages(source, messages)
    return table(contest(KINDS, source, directory, rounds), GIB)
