"""The ways in which a holder answers GET_FILE: honestly, or not."""

import hashlib
import socket
import struct
import time
from typing import Callable

from quirks import Quirks
from wire import encode, send, send_file

# A peer that never ends does, so that a test that fails does not fill the memory of its machine.
ENDLESS_BYTES = 256 * 1024 * 1024


def serve(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    """Answers with `reply` in the manner of quirks.serves. False: leave the connection as it is."""
    if quirks.serves == "file":
        send_file(connection, encode(reply, quirks), quirks)
        return True
    return _MISBEHAVIOURS[quirks.serves](connection, quirks, reply)


def _lie(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    content = bytes.fromhex(reply["data"])
    wrong = bytes(byte ^ 0xFF for byte in content) or b"?"
    send(connection, encode({**reply, "data": wrong.hex()}, quirks), quirks)
    return True


def _other_file(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    send(connection, encode({**reply, "file_id": "0" * 64, "data": b"another".hex()}, quirks), quirks)
    return True


def _stall(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    return False


def _reset(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return True


def _close(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    return True


def _trickle(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    for byte in encode(reply, quirks):
        connection.sendall(bytes([byte]))
        time.sleep(quirks.trickle_pause)
    return True


def _garbage(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    connection.sendall(b'{"type": "FILE_DATA", file_name: \'?\', "data": 0x, ]]}\x00\xff\xfe')
    return True


def _endless(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    connection.sendall(b'{"type": "FILE_DATA", "file_name": "')
    block = b"a" * 65_536
    for _ in range(ENDLESS_BYTES // len(block)):
        connection.sendall(block)
    return True


def _deep(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    connection.sendall(b'{"type": "FILE_DATA", "x": ' + b"[" * 1_000_000 + b"{")
    return True


def _http(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    return True


def _not_found(connection: socket.socket, quirks: Quirks, reply: dict) -> bool:
    send(connection, encode(not_found(quirks), quirks), quirks)
    return True


_MISBEHAVIOURS: dict[str, Callable[[socket.socket, Quirks, dict], bool]] = {
    "lie": _lie,
    "other-file": _other_file,
    "stall": _stall,
    "reset": _reset,
    "close": _close,
    "trickle": _trickle,
    "garbage": _garbage,
    "endless": _endless,
    "deep": _deep,
    "http": _http,
    "not-found": _not_found,
}


def serve_raw(connection: socket.socket, quirks: Quirks, request: dict, entry: dict, content: bytes) -> bool:
    """Answers a GET_FILE that accepts raw bytes. False: leave the connection as it is."""
    size = len(content)
    offset = int(str(request.get("offset", 0)))
    length = int(str(request.get("length", size - offset)))
    if quirks.extension == "ignore":
        return False
    if quirks.extension == "elsewhere":
        offset, length = size // 2 + 1, size - size // 2 - 1
    part = content[offset:offset + length]
    if quirks.extension == "lie":
        middle = len(part) // 2
        part = part[:middle] + bytes(byte ^ 0xFF for byte in part[middle:])
    told = size + 1 if quirks.extension == "size" else size
    header = {"type": "FILE_DATA", **entry, "encoding": "raw", "offset": offset, "length": length, "size": told}
    connection.sendall(encode(header, quirks).rstrip(b"\n") + b"\n")
    if quirks.extension == "truncate":
        part = part[:len(part) // 2]
    if quirks.extension == "stall":
        connection.sendall(part[:len(part) // 2])
        return False
    connection.sendall(part)
    if quirks.extension == "flood":
        for _ in range(ENDLESS_BYTES // 65_536):
            connection.sendall(b"\0" * 65_536)
    return True


BLOCK = 1_048_576


def block_list(quirks: Quirks, file_id: str, content: bytes) -> dict:
    """The BLOCKS that answers a GET_BLOCKS."""
    if quirks.blocks == "none":
        return {"type": "BLOCKS", "file_id": None, "size": None, "block_size": None, "hashes": None}
    if quirks.blocks == "garbage":
        return {"type": "BLOCKS", "file_id": file_id, "size": -1, "block_size": "x", "hashes": [7, {}, "zz"]}
    hashes = [hashlib.sha256(content[i:i + BLOCK]).hexdigest() for i in range(0, len(content), BLOCK)]
    if quirks.blocks == "lie":
        hashes = [text[::-1] for text in hashes]
    return {"type": "BLOCKS", "file_id": file_id, "size": len(content), "block_size": BLOCK, "hashes": hashes}


_FIELDS = ["file_name", "file_size", "file_id", "file_owner", "file_timestamp", "data"]


def not_found(quirks: Quirks) -> dict:
    """A FILE_DATA that says "I do not have it" in this peer's way."""
    form = quirks.not_found
    if form == "missing":
        return {"type": "FILE_DATA"}
    value = "null" if form == "text" else None
    message = {"type": "FILE_DATA", **{name: value for name in _FIELDS}}
    return {**message, "file_size": 0} if form == "size-0" else message
