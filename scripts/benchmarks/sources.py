"""Files to be moved: random, so that nothing can be packed or left out."""

import os
import pathlib

CHUNK = 8 * 1024 * 1024


def random_file(path: pathlib.Path, size: int) -> pathlib.Path:
    with open(path, "wb") as file:
        while size > 0:
            file.write(os.urandom(min(size, CHUNK)))
            size -= min(size, CHUNK)
    return path


def random_folder(path: pathlib.Path, count: int, size: int) -> pathlib.Path:
    """A folder of so many files of so many bytes."""
    path.mkdir()
    for number in range(count):
        random_file(path / f"{number:04}.bin", size)
    return path
