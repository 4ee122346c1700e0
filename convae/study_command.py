"""`python -m convae study`: run a label study, or go on with one, and print what came out."""

import argparse
import csv
import dataclasses
import json
import sys
from typing import Any

from convae import jobs, runs, study_results
from convae.arms import ARMS
from convae.config import LATENT_DIM_MAX, SAMPLINGS, TRAIN_SIZE, check_name
from convae.errors import ConfigError, RunError

LABELS = (100, 1000)
SEEDS = 3
FORMATS = ("table", "markdown", "csv", "json")


def add_to(commands: Any) -> None:
    """Add the command to the parser's."""
    command = commands.add_parser("study", help="accuracy against the number of labels, for several ways to train")
    add = command.add_argument
    add("--labels", type=int, nargs="+", default=list(LABELS), metavar="N", help="numbers of labels")
    add("--arms", nargs="+", metavar="ARM", help="ways to train, all of them if left out")
    add("--seeds", type=int, default=SEEDS, metavar="N", help=f"how many seeds each ({SEEDS})")
    add("--sampling", choices=SAMPLINGS, default="balanced", help="which images are the labelled ones (balanced)")
    add("--autoencoder", metavar="RUN", default="autoencoder-12", help="the pretrained one (autoencoder-12)")
    add("--latent-dim", type=int, metavar="N", help=f"1 to {LATENT_DIM_MAX}: refuse an autoencoder of another length")
    add("--name", help="name of the study (its sampling)")
    add("--resume", action="store_true", help="go on with a study of this name; nothing is done twice")
    add("--workers", type=int, metavar="N", help="processes on this machine (one for each core)")
    add("--scheduler", metavar="ADDRESS", help="do the tasks on the workers of this Dask scheduler")
    add("--format", choices=FORMATS, default="table", help="how to print the result (table)")
    command.set_defaults(run=study)


def study(options: argparse.Namespace) -> int:
    """Run the tasks that have no result yet, then print the results."""
    check(options)
    folder = runs.studies_dir() / check_name(options.name or options.sampling)
    if (folder / study_results.FILE).exists() and not options.resume:
        raise RunError(f"the study {folder.name!r} exists: go on with it by --resume, or choose another --name")
    run = runs.open_run(options.autoencoder)
    if run.config.model != "autoencoder" or options.latent_dim not in (None, run.config.latent_dim):
        raise RunError(
            f"{run.name} is a {run.config.model} with latent_dim {run.config.latent_dim}: choose an autoencoder "
            f"with latent_dim {options.latent_dim or run.config.latent_dim}"
        )
    shared = {"sampling": options.sampling, "autoencoder": run.name, "weights": run.weights_hash()}
    failed = do_tasks(options, folder, shared)
    print_results(study_results.read(folder), options.format)
    if failed:
        print(f"{failed} tasks failed; --resume tries them again", file=sys.stderr)
    return 1 if failed else 0


def check(options: argparse.Namespace) -> None:
    """Refuse numbers that make no study with a `ConfigError`."""
    options.arms = options.arms or list(ARMS)
    for arm in options.arms:
        if arm not in ARMS:
            raise ConfigError(f"arm {arm!r} is not one of {', '.join(ARMS)}")
    lowest = 10 if options.sampling == "balanced" else 1
    for labels in options.labels:
        if not lowest <= labels <= TRAIN_SIZE:
            why = "; below 10 a balanced draw has no label of some digit" if labels < lowest else ""
            raise ConfigError(f"labels={labels} is not between {lowest} and {TRAIN_SIZE}{why}")
    if options.seeds < 1:
        raise ConfigError(f"seeds={options.seeds} is below 1")
    if options.workers is not None and options.workers < 1:
        raise ConfigError(f"workers={options.workers} is below 1")


def do_tasks(options: argparse.Namespace, folder: Any, shared: dict[str, str]) -> int:
    """Do what has no result yet, writing each result as it comes; returns how many failed."""
    from tqdm import tqdm

    from convae import executors, mnist_files
    from convae.label_study import Task, run_task

    folder.mkdir(parents=True, exist_ok=True)
    with jobs.at_work(folder):
        study_results.begin(folder, {**shared, "arms": {arm: dataclasses.asdict(ARMS[arm]) for arm in ARMS}})
        done = {
            tuple(row[key] for key in study_results.KEY) for row in study_results.finished(study_results.read(folder))
        }
        wanted = [
            Task(labels, arm, seed, **shared)
            for seed in range(options.seeds)
            for labels in sorted(set(options.labels))
            for arm in options.arms
            if (arm, labels, seed) not in done
        ]
        if not wanted:
            return 0
        if not options.scheduler:
            mnist_files.fetch(lambda line: print(line, file=sys.stderr))  # once, not in each worker
        open_executor = (
            (lambda: executors.dask(options.scheduler))
            if options.scheduler
            else (lambda: executors.processes(options.workers))
        )
        failed = 0
        with tqdm(total=len(wanted), unit="task", disable=None) as bar:
            for task, result in executors.run_all(run_task, wanted, open_executor):
                if isinstance(result, Exception):
                    failed += 1
                    result = {
                        **dataclasses.asdict(task),
                        "accuracy": None,
                        "error": f"{type(result).__name__}: {result}",
                    }
                    tqdm.write(
                        f"{task.arm}, {task.labels} labels, seed {task.seed}: {result['error']}", file=sys.stderr
                    )
                study_results.append(folder, result)
                bar.update()
                if jobs.stop_requested(folder):
                    break
    return failed


def print_results(rows: list[dict[str, Any]], form: str) -> None:
    """Print the means over seeds as a table, or all rows as CSV or JSON."""
    if form == "json":
        print(json.dumps({"tasks": rows, "means": study_results.table(rows)}))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, ["arm", "labels", "seed", "accuracy", "seconds"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    elif form == "markdown":
        print(markdown(study_results.table(rows)))
    else:
        for row in study_results.table(rows):
            print(f"{row['arm']:22} {row['labels']:6} labels  {score(row)} ({row['seeds']} seeds)")


def score(row: dict[str, Any]) -> str:
    """Mean accuracy and its standard deviation in per cent."""
    deviation = "" if row["deviation"] is None else f" ± {row['deviation']:.2%}"
    return f"{row['accuracy']:.2%}{deviation}"


def markdown(means: list[dict[str, Any]]) -> str:
    """A Markdown table with a row for each arm and a column for each number of labels."""
    labels = sorted({row["labels"] for row in means})
    lines = [["labels", *map(str, labels)], ["---"] * (len(labels) + 1)]
    for arm in dict.fromkeys(row["arm"] for row in means):
        found = {row["labels"]: score(row) for row in means if row["arm"] == arm}
        lines.append([ARMS[arm].title, *(found.get(count, "") for count in labels)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
