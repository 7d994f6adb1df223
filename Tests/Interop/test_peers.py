"""The Python peers talk to each other: they have to be right before anything is tested with them.

python3 -m unittest discover --start-directory Tests/Interop
"""

import hashlib
import json
import unittest

import wire
from quirks import ABUSIVE, BROKEN, HONEST, HOSTILE, PERSONALITIES, Quirks
from running import RunningPeer


class PeerTest(unittest.TestCase):
    def start(self, personality: str, **config) -> RunningPeer:
        peer = RunningPeer(personality, **config)
        self.addCleanup(peer.stop)
        return peer


class Conversations(PeerTest):
    def test_every_well_meaning_peer_can_do_everything_with_a_plain_one(self):
        for name in HONEST:
            with self.subTest(name):
                self.converse(name)

    def converse(self, name: str):
        plain = self.start("plain", files=[{"name": "plain.bin", "size": 20_000}])
        # Reads its messages to the end of the connection, which a plain peer gives it.
        peer = self.start(name, files=[{"name": "its.bin", "size": 20_000}])
        # Be discovered, and discover.
        self.assertEqual(peer.do("gossip", to=plain.address)["event"], "done")
        reply = peer.received("GOSSIP_REPLY")
        self.assertEqual(reply["message"]["files"][0]["file_name"], "plain.bin")
        plain.do("gossip", to=peer.address)
        listed = plain.received("GOSSIP_REPLY")["message"]["files"]
        self.assertEqual(len(listed), len(peer.files))
        # Fetch and be fetched from.
        fetched = peer.do("get", **{"from": plain.address, "file_id": plain.files[0]["file_id"]})
        self.assertTrue(fetched.get("held"), fetched)
        for file in peer.files:
            fetched = plain.do("get", **{"from": peer.address, "file_id": file["file_id"]})
            self.assertTrue(fetched.get("held"), fetched)
        missing = plain.do("get", **{"from": peer.address, "file_id": "0" * 64})
        self.assertEqual(missing["event"], "failed")
        # Announce, push, delete, in both directions.
        for one, other in ((peer, plain), (plain, peer)):
            file = one.do("add", file={"name": "pushed.txt", "text": f"pushed by {one.id}\n"})
            one.do("announce", to=other.address, file_id=file["file_id"])
            other.received("ANNOUNCE")
            one.do("push", to=other.address, file_id=file["file_id"])
            came = other.wait(lambda e: e["event"] == "file" and e["file_id"] == file["file_id"])
            self.assertTrue(came["verified"])
            one.do("delete", to=other.address, file_id=file["file_id"])
            other.wait(lambda e: e["event"] == "deleted" and e["file_id"] == file["file_id"])

    def test_gossip_is_forwarded(self):
        hub = self.start("plain")
        first = self.start("plain")
        first.do("gossip", to=hub.address)
        first.received("GOSSIP_REPLY")
        second = self.start("plain")
        second.do("gossip", to=hub.address)
        forwarded = first.received("GOSSIP")
        self.assertEqual(forwarded["message"]["peerId"], second.id)

    def test_a_peer_gossips_again_by_itself(self):
        one = self.start("plain", gossip_interval=0.1)
        other = self.start("plain")
        other.do("gossip", to=one.address)
        other.received("GOSSIP")

    def test_a_delete_by_another_than_the_owner_is_refused(self):
        one, other = self.start("plain"), self.start("plain")
        file = one.do("add", file={"name": "mine", "text": "mine"})
        other.do("delete", to=one.address, file_id=file["file_id"])
        one.wait(lambda e: e["event"] == "refused")


