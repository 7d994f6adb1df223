"""What is made to do harm once it is taken in: to memory, to whoever asks this peer, to what is next to it."""

import json
import pathlib
import socket
import threading
import time
import urllib.request

from besieged import MIB, Besieged, Witness, end, neighbour
from crowds import own_address
from processes import Failure
from sources import random_file
from strangers import connect, encode, file_id, gossip, real_file, reply, say

# The longest text that is taken, in four members of an entry; so many entries are a list of 16 MiB.
LONGEST, FAT = "x" * 4_096, 975
LISTS, READERS = 24, 300
PUSHERS, SLOTS = 64, 12
COMMANDS = "\r\nFLUSHALL\r\nCONFIG SET dir /\r\n"


def poisoned_lists(directory: pathlib.Path):
    """Files whose names are as long as can be, and longer, are pushed; a neighbour asks for the list."""
    peer = Besieged(directory)
    with Witness(peer, 256 * MIB) as witness:
        peer.share(random_file(directory / "good.bin", MIB))
        names = ["é" * 2_048, "界" * 1_365, "\x7f" * 4_096, "\u0001" * 4_096, "x" * 4_096]
        for number, name in enumerate([*names, "é" * 2_049, "x" * 4_097]):
            pushed = real_file(name, str(number).encode(), owner=name, timestamp=1_744_170_562 + number)
            say(peer.port, json.dumps(pushed, ensure_ascii=False).encode())
        count = 1 + len(names)
        peer.wait(lambda: peer.status()["files_local"] == count, f"{count} files", 60)
        newcomer = neighbour(directory, name="newcomer")
        newcomer.send(f"gossip {peer.address}")
        newcomer.wait(lambda: newcomer.status()["files"] == count, "the newcomer knows all of them", 60)
        # An entry that is too long costs its list no others.
        listed = [{"file_id": file_id(name), "file_name": name} for name in ("a", "x" * 5_000, "b")]
        say(peer.port, reply(9_000, "stranger", listed))
        peer.wait(lambda: peer.status()["files"] == count + 2, "the two others of a list", 60)
    end(peer, newcomer)
    return f"{len(names)} of 7 are taken, and a neighbour reads the list with them", witness


def fat_lists(directory: pathlib.Path):
    """Lists of 16 MiB of the longest texts; then readers that ask for all of it, on the page, and take nothing."""
    peer = Besieged(directory)
    with Witness(peer, 640 * MIB) as witness:
        for number in range(LISTS):
            entries = [
                {"file_id": file_id(f"{number}.{index}"), "file_name": LONGEST, "file_owner": LONGEST,
                 "file_timestamp": LONGEST, "file_size": LONGEST} for index in range(FAT)]
            say(peer.port, reply(10_000 + number, f"stranger-{number}", entries))
        peer.wait_for_log("the catalogue is full", 60)
        files = peer.status()["files"]
        readers = [reader(peer.http_port) for _ in range(READERS)]
        refused = sum(first_line(connection).split()[1:2] == [b"503"] for connection in readers)
        for connection in readers:
            connection.close()
        with urllib.request.urlopen(f"http://127.0.0.1:{peer.http_port}/?limit=1000", timeout=60) as page:
            page.read()
    end(peer)
    if not refused:
        raise Failure("every reader was given its list")
    return (f"of {LISTS * FAT:,} files {files:,} are listed; of {READERS} readers that leave a list of 1,000 untaken "
            f"{refused} are told to come back"), witness


def reader(port: int) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    connection.settimeout(60)
    connection.sendall(b"GET /api/v1/files?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection


def first_line(connection: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and (byte := connection.recv(1)):
        line += byte
    return line


def slow_pushers(directory: pathlib.Path):
    """64 pushers at one address send a file each at 8 KiB/s; somebody else pushes one, too."""
    source = own_address()
    peer = Besieged(directory)
    with Witness(peer, 256 * MIB) as witness:
        start = encode(real_file("slow.bin", bytes(MIB), owner="stranger"))
        crowd = [connect_from(source, peer.port, start) for _ in range(PUSHERS)]
        peer.wait(lambda: partial_files(peer) == SLOTS, f"{SLOTS} files arrive", 60)
        said = threading.Event()
        threading.Thread(target=drip, args=(crowd, start, said), daemon=True).start()
        began = time.monotonic()
        say(peer.port, encode(real_file("quick.bin", bytes(1_000), owner="friend")))
        peer.wait_for_local("quick.bin")
        seconds, held = time.monotonic() - began, partial_files(peer)
        said.set()
    end(peer)
    if held != SLOTS:
        raise Failure(f"{held} files arrive slowly, not {SLOTS}")
    return (f"they hold {SLOTS} of 16 places and keep them; somebody else's file is here {seconds:.1f} s after it was "
            f"sent"), witness


def connect_from(source: str, port: int, message: bytes) -> socket.socket:
    connection = connect(port, source)
    connection.sendall(message[:4096])
    return connection


def drip(crowd: list[socket.socket], message: bytes, ended: threading.Event) -> None:
    position = 4096
    while not ended.wait(1):
        for connection in crowd:
            try:
                connection.sendall(message[position:position + 8192])
            except OSError:
                connection.close()
        position += 8192
    for connection in crowd:
        connection.close()


def partial_files(peer: Besieged) -> int:
    return len(list((peer.home / ".p2ptui" / "partial").iterdir()))


def lines_of_commands(directory: pathlib.Path):
    """Gossip names a service of this machine that reads lines as a peer, and holds lines of commands."""
    peer = Besieged(directory)
    heard: list[bytes] = []
    service = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=listen, args=(service, heard), daemon=True).start()
    with Witness(peer, 256 * MIB) as witness:
        say(peer.port, gossip(service.getsockname()[1], peer="database"))
        raw = gossip(9, peer="stranger").replace(b'"type"', b'\r\n\t"x": "%s",\n"type"' % COMMANDS.encode())
        say(peer.port, raw)
        pushed = real_file(f"a{COMMANDS}", b"pushed", owner=COMMANDS, timestamp=1)
        say(peer.port, json.dumps(pushed).replace(r"\r\n", "\r\n").encode())
        peer.wait(lambda: any(b"stranger" in message for message in heard), "the gossip was passed on", 60)
        peer.wait(lambda: any(b"ANNOUNCE" in message for message in heard), "the file was announced", 60)
    end(peer)
    service.close()
    if any(b"\n" in message.strip() or b"\r" in message for message in heard):
        raise Failure(f"more than a line: {heard}")
    return f"{len(heard)} messages reach the service, each of one line", witness


def listen(service: socket.socket, heard: list[bytes]) -> None:
    while True:
        try:
            connection, _ = service.accept()
        except OSError:
            return
        with connection:
            message = b""
            while data := connection.recv(65536):
                message += data
            heard.append(message)
