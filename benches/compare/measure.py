"""Whole processes: how long they take, and how much memory at their peak."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

# ru_maxrss is in KiB, on macOS in bytes. On Linux a child's begins at what its parent holds, so
# this process has to stay small: it reads no report and no data as a whole.
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
FIRST_WORDS = 200


class Failed(Exception):
    """A program ended with another code than 0."""


@dataclass
class Run:
    seconds: float
    peak: int
    """Bytes."""
    cpu: float
    """Seconds of all its threads."""
    output: str


@dataclass
class Runs:
    """The counted runs of one program on one input."""

    all: list[Run] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.all)

    @property
    def fastest(self) -> float:
        return min(run.seconds for run in self.all)

    @property
    def slowest(self) -> float:
        return max(run.seconds for run in self.all)

    @property
    def cpu(self) -> float:
        return statistics.median(run.cpu for run in self.all)

    @property
    def peak(self) -> int:
        return max(run.peak for run in self.all)


def run(command: list[str], folder: Path) -> Run:
    """Runs a program to its end in a folder."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            words = errors.read(FIRST_WORDS).decode("ascii", errors="replace")
            raise Failed(f"exit code {process.returncode}: {' '.join(words.split())} ...")
        output.seek(0)
        return Run(
            seconds,
            usage.ru_maxrss * MAXRSS_UNIT,
            usage.ru_utime + usage.ru_stime,
            output.read().decode(errors="replace"),
        )


def own_peak() -> int:
    """Bytes below which no peak can be seen."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT


class Others:
    """What share of the machine other programs took while something was measured."""

    def __init__(self) -> None:
        self.busy = _busy()
        self.began = time.perf_counter()
        self.ours = _ours()

    def share(self) -> float | None:
        """From 0 to 1; None where the system doesn't tell."""
        busy = _busy()
        if self.busy is None or busy is None:
            return None
        passed = (time.perf_counter() - self.began) * (os.cpu_count() or 1)
        others = busy - self.busy - (_ours() - self.ours)
        return min(max(others / passed, 0.0), 1.0)


def _busy() -> float | None:
    """Seconds that all cores together have worked, or that a host has taken away."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    # user nice system idle iowait irq softirq steal
    ticks = [int(value) for value in fields[:8]]
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")


def _ours() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
