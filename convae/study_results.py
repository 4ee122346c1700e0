"""The results of a study in one file: a line that says what it is a study of, and a line for each task as it ends.

Nothing here imports torch, so that a page shows them at once.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from convae.errors import RunError

FILE = "results.jsonl"
Row = Mapping[str, Any]
KEY = ("arm", "labels", "seed")


def begin(folder: Path, about: Mapping[str, Any]) -> None:
    """Make the file for a study of `about`, or go on with it; raises `RunError` if it is a study of something else."""
    path = folder / FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(about) + "\n")
        return
    found = read_about(folder)
    different = [key for key in about if found.get(key) != about[key]]
    if different:
        raise RunError(
            f"{path} is of another study ({', '.join(f'{key}={found.get(key)!r}' for key in different)}): its results "
            "are not mixed; choose another --name"
        )


def read_about(folder: Path) -> dict[str, Any]:
    """What the study is of; raises `RunError` that names the file if it cannot be read."""
    path = folder / FILE
    try:
        with path.open() as file:
            about = json.loads(file.readline())
    except FileNotFoundError:
        raise RunError(f"there is no study in {folder}") from None
    except (OSError, ValueError) as error:
        raise RunError(f"{path} is damaged ({error}): copy it again, or choose another --name") from error
    if not isinstance(about, dict):
        raise RunError(f"{path} is no study: choose another --name")
    return about


def append(folder: Path, row: Row) -> None:
    """Add a row that readers see at once; raises `RunError` if it cannot be written, what was there remains."""
    line = json.dumps(row) + "\n"
    try:
        with (folder / FILE).open("rb+") as file:
            end = file.seek(0, 2)
            file.seek(max(end - 1, 0))
            torn = end > 0 and file.read(1) != b"\n"  # a kill in the middle of a line
            file.write(("\n" if torn else "").encode() + line.encode())
    except OSError as error:
        raise RunError(f"cannot write {folder / FILE}: {error.strerror}. The results before are kept") from error


def read(folder: Path) -> list[dict[str, Any]]:
    """All rows, the last of each task; half a line and lines of something else are left out."""
    try:
        lines = (folder / FILE).read_text().splitlines()[1:]
    except FileNotFoundError:
        return []
    rows = {}
    for line in lines:
        try:
            row = json.loads(line)
            rows[tuple(row[key] for key in KEY)] = row
        except (ValueError, KeyError, TypeError):
            continue
    return list(rows.values())


def finished(rows: Iterable[Row]) -> list[Row]:
    """The rows of tasks that have come to a result."""
    return [row for row in rows if row.get("accuracy") is not None]


def accuracies(rows: Iterable[Row], arm: str) -> dict[int, list[float]]:
    """For each number of labels, the fewest first, the accuracy of each seed."""
    found: dict[int, list[float]] = {}
    for row in sorted(finished(rows), key=lambda row: (row["labels"], row["seed"])):
        if row["arm"] == arm:
            found.setdefault(row["labels"], []).append(row["accuracy"])
    return found


def table(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """A row for each arm and number of labels: mean accuracy, standard deviation over seeds (None for one), seeds."""
    rows = list(rows)
    return [
        {
            "arm": arm,
            "labels": labels,
            "accuracy": mean(scores),
            "deviation": stdev(scores) if len(scores) > 1 else None,
            "seeds": len(scores),
        }
        for arm in dict.fromkeys(row["arm"] for row in rows)
        for labels, scores in accuracies(rows, arm).items()
    ]
