"""Messages as these peers write, send, receive and read them."""

import json
import random
import re
import socket
import time
from typing import Any, Callable, Iterator

from quirks import Quirks


class Lexeme:
    """A JSON value exactly as it is, or was, written."""

    def __init__(self, text: str):
        self.json = text

    def __str__(self) -> str:
        """What Python's str() says of the value; what a timestamp contributes to a hash."""
        return {"null": "None"}.get(self.json, self.json)

    def __float__(self) -> float:
        return float(self.json)

    def __int__(self) -> int:
        return int(self.json)


# What is sent, and the text that is hashed.
TIMESTAMPS: dict[str, tuple[str, str]] = {
    "integer": ("1744170562", "1744170562"),
    "float": ("1743970142.6140459", "1743970142.6140459"),
    "float-zero": ("1744007783.0", "1744007783.0"),
    "float-from-integer": ("1744007783.0", "1744007783"),
    "text": ('"Sun Jun 15 21:36:41 2025"', "Sun Jun 15 21:36:41 2025"),
    "null-none": ("null", "None"),
    "null-null": ("null", "null"),
}


def size_lexeme(count: int, form: str) -> Lexeme:
    """`file_size` for a file of so many bytes."""
    mebibytes = count / 1_048_576
    return Lexeme({
        "mib": repr(mebibytes),
        "mib-rounded": f"{mebibytes:.2f}",
        "zero": "0.0",
        "bytes": str(count),
        "text": f'"{count} bytes"',
        "null": "null",
        "wrong": "123.0",
    }[form])


def encode(message: dict[str, Any], quirks: Quirks) -> bytes:
    """The bytes of one message, as this peer writes them."""
    if quirks.extra_fields:
        message = {**message, "peers": ["nobody"], "hasCopy": True, "nested": {"a": [1, {"b": None}]}}
    text = _text(message, quirks)
    if quirks.wrapped:
        text = f"[{text}]"
    return (text + ("\n" if quirks.newline else "")).encode()


def _text(value: Any, quirks: Quirks) -> str:
    if isinstance(value, Lexeme):
        return value.json
    if isinstance(value, list):
        return "[" + ", ".join(_text(item, quirks) for item in value) + "]"
    if isinstance(value, dict):
        items = list(value.items())
        if quirks.field_order == "reversed":
            items.reverse()
        return "{" + ", ".join(f"{json.dumps(k)}: {_text(v, quirks)}" for k, v in items) + "}"
    return json.dumps(value, ensure_ascii=not quirks.raw_utf8)


_decoder = json.JSONDecoder(parse_float=Lexeme, parse_int=Lexeme)


def decode(text: str) -> dict[str, Any]:
    """The first message in a text, unwrapped; ValueError if there is no whole one."""
    try:
        value, _ = _decoder.raw_decode(text.lstrip())
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        raise ValueError("a message is a JSON object")
    return value


# Sending.


def pieces(data: bytes, quirks: Quirks) -> Iterator[bytes]:
    """The bytes in the portions in which this peer hands them to its socket."""
    if quirks.split == "bytes":
        # Long ones become a matter of minutes; their ends are as good as the whole.
        head = 4096
        yield from (data[i:i + 1] for i in range(min(head, len(data))))
        yield from mixed_pieces(data[head:])
    elif quirks.split == "awkward":
        cuts = [m.start() + 1 for m in re.finditer(rb"[\\\xc2-\xf4]|\\u.|\d(?=\d)|\\(?=u)", data[:8192])]
        for start, end in zip([0, *cuts], [*cuts, len(data)]):
            yield data[start:end]
    else:
        yield data


def mixed_pieces(data: bytes, seed: int = 1) -> Iterator[bytes]:
    """Portions of 1 byte to 64 KiB, small ones as likely as large ones."""
    chance = random.Random(seed)
    position = 0
    while position < len(data):
        size = int(2 ** chance.uniform(0, 16))
        yield data[position:position + size]
        position += size


