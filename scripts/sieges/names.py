"""Texts that would like to be more than text: on the screen, the page, in the API, the log and on the disk."""

import json
import pathlib
import time
import urllib.request

from besieged import MIB, Besieged, Witness, end
from processes import Failure
from strangers import encode, entry, gossip, real_file, reply, say

# A terminal's title, colours by C1, a bell, a right-to-left override, lines, an end of text, a page's script.
TEXTS = [
    "\x1b]0;pwned\x07", "\x9b31mpwned", "\x07\x08\x0b", "\u202epwned", "a\r\nWARNING pwned", "a\x00b",
    "<script>pwned()</script>", "\"><img src=x onerror=pwned()>", "\u2028\u2029\u200b\ufeff", "\x1b[2J\x1b[?1049l",
    "'; DROP TABLE file; --", "%n%s%x%@", "\U000e0041\U000e007f", "Z" + "\u0301" * 500, "界" * 300,
    "a" * 3_000, " ", ".", "..", "~", "-rf", "CON",
]
# As the names of files.
PATHS = ["../../pwned", "/etc/pwned", "..\\pwned", "a/../../pwned", ".p2ptui/lock", ".hidden", "pwned/", "\ud800pwned"]
NEVER_SHOWN = [
    b"\x1b]0;pwned", b"\x9b31m", "\u202e".encode(), b"\x07", "\u2028".encode(), "\ufeff".encode(),
    "\U000e0041".encode(), "\u009b".encode()]


def hostile_names(directory: pathlib.Path):
    """Peers, files and owners with such names; each file is pushed here too, and so gets a name on the disk."""
    peer = Besieged(directory)
    texts = TEXTS + PATHS
    with Witness(peer, 256 * MIB) as witness:
        for number, text in enumerate(texts):
            say(peer.port, gossip(10_000 + number, host=text, peer=f"{text}{number}"))
            listed = entry(str(number), file_name=text, file_owner=text, file_timestamp=text, file_size=text)
            say(peer.port, reply(10_000 + number, f"{text}{number}", [listed]))
            say(peer.port, encode(real_file(text, str(number).encode(), owner=text)))
            say(peer.port, encode({"type": text, "file_id": text, "from": text}))
        peer.wait(lambda: peer.status()["files"] >= 2 * len(texts), "all of the files", 60)
        screens = look_everywhere(peer)
        expect_harmless(peer, screens)
        count = expect_on_disk(directory, peer, len(texts))
    end(peer)
    return (f"{len(texts)} texts as names of peers, hosts, files, owners, times, sizes and types: on {screens[0]} screens, on "
            f"the page, in the API and in the log none of them has an effect; {count} files are in `files/`, and nothing is "
            "elsewhere"), witness


def look_everywhere(peer: Besieged) -> tuple[int, bytes]:
    """Each pane, whole and with the details of its rows: how many screens, and what they sent."""
    shown, count = b"", 0
    with peer.keyboard:
        for pane in b"1234":
            for keys in (b"", b"m", b"\r", b"\x1b", b"G", b"m"):
                peer.write(bytes([pane]) + keys if keys != b"\x1b" else keys)
                time.sleep(0.2)
                shown += peer.redrawn()
                count += 1
    return count, shown


def expect_harmless(peer: Besieged, screens: tuple[int, bytes]) -> None:
    base = f"http://127.0.0.1:{peer.http_port}"
    sources = {"the screen": screens[1], "the log": "\n".join(peer.log_lines()).encode()}
    for path in ("/", "/api/v1/files?limit=1000", "/api/v1/peers", "/api/v1/log", "/metrics"):
        with urllib.request.urlopen(base + path, timeout=10) as answer:
            sources[path] = answer.read()
            if path.startswith("/api"):
                json.loads(sources[path])
    for place, data in sources.items():
        for text in NEVER_SHOWN:
            # The terminal's own bell and title are the program's business; names come with "pwned".
            if text in data and not (place.startswith("/api") and text >= b"\x80"):
                raise Failure(f"{text!r} in {place}: {data[max(0, data.index(text) - 80):][:160]!r}")
    if b"<script>pwned" in sources["/"] or b"<img src=x" in sources["/"]:
        raise Failure("a name is markup on the page")
    if any(line.startswith("WARNING pwned") for line in peer.log_lines()):
        raise Failure("a name begins a line of the log")


def expect_on_disk(directory: pathlib.Path, peer: Besieged, count: int) -> int:
    peer.wait(lambda: len(list((peer.home / "files").iterdir())) == count, f"{count} files on the disk", 60)
    for path in (peer.home / "files").iterdir():
        has_controls = any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in path.name)
        if not path.is_file() or path.name[0] in ".-" or has_controls:
            raise Failure(f"{path.name!r} in files/")
    expected = {directory / "besieged"}
    if set(directory.iterdir()) != expected or pathlib.Path("/etc/pwned").exists():
        raise Failure(f"beside the home: {set(directory.iterdir()) - expected}")
    return count
