"""Too many: connections, messages, entries."""

import collections
import contextlib
import itertools
import pathlib
import socket
import threading
import time

from besieged import MIB, Besieged, Skipped, Witness, end, neighbour
from disk import holder_of, remote
from processes import Failure
from sources import random_file
from strangers import at_once, connect, entry, file_id, gossip, is_closed, reply, say

KIB = 1024
DESCRIPTORS = 96
IDLE, DRIPPING, NOT_READING = 1_000, 100, 100
# As many connections as one address may have, and the slots that it may take of 16.
SLOW, SLOTS = 64, 12
GOSSIPS = 40_000
ENTRIES, TOO_MANY = 100_000, 131_073
# Bytes of a message that are sent without an end, by several at once.
UNFINISHED = 48 * MIB


def no_descriptors(directory: pathlib.Path):
    """Strangers' connections do not take the descriptors that page, disk and transfers need."""
    holder = holder_of(random_file(directory / "wanted.bin", MIB), directory)
    peer = Besieged(directory, bootstrap=holder.address, under=["prlimit", f"--nofile={DESCRIPTORS}"])
    wanted = remote(peer, "wanted.bin")
    crowd: list[socket.socket] = []
    with Witness(peer, 256 * MIB) as witness:
        for _ in range(3 * DESCRIPTORS):
            crowd.append(connect(peer.port))
        peer.wait(lambda: sum(map(is_closed, crowd)) > DESCRIPTORS, "most of the crowd is refused", 60)
        most = peer.descriptors()
        peer.prompt(f"get {wanted}")
        peer.wait_for_local("wanted.bin")
        peer.share(random_file(directory / "pushed.bin", MIB))
        for connection in crowd:
            connection.close()
    end(peer, holder)
    return (f"with {DESCRIPTORS} descriptors and {len(crowd)} idle strangers, a download and a push work; "
            f"{most} in use"), witness


class Drip(threading.Thread):
    """Sends one byte a second on each of its connections: messages that never end."""

    def __init__(self, port: int, count: int):
        super().__init__(daemon=True)
        self.connections = [connect(port) for _ in range(count)]
        self.ended = threading.Event()
        self.start()

    def run(self) -> None:
        text = itertools.chain(b'{"type": "GOSSIP", "host": "', itertools.repeat(ord("a")))
        for byte in text:
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.send(bytes([byte]))
            if self.ended.wait(1):
                return

    def stop(self) -> None:
        self.ended.set()
        self.join()


def idle_and_slow(directory: pathlib.Path):
    """1,000 connections that say nothing, 100 that say one byte a second, 100 that ask and do not read."""
    holder = holder_of(random_file(directory / "wanted.bin", MIB), directory)
    peer = Besieged(directory, bootstrap=holder.address)
    wanted = remote(peer, "wanted.bin")
    shared = peer.share(random_file(directory / "large.bin", 32 * MIB))
    began = time.monotonic()
    with Witness(peer, 384 * MIB) as witness:
        drip = Drip(peer.port, DRIPPING)
        readers = [connect(peer.port) for _ in range(NOT_READING)]
        for reader in readers:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * KIB)
            reader.sendall(b'{"type": "GET_FILE", "file_id": "%s"}' % shared["file_id"].encode())
        idle = [connect(peer.port) for _ in range(IDLE)]
        peer.prompt(f"get {wanted}")
        peer.wait_for_local("wanted.bin")
        fetched = time.monotonic() - began
        newcomer = neighbour(directory, name="newcomer")
        newcomer.send(f"gossip {peer.address}")
        peer.wait(lambda: all(map(is_closed, idle)), "the idle ones are let go of", 120)
        idled = time.monotonic() - began
        newcomer.send(f"gossip {peer.address}")
        peer.wait(lambda: "newcomer" in peers(peer), "a newcomer is tracked", 60)
        peer.wait(lambda: all(map(is_closed, drip.connections)), "the slow ones are let go of", 300)
        dripped = time.monotonic() - began
        drip.stop()
    for connection in [*idle, *readers, *drip.connections]:
        connection.close()
    end(peer, holder, newcomer)
    return (f"a download during the siege ends {fetched:.1f} s after it began; a newcomer is tracked once the idle "
            f"connections are closed, after {idled:.0f} s; the slow ones are closed after {dripped:.0f} s"), witness


class Sip(threading.Thread):
    """Asks for one file on many connections, and reads each answer at 8 KiB/s: slowly, but not too slowly."""

    def __init__(self, port: int, source: str, file: str, count: int):
        super().__init__(daemon=True)
        self.connections = []
        for _ in range(count):
            connection = socket.socket()
            # The window is told when the connection is made.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * KIB)
            connection.bind((source, 0))
            connection.connect(("127.0.0.1", port))
            connection.sendall(b'{"type": "GET_FILE", "file_id": "%s"}' % file.encode())
            connection.setblocking(False)
            self.connections.append(connection)
        self.ended = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.ended.wait(1):
            for connection in self.connections:
                with contextlib.suppress(OSError):
                    connection.recv(8 * KIB)

    def stop(self) -> None:
        self.ended.set()
        self.join()
        for connection in self.connections:
            connection.close()


