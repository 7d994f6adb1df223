"""A Python peer in a process of its own, as other Python programs use it."""

import json
import pathlib
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).parent
PATIENCE = 20.0


class RunningPeer:
    """A peer in a process of its own."""

    def __init__(self, personality: str, **config):
        config.setdefault("gossip_interval", 0)
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "peer.py"), personality, json.dumps(config)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.events: list[dict] = []
        self.changed = threading.Condition()
        self.count = 0
        threading.Thread(target=self._collect, daemon=True).start()
        listening = self.wait(lambda e: e["event"] == "listening")
        self.address = f"127.0.0.1:{listening['port']}"
        self.files = listening["files"]
        self.id = listening["id"]

    def _collect(self):
        for line in self.process.stdout:
            with self.changed:
                self.events.append(json.loads(line))
                self.changed.notify_all()

    def wait(self, matches, patience: float = PATIENCE) -> dict:
        """The first event that matches, past or to come."""
        deadline = time.monotonic() + patience
        with self.changed:
            while True:
                for event in self.events:
                    if matches(event):
                        return event
                if not self.changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"no such event; the last are {self.events[-5:]}")

    def do(self, command: str, patience: float = PATIENCE, **fields) -> dict:
        self.count += 1
        number = self.count
        self.process.stdin.write(json.dumps({"do": command, "n": number, **fields}) + "\n")
        self.process.stdin.flush()
        return self.wait(lambda e: e["event"] in ("done", "failed") and e.get("n") == number, patience)

    def received(self, kind: str) -> dict:
        return self.wait(lambda e: e["event"] == "received" and e["type"] == kind)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(5)
        self.process.stdout.close()
