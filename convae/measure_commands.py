"""`python -m convae evaluate` and `report`: how good runs are on the test digits, and what their codes keep."""

import argparse
import json
import math
import sys
from pathlib import Path
from typing import Any

from convae import runs
from convae.errors import RunError


def add_to(commands: Any) -> None:
    """Add the two commands to the parser's."""
    command = commands.add_parser("evaluate", help="score a run on the 10,000 test digits, and what its code keeps")
    command.add_argument("name", metavar="RUN")
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(run=evaluate)

    command = commands.add_parser("report", help="write what some runs keep and where they fail into one HTML file")
    command.add_argument("names", metavar="RUN", nargs="+")
    command.add_argument("--to", type=Path, metavar="FILE", required=True, help="the HTML file to make")
    command.set_defaults(run=write_report)


def evaluate(options: argparse.Namespace) -> int:
    """`convae evaluate`."""
    run = runs.open_run(options.name)
    from convae import appraisal, data, training, weights

    model = weights.load(run)
    test = data.load("test", lambda line: print(line, file=sys.stderr), run.config.dataset)
    scores = training.evaluate(model, test)
    quality = appraisal.measure(run, model, data.load("train", dataset=run.config.dataset), test)
    named = {f"test_{name}": value for name, value in scores.items()}
    named |= {name: value for name, value in quality._asdict().items() if not math.isnan(value)}
    if options.json:
        print(json.dumps({"run": run.name, **named}))
    else:
        print(f"{run.name}: " + "  ".join(f"{name} {value:.4f}" for name, value in named.items()))
    return 0


def write_report(options: argparse.Namespace) -> int:
    """`convae report`."""
    found = [runs.open_run(name) for name in options.names]
    if options.to.exists():
        raise RunError(f"{options.to} exists already: choose another name")
    from convae import report

    try:
        runs.write_atomically(options.to, report.page(found).encode())
    except OSError as error:
        raise RunError(f"cannot write {options.to}: {error.strerror}") from error
    print(f"{', '.join(options.names)} in {options.to}")
    return 0
