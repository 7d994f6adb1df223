"""BitTorrent clients, with a tracker of the benchmark's own that names the one holder."""

import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import threading
import urllib.error
import urllib.request

from contender import Contender
from processes import Failure, free_port, listens, wait_until


def own_address() -> str:
    """An address of this machine that is not 127.0.0.1, as Transmission takes no peer there. What is sent
    to it goes over loopback all the same."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
            return probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"


class Tracker:
    """Tells whoever asks about all others that ever asked."""

    def __init__(self):
        self.address = own_address()
        self.ports: set[int] = set()
        tracker = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                wanted = re.search(r"^/announce\?.*\bport=(\d+)", self.path)
                if not wanted:  # a scrape, which is never answered
                    self.send_error(404)
                    return
                self.reply(tracker.announce(int(wanted[1])))

            def reply(self, body: bytes):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((self.address, 0), Handler)
        self.url = f"http://{self.address}:{self.server.server_port}/announce"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def announce(self, port: int) -> bytes:
        others = b"".join(
            socket.inet_aton(self.address) + other.to_bytes(2, "big") for other in self.ports - {port})
        self.ports.add(port)
        return b"d8:intervali1800e5:peers%d:%be" % (len(others), others)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class TorrentContender(Contender):
    verifies = "SHA-1 of each piece as it comes"
    PIECE_KIB = 1024

    def serve(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.tracker = Tracker()
        self.torrent = self.directory / f"{folder.name}.torrent"
        subprocess.run(
            ["transmission-create", "-p", "-s", str(self.PIECE_KIB), "-t", self.tracker.url,
             "-o", self.torrent, folder], check=True, stdout=subprocess.DEVNULL)
        self.seed()
        wait_until(lambda: self.tracker.ports, f"the announce of {self.name}'s holder")

    def seed(self) -> None:
        raise NotImplementedError

    def received(self) -> pathlib.Path:
        return self.inbox / self.folder.name

    def close(self) -> None:
        super().close()
        self.tracker.close()


class Aria2(TorrentContender):
    name = "aria2"

    def command(self, *options: str) -> list:
        return ["aria2c", "--no-conf", "--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false",
                "--enable-peer-exchange=false", "--disable-ipv6", "--async-dns=false", "--quiet",
                "--file-allocation=none", "--bt-max-peers=0",
                f"--listen-port={free_port()}", *options, self.torrent]

    def seed(self) -> None:
        self.send_by(self.command(
            "--bt-seed-unverified=true", "--seed-ratio=0.0", f"--dir={self.folder.parent}"))

    def fetch(self) -> None:
        self.receive_by(self.command("--seed-time=0", "--disk-cache=64M", f"--dir={self.inbox}")).finish()


class Transmission(TorrentContender):
    name = "Transmission"

    def start(self, start_by, home: pathlib.Path) -> "TransmissionRPC":
        home.mkdir()
        port = free_port()
        (home / "settings.json").write_text(json.dumps({
            "dht-enabled": False, "pex-enabled": False, "lpd-enabled": False, "utp-enabled": False,
            "port-forwarding-enabled": False, "encryption": 0, "cache-size-mb": 64, "preallocation": 0,
            "peer-port": free_port(), "peer-port-random-on-start": False, "rename-partial-files": False,
            "rpc-bind-address": "127.0.0.1", "rpc-port": port, "rpc-whitelist-enabled": False,
            "ratio-limit-enabled": False, "idle-seeding-limit-enabled": False}))
        start_by(["transmission-daemon", "-f", "-g", home])
        wait_until(lambda: listens(port), "Transmission's RPC")
        return TransmissionRPC(port)

    def seed(self) -> None:
        holder = self.start(self.send_by, self.directory / "holder")
        holder.add(self.torrent, self.folder.parent)
        wait_until(holder.is_complete, "Transmission's holder")

    def prepare(self) -> None:
        self.receiver = self.start(self.receive_by, self.directory / "receiver")

    def fetch(self) -> None:
        self.receiver.add(self.torrent, self.inbox)
        wait_until(self.receiver.is_complete, "Transmission", step=0.02)


class TransmissionRPC:
    """What its JSON interface is asked."""

    def __init__(self, port: int):
        self.url = f"http://127.0.0.1:{port}/transmission/rpc"
        self.session = ""

    def call(self, method: str, **arguments) -> dict:
        request = urllib.request.Request(
            self.url, json.dumps({"method": method, "arguments": arguments}).encode(),
            {"X-Transmission-Session-Id": self.session})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["arguments"]
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
            self.session = error.headers["X-Transmission-Session-Id"]
            return self.call(method, **arguments)

    def add(self, torrent: pathlib.Path, place: pathlib.Path) -> None:
        self.call("torrent-add", filename=str(torrent), **{"download-dir": str(place)})

    def is_complete(self) -> bool:
        torrents = self.call("torrent-get", fields=["percentDone", "status", "errorString"])["torrents"]
        for torrent in torrents:
            if torrent["errorString"]:
                raise Failure(f"Transmission: {torrent['errorString']}")
        seeding = 6
        return any(t["percentDone"] == 1 and t["status"] == seeding for t in torrents)


class RTorrent(TorrentContender):
    name = "rtorrent"
    # Its own default reads all pieces again at the end.
    check_at_end = False

    def start(self, start_by, home: pathlib.Path) -> "RTorrentRPC":
        home.mkdir()
        port, control = free_port(), home / "rpc"
        options = [
            "system.daemon.set=true", f"network.scgi.open_local={control}", "network.http.dns_cache_timeout.set=0",
            f"network.port_range.set={port}-{port}", "network.port_random.set=no", "protocol.pex.set=no",
            "dht.mode.set=off", "trackers.use_udp.set=no", "protocol.encryption.set=none",
            "network.send_buffer.size.set=4M", "network.receive_buffer.size.set=4M",
            f"pieces.hash.on_completion.set={'yes' if self.check_at_end else 'no'}"]
        start_by(["rtorrent", "-n", "-s", home, *(f"-o{option}" for option in options)],
                 env={**os.environ, "TERM": "xterm", "HOME": str(home)})
        wait_until(control.exists, "rtorrent's RPC")
        return RTorrentRPC(control)

    def seed(self) -> None:
        holder = self.start(self.send_by, self.directory / "holder")
        holder.call("load.start", "", str(self.torrent), f"d.directory_base.set={self.folder}")
        wait_until(lambda: holder.count("d.complete=") == 1, "rtorrent's holder")

    def prepare(self) -> None:
        self.receiver = self.start(self.receive_by, self.directory / "receiver")

    def fetch(self) -> None:
        self.receiver.call("load.start", "", str(self.torrent), f"d.directory.set={self.inbox}")
        wait_until(lambda: self.receiver.count("d.complete=") == 1, "rtorrent", step=0.02)


class RTorrentChecking(RTorrent):
    name = "rtorrent, with its default check at the end"
    verifies = "SHA-1 of each piece as it comes, and again at the end"
    check_at_end = True


class RTorrentRPC:
    """XML-RPC over SCGI, as rtorrent speaks it."""

    def __init__(self, path: pathlib.Path):
        self.path = path

    def call(self, method: str, *parameters: str) -> str:
        values = "".join(f"<param><value><string>{p}</string></value></param>" for p in parameters)
        body = f"<methodCall><methodName>{method}</methodName><params>{values}</params></methodCall>".encode()
        headers = b"CONTENT_LENGTH\0%d\0SCGI\x001\0" % len(body)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.path))
            connection.sendall(b"%d:%b,%b" % (len(headers), headers, body))
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")
        if "<fault>" in answer:
            raise Failure(f"rtorrent refused {method}: {answer[-400:]}")
        return answer

    def count(self, property: str) -> int:
        """The sum of a property over all torrents."""
        return sum(map(int, re.findall(r"<i8>(\d+)</i8>", self.call("d.multicall2", "", "main", property))))
