"""The real program in tmux, for the scripts that make pictures; and the colours of a terminal."""
import re
import subprocess
import sys
import time

PATIENCE = 60

# The ground on which a dark terminal writes, and what it writes with.
PAPER, INK = "#16181d", "#d0d4dc"

# xterm's first sixteen colours, as a dark terminal shows them.
PALETTE = [
    "#1c1f26", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d0d4dc",
    "#6b7280", "#ff8088", "#b6e39a", "#ffd894", "#82c4ff", "#dd9bf0", "#7fdbe6", "#ffffff",
]


def colour(index):
    """One of xterm's 256."""
    if index < 16:
        return PALETTE[index]
    if index >= 232:
        return "#{0:02x}{0:02x}{0:02x}".format(8 + 10 * (index - 232))
    levels = [0, 95, 135, 175, 215, 255]
    index -= 16
    return "#%02x%02x%02x" % (levels[index // 36], levels[index // 6 % 6], levels[index % 6])


def fetching(text):
    """Whether two downloads show how far they are."""
    return len(re.findall(r"[█▉▊▋▌▍▎▏]+░*\s+\d+%", text)) >= 2


class Terminal:
    """A command on a screen of its own, in a folder of its own."""

    def __init__(self, folder, columns, rows, command):
        self.folder, self.socket = folder, str(folder / "tmux")
        self.columns, self.rows = columns, rows
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(folder),
                  "env TERM=tmux-256color LANG=C.UTF-8 XDG_CONFIG_HOME=/nonexistent " + command)

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-S", self.socket, *arguments], check=True, capture_output=True, text=True).stdout

    def text(self):
        return self.tmux("capture-pane", "-p")

    def wait(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while not wanted(self.text()):
            if time.monotonic() > deadline:
                sys.exit("the screen never came to what was waited for:\n" + self.text())
            time.sleep(0.1)

    def press(self, *keys):
        for key in keys:
            self.tmux("send-keys", key)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def close(self):
        self.tmux("kill-server")
