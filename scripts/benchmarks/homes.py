"""What a home holds, and whether catalogue and disk agree."""

import hashlib
import pathlib

from ours import all_files
from program import Program


class Hashes:
    """SHA-256 of what lies on the disk, with a timestamp's text after it; each file is read once."""

    def __init__(self):
        self.known: dict[tuple, "hashlib._Hash"] = {}

    def of(self, path: pathlib.Path) -> "hashlib._Hash":
        status = path.stat()
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if key not in self.known:
            with open(path, "rb") as file:
                self.known[key] = hashlib.file_digest(file, "sha256")
        return self.known[key].copy()

    def id(self, path: pathlib.Path, timestamp: str) -> str:
        digest = self.of(path)
        digest.update(timestamp.encode())
        return digest.hexdigest()


def local_files(program: Program) -> dict[str, dict]:
    """What the API lists as here, by id."""
    return {file["file_id"]: file for file in all_files(program) if file["local"]}


def on_disk(home: pathlib.Path) -> list[pathlib.Path]:
    return [path for path in (home / "files").iterdir() if not path.name.startswith(".")]


def unexplained(program: Program, hashes: Hashes) -> str:
    """A difference between the catalogue and the disk; empty when there is none."""
    local = local_files(program)
    timestamps = {file["file_timestamp"] for file in local.values()}
    found = set()
    for path in on_disk(program.home):
        ids = {hashes.id(path, timestamp) for timestamp in timestamps} & set(local)
        if not ids:
            return f"{path.name} in files/ is in no catalogue"
        found |= ids
    missing = set(local) - found
    return f"{local[missing.pop()]['file_name']} is told to be here, and is not" if missing else ""