class Misbehaviour(PeerTest):
    def test_no_hostile_holder_delivers_the_file(self):
        for name in HOSTILE:
            with self.subTest(name):
                # Endless streams, and those that come to a halt, are cut short by the fetching side.
                fetcher = self.start("plain", quirks={"read_timeout": 0.5})
                holder = self.start(name, quirks={"trickle_pause": 1.0},
                                    files=[{"name": "f", "text": "content"}])
                if name == "endless":
                    continue
                fetched = fetcher.do("get", **{"from": holder.address, "file_id": holder.files[0]["file_id"]})
                self.assertFalse(fetched.get("held"), fetched)

    def test_a_truncator_delivers_small_files_only(self):
        for name in ("truncator", "truncator-silent"):
            fetcher = self.start("plain", quirks={"read_timeout": 0.5})
            holder = self.start(name, files=[{"name": "s", "size": 1000}, {"name": "l", "size": 100_000}])
            small, large = holder.files
            self.assertTrue(fetcher.do("get", **{"from": holder.address, "file_id": small["file_id"]}).get("held"))
            failed = fetcher.do("get", **{"from": holder.address, "file_id": large["file_id"]})
            self.assertIn("eof" if name == "truncator" else "timeout", failed["text"])

    def test_a_hanger_accepts_and_never_answers(self):
        hanger = self.start("hanger", files=[{"name": "f", "text": "content"}])
        other = self.start("plain", quirks={"read_timeout": 0.5})
        hanger.do("gossip", to=other.address)
        hanger.received("GOSSIP_REPLY")
        fetched = other.do("get", **{"from": hanger.address, "file_id": hanger.files[0]["file_id"]})
        self.assertIn("timeout", fetched["text"])

    def test_a_strict_reader_notices_what_would_break_it(self):
        reader = self.start("one-recv")
        long = json.dumps({"type": "GET_FILE", "file_id": "0" * 64, "padding": "x" * 1024})
        reader.do("raw", to=reader.address, text=long)
        reader.wait(lambda e: e["event"] == "error" and "recv(1024)" in e["text"])
        chunks = self.start("chunk-decoder")
        text = '{"type": "ANNOUNCE", "x": "' + "\u20ac" * 3000 + '"}'
        chunks.do("raw", to=chunks.address, text=text.encode().decode("latin-1"))
        chunks.wait(lambda e: e["event"] == "error" and "UnicodeDecodeError" in e["text"])


class Wire(unittest.TestCase):
    CONTENT = b"hello, neighbour\n"
    VECTORS = {
        "integer": "eacb039852fa0661da92efbebe81979e93a7d2f7b41f50dc84157b8f93938015",
        "float": "1cda566b37b0a5b2a7640c9fc02b3eec522fb117b6d6b004d0528a0bebb077f5",
        "float-zero": "f789744de934081f2466558f4a4a02048bdae50e48c619b67d19d6194c43da95",
        "float-from-integer": "3076c423bb3fa993efd1e04e33f25f48d0fbe5162a971140865d7c2c9bc706de",
        "text": "e42776733c001012e4e19017c8459f9d5f487484aa9ee5e6c0b2feb27aaf5d1b",
    }

    def test_vectors(self):
        for form, expected in self.VECTORS.items():
            digest = hashlib.sha256(self.CONTENT + wire.TIMESTAMPS[form][1].encode()).hexdigest()
            self.assertEqual(digest, expected, form)

    def test_lexemes_survive(self):
        text = '{"a": 1744007783.0, "b": 1e5, "c": 17}'
        self.assertEqual(wire.encode(wire.decode(text), Quirks()).decode(), text)

    def test_portions_make_up_the_whole(self):
        data = wire.encode({"name": "é\"\\\u20ac😀", "n": 123456}, Quirks(raw_utf8=True)) * 50
        for split in ("whole", "bytes", "awkward"):
            self.assertEqual(b"".join(wire.pieces(data, Quirks(split=split))), data, split)
        self.assertEqual(b"".join(wire.mixed_pieces(data)), data)
        cut_inside = [p for p in wire.pieces(data, Quirks(split="awkward")) if p[:1] and p[0] & 0xC0 == 0x80]
        self.assertTrue(cut_inside)

    def test_names_are_unique(self):
        self.assertEqual(len(PERSONALITIES), len(HONEST) + len(BROKEN) + len(HOSTILE) + len(ABUSIVE))


if __name__ == "__main__":
    unittest.main()
