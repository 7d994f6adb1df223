"""Rounds of several programs in turn, and the table of what came out."""

import dataclasses
import filecmp
import os
import pathlib
import statistics
import sys
import tempfile
import time

from contender import Contender
from processes import Failure, Watch

MIB = 1024 * 1024
# Who takes longer than this in the first round takes part in no other.
PATIENCE = 60.0


@dataclasses.dataclass
class Round:
    seconds: float
    sender_cpu: float
    receiver_cpu: float
    # Bytes.
    sender_peak: int
    receiver_peak: int


def check(source: pathlib.Path, received: pathlib.Path) -> None:
    names = sorted(path.name for path in source.iterdir())
    _, differing, missing = filecmp.cmpfiles(source, received, names, shallow=False)
    if differing or missing:
        raise Failure(f"{len(differing)} files differ and {len(missing)} are missing in {received}")


def play(kind: type[Contender], source: pathlib.Path, directory: pathlib.Path) -> Round:
    """One round of one program."""
    contender = kind(directory)
    try:
        contender.serve(source)
        contender.prepare()
        os.sync()  # what others left to be written is not this one's burden
        with Watch(lambda: contender.senders + contender.receivers) as watch:
            start = time.monotonic()
            contender.fetch()
            seconds = time.monotonic() - start
        result = Round(
            seconds, watch.cpu(contender.senders), watch.cpu(contender.receivers),
            max(process.peak for process in contender.senders),
            max(process.peak for process in contender.receivers))
        if received := contender.received():
            check(source, received)
        return result
    except Failure as failure:
        raise Failure(f"{contender.name}: {failure}") from None
    finally:
        contender.close()
        set_aside(directory)


def set_aside(directory: pathlib.Path) -> None:
    """Frees what a round takes of the disk. Its files stay, empty, until the end: an ext4 without a journal gives
    nobody the inode of a file deleted in the last minute, and looks at all of these for each new file."""
    for path in directory.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.stat().st_nlink == 1:
            os.truncate(path, 0)
    directory.rename(tempfile.mkdtemp(prefix="ended-", dir=directory.parent))


def contest(
    kinds: list[type[Contender]], source: pathlib.Path, directory: pathlib.Path, rounds: int
) -> dict[type[Contender], list[Round]]:
    """All programs in turn, round by round, each round beginning with another one."""
    results: dict[type[Contender], list[Round]] = {kind: [] for kind in kinds}
    for number in range(rounds):
        first = number % len(kinds)
        for kind in kinds[first:] + kinds[:first]:
            if results[kind] and results[kind][0].seconds > PATIENCE:
                continue
            result = play(kind, source, directory / "round")
            results[kind].append(result)
            print(f"  round {number + 1}: {kind.name}: {result.seconds:.2f} s", file=sys.stderr, flush=True)
    return results


def median(results: list[Round], of) -> float:
    return statistics.median(of(result) for result in results)


def table(results: dict[type[Contender], list[Round]], size: int) -> str:
    """The first program is the one that the others are compared with."""
    lines = [
        "| who | seconds: median (least to most) | MiB/s | ours takes | sender: CPU, peak "
        "| receiver: CPU, peak | verifies by | syncs |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    ours = median(next(iter(results.values())), lambda r: r.seconds)
    for kind, rounds in results.items():
        seconds = [r.seconds for r in rounds]
        middle = statistics.median(seconds)
        lines.append(
            f"| {kind.name} | {middle:.2f} ({min(seconds):.2f} to {max(seconds):.2f}) "
            f"| {size / MIB / middle:.0f} | {ours / middle:.2f} "
            f"| {usage(rounds, 'sender')} | {usage(rounds, 'receiver')} | {kind.verifies} | {kind.syncs} |")
    return "\n".join(lines)


def usage(rounds: list[Round], side: str) -> str:
    cpu = median(rounds, lambda r: getattr(r, f"{side}_cpu"))
    peak = max(getattr(r, f"{side}_peak") for r in rounds)
    return f"{cpu:.1f} s, {peak / MIB:.0f} MiB"
