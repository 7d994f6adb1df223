"""The machine that is measured on, in words."""

import os
import pathlib
import platform
import re
import subprocess

CONGESTION = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")


def congestion_control() -> str:
    return CONGESTION.read_text().strip()


def processor() -> str:
    match = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return match[1] if match else platform.machine()


def memory_gib() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30


def file_system(directory: pathlib.Path) -> str:
    return subprocess.run(
        ["findmnt", "--noheadings", "--output", "FSTYPE", "--target", directory],
        capture_output=True, text=True).stdout.strip()


def describe(directory: pathlib.Path) -> str:
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores of {processor()}, {memory_gib()} GiB, {file_system(directory)}, "
        f"Linux {platform.release()}, congestion control {congestion_control()}; "
        f"page cache warm; load {load:.1f} at the start.")
