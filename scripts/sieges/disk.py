"""A home that is full, that may not be written, or whose files may only get so large."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

from besieged import MIB, Besieged, Skipped, Witness, end, neighbour
from processes import Failure, Process
from program import EXECUTABLE, Program
from sources import random_file
from strangers import entry, reply, say

# The program keeps 64 MiB of a disk free for its catalogue.
DISK = 128 * MIB
NOBODY = 65534


@contextlib.contextmanager
def small_disk(place: pathlib.Path):
    if os.geteuid() != 0:
        raise Skipped("only root may mount a small disk")
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", place], capture_output=True, text=True)
    if mounted.returncode != 0:
        raise Skipped(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(file: pathlib.Path) -> None:
    """Until not a byte is left."""
    with contextlib.suppress(OSError), open(file, "wb", buffering=0) as ballast:
        while ballast.write(bytes(4096)):
            pass


def holder_of(file: pathlib.Path, directory: pathlib.Path) -> Program:
    """A neighbour that gives it slowly enough for things to happen meanwhile."""
    holder = neighbour(directory)
    holder.send(f"push {file}")
    holder.wait(lambda: holder.status()["files_local"] == 1, "the neighbour's file", 60)
    return holder


def remote(peer: Program, name: str) -> str:
    """The id of a file that somebody else has."""
    def listed():
        files = peer.get(f"/api/v1/files?q=name:{name}")["files"]
        return next((file["file_id"] for file in files if file["peers"]), None)

    peer.wait(listed, f"{name} is listed", 60)
    return listed()


def expect_after_restart(home: pathlib.Path, here: set[str], gone: set[str]) -> None:
    """What a peer started in the same home says of these files."""
    risen = Program("besieged", home)
    risen.wait_until_up()

    def local() -> set[str]:
        return {file["file_id"] for file in risen.get("/api/v1/files?q=here&limit=1000")["files"]}

    risen.wait(lambda: here <= local(), "its files after a restart", 60)
    if back := gone & local():
        raise Failure(f"deleted, and back after a restart: {back}")
    risen.stop()


def full_disk(directory: pathlib.Path):
    """Each thing that needs room fails with a clear message; with room again, all continues, and nothing is lost."""
    with small_disk(directory / "disk") as disk:
        holder = holder_of(random_file(directory / "wanted.bin", 48 * MIB), directory)
        peer = Besieged(disk, bootstrap=holder.address)
        with Witness(peer, 256 * MIB) as witness:
            here, gone = endure_full_disk(directory, disk, peer)
        end(peer, holder)
        expect_after_restart(peer.home, here, gone)
    return ("a push, a download and the catalogue fail with a clear message; once there is room, all of them continue; "
            "nothing is lost, and nothing deleted comes back"), witness


def endure_full_disk(directory: pathlib.Path, disk: pathlib.Path, peer: Besieged) -> tuple[set[str], set[str]]:
    """Ids that are here at the end, and those that are deleted."""
    kept = peer.share(random_file(directory / "kept.bin", MIB))
    doomed = peer.share(random_file(directory / "doomed.bin", MIB))
    wanted = remote(peer, "wanted.bin")
    random_file(disk / "half", 50 * MIB)
    peer.prompt(f"get {wanted}")
    peer.wait_for_log("disk is full")
    fill(disk / "rest")
    peer.refuses_to_push(random_file(directory / 'refused.bin', MIB), "partial: the disk is full")
    say(peer.port, reply(1, "teller", [entry(f"full-{number}") for number in range(2_000)]))
    peer.wait_for_log("the catalogue cannot be written")
    peer.prompt(f"delete {doomed['file_id']}")
    peer.wait(lambda: not peer.local("doomed.bin"), "the deleted file has gone", 60)
    (disk / "rest").unlink()
    (disk / "half").unlink()
    peer.wait_for_log("the catalogue can be written again")
    peer.prompt(f"get {wanted}")
    peer.wait_for_local("wanted.bin", 120)
    after = peer.share(random_file(directory / "after.bin", MIB))
    return {kept["file_id"], after["file_id"], wanted}, {doomed["file_id"]}


def failing_disk(directory: pathlib.Path):
    """Syncs fail while a download is kept and a file is pushed; the tracer that makes them fail goes away later."""
    if not shutil.which("strace"):
        raise Skipped("there is no strace")
    holder = holder_of(random_file(directory / "wanted.bin", 4 * MIB), directory)
    peer = Besieged(directory, bootstrap=holder.address)
    with Witness(peer, 256 * MIB) as witness:
        wanted = remote(peer, "wanted.bin")
        tracer = Process(
            ["strace", "--follow-forks", f"--attach={peer.pid}", "--trace=fsync,syncfs,sync_file_range",
             "--inject=fsync,syncfs,sync_file_range:error=EIO"], log=directory / "trace")
        peer.wait(lambda: "attached" in (directory / "trace").read_text(), "the tracer", 30)
        peer.prompt(f"get {wanted}")
        peer.wait_for_log("cannot sync")
        peer.refuses_to_push(random_file(directory / 'pushed.bin', MIB), "cannot push")
        if peer.status()["files_local"] or list((peer.home / "files").iterdir()):
            raise Failure("a file is here that was never synced")
        if left := list((peer.home / ".p2ptui" / "partial").iterdir()):
            raise Failure(f"bytes that were never synced wait to be used: {left[0].name}")
        tracer.stop(signal.SIGINT)
        peer.prompt(f"get {wanted}")
        peer.wait_for_local("wanted.bin")
        peer.share(directory / "pushed.bin")
    end(peer, holder)
    return ("a download and a push whose bytes cannot be synced fail with a clear message and are thrown away; both are "
            "accepted once the disk syncs again"), witness


def small_files_only(directory: pathlib.Path):
    """RLIMIT_FSIZE: a file beyond it is refused as on a full disk; needs no root."""
    holder = holder_of(random_file(directory / "large.bin", 24 * MIB), directory)
    peer = Besieged(
        directory, "--accept-push", "yes", bootstrap=holder.address, under=["prlimit", f"--fsize={8 * MIB}"])
    with Witness(peer, 256 * MIB) as witness:
        large = remote(peer, "large.bin")
        peer.prompt(f"get {large}")
        peer.wait_for_log("file too large")
        peer.refuses_to_push(directory / 'large.bin', "cannot push")
        peer.share(random_file(directory / "small.bin", MIB))
    end(peer, holder)
    return "a file beyond the limit is refused with a clear message, a smaller one is accepted", witness


def no_permission(directory: pathlib.Path):
    """A home that cannot be written from the start, and one that stops being so."""
    rights = as_nobody()
    for folder in (directory.parent, directory):
        folder.chmod(0o755)
    locked = directory / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    refuse_to_start(locked, rights)
    holder = holder_of(random_file(directory / "wanted.bin", MIB), directory)
    home = directory / "open"
    (home / "besieged").mkdir(parents=True)
    give_away(home)
    peer = Besieged(home, bootstrap=holder.address, under=rights)
    source = random_file(directory / "source.bin", MIB)
    secret = random_file(directory / "secret.bin", MIB)
    secret.chmod(0)
    with Witness(peer, 256 * MIB) as witness:
        wanted = remote(peer, "wanted.bin")
        peer.refuses_to_push(secret, "secret.bin: permission denied")
        folders = [peer.home / "files", peer.home / ".p2ptui" / "partial"]
        for folder in folders:
            folder.chmod(0o555)
        peer.prompt(f"get {wanted}")
        peer.wait_for_log("permission denied")
        peer.refuses_to_push(source, "partial-1: permission denied")
        for folder in folders:
            folder.chmod(0o755)
        peer.prompt(f"get {wanted}")
        peer.wait_for_local("wanted.bin", 120)
        peer.share(source)
    end(peer, holder)
    return ("a home that cannot be written is refused at the start; while folders have no permission, downloads and "
            "pushes fail with a clear message, and are accepted again later"), witness


def as_nobody() -> list[str]:
    """How to run the program without rights; those of this user are few enough, unless it is root."""
    if os.geteuid() != 0:
        return []
    rights = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if subprocess.run([*rights, "test", "-x", EXECUTABLE]).returncode != 0:
        raise Skipped(f"nobody may not run {EXECUTABLE}")
    return rights


def give_away(folder: pathlib.Path) -> None:
    if os.geteuid() == 0:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)


def refuse_to_start(home: pathlib.Path, rights: list[str]) -> None:
    command = [*rights, EXECUTABLE, "besieged", "127.0.0.1", "0", "0", "--headless", "--home", home,
               "--bootstrap", "none"]
    ended = subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    if ended.returncode == 0 or "cannot use home" not in ended.stderr:
        raise Failure(f"in a home without permission: status {ended.returncode}, {ended.stderr.strip()}")
