"""What all programs that move the same files have in common."""

import pathlib

from processes import Process


class Contender:
    """A program that moves what lies in a folder to another folder of this machine.

    A round is `serve`, `prepare`, `fetch` (which is timed) and `close`: both sides begin anew.
    """

    name = ""
    # How what was received is verified, and when it is synced to the disk.
    verifies = ""
    syncs = "never"

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.senders: list[Process] = []
        self.receivers: list[Process] = []
        self.inbox.mkdir(parents=True)

    @property
    def inbox(self) -> pathlib.Path:
        """Where files are received, for those who can be told."""
        return self.directory / "inbox"

    @property
    def log(self) -> pathlib.Path:
        return self.directory / "log"

    def send_by(self, command: list, **options) -> Process:
        self.senders.append(Process(command, self.log, **options))
        return self.senders[-1]

    def receive_by(self, command: list, **options) -> Process:
        self.receivers.append(Process(command, self.log, **options))
        return self.receivers[-1]

    def serve(self, folder: pathlib.Path) -> None:
        """Starts the side that has the files, and waits until it is ready."""

    def prepare(self) -> None:
        """Brings the receiver to where only the wish is missing."""

    def fetch(self) -> None:
        """From the wish until everything is there and verified."""
        raise NotImplementedError

    def received(self) -> pathlib.Path | None:
        """The folder with the received files; None if `fetch` has compared them."""
        return self.inbox

    def close(self) -> None:
        for process in self.receivers + self.senders:
            process.stop()
