#!/usr/bin/env python3
"""A minimal peer, written from docs/PROTOCOL.md alone: python3 minimal.py PEER_ID PORT [HOST:PORT] [FILE...]

It greets HOST:PORT, shares the files, and takes `get FILE_ID`, `push NAME` and `delete NAME` on standard input. What it
fetches or is given stays in memory; what happens is told in lines on standard output. It ends with its input.
"""

import hashlib
import json
import random
import re
import socket
import sys
import threading
import time
import uuid
from collections import UserString


def tell(*words: object) -> None:
    """In one write: what threads print word by word gets mixed."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class Number(UserString):
    """A number as it was written: a timestamp that went through a float would verify nothing."""


class Peer:
    def __init__(self, peer_id: str, port: int):
        self.id, self.seen = peer_id, set()
        self.files: dict[str, tuple[dict, bytes]] = {}  # entry and content, by id
        self.peers: dict[tuple[str, int], float] = {}  # when heard from, by address
        self.holders: dict[str, set[tuple[str, int]]] = {}
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.me = {"host": "127.0.0.1", "port": self.listener.getsockname()[1], "peerId": peer_id}

    # Messages as bytes.

    @staticmethod
    def read(connection: socket.socket) -> dict:
        """A message ends where its value ends: at some closing bracket."""
        decoder, data = json.JSONDecoder(parse_float=Number, parse_int=Number, strict=False), b""
        connection.settimeout(15)
        while chunk := connection.recv(1 << 20):
            data += chunk
            if chunk.rstrip()[-1:] in (b"}", b"]"):
                try:
                    value, _ = decoder.raw_decode(data.decode().lstrip())
                    return value[0] if isinstance(value, list) else value
                except ValueError:
                    pass
        raise ValueError("the connection ended inside a message")

    @staticmethod
    def write(message: dict) -> bytes:
        text = json.dumps(message, default=lambda number: f"\0{number}")  # pure ASCII
        return re.sub(r'"\\u0000(.*?)"', r"\1", text).encode()

    def say(self, to: tuple[str, int], message: dict) -> None:
        try:
            with socket.create_connection(to, timeout=5) as connection:
                connection.sendall(self.write(message))
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(2)
                connection.recv(1)  # until the other side has closed
        except OSError as error:
            tell("cannot reach", to, error)

    # Being talked to.

    def serve(self) -> None:
        while True:
            threading.Thread(target=self.handle, args=self.listener.accept(), daemon=True).start()

    def handle(self, connection: socket.socket, _source: tuple[str, int]) -> None:
        with connection:
            try:
                message = self.read(connection)
                tell("received", message.get("type"))
                if message.get("type") == "GET_FILE":
                    connection.sendall(self.write(self.answer(message)))
                    return
                connection.close()
                if hear := {"GOSSIP": self.gossip, "GOSSIP_REPLY": self.reply, "ANNOUNCE": self.announce,
                            "FILE_DATA": self.keep, "DELETE": self.delete}.get(message.get("type")):
                    hear(message)
            except (OSError, ValueError, KeyError, TypeError) as error:
                tell("ignored:", error)

    def gossip(self, message: dict) -> None:
        origin = self.heard(message)
        if message["id"] in self.seen:
            return
        self.seen.add(message["id"])
        self.say(origin, {"type": "GOSSIP_REPLY", **self.me, "files": [entry for entry, _ in self.files.values()]})
        others = [peer for peer in self.peers if peer != origin]
        for peer in random.sample(others, min(3, len(others))):
            self.say(peer, message)

    def reply(self, message: dict) -> None:
        origin = self.heard(message)
        for holders in self.holders.values():
            holders.discard(origin)
        for entry in message["files"]:
            self.holders.setdefault(entry["file_id"], set()).add(origin)

    def announce(self, message: dict) -> None:
        tell("announced", message["file_id"], message["file_name"])

    def answer(self, message: dict) -> dict:
        if held := self.files.get(message["file_id"]):
            return {"type": "FILE_DATA", **held[0], "data": held[1].hex()}
        names = ["file_name", "file_size", "file_id", "file_owner", "file_timestamp", "data"]
        return {"type": "FILE_DATA", **dict.fromkeys(names)}

    def keep(self, message: dict) -> None:
        if "null" in (message.get("file_id") or "null", message.get("data") or "null"):
            raise ValueError("the file is not there")
        content = bytes.fromhex(message["data"])
        if message["file_id"].lower() not in self.file_ids(content, message["file_timestamp"]):
            raise ValueError("the hash differs")
        self.hold({name: message[name] for name in ("file_name", "file_id", "file_owner", "file_timestamp")}, content)

    @staticmethod
    def file_ids(content: bytes, timestamp) -> list[str]:
        texts = ["None", "null"] if timestamp is None else [str(timestamp)]
        if isinstance(timestamp, Number) and re.fullmatch(r"-?\d+\.0+", texts[0]):
            texts.append(texts[0].split(".")[0])
        return [hashlib.sha256(content + text.encode()).hexdigest() for text in texts]

    def delete(self, message: dict) -> None:
        held = self.files.get(message["file_id"])
        if held and held[0]["file_owner"] == message["from"]:
            del self.files[message["file_id"]]
            tell("deleted", held[0]["file_name"])

    def heard(self, message: dict) -> tuple[str, int]:
        origin = (message["host"], int(message["port"]))
        self.peers[origin] = time.monotonic()
        return origin

    # Acting.

    def hold(self, entry: dict, content: bytes) -> None:
        entry = {**entry, "file_size": len(content) / 1_048_576}
        self.files[entry["file_id"]] = (entry, content)
        tell("here", entry["file_id"], entry["file_name"])
        for peer in list(self.peers):
            self.say(peer, {"type": "ANNOUNCE", "from": self.id, **entry})

    def share(self, path: str) -> None:
        content, timestamp = open(path, "rb").read(), Number(int(time.time()))
        self.hold({"file_name": path.rpartition("/")[2], "file_owner": self.id, "file_timestamp": timestamp,
                   "file_id": self.file_ids(content, timestamp)[0]}, content)

    def fetch(self, file_id: str) -> None:
        for holder in list(self.holders.get(file_id, [])):
            with socket.create_connection(holder, timeout=5) as connection:
                connection.sendall(self.write({"type": "GET_FILE", "file_id": file_id}))
                connection.shutdown(socket.SHUT_WR)
                return self.keep(self.read(connection))
        raise ValueError("nobody has it")

    def greet(self, peer: tuple[str, int]) -> None:
        self.say(peer, {"type": "GOSSIP", **self.me, "id": str(uuid.uuid4())})

    def live(self, interval: float) -> None:
        while True:
            time.sleep(interval)
            self.peers = {peer: heard for peer, heard in self.peers.items() if time.monotonic() - heard <= 60}
            for peer in random.sample(list(self.peers), min(3, len(self.peers))):
                self.greet(peer)

    def do(self, command: str, name: str) -> None:
        if command == "get":
            return self.fetch(name)
        file_id, entry, content = next((i, e, c) for i, (e, c) in self.files.items() if e["file_name"] == name)
        if command == "delete":
            del self.files[file_id]
        for peer in list(self.peers):
            self.say(peer, {"type": "DELETE", "from": self.id, "file_id": file_id} if command == "delete"
                     else {"type": "FILE_DATA", **entry, "data": content.hex()})


if __name__ == "__main__":
    peer = Peer(sys.argv[1], int(sys.argv[2]))
    tell("listens on", peer.me["port"])
    threading.Thread(target=peer.serve, daemon=True).start()
    threading.Thread(target=peer.live, args=(30,), daemon=True).start()
    for argument in sys.argv[3:]:
        if re.fullmatch(r"[\w.-]+:\d+", argument):
            peer.greet((argument.split(":")[0], int(argument.split(":")[1])))
        else:
            peer.share(argument)
    for line in sys.stdin:
        try:
            peer.do(*line.split())
        except (OSError, ValueError, TypeError, StopIteration) as error:
            tell("failed:", error)
