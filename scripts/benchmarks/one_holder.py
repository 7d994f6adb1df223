"""1 GiB from one holder, as p2ptui and as what else could be picked."""

import pathlib

from contest import contest, table
from floor import Floor, FloorReno, FloorSynced
from ours import Ours
from rsync import Rsync, RsyncSynced
from sources import random_folder
from syncthing import Syncthing, SyncthingUnsynced
from torrents import Aria2, RTorrent, RTorrentChecking, Transmission
from web import Curl

GIB = 1024**3
KINDS = [
    Ours, Floor, FloorSynced, FloorReno, Curl, Rsync, RsyncSynced, Syncthing, SyncthingUnsynced, Aria2,
    RTorrent, RTorrentChecking, Transmission,
]


def run(directory: pathlib.Path, rounds: int) -> str:
    source = random_folder(directory / "source", 1, GIB)
    return table(contest(KINDS, source, directory, rounds), GIB)
