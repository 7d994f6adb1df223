"""The C peer that only knows hex (hexpeer.c): its files, its start, and how p2ptui comes to know of it."""

import hashlib
import json
import pathlib
import socket

from floor import build
from processes import free_port, listens, wait_until
from program import Program
from sources import CHUNK, TIMESTAMP


def write_messages(source: pathlib.Path, directory: pathlib.Path) -> list[dict]:
    """The FILE_DATA of each file of a folder, under its id; returns their file entries."""
    directory.mkdir()
    entries = []
    for path in source.iterdir():
        entry = describe_file(path)
        write_message(path, entry, directory / entry["file_id"])
        entries.append(entry)
    return entries


def describe_file(path: pathlib.Path) -> dict:
    """The file entry of PROTOCOL.md."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    digest.update(str(TIMESTAMP).encode())
    return {"file_name": path.name, "file_size": path.stat().st_size / 1048576, "file_id": digest.hexdigest(),
            "file_owner": "hexpeer", "file_timestamp": TIMESTAMP}


def write_message(path: pathlib.Path, entry: dict, to: pathlib.Path) -> None:
    beginning = json.dumps({"type": "FILE_DATA", **entry, "data": ""}).removesuffix('"}')
    with open(path, "rb") as file, open(to, "wb") as message:
        message.write(beginning.encode())
        while chunk := file.read(CHUNK):
            message.write(chunk.hex().encode())
        message.write(b'"}\n')


def start_server(directory: pathlib.Path, messages: pathlib.Path, start_by, *congestion: str) -> int:
    """Its port; the congestion control is the one in force, unless another one is named."""
    port = free_port()
    start_by([build("hexpeer", directory), "serve", messages, port, *congestion])
    wait_until(lambda: listens(port), "hexpeer")
    return port


def introduce(port: int, entries: list[dict], to: Program) -> None:
    """Sends the GOSSIP_REPLY by which a peer knows of another one and its files."""
    reply = {"type": "GOSSIP_REPLY", "host": "127.0.0.1", "port": port, "peerId": "hexpeer", "files": entries}
    with socket.create_connection(("127.0.0.1", to.port)) as connection:
        connection.sendall(json.dumps(reply).encode())