def own_address() -> str:
    """Of this machine, other than loopback, where one address is many peers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            raise Skipped("this machine has no address but loopback") from None
        return probe.getsockname()[0]


def slow_readers(directory: pathlib.Path):
    """64 readers at one address want one file each, at 8 KiB/s; somebody else wants it too."""
    source = own_address()
    peer = Besieged(directory)
    shared = peer.share(random_file(directory / "large.bin", 32 * MIB))
    with Witness(peer, 256 * MIB) as witness:
        readers = Sip(peer.port, source, shared["file_id"], SLOW)
        peer.wait(lambda: uploads(peer) == {"active": SLOTS, "queued": SLOW - SLOTS}, "all of them have asked", 60)
        began = time.monotonic()
        newcomer = neighbour(directory, name="newcomer")
        newcomer.send(f"gossip {peer.address}")
        newcomer.send(f"get {remote(newcomer, 'large.bin')}")
        newcomer.wait(lambda: newcomer.status()["files_local"] == 1, "the newcomer has it", 60)
        seconds = time.monotonic() - began
        # What is sent to the newcomer ends a moment after it is there.
        peer.wait(lambda: uploads(peer) == {"active": SLOTS, "queued": SLOW - SLOTS}, "they are all that is sent to", 10)
        readers.stop()
    end(peer, newcomer)
    return (f"they keep {SLOTS} of 16 slots; a newcomer has the 32 MiB {seconds:.1f} s after it "
            f"started"), witness


def uploads(peer: Besieged) -> dict[str, int]:
    transfers = peer.get("/api/v1/transfers")["transfers"]
    return collections.Counter(
        transfer["state"] for transfer in transfers
        if transfer["direction"] == "up" and transfer["state"] in ("active", "queued"))


def peers(peer: Besieged) -> list[str]:
    return [known["peer_id"] for known in peer.get("/api/v1/peers")["peers"]]


def gossip_flood(directory: pathlib.Path):
    """40,000 GOSSIPs of peers that do not exist, as fast as they are taken."""
    holder = holder_of(random_file(directory / "wanted.bin", MIB), directory)
    peer = Besieged(directory, "--peer-timeout", "60", bootstrap=holder.address)
    wanted = remote(peer, "wanted.bin")
    began = time.monotonic()
    with Witness(peer, 256 * MIB) as witness:
        share = GOSSIPS // 8
        at_once(8, lambda: say(peer.port, b"".join(gossip(20_000 + n % 10_000) for n in range(share))))
        seconds = time.monotonic() - began
        peer.wait(lambda: "neighbour" in peers(peer), "the neighbour is tracked", 60)
        known = peer.status()["peers"]
        peer.prompt(f"get {wanted}")
        peer.wait_for_local("wanted.bin")
    end(peer, holder)
    if known > 4_096:
        raise Failure(f"{known} peers are tracked")
    return (f"{GOSSIPS / seconds:,.0f} a second; {known:,} are tracked, the neighbour among them, and it gives a "
            f"file"), witness


def long_lists(directory: pathlib.Path):
    """Three lists of 100,000 entries, one of too many, and four messages that never end."""
    peer = Besieged(directory)
    with Witness(peer, 640 * MIB) as witness:
        unfinished = [connect(peer.port) for _ in range(8)]
        at_once(8, lambda: begin_list(unfinished.pop()))
        for number in range(3):
            say(peer.port, reply(1 + number, f"teller-{number}", entries(f"{number}-", ENTRIES)))
        peer.wait(lambda: peer.status()["files"] == 3 * ENTRIES, "300,000 files", 300)
        say(peer.port, reply(9, "boaster", entries("boast-", TOO_MANY)))
        peer.wait_for_log("exceeds the limit of 131072")
        files = peer.status()["files"]
    end(peer)
    if files != 3 * ENTRIES:
        raise Failure(f"{files} files, not {3 * ENTRIES}")
    return f"{files:,} files are listed; the list of {TOO_MANY:,} is refused as a whole", witness


def entries(prefix: str, count: int) -> list[dict]:
    return [entry(f"{prefix}{number}") for number in range(count)]


def begin_list(connection: socket.socket) -> None:
    """A GOSSIP_REPLY that is large and never ends, until the peer lets go of it."""
    item = b'{"file_name": "%s", "file_id": "%s"}, ' % (b"n" * 200, file_id("x").encode())
    with connection, contextlib.suppress(OSError):
        connection.sendall(b'{"type": "GOSSIP_REPLY", "host": "127.0.0.1", "port": 2, "peerId": "x", "files": [')
        for _ in range(UNFINISHED // len(item) // 100):
            connection.sendall(item * 100)
        while connection.recv(4 * KIB):
            pass
