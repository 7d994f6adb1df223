"""1 GiB from three holders, of whom one is slow, and from the two fast ones alone."""

import pathlib

from contest import contest, table
from ours import Ours, start_holder
from sources import random_folder

GIB = 1024**3


class TwoFast(Ours):
    name = "p2ptui, from the two fast ones alone"
    options: list[list[str]] = [[], []]

    def serve(self, folder: pathlib.Path) -> None:
        for number, options in enumerate(self.options):
            name = f"holder{number}"
            self.senders.append(start_holder(self.directory / name, folder, *options, name=name))


class ThreeWithSlow(TwoFast):
    name = "p2ptui, from these and one limited to 20 MB/s"
    options = [[], [], ["--limit-up", "20M"]]


def run(directory: pathlib.Path, rounds: int) -> str:
    source = random_folder(directory / "source", 1, GIB)
    return table(contest([ThreeWithSlow, TwoFast], source, directory, rounds), GIB)
