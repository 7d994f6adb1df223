"""Files to be moved: random, so that nothing can be packed or left out."""

import os
import pathlib

CHUNK = 8 * 1024 * 1024
# When all files were last changed: it is part of their ids (PROTOCOL.md, "Messages").
TIMESTAMP = 1744170562


def random_file(path: pathlib.Path, size: int) -> pathlib.Path:
    with open(path, "wb") as file:
        while size > 0:
            file.write(os.urandom(min(size, CHUNK)))
            size -= min(size, CHUNK)
    os.utime(path, (TIMESTAMP, TIMESTAMP))
    return path


def random_folder(path: pathlib.Path, count: int, size: int, first: int = 0) -> pathlib.Path:
    """A folder of so many files of so many bytes, numbered from `first`."""
    path.mkdir()
    for number in range(first, first + count):
        random_file(path / f"{number:04}.bin", size)
    return path
