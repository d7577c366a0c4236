"""What a measurement has to name: machine, system and versions."""

import os
import platform
import subprocess
from datetime import date
from pathlib import Path


def lines(program: str, python: str | None) -> list[str]:
    """`python` has the query engines, if they were asked."""
    engines = ""
    if python is not None:
        tell = "import polars, duckdb; print(polars.__version__, duckdb.__version__)"
        polars, duckdb = _said([python, "-I", "-c", tell]).split()
        engines = f"Polars {polars}, DuckDB {duckdb}, "
    return [
        f"{date.today().isoformat()}, {os.cpu_count()} cores of {_processor()}, "
        f"{_memory()}, {platform.system()} {platform.release()}",
        f"{_said([program, '--version'])}, {engines}"
        f"Python {platform.python_version()}",
    ]


def load() -> float | None:
    """Processes that wanted a core, on average of the last minute."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def _said(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory() -> str:
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return "memory not known"
    return f"{pages / 1e9:.0f} GB of memory"
