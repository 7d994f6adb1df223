"""Whoever receives, or two of three who send, killed in the middle of 1 GiB."""

import pathlib
import random
import shutil
import signal
import statistics
import time

from contest import MIB, check
from ours import Ours, start_holder
from program import Program
from sources import random_folder

GIB = 1024**3
# Fast enough to be over soon, slow enough for the moment of a kill to be chosen.
RATE = "200M"


class ThreeHolders(Ours):
    """As many as the part needs; the receiver knows them all."""

    options = ["--limit-up", RATE]
    count = 3

    def serve(self, folder: pathlib.Path) -> None:
        for number in range(self.count):
            name = f"holder{number}"
            self.senders.append(start_holder(self.directory / name, folder, *self.options, name=name))

    def received_bytes(self) -> int:
        transfers = self.receiver.get("/api/v1/transfers")["transfers"]
        return sum(t["bytes"] for t in transfers if t["direction"] == "down")

    def wait_for_bytes(self, count: int) -> None:
        self.receiver.wait(lambda: self.received_bytes() >= count, f"{count / MIB:.0f} MiB of the download")

    def begin(self) -> None:
        self.receiver.send(f"get {self.files[0]}")

    def sent(self) -> int:
        """What holders wrote to their sockets, whether or not it was read."""
        return sum(holder.status()["bytes_sent"] for holder in self.senders if holder.is_alive)


class OneHolder(ThreeHolders):
    count = 1


def kill_receiver(contender: OneHolder, source: pathlib.Path) -> tuple[float, float]:
    """MiB that were there when it was killed, and MiB that were sent more than once."""
    contender.serve(source)
    contender.prepare()
    before = contender.sent()
    contender.begin()
    contender.wait_for_bytes(random.randrange(GIB // 20, GIB * 19 // 20))
    reached = contender.received_bytes()
    contender.receiver.stop(signal.SIGKILL)
    contender.receiver = Program("receiver", contender.receiver.home, bootstrap=contender.senders[0].address)
    contender.receivers.append(contender.receiver)
    contender.receiver.wait(lambda: contender.receiver.file(contender.files[0])["peers"], "the holder")
    contender.begin()
    contender.receiver.wait_for_lines("is here, ")
    check(source, contender.received())
    return reached / MIB, (contender.sent() - before - GIB) / MIB


def kill_holders(contender: ThreeHolders, source: pathlib.Path) -> float:
    """Seconds from the second death of a holder to the end of the download."""
    contender.serve(source)
    contender.prepare()
    contender.begin()
    victims = random.sample(contender.senders, 2)
    for victim, part in zip(victims, (1, 2)):
        contender.wait_for_bytes(random.randrange(GIB // 10) + GIB * part // 4)
        victim.stop(signal.SIGKILL)
    died = time.monotonic()
    contender.receiver.wait_for_lines("is here, ")
    seconds = time.monotonic() - died
    check(source, contender.received())
    return seconds


def play(kind: type[ThreeHolders], work, source: pathlib.Path, directory: pathlib.Path):
    contender = kind(directory)
    try:
        return work(contender, source)
    finally:
        contender.close()
        shutil.rmtree(directory)


def run(directory: pathlib.Path, rounds: int) -> str:
    source = random_folder(directory / "source", 1, GIB)
    kills = [play(OneHolder, kill_receiver, source, directory / "round") for _ in range(2 * rounds)]
    deaths = [play(ThreeHolders, kill_holders, source, directory / "round") for _ in range(rounds)]
    reached, again = zip(*kills)
    return "\n".join([
        "| who is killed, at random moments | result |", "| --- | --- |",
        f"| the receiver, {len(kills)} times, at {min(reached):.0f} to {max(reached):.0f} MiB of 1,024 "
        f"| started again, it ends well; sent twice: median {statistics.median(again):.1f} MiB, "
        f"at most {max(again):.1f} MiB |",
        f"| two of three holders, {len(deaths)} times | the download ends well, {statistics.median(deaths):.1f} s "
        f"(at most {max(deaths):.1f} s) after the second death |",
    ])
