#!/usr/bin/env python3
"""A peer of the network, with the quirks of one personality (quirks.py). Written from the protocol's
description alone, for tests: python3 peer.py PERSONALITY [JSON]

The JSON object configures it; every key is optional:
  id, host, port (0: any), bootstrap ([host:port]), gossip_interval (seconds, 0: never), peer_timeout,
  files ([{name, text | size, owner?, timestamp? (a form of wire.TIMESTAMPS)}]), quirks ({name: value})

It is steered by JSON lines on standard input, {"do": COMMAND, "n": any, ...}, each of which is answered by a
line {"event": "done" | "failed", "n": ...} on standard output. Other lines there tell what happens:
  listening (port), received (type, message, raw, first, ended), sent (type, to), file (file_id, bytes,
  verified, name, from), deleted (file_id), refused (why), error (text)
The end of standard input ends it.
"""

import hashlib
import json
import os
import random
import socket
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

import serving
import wire
from quirks import PERSONALITIES, Quirks
from wire import Lexeme

Address = tuple[str, int]


@dataclass
class HeldFile:
    content: bytes
    name: str
    owner: Any
    timestamp: Any  # Lexeme, or decoded text
    size: Any
    file_id: str

    def entry(self) -> dict[str, Any]:
        return {
            "file_name": self.name, "file_size": self.size, "file_id": self.file_id,
            "file_owner": self.owner, "file_timestamp": self.timestamp,
        }


@dataclass
class TrackedPeer:
    id: Any
    address: Address
    last_seen: float


_output = threading.Lock()


def tell(event: str, **fields: Any) -> None:
    line = json.dumps({"event": event, **fields}, default=lambda lexeme: lexeme.json)
    with _output:
        print(line, flush=True)


def parse_address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


def hash_texts(timestamp: Any) -> list[str]:
    """What a timestamp may have added to a file id."""
    if timestamp is None:
        return ["None", "null"]
    text = str(timestamp)
    return [text, text[:-2]] if isinstance(timestamp, Lexeme) and text.endswith(".0") else [text]