def send(connection: socket.socket, data: bytes, quirks: Quirks) -> None:
    if quirks.split == "whole":
        connection.sendall(data)
        return
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for piece in pieces(data, quirks):
        connection.sendall(piece)
        if quirks.split_pause:
            time.sleep(quirks.split_pause)


def send_file(connection: socket.socket, data: bytes, quirks: Quirks) -> None:
    """Sends a FILE_DATA, of which a bare or non-blocking send may lose the rest."""
    if quirks.send_takes:
        connection.sendall(data[:quirks.send_takes])
    else:
        send(connection, data, quirks)


# Receiving.


class Received:
    """One message as it came in."""

    def __init__(self, text: str, first: int, ended: str):
        self.text = text
        self.first = first  # bytes of the first recv()
        self.ended = ended  # why reading stopped: value | eof | timeout


def receive(connection: socket.socket, quirks: Quirks) -> Received:
    """Reads one message in this peer's manner. ValueError or OSError if it cannot make sense of it."""
    connection.settimeout(quirks.read_timeout)
    return _READERS[quirks.read](connection, quirks)


def _read_value(connection: socket.socket, quirks: Quirks, first: int = 65_536) -> Received:
    data = b""
    first_size = 0
    while True:
        try:
            chunk = connection.recv(first if not data else 65_536)
        except TimeoutError:
            return Received(data.decode(), first_size, "timeout")
        first_size = first_size or len(chunk)
        data += chunk
        if not chunk:
            return Received(data.decode(), first_size, "eof")
        if data.rstrip()[-1:] in (b"}", b"]") and _is_whole(data):
            return Received(data.decode(), first_size, "value")


def _is_whole(data: bytes) -> bool:
    try:
        decode(data.decode())
        return True
    except ValueError:
        return False


def _read_to_eof(connection: socket.socket, quirks: Quirks) -> Received:
    chunks: list[bytes] = []
    ended = "eof"
    try:
        while chunk := connection.recv(65_536):
            chunks.append(chunk)
    except TimeoutError:
        ended = "timeout"
    return Received(b"".join(chunks).decode(), len(chunks[0]) if chunks else 0, ended)


def _read_one_recv(connection: socket.socket, quirks: Quirks) -> Received:
    """One recv(1024) has to do, except for messages that nobody expects to fit."""
    data = connection.recv(1024)
    text = data.decode()
    if _is_whole(data) or not data:
        return Received(text, len(data), "value" if data else "eof")
    if re.search(r'"type"\s*:\s*"(GOSSIP|GET_FILE|DELETE)"', text):
        raise ValueError(f"one recv(1024) got {len(data)} bytes of a message: {text!r}")
    rest = _read_to_eof(connection, quirks)
    return Received(text + rest.text, len(data), rest.ended)


def _read_chunks(connection: socket.socket, quirks: Quirks) -> Received:
    """Decodes each chunk for itself: a character that is split over two of them is an error."""
    text = ""
    first = 0
    while chunk := connection.recv(4096):
        first = first or len(chunk)
        text += chunk.decode()
        if text.rstrip().endswith(("}", "]")) and _is_whole(text.encode()):
            return Received(text, first, "value")
    return Received(text, first, "eof")


def _read_quadratic(connection: socket.socket, quirks: Quirks) -> Received:
    """Parses everything again at every 4 KiB."""
    data = b""
    first = 0
    while chunk := connection.recv(4096):
        first = first or len(chunk)
        data += chunk
        if _is_whole(data):
            return Received(data.decode(), first, "value")
        time.sleep(quirks.chunk_pause)
    return Received(data.decode(), first, "eof")


_READERS: dict[str, Callable[[socket.socket, Quirks], Received]] = {
    "value": _read_value,
    "eof": _read_to_eof,
    "recv1024": _read_one_recv,
    "chunks4096": _read_chunks,
    "quadratic": _read_quadratic,
}
