"""An rsync daemon and a client of it."""

import pathlib

from contender import Contender
from processes import free_port, listens, wait_until


class Rsync(Contender):
    name = "rsync from a daemon"
    verifies = "rsync's whole-file checksum, on the way"
    options: list[str] = []

    def serve(self, folder: pathlib.Path) -> None:
        self.port = free_port()
        configuration = self.directory / "rsyncd.conf"
        configuration.write_text(
            f"use chroot = no\nuid = {folder.owner()}\ngid = {folder.group()}\nlog file = /dev/null\n"
            f"[bench]\n  path = {folder}\n  read only = yes\n")
        self.send_by(["rsync", "--daemon", "--no-detach", "--address=127.0.0.1", f"--port={self.port}",
                      f"--config={configuration}"])
        wait_until(lambda: listens(self.port), "the rsync daemon")

    def fetch(self) -> None:
        self.receive_by(
            ["rsync", "--recursive", "--times", "--whole-file", *self.options,
             f"rsync://127.0.0.1:{self.port}/bench/", self.inbox]).finish()


class RsyncSynced(Rsync):
    name = "rsync from a daemon, told to sync to the disk"
    syncs = "each file"
    options = ["--fsync"]
