"""The minimal peer is held to the vectors of docs/PROTOCOL.md."""

import json
import socket
import unittest
from pathlib import Path

import minimal

VECTORS = json.loads((Path(__file__).parents[2] / "docs/vectors.json").read_text())


def read(data: bytes, pieces: int) -> dict:
    """What the peer reads of these bytes, when they come in so many pieces."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        size = max(1, len(data) // pieces)
        for start in range(0, len(data), size):
            theirs.sendall(data[start:start + size])
        theirs.shutdown(socket.SHUT_WR)
        return minimal.Peer.read(ours)


class Vectors(unittest.TestCase):
    def test_files_verify_against_the_ids_of_their_timestamps(self):
        for vector in VECTORS["file_ids"]:
            with self.subTest(vector["about"]):
                timestamp = read(b'{"file_timestamp": %s}' % vector["timestamp"].encode(), 1)["file_timestamp"]
                self.assertEqual(
                    minimal.Peer.file_ids(vector["content"].encode(), timestamp), vector["file_ids"])

    def test_messages_are_read_as_the_vectors_say(self):
        for vector in VECTORS["read"]:
            wanted = vector["means"][0]
            for pieces in (1, 3):
                with self.subTest(vector["about"], pieces=pieces):
                    message = read(vector["bytes"].encode(), pieces)
                    for name in ("type", "host", "id", "from", "file_name"):
                        self.assertEqual(message.get(name), wanted.get(name, message.get(name)))
                    if "file_timestamp" in wanted and "data" in wanted:
                        self.assertEqual(str(message["file_timestamp"]), wanted["file_timestamp"])

    def test_what_is_sent_reads_back(self):
        for vector in VECTORS["sent"]:
            with self.subTest(vector["about"]):
                header = vector["bytes"].split("\n")[0]
                message = read(header.encode(), 1)
                self.assertEqual(minimal.Peer.write(message).decode(), header)

    def test_what_is_no_message_is_refused(self):
        for vector in VECTORS["refused"]:
            if "raw bytes" in vector["about"] or "too long" in vector["about"]:
                continue  # it knows neither the extension nor bounds
            with self.subTest(vector["about"]), self.assertRaises((ValueError, TypeError)):
                read(vector["bytes"].encode(), 1)


if __name__ == "__main__":
    unittest.main()
