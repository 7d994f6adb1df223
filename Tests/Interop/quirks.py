"""What makes one peer differ from another, and the named personalities that combine it.

The names and values follow the rows of docs/PROTOCOL.md, "What is out there"; README.md in this
directory says which personality covers which row.
"""

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Quirks:
    # How a message leaves.
    newline: bool = False
    after_send: str = "close"  # close | half-close | open (for ever)
    split: str = "whole"  # whole | bytes (one at a time) | awkward (inside numbers, escapes, UTF-8)
    split_pause: float = 0.0  # seconds between the pieces
    raw_utf8: bool = False  # characters outside ASCII as UTF-8, not as \uXXXX
    wrapped: bool = False  # [{...}]
    extra_fields: bool = False
    field_order: str = "usual"  # usual | reversed (so that data comes before the metadata)
    several: bool = False  # a GOSSIP_REPLY rides behind every GOSSIP on one connection
    port_as: str = "number"  # number | text
    tells_peer_id: bool = True
    host_as: str = ""  # another name for the own address, such as localhost
    hex_case: str = "lower"  # lower | upper
    # A bare or non-blocking send takes this many bytes of a FILE_DATA and loses the rest; 0: all.
    send_takes: int = 0

    # How a message is read.
    read: str = "value"  # value | eof | recv1024 | chunks4096 | quadratic
    read_timeout: float = 5.0  # seconds without a byte
    chunk_pause: float = 0.0  # seconds of thinking after every 4 KiB
    computes_with_size: bool = False

    # What it does.
    hangs_after: str = ""  # the type of the first message after which it accepts, and never answers
    announce_from: str = "holder"  # holder | owner
    forwards: str = "unchanged"  # unchanged | new-id | no
    not_found: str = "null"  # null | text ("null") | missing | size-0
    serves: str = "file"  # what GET_FILE is answered with: file, or a way to misbehave (see serving.py)
    trickle_pause: float = 0.1  # seconds between two bytes of `trickle`

    # The extension: unknown if empty; else how a GET_FILE that accepts raw bytes is answered (serving.py).
    extension: str = ""
    blocks: str = "honest"  # how a GET_BLOCKS is answered: honest | lie | none | garbage

    # What its files look like.
    timestamp: str = "integer"  # the keys of wire.TIMESTAMPS
    size: str = "mib"  # mib | mib-rounded | zero | bytes | text | null | wrong
    owner: str = ""  # empty: the peer's own id
    # Files held from the start, in addition to those of the command line.
    files: list[dict[str, Any]] = field(default_factory=list)

    def changed(self, changes: dict[str, Any]) -> "Quirks":
        """A copy with other values; an unknown name is an error."""
        known = {f.name: getattr(self, f.name) for f in fields(self)}
        unknown = set(changes) - set(known)
        if unknown:
            raise ValueError(f"unknown quirks: {sorted(unknown)}")
        return Quirks(**{**known, **changes})


# Peers that mean well.
HONEST: dict[str, Quirks] = {
    "plain": Quirks(newline=True),
    # Sends without an end and never closes; reads until the other side closes, or it lost patience.
    "patient": Quirks(after_send="open", read="eof", read_timeout=2.0, size="bytes", not_found="size-0"),
    "byte-by-byte": Quirks(split="bytes", raw_utf8=True, timestamp="text", files=[
        {"name": "größe – 大きさ.txt", "text": "one byte at a time\n"}]),
    "splitter": Quirks(split="awkward", split_pause=0.001, timestamp="float", files=[
        {"name": "é\"\\\t€😀.txt", "text": "split wherever it hurts\n"}], not_found="text"),
    "one-recv": Quirks(read="recv1024", after_send="half-close", timestamp="float-zero"),
    "chunk-decoder": Quirks(read="chunks4096", newline=True, size="mib-rounded"),
    "slow": Quirks(read="quadratic", chunk_pause=0.005, size="zero"),
    "calculator": Quirks(computes_with_size=True, read="eof", read_timeout=2.0, size="mib"),
    "wrapper": Quirks(wrapped=True, extra_fields=True, newline=True, not_found="missing"),
    "jumbled": Quirks(field_order="reversed", port_as="text", hex_case="upper", size="text"),
    "nameless": Quirks(tells_peer_id=False, timestamp="null-none", size="null", not_found="text"),
    "null-teller": Quirks(timestamp="null-null", size="wrong", extra_fields=True, port_as="text"),
    "time-teller": Quirks(timestamp="float-from-integer", owner="Starscourge Radahn", size="mib-rounded"),
    "wanderer": Quirks(announce_from="owner", owner="TEST8!!!", files=[
        {"name": "../a", "text": "from above\n"},
        {"name": "/etc/p2ptui-interop", "text": "from the root\n"},
        {"name": "dir/a.txt", "text": "from a directory\n"},
        {"name": "a.txt", "text": "one of two\n"},
        {"name": "a.txt", "text": "two of two\n"},
        {"name": "..", "text": "no name at all\n"}]),
    "echo": Quirks(forwards="new-id", host_as="localhost", newline=True),
    "chatterer": Quirks(several=True, newline=True),
    "modern": Quirks(extension="honest"),
    "modern-hexer": Quirks(extension="hex"),
}

# Peers that can be tracked, listed and pushed to, but fail at some of the rest by their nature.
BROKEN: dict[str, Quirks] = {
    "truncator": Quirks(send_takes=65_536),
    "truncator-silent": Quirks(send_takes=65_536, after_send="open"),
    "hanger": Quirks(hangs_after="GOSSIP_REPLY"),
}

# Peers that do not mean well.
HOSTILE: dict[str, Quirks] = {
    "liar": Quirks(serves="lie"),
    "impostor": Quirks(serves="other-file"),
    "staller": Quirks(serves="stall"),
    "refuser": Quirks(serves="reset"),
    "closer": Quirks(serves="close"),
    "trickler": Quirks(serves="trickle"),
    "babbler": Quirks(serves="garbage"),
    "endless": Quirks(serves="endless"),
    "deep": Quirks(serves="deep"),
    "web-server": Quirks(serves="http"),
    "denier": Quirks(serves="not-found"),
}

# Peers that claim the extension and abuse it; asked plainly, they give what they have.
ABUSIVE: dict[str, Quirks] = {
    "raw-liar": Quirks(extension="lie", blocks="none"),
    "raw-and-block-liar": Quirks(extension="lie", blocks="lie"),
    "block-liar": Quirks(extension="honest", blocks="lie"),
    "block-babbler": Quirks(extension="honest", blocks="garbage"),
    "raw-sizer": Quirks(extension="size"),
    "raw-wanderer": Quirks(extension="elsewhere"),
    "raw-truncator": Quirks(extension="truncate"),
    "raw-staller": Quirks(extension="stall"),
    "raw-flooder": Quirks(extension="flood"),
    "pretender": Quirks(extension="ignore"),
}

PERSONALITIES: dict[str, Quirks] = {**HONEST, **BROKEN, **HOSTILE, **ABUSIVE}
