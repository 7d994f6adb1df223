"""A disk that keeps what it is given, and one that loses what was not synced."""

import contextlib
import fcntl
import os
import pathlib
import struct
import subprocess

from processes import Failure

SIZE = 6 * 1024**3
# Of ext4 and xfs: no more is written, not even the journal (EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_NOLOGFLUSH).
SHUT_DOWN, WITHOUT_FLUSH = 0x8004587D, 2


def sync(path: pathlib.Path) -> None:
    """Makes a file, or the names in a folder, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class PlainDisk:
    """The file system that is there. A process that is killed loses nothing that it has written."""

    forgets = False

    def __init__(self, directory: pathlib.Path):
        self.place = directory

    def fail(self) -> None:
        """The power goes."""

    def come_back(self) -> None:
        """It is there again, with what it has kept."""

    def settle(self) -> None:
        """Everything written so far is kept."""

    def close(self) -> None:
        """Nothing is left of it."""


class LosingDisk(PlainDisk):
    """An ext4 in a file. When it fails, the kernel's page cache and journal are thrown away, as by a loss of
    power; what the file has got by then is all that is there afterwards."""

    forgets = True

    def __init__(self, directory: pathlib.Path):
        if os.geteuid() != 0:
            raise Failure("only root may mount the disk that loses power")
        self.image, self.place = directory / "disk.img", directory / "disk"
        with open(self.image, "wb") as image:
            image.truncate(SIZE)
        self._run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1,nodiscard", self.image)
        self.place.mkdir()
        self.come_back()

    def _run(self, *command) -> None:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if done.returncode != 0:
            raise Failure(f"{command[0]}: {done.stderr.strip()}")

    def fail(self) -> None:
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUT_DOWN, struct.pack("I", WITHOUT_FLUSH))
        finally:
            os.close(descriptor)

    def come_back(self) -> None:
        if os.path.ismount(self.place):
            self._run("umount", self.place)
        self._run("mount", "-o", "loop", self.image, self.place)

    def settle(self) -> None:
        self._run("sync", "--file-system", self.place)

    def close(self) -> None:
        if os.path.ismount(self.place):
            with contextlib.suppress(Failure):
                self._run("umount", "--lazy", self.place)
