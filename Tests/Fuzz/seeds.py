#!/usr/bin/env python3
"""Writes the examples in Tests/Corpus anew: each kind of message, as each sort of peer writes it."""

import json
import pathlib

CORPUS = pathlib.Path(__file__).parent.parent / "Corpus"
ID = "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015"
ORIGIN = {"host": "10.0.0.7", "port": 8999, "peerId": "ann"}
GOSSIP = {"type": "GOSSIP", **ORIGIN, "id": "6f1c1c5e-0a4b-4b62-9d5c-2d6f6c3c1a77"}
REPLY = {"type": "GOSSIP_REPLY", **ORIGIN}
HEX = "68656c6c6f2c206e65696768626f75720a"


def entry(**changes) -> dict:
    return {"file_name": "a.txt", "file_size": 1.621246337890625e-05, "file_id": ID, "file_owner": "ann",
            "file_timestamp": 1744170562, **changes}


NOTHING = dict.fromkeys(entry())
MESSAGES = {
    "gossip": GOSSIP,
    "gossip-features": {**GOSSIP, "features": ["raw", "range", "blocks", "wings"]},
    "gossip-port-as-text": {**GOSSIP, "port": "8999"},
    "gossip-nameless": {key: value for key, value in GOSSIP.items() if key != "peerId"},
    "gossip-extra": {**GOSSIP, "peers": ["x"], "nested": {"a": [1, {"b": None}], "c": [[[]]]}},
    "reply-empty": {**REPLY, "files": []},
    "reply": {**REPLY, "files": [entry(), entry(file_timestamp=1743970142.6140459, file_size=922)]},
    "reply-odd": {**REPLY, "files": [
        entry(file_timestamp="Sun Jun 15 21:36:41 2025", file_size="17 bytes", file_size_bytes=17),
        entry(file_timestamp=None, file_size=None, file_owner=None, file_name="../\u202ea\u0007"),
        entry(file_id="no id"), NOTHING, 7, None, "text", []]},
    "announce": {"type": "ANNOUNCE", "from": "ann", **entry()},
    "announce-odd": {"type": "ANNOUNCE", "from": None, **entry(file_name="\U0001f600 \u00e9")},
    "get-file": {"type": "GET_FILE", "file_id": ID},
    "get-file-raw": {"type": "GET_FILE", "file_id": ID, "accept": ["raw"], "offset": 1048576, "length": 7},
    "file-data": {"type": "FILE_DATA", **entry(), "data": HEX},
    "file-data-first": {"data": HEX.upper(), **entry(), "type": "FILE_DATA"},
    "file-data-nothing": {"type": "FILE_DATA", **NOTHING, "data": None},
    "file-data-null-text": {"type": "FILE_DATA", **dict.fromkeys(entry(), "null"), "data": "null"},
    "file-data-no-hex": {"type": "FILE_DATA", **entry(), "data": "6g\u0000"},
    "delete": {"type": "DELETE", "from": "ann", "file_id": ID},
    "get-blocks": {"type": "GET_BLOCKS", "file_id": ID},
    "blocks": {"type": "BLOCKS", "file_id": ID, "size": 1048577, "block_size": 1048576, "hashes": [ID, ID]},
    "blocks-nothing": {"type": "BLOCKS", "file_id": None, "size": None, "block_size": None, "hashes": None},
    "unknown": {"type": "HELLO", "numbers": [0, -0.5, 1e9, 1e-3, 12345678901234567890]},
    "metadata": {ID: entry(), "files": {"x": entry(file_name="b")}},
}
RAW = {"type": "FILE_DATA", **entry(), "encoding": "raw", "offset": 0, "length": 5, "size": 17}
TEXTS = {
    **{name: json.dumps(message) for name, message in MESSAGES.items()},
    "file-data-raw": json.dumps(RAW) + "\nhello" + json.dumps(GOSSIP),
    "in-an-array": json.dumps([GOSSIP]),
    "several": "\n".join(json.dumps(message) for message in (GOSSIP, REPLY, MESSAGES["delete"])),
    "utf-8": json.dumps({**REPLY, "files": [entry(file_name="\u00e9\u4e16\U0001f600")]}, ensure_ascii=False),
    "truncated": json.dumps(MESSAGES["reply"])[:-9],
    "deep": '{"a":' * 40 + "1" + "}" * 40,
    "no-json": "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "escapes":
        r'{"type":"GOSSIP","host":"\u0061\/\\\"\b\f\n\r\t\ud800","port":1,"peerId":"\udc00\ud83d\ude00","id":""}',
}


def main() -> None:
    CORPUS.mkdir(exist_ok=True)
    for name, text in TEXTS.items():
        (CORPUS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
