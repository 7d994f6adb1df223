"""100 downloads and 100 uploads at once: what one peer needs for them."""

import pathlib
import threading

from contest import MIB
from hexpeer import introduce, start_server, write_messages
from ours import all_files, start_holder
from processes import Failure, Process, Watch
from program import Program
from sources import random_folder

COUNT = 100
FILE_SIZE = 4 * MIB
# Slow enough for all to run side by side for some seconds.
RATE = "60M"


class Concurrency:
    """The most transfers that ran at once, as the API tells."""

    def __init__(self, program: Program):
        self.program = program
        self.most = {"down": 0, "up": 0}
        self.ended = threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()
        return self

    def _sample(self) -> None:
        while not self.ended.wait(0.1):
            try:
                transfers = self.program.get("/api/v1/transfers")["transfers"]
            except OSError:
                return  # it has ended, which others notice
            for direction in self.most:
                active = sum(t["direction"] == direction and t["state"] == "active" for t in transfers)
                self.most[direction] = max(self.most[direction], active)

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.thread.join()


def start_subject(directory: pathlib.Path, shared: pathlib.Path) -> Program:
    slots = ["--downloads", str(COUNT), "--uploads", str(COUNT)]
    return start_holder(
        directory / "subject", shared, *slots, "--limit-down", RATE, "--limit-up", RATE, name="subject")


def measure(subject: Program, wanted: list[str], read, limit: float = 600) -> str:
    """The subject downloads what is wanted while others read from it; a row of the table."""
    with Watch(lambda: [subject]) as watch, Concurrency(subject) as concurrency:
        reader = threading.Thread(target=read)
        reader.start()
        for file_id in wanted:
            subject.send(f"get {file_id}")
        seconds = subject.wait(lambda: subject.status()["files_local"] == 2 * COUNT, "all downloads", limit)
        reader.join()
    if min(concurrency.most.values()) < COUNT * 9 // 10:
        raise Failure(f"many: of {COUNT} transfers in each direction only {concurrency.most} ran at once")
    most = concurrency.most
    return f"{most['down']} | {most['up']} | {subject.peak / MIB:.0f} MiB | {watch.cpu([subject]):.1f} s | {seconds:.1f} s |"


def with_ours(directory: pathlib.Path, theirs: pathlib.Path, own: pathlib.Path) -> str:
    holder = start_holder(directory / "holder", theirs, "--uploads", str(COUNT))
    subject = start_subject(directory, own)
    reader = Program("reader", directory / "reader", "--downloads", str(COUNT))
    shared = [file["file_id"] for file in all_files(subject)]
    wanted = [file["file_id"] for file in all_files(holder)]
    subject.send(f"gossip {holder.address}")
    subject.wait_for_files(2 * COUNT)
    reader.wait_until_up()
    reader.send(f"gossip {subject.address}")
    reader.wait_for_files(2 * COUNT)

    def read() -> None:
        for file_id in shared:
            reader.send(f"get {file_id}")
        reader.wait(lambda: reader.status()["files_local"] == COUNT, "all uploads")

    return measure(subject, wanted, read)


def with_hex(directory: pathlib.Path, theirs: pathlib.Path, own: pathlib.Path) -> str:
    their_messages, own_messages = directory / "theirs", directory / "own"
    entries = write_messages(theirs, their_messages)
    shared = [entry["file_id"] for entry in write_messages(own, own_messages)]
    subject = start_subject(directory, own)
    port = start_server(directory, their_messages, Process)
    introduce(port, entries, subject)
    subject.wait_for_files(2 * COUNT)

    def read() -> None:
        Process([directory / "hexpeer", "ask", own_messages, subject.port, *shared]).finish()

    return measure(subject, [entry["file_id"] for entry in entries], read)


def run(directory: pathlib.Path, rounds: int) -> str:
    theirs = random_folder(directory / "theirs", COUNT, FILE_SIZE)
    own = random_folder(directory / "own", COUNT, FILE_SIZE, first=COUNT)
    lines = ["| with | downloads at once | uploads at once | peak memory | CPU | time |", "| --- | --- | --- | --- | --- | --- |"]
    for what, scenario in (("p2ptui on all sides", with_ours), ("holders and readers that only know hex", with_hex)):
        place = directory / scenario.__name__
        place.mkdir()
        lines.append(f"| {what} | {scenario(place, theirs, own)}")
        Process.stop_all()
    return "\n".join(lines)