class Peer:
    def __init__(self, quirks: Quirks, config: dict[str, Any]):
        self.quirks = quirks
        self.id: str = config.get("id", "python-" + uuid.uuid4().hex[:8])
        self.gossip_interval: float = config.get("gossip_interval", 30)
        self.peer_timeout: float = config.get("peer_timeout", 60)
        self.lock = threading.RLock()
        self.files: dict[str, HeldFile] = {}
        self.peers: dict[Address, TrackedPeer] = {}
        self.seen: set[str] = set()
        self.hung = False
        # Connections that are left open for ever, so that no garbage collector closes them.
        self.left_open: list[socket.socket] = []
        self.listener = socket.create_server((config.get("host", "127.0.0.1"), config.get("port", 0)), backlog=64)
        self.address: Address = (
            quirks.host_as or config.get("host", "127.0.0.1"), self.listener.getsockname()[1])
        for file in [*quirks.files, *config.get("files", [])]:
            self.add(file)

    # What this peer says.

    def me(self) -> dict[str, Any]:
        port = self.address[1]
        fields: dict[str, Any] = {
            "host": self.address[0], "port": str(port) if self.quirks.port_as == "text" else port}
        if self.quirks.extension:
            fields["features"] = ["raw", "range", "blocks"]
        return {**fields, "peerId": self.id} if self.quirks.tells_peer_id else fields

    def gossip(self) -> dict[str, Any]:
        gossip_id = str(uuid.uuid4())
        with self.lock:
            self.seen.add(gossip_id)
        return {"type": "GOSSIP", "id": gossip_id, **self.me()}

    def gossip_reply(self) -> dict[str, Any]:
        with self.lock:
            return {"type": "GOSSIP_REPLY", **self.me(), "files": [f.entry() for f in self.files.values()]}

    def greeting(self) -> bytes:
        """What this peer sends to one that it greets."""
        messages = [self.gossip(), self.gossip_reply()] if self.quirks.several else [self.gossip()]
        return b"".join(wire.encode(message, self.quirks) for message in messages)

    def file_data(self, file: HeldFile) -> dict[str, Any]:
        data = file.content.hex()
        return {
            "type": "FILE_DATA", **file.entry(),
            "data": data.upper() if self.quirks.hex_case == "upper" else data,
        }

    # Connections.

    def dial(self, to: Address, message: dict[str, Any] | bytes) -> socket.socket:
        """Sends a message on a new connection, which stays open."""
        connection = socket.create_connection(to, timeout=5)
        connection.settimeout(60)
        data = message if isinstance(message, bytes) else wire.encode(message, self.quirks)
        try:
            is_file = isinstance(message, dict) and message["type"] == "FILE_DATA"
            (wire.send_file if is_file else wire.send)(connection, data, self.quirks)
        except OSError:
            connection.close()
            raise
        if isinstance(message, dict):
            tell("sent", type=message["type"], to=f"{to[0]}:{to[1]}")
        return connection

    def finish(self, connection: socket.socket) -> None:
        """What this peer does with a connection on which it has nothing more to say."""
        if self.quirks.after_send == "open":
            self.left_open.append(connection)
            return
        if self.quirks.after_send == "half-close":
            try:
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(2)
                while connection.recv(4096):
                    pass
            except OSError:
                pass
        connection.close()

    def say(self, to: Address, message: dict[str, Any] | bytes) -> None:
        self.finish(self.dial(to, message))

    def try_to_say(self, to: Address, message: dict[str, Any] | bytes) -> None:
        try:
            self.say(to, message)
        except OSError as error:
            tell("error", text=f"cannot send to {to[0]}:{to[1]}: {error}")

    # Being talked to.

    def serve(self) -> None:
        while True:
            connection, address = self.listener.accept()
            if self.hung:
                self.left_open.append(connection)
            else:
                threading.Thread(target=self.handle, args=(connection, address), daemon=True).start()

    def handle(self, connection: socket.socket, address: Address) -> None:
        try:
            received = wire.receive(connection, self.quirks)
            if not received.text.strip():
                connection.close()
                return
            message = wire.decode(received.text)
            kind = str(message.get("type"))
            if kind == self.quirks.hangs_after:
                self.hung = True
            tell("received", type=kind, message=_without_bulk(message), raw=received.text[:4096],
                 first=received.first, ended=received.ended)
            if self.hung:
                self.left_open.append(connection)
            elif kind == "GET_FILE":
                self.on_get_file(message, connection)
            elif kind == "GET_BLOCKS" and self.quirks.extension:
                self.on_get_blocks(message, connection)
            else:
                if self.quirks.after_send == "open":
                    self.left_open.append(connection)
                else:
                    connection.close()
                handler = getattr(self, "on_" + kind.lower(), None)
                if handler:
                    handler(message, address)
        except (OSError, ValueError, KeyError, TypeError) as error:
            tell("error", text=f"{type(error).__name__}: {error}"[:500])
            connection.close()

    def on_gossip(self, message: dict[str, Any], source: Address) -> None:
        address = (str(message["host"]), int(str(message["port"])))
        with self.lock:
            gossip_id = str(message["id"])
            if gossip_id in self.seen:
                return
            self.seen.add(gossip_id)
            self.track(address, message.get("peerId"))
            others = [a for a in self.peers if a != address]
        self.try_to_say(address, self.gossip_reply())
        if self.quirks.forwards == "no":
            return
        forwarded = self.gossip() if self.quirks.forwards == "new-id" else message
        for other in random.sample(others, min(3, len(others))):
            self.try_to_say(other, forwarded)

    def on_gossip_reply(self, message: dict[str, Any], source: Address) -> None:
        with self.lock:
            self.track((str(message["host"]), int(str(message["port"]))), message.get("peerId"))
        for entry in message["files"]:
            self.think_about(entry)

    def on_announce(self, message: dict[str, Any], source: Address) -> None:
        self.think_about(message)

    def on_file_data(self, message: dict[str, Any], source: Address) -> None:
        self.take(message, source)

    def on_delete(self, message: dict[str, Any], source: Address) -> None:
        with self.lock:
            file = self.files.get(message["file_id"])
            if file and file.owner == message["from"]:
                del self.files[message["file_id"]]
                tell("deleted", file_id=message["file_id"])
            else:
                tell("refused", why="DELETE of a file that is not here, or not the sender's")

    def on_get_blocks(self, message: dict[str, Any], connection: socket.socket) -> None:
        with self.lock:
            file = self.files[message["file_id"]]
        blocks = serving.block_list(self.quirks, file.file_id, file.content)
        wire.send(connection, wire.encode(blocks, self.quirks), self.quirks)
        self.finish(connection)

    def on_get_file(self, message: dict[str, Any], connection: socket.socket) -> None:
        with self.lock:
            file = self.files.get(message["file_id"])
        if not file:
            wire.send(connection, wire.encode(serving.not_found(self.quirks), self.quirks), self.quirks)
        elif not self.give(file, message, connection):
            self.left_open.append(connection)
            return
        self.finish(connection)

    def give(self, file: HeldFile, request: dict[str, Any], connection: socket.socket) -> bool:
        if self.quirks.extension not in ("", "hex") and "raw" in request.get("accept", []):
            return serving.serve_raw(connection, self.quirks, request, file.entry(), file.content)
        return serving.serve(connection, self.quirks, self.file_data(file))

    def track(self, address: Address, peer_id: Any) -> None:
        self.peers[address] = TrackedPeer(peer_id, address, time.monotonic())

    def think_about(self, entry: dict[str, Any]) -> None:
        """Some peers compute with the size that they are told, and fail if it is no number."""
        if self.quirks.computes_with_size:
            if not isinstance(entry["file_size"], Lexeme):
                raise TypeError(f"file_size is no number: {entry['file_size']!r}")
            _ = round(float(entry["file_size"]) * 1_048_576)

    def take(self, message: dict[str, Any], source: Address) -> HeldFile:
        """Keeps a file that came. ValueError if there is none in the message."""
        if message.get("file_id") in (None, "null") or message.get("data") in (None, "null"):
            raise ValueError("the other peer does not have the file")
        self.think_about(message)
        content = bytes.fromhex(message["data"])
        hashes = [hashlib.sha256(content + text.encode()).hexdigest()
                  for text in hash_texts(message["file_timestamp"])]
        file = HeldFile(content, message["file_name"], message["file_owner"], message["file_timestamp"],
                        message["file_size"], message["file_id"])
        verified = file.file_id in hashes
        if verified:
            with self.lock:
                self.files[file.file_id] = file
        tell("file", file_id=file.file_id, bytes=len(content), verified=verified, name=file.name,
             timestamp=message["file_timestamp"], source=f"{source[0]}:{source[1]}")
        return file

    # What goes on by itself.

    def regossip(self) -> None:
        while self.gossip_interval:
            time.sleep(self.gossip_interval)
            with self.lock:
                limit = time.monotonic() - self.peer_timeout
                self.peers = {a: p for a, p in self.peers.items() if p.last_seen >= limit}
                chosen = random.sample(list(self.peers), min(3, len(self.peers)))
            for address in chosen:
                self.greet(address)

    def greet(self, address: Address) -> None:
        self.try_to_say(address, self.greeting())

    # Commands.

    def add(self, file: dict[str, Any]) -> HeldFile:
        """Holds a file of its own from now on."""
        form = file.get("timestamp", self.quirks.timestamp)
        sent, hashed = wire.TIMESTAMPS[form]
        if "text" in file:
            content = str(file["text"]).encode()
        else:
            content = random.Random(file.get("seed", file["name"])).randbytes(file["size"])
        digest = hashlib.sha256(content + hashed.encode()).hexdigest()
        owner = file.get("owner", self.quirks.owner or self.id)
        held = HeldFile(content, file["name"], owner, Lexeme(sent),
                        wire.size_lexeme(len(content), self.quirks.size), digest)
        with self.lock:
            self.files[digest] = held
        return held

    def do_add(self, command: dict[str, Any]) -> dict[str, Any]:
        return _described(self.add(command["file"]))

    def do_gossip(self, command: dict[str, Any]) -> dict[str, Any]:
        self.say(parse_address(command["to"]), self.greeting())
        return {}

    def do_announce(self, command: dict[str, Any]) -> dict[str, Any]:
        file = self.files[command["file_id"]]
        teller = file.owner if self.quirks.announce_from == "owner" else self.id
        self.say(parse_address(command["to"]), {"type": "ANNOUNCE", "from": teller, **file.entry()})
        return {}

    def do_push(self, command: dict[str, Any]) -> dict[str, Any]:
        self.say(parse_address(command["to"]), self.file_data(self.files[command["file_id"]]))
        return {}

    def do_get(self, command: dict[str, Any]) -> dict[str, Any]:
        address = parse_address(command["from"])
        connection = self.dial(address, {"type": "GET_FILE", "file_id": command["file_id"]})
        with connection:
            if self.quirks.after_send == "half-close":
                connection.shutdown(socket.SHUT_WR)
            received = wire.receive(connection, self.quirks)
        try:
            message = wire.decode(received.text)
        except ValueError:
            raise ValueError(f"no whole reply: {len(received.text)} characters, {received.ended}") from None
        file = self.take(message, address)
        return {**_described(file), "ended": received.ended, "held": file.file_id in self.files}

    def do_delete(self, command: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            file = self.files.pop(command["file_id"], None)
        teller = command.get("as", file.owner if file else self.id)
        self.say(parse_address(command["to"]), {"type": "DELETE", "from": teller, "file_id": command["file_id"]})
        return {}

    def do_reply(self, command: dict[str, Any]) -> dict[str, Any]:
        """A GOSSIP_REPLY with `count` invented entries, in portions of 1 byte to 64 KiB."""
        prefix = command.get("prefix", self.id)
        entries = [{
            "file_name": f"file-{i:06}.txt", "file_size": Lexeme(repr(i / 1024)),
            "file_id": hashlib.sha256(f"{prefix}{i}".encode()).hexdigest(),
            "file_owner": prefix, "file_timestamp": Lexeme(str(1_744_170_562 + i)),
        } for i in range(command["count"])]
        data = wire.encode({"type": "GOSSIP_REPLY", **self.me(), "files": entries}, self.quirks)
        began = time.monotonic()
        with socket.create_connection(parse_address(command["to"]), timeout=120) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for piece in (data[i:i + 1] for i in range(2048)):
                connection.sendall(piece)
            for piece in wire.mixed_pieces(data[2048:]):
                connection.sendall(piece)
        return {"bytes": len(data), "began": began}

    def do_raw(self, command: dict[str, Any]) -> dict[str, Any]:
        """Any text at all (latin-1, so that it can be any bytes), and what comes back within a second."""
        with socket.create_connection(parse_address(command["to"]), timeout=5) as connection:
            connection.sendall(command["text"].encode("latin-1"))
            if command.get("shut", True):
                connection.shutdown(socket.SHUT_WR)
            connection.settimeout(command.get("wait", 1))
            answer = b""
            try:
                while chunk := connection.recv(65_536):
                    answer += chunk
            except OSError:
                pass
        return {"answer": answer.decode("latin-1")[:100_000]}

    def do_change(self, command: dict[str, Any]) -> dict[str, Any]:
        self.quirks = self.quirks.changed(command["quirks"])
        return {}

    def do_list(self, command: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            return {"files": [_described(file) for file in self.files.values()]}

    def do_state(self, command: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            peers = [{"peer_id": p.id, "address": f"{p.address[0]}:{p.address[1]}"} for p in self.peers.values()]
        return {"id": self.id, "port": self.address[1], "peers": peers, "hung": self.hung}

    def obey(self, line: str) -> bool:
        """Carries one command line out. False: it was the last."""
        command: dict[str, Any] = {}
        try:
            command = json.loads(line)
            if command["do"] == "stop":
                tell("done", n=command.get("n"))
                return False
            result = getattr(self, "do_" + command["do"])(command)
            tell("done", n=command.get("n"), **result)
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            tell("failed", n=command.get("n"), text=f"{type(error).__name__}: {error}"[:500])
        return True


def _described(file: HeldFile) -> dict[str, Any]:
    return {
        "file_id": file.file_id, "name": file.name, "owner": file.owner, "bytes": len(file.content),
        "timestamp": file.timestamp.json if isinstance(file.timestamp, Lexeme) else json.dumps(file.timestamp),
        "size": file.size, "sha256": hashlib.sha256(file.content).hexdigest(),
    }


def _without_bulk(message: dict[str, Any]) -> dict[str, Any]:
    """A message without what is too long to be told; its beginning is told as it came in any case."""
    short = {k: v for k, v in message.items() if k != "data"}
    if len(short.get("files") or []) > 200:
        short["files"] = short["files"][:200]
    return short


def main() -> None:
    personality = sys.argv[1] if len(sys.argv) > 1 else "plain"
    config = json.loads(sys.argv[2]) if len(sys.argv) > 2 else {}
    peer = Peer(PERSONALITIES[personality].changed(config.get("quirks", {})), config)
    tell("listening", port=peer.address[1], id=peer.id, files=peer.do_list({})["files"])
    threading.Thread(target=peer.serve, daemon=True).start()
    threading.Thread(target=peer.regossip, daemon=True).start()
    for address in config.get("bootstrap", []):
        peer.greet(parse_address(address))
    for line in sys.stdin:
        if line.strip() and not peer.obey(line):
            break
    # Threads may sit in calls that never return.
    os._exit(0)


if __name__ == "__main__":
    main()
