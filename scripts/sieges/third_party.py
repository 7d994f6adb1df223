"""Gossip that names somebody else: how much can a stranger have us send to a third party?"""

import pathlib
import time

from besieged import MIB, Besieged, Witness, end
from processes import Failure
from sources import random_folder
from strangers import Counter, connect, gossip

FILES, SECONDS = 1_000, 20
PORTS = 100
# Seconds that are counted after a push.
PUSH = 3.0
# One message in 2 s to a destination (docs/PROTOCOL.md, "Protection"); a gossip round of our own, one a second
# here, may choose it too.
MOST_TO_ONE = SECONDS / 2 + SECONDS + 3
# 50 a second in all and a burst of 20; and 3 of each of our own rounds.
MOST_TO_ALL = 50 * SECONDS + 20 + 3 * (SECONDS + 3)


def amplification(directory: pathlib.Path):
    """With 1,000 files here, 200 GOSSIPs a second name one port of a third party, and then a hundred."""
    shared = random_folder(directory / "shared", FILES, 64)
    files = directory / "besieged" / "files"
    files.parent.mkdir()
    shared.rename(files)
    peer = Besieged(directory)
    peer.wait(lambda: peer.status()["files_local"] == FILES, "its own files", 60)
    told = []
    with Witness(peer, 256 * MIB) as witness:
        for ports, most in ((1, MOST_TO_ONE), (PORTS, MOST_TO_ALL)):
            victim = Counter(ports)
            sent = name_somebody(peer, victim)
            announced = announce_to_all(peer, victim, directory / f"pushed-{ports}.bin")
            told.append(describe(sent, victim, announced, most))
            victim.close()
    end(peer)
    return "; ".join(told), witness


def name_somebody(peer: Besieged, victim: Counter) -> tuple[int, int, int, int]:
    """Messages and bytes that the stranger sends, and connections and bytes that the third party gets."""
    sent = messages = 0
    ends = time.monotonic() + SECONDS
    with connect(peer.port) as connection:
        while time.monotonic() < ends:
            data = gossip(victim.ports[messages % len(victim.ports)])
            connection.sendall(data)
            sent, messages = sent + len(data), messages + 1
            time.sleep(1 / 200)
    return messages, sent, victim.connections, victim.bytes


def announce_to_all(peer: Besieged, victim: Counter, path: pathlib.Path) -> int:
    """Connections for one push of our own, while thousands of invented peers live at the third party's ports."""
    before = victim.connections
    path.write_bytes(path.name.encode())
    peer.share(path)
    time.sleep(PUSH)
    return victim.connections - before


def describe(sent: tuple[int, int, int, int], victim: Counter, announced: int, most: float) -> str:
    messages, out, connections, came = sent
    if connections > most:
        raise Failure(f"{connections} connections to a third party in {SECONDS} s; {most:.0f} are the bound")
    ports = len(victim.ports)
    where = "one port" if ports == 1 else f"{ports} ports"
    return (f"{messages:,} GOSSIPs ({out / 1024:,.0f} KiB) name {where}: {connections} connections and "
            f"{came / 1024:,.0f} KiB reach it, {came / out:.1f} times the bytes; {announced} more "
            f"connections in the {PUSH:.0f} s after a push of our own")
