"""p2ptui as a contender, and files for it."""

import os
import pathlib

from contender import Contender
from program import Program, share


def start_holder(directory: pathlib.Path, folder: pathlib.Path, *options: str, name: str = "holder") -> Program:
    """A peer that shares what lies in a folder, without a copy of its own."""
    count = share(folder, directory)
    holder = Program(name, directory, *options)
    holder.wait(lambda: holder.status()["files_local"] == count, f"the files of {name}")
    return holder


def all_files(program: Program) -> list[dict]:
    """What the API lists, page by page."""
    files: list[dict] = []
    while True:
        page = program.get(f"/api/v1/files?limit=1000&offset={len(files)}")
        files += page["files"]
        if not page["files"] or len(files) >= page["total"]:
            return files


def wait_until_here(program: Program, count: int) -> None:
    """Until so many files are listed as here. The folder is looked at first, which costs the program nothing."""
    program.wait(lambda: len(os.listdir(program.home / "files")) == count, "all files")
    program.wait(lambda: program.status()["files_local"] == count, "all files")


class Ours(Contender):
    name = "p2ptui"
    verifies = "SHA-256, on the way"
    syncs = "each file"

    def serve(self, folder: pathlib.Path) -> None:
        self.senders.append(start_holder(self.directory / "holder", folder))

    def prepare(self) -> None:
        """The receiver knows what all holders have."""
        self.files = [file["file_id"] for file in all_files(self.senders[0])]
        self.receiver = Program("receiver", self.directory / "receiver")
        self.receivers.append(self.receiver)
        self.receiver.wait_until_up()
        for holder in self.senders:
            self.receiver.send(f"gossip {holder.address}")
        self.receiver.wait_for_files(len(self.files))
        self.receiver.wait_for_holders(self.files[0], len(self.senders))

    def fetch(self) -> None:
        self.receiver.send(f"get {' '.join(self.files)}")
        if len(self.files) == 1:
            self.receiver.wait_for_lines("is here, ")
        else:  # the log leaves lines out when there are many
            wait_until_here(self.receiver, len(self.files))

    def received(self) -> pathlib.Path:
        return self.directory / "receiver" / "files"
