"""What strangers send, and how: messages as they stand in docs/PROTOCOL.md, on sockets of their own."""

import contextlib
import hashlib
import json
import socket
import threading
import time
import uuid

ENTRY = {"file_size": 0.5, "file_owner": "stranger", "file_timestamp": 1744170562}


def encode(message: dict) -> bytes:
    return json.dumps(message).encode() + b"\n"


def gossip(port: int, host: str = "127.0.0.1", peer: str | None = None) -> bytes:
    number = str(uuid.uuid4())
    return encode({
        "type": "GOSSIP", "host": host, "port": port, "id": number, "peerId": peer or f"stranger-{number[:13]}"})


def file_id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def entry(text: str, **fields) -> dict:
    """Of a file that nobody has."""
    return {"file_name": f"{text}.txt", "file_id": file_id(text), **ENTRY, **fields}


def reply(port: int, peer: str, entries: list[dict], host: str = "127.0.0.1") -> bytes:
    return encode({"type": "GOSSIP_REPLY", "host": host, "port": port, "peerId": peer, "files": entries})


def announce(sender: str, file: dict) -> bytes:
    return encode({"type": "ANNOUNCE", "from": sender, **file})


def delete(sender: str, number: str) -> bytes:
    return encode({"type": "DELETE", "from": sender, "file_id": number})


def real_file(name: str, content: bytes, owner: str, timestamp: int = 1744170562) -> dict:
    """A FILE_DATA that verifies."""
    number = hashlib.sha256(content + str(timestamp).encode()).hexdigest()
    return {
        "type": "FILE_DATA", "file_name": name, "file_size": len(content) / 1048576, "file_id": number,
        "file_owner": owner, "file_timestamp": timestamp, "data": content.hex()}


def connect(port: int, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))


def say(port: int, data: bytes, source: str = "127.0.0.1") -> None:
    """Sends it on a connection of its own, and waits until it was read."""
    with connect(port, source) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            while connection.recv(65536):
                pass


def ask(port: int, data: bytes) -> bytes:
    """What comes back until the other side closes."""
    answer = b""
    with connect(port) as connection, contextlib.suppress(OSError):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def is_closed(connection: socket.socket) -> bool:
    """Whether the other side has let go of a connection on which it has nothing to say."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


class Counter:
    """A third party that listens, answers nothing, and counts what it is sent, on any number of ports."""

    def __init__(self, ports: int = 1):
        self.connections, self.bytes = 0, 0
        self.lock = threading.Lock()
        self.listeners = [socket.create_server(("127.0.0.1", 0), backlog=512) for _ in range(ports)]
        for listener in self.listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    @property
    def ports(self) -> list[int]:
        return [listener.getsockname()[1] for listener in self.listeners]

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with self.lock:
                    self.connections += 1
                threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            while data := connection.recv(65536):
                with self.lock:
                    self.bytes += len(data)

    def close(self) -> None:
        for listener in self.listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def for_seconds(seconds: float, work) -> int:
    """Does it again and again; how often."""
    deadline, count = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        work()
        count += 1
    return count


def at_once(count: int, work) -> None:
    """In so many threads; the first failure is everybody's."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as failure:  # noqa: BLE001 — told below
            failures.append(failure)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
