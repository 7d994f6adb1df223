"""Who says that he is somebody else."""

import pathlib

from besieged import MIB, Besieged, Witness, end, neighbour
from disk import remote
from processes import Failure
from program import Program
from sources import random_file
from strangers import announce, delete, encode, entry, gossip, real_file, reply, say

# Another address of this machine than the one where the owner is tracked.
ELSEWHERE = "127.0.0.7"


def spoofing(directory: pathlib.Path):
    """DELETEs, lists and files in the name of somebody else, of the peer itself, and for files that are here."""
    holder = neighbour(directory)
    theirs = random_file(directory / "theirs.bin", MIB)
    holder.send(f"push {theirs}")
    peer = Besieged(directory, bootstrap=holder.address)
    with Witness(peer, 256 * MIB) as witness:
        wanted = remote(peer, "theirs.bin")
        own = peer.share(random_file(directory / "own.bin", MIB))
        peer.prompt(f"get {wanted}")
        peer.wait_for_local("theirs.bin")
        for lie in lies(peer, wanted, own["file_id"]):
            say(peer.port, lie, ELSEWHERE)
        # What comes after them has been taken in: so have they.
        say(peer.port, encode(real_file("last.bin", b"the last of them", owner="stranger")), ELSEWHERE)
        last = peer.wait_for_local("last.bin")
        expect_unchanged(peer, holder, wanted, own, last)
        take_name(peer, holder, wanted)
        expect_unchanged(peer, holder, wanted, own, last)
    end(peer, holder)
    return ("nothing changes: no file is deleted, both keep their names and owners, the neighbour stays at its address "
            "or is back there at once, nobody takes our name, and no wrong bytes become a file"), witness


def take_name(peer: Besieged, holder: Program, wanted: str) -> None:
    """A reply moves the neighbour to the stranger's address, from where its file is deleted, again and again."""
    for number in range(1, 6):
        say(peer.port, reply(9_996, "neighbour", [], host=ELSEWHERE) + delete("neighbour", wanted), ELSEWHERE)
        # Refused is what came after the reply: so that was taken in.
        peer.wait(lambda: refused(peer) == number, "the DELETE is refused", 60)
        peer.wait(lambda: known(peer).get("neighbour") == holder.address, "the neighbour is back", 60)


def refused(peer: Besieged) -> int:
    return sum("refused: two addresses use that name" in line for line in peer.log_lines())


def lies(peer: Besieged, wanted: str, own: str) -> list[bytes]:
    """Each on a connection of its own."""
    forged = real_file("forged.bin", b"forged", owner="besieged")
    return [
        delete("neighbour", wanted), delete("besieged", own), delete("neighbour", own), delete("besieged", wanted),
        gossip(9_998, peer="neighbour"), gossip(9_998, peer="besieged"),
        gossip(peer.port, peer="besieged"), gossip(peer.port, peer="somebody"),
        reply(9_998, "besieged", [entry("in our name")]),
        reply(9_997, "stranger", [
            {**entry("x"), "file_id": own, "file_name": "renamed.bin", "file_owner": "stranger"},
            {**entry("x"), "file_id": wanted, "file_name": "renamed.bin", "file_owner": "stranger"}]),
        announce("besieged", {**entry("x"), "file_id": own, "file_owner": "stranger"}),
        encode({**forged, "data": b"other bytes".hex()}),
        encode({**forged, "file_id": own}), encode({**forged, "file_id": wanted}),
    ]


def known(peer: Besieged) -> dict[str, str]:
    return {p["peer_id"]: f"{p['host']}:{p['port']}" for p in peer.get("/api/v1/peers")["peers"]}


def expect_unchanged(peer: Besieged, holder: Program, wanted: str, own: dict, last: dict) -> None:
    found = known(peer)
    if found.get("neighbour") != holder.address or {"besieged", "somebody"} & set(found):
        raise Failure(f"who is where: {found}")
    local = {file["file_id"]: file for file in peer.get("/api/v1/files?q=here")["files"]}
    if set(local) != {wanted, own["file_id"], last["file_id"]}:
        raise Failure(f"what is here: {[file['file_name'] for file in local.values()]}")
    for number, name, owner in ((wanted, "theirs.bin", "neighbour"), (own["file_id"], "own.bin", "besieged")):
        if (local[number]["file_name"], local[number]["file_owner"]) != (name, owner):
            raise Failure(f"{name} became {local[number]['file_name']} of {local[number]['file_owner']}")
    names = {path.name for path in (peer.home / "files").iterdir()}
    if names != {"theirs.bin", "own.bin", "last.bin"}:
        raise Failure(f"files/ holds {names}")
    if list((peer.home / ".p2ptui" / "partial").iterdir()):
        raise Failure("a partial file is left")
