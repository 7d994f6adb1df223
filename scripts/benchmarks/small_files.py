"""1,000 files of 100 KiB."""

import pathlib

from contest import contest, table
from floor import Floor, FloorSynced
from ours import Ours
from rsync import Rsync, RsyncSynced
from sources import random_folder

COUNT, SIZE = 1000, 100 * 1024


def run(directory: pathlib.Path, rounds: int) -> str:
    source = random_folder(directory / "source", COUNT, SIZE)
    return table(contest([Ours, Floor, FloorSynced, Rsync, RsyncSynced], source, directory, rounds), COUNT * SIZE)
