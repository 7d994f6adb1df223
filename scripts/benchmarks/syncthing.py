"""Syncthing: two devices that share one folder."""

import json
import pathlib
import subprocess
import urllib.request
import xml.etree.ElementTree as ElementTree

from contender import Contender
from processes import Process, free_port, wait_until

FOLDER = "bench"


class Device:
    """One Syncthing: its home, its configuration, its REST interface."""

    def __init__(self, home: pathlib.Path):
        self.home = home
        self.port, self.api_port = free_port(), free_port()
        subprocess.run(
            ["syncthing", "generate", f"--home={home}", "--no-default-folder", "--skip-port-probing"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.id = subprocess.run(
            ["syncthing", "serve", f"--home={home}", "--device-id"],
            check=True, capture_output=True, text=True).stdout.strip()

    def configure(self, folder: pathlib.Path, kind: str, other: "Device", synced: bool) -> None:
        """Only what the two need of each other: nothing is announced, looked up, mapped or upgraded."""
        path = self.home / "config.xml"
        tree = ElementTree.parse(path)
        root = tree.getroot()
        self.key = root.findtext("gui/apikey")
        root.find("gui/address").text = f"127.0.0.1:{self.api_port}"
        options = root.find("options")
        for name, value in {
            "listenAddress": f"tcp4://127.0.0.1:{self.port}", "globalAnnounceEnabled": "false",
            "localAnnounceEnabled": "false", "relaysEnabled": "false", "natEnabled": "false",
            "crashReportingEnabled": "false", "autoUpgradeIntervalH": "0", "urAccepted": "-1",
            "startBrowser": "false", "setLowPriority": "false", "reconnectionIntervalS": "1",
            "progressUpdateIntervalS": "-1",
        }.items():
            for old in options.findall(name):
                options.remove(old)
            ElementTree.SubElement(options, name).text = value
        for device in root.findall("device"):
            root.remove(device)
        for device in (self, other):
            entry = ElementTree.SubElement(root, "device", id=device.id, compression="never")
            ElementTree.SubElement(entry, "address").text = f"tcp4://127.0.0.1:{device.port}"
        shared = ElementTree.SubElement(
            root, "folder", id=FOLDER, path=str(folder), type=kind, fsWatcherEnabled="false",
            rescanIntervalS="3600")
        ElementTree.SubElement(shared, "disableFsync").text = "false" if synced else "true"
        ElementTree.SubElement(shared, "markerName").text = "."
        for device in (self, other):
            ElementTree.SubElement(shared, "device", id=device.id)
        tree.write(path)

    def start(self, start_by) -> None:
        start_by(["syncthing", "serve", f"--home={self.home}", "--no-browser", "--no-restart", "--no-upgrade",
                  "--skip-port-probing", "--no-default-folder"])
        wait_until(lambda: self.get("/rest/system/ping"), "Syncthing's REST interface")

    def request(self, method: str, path: str, body: dict | None = None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api_port}{path}", json.dumps(body).encode() if body else None,
            {"X-API-Key": self.key}, method=method)
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.loads(response.read() or "null")

    def get(self, path: str):
        return self.request("GET", path)

    def folder(self) -> dict:
        return self.get(f"/rest/db/status?folder={FOLDER}")


class Syncthing(Contender):
    name = "Syncthing"
    verifies = "SHA-256 of each block as it comes; TLS"
    syncs = "each file"
    is_synced = True

    def serve(self, folder: pathlib.Path) -> None:
        self.sender, self.receiver = Device(self.directory / "sender"), Device(self.directory / "receiver")
        self.sender.configure(folder, "sendonly", self.receiver, self.is_synced)
        self.receiver.configure(self.inbox, "receiveonly", self.sender, self.is_synced)
        self.sender.start(self.send_by)
        wait_until(lambda: self.is_settled(self.sender), "Syncthing's scan")

    def is_settled(self, device: Device) -> bool:
        status = device.folder()
        return status["state"] == "idle" and status["localBytes"] > 0 and status["needBytes"] == 0

    def prepare(self) -> None:
        """The devices are connected, and the receiver's folder is paused."""
        self.receiver.start(self.receive_by)
        self.pause(True)
        wait_until(self.is_connected, "Syncthing's connection")

    def is_connected(self) -> bool:
        return self.receiver.get("/rest/system/connections")["connections"][self.sender.id]["connected"]

    def pause(self, paused: bool) -> None:
        self.receiver.request("PATCH", f"/rest/config/folders/{FOLDER}", {"paused": paused})

    def fetch(self) -> None:
        self.pause(False)
        wait_until(lambda: self.is_settled(self.receiver), "Syncthing", step=0.02)


class SyncthingUnsynced(Syncthing):
    name = "Syncthing, told not to sync to the disk"
    syncs = "never"
    is_synced = False
