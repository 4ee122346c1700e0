"""The command line: a thin layer over the package. `python -m convae --help` tells what there is."""

import argparse
import dataclasses
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

from convae import measure_commands, runs, study_command
from convae.config import MODELS, TRAIN_SIZE, TrainConfig, default_name, preset
from convae.errors import ConvaeError, NonFiniteLossError, RunError


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help tells more)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, 2 for what the user can put right, 130 for Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = make_parser().parse_args(arguments)
    try:
        return options.run(options)
    except ConvaeError as error:
        print(f"convae: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; each sets `run` to the function that does it."""
    parser = Parser(
        prog="python -m convae", description="Train, list and evaluate convolutional autoencoders on MNIST."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("data", help="fetch MNIST if it is not here, and check it")
    command.set_defaults(run=fetch_data)

    command = commands.add_parser("train", help="train a model, or go on with a run that was stopped")
    command.add_argument("model", nargs="?", choices=list(MODELS), help="what to train")
    command.add_argument("--name", help="name of the run (made from the settings if left out)")
    command.add_argument(
        "--resume", metavar="NAME", nargs="+", help="go on with these runs, one after the other; takes no settings"
    )
    _add_settings(command)
    command.set_defaults(run=train)

    command = commands.add_parser(
        "queue", help="train the runs that wait in the queue (the Train page does it by itself)"
    )
    command.set_defaults(run=work_queue)

    study_command.add_to(commands)

    command = commands.add_parser("list", help="show all runs")
    command.set_defaults(run=show_runs)

    measure_commands.add_to(commands)

    command = commands.add_parser("map", help="lay out a run's codes of the test digits by t-SNE")
    command.add_argument("name", metavar="RUN")
    command.set_defaults(run=make_map)

    command = commands.add_parser("export", help="put all of some runs into a zip file: settings, CSV, weights, curves")
    command.add_argument("names", metavar="RUN", nargs="+")
    command.add_argument("--to", type=Path, metavar="FILE", required=True, help="the zip file to make")
    command.set_defaults(run=export_runs)

    command = commands.add_parser("import", help="make a run from a state dict saved by torch.save")
    command.add_argument("file", type=Path, metavar="FILE", help=".pt, .pth or .safetensors")
    command.add_argument("--name", required=True, help="name of the new run")
    command.add_argument("--encoder-run", help="for a ClassifierDecoding: the classifier run its encoder came from")
    command.set_defaults(run=import_run)
    return parser


def _add_settings(command: argparse.ArgumentParser) -> None:
    """One flag for each field of `TrainConfig`; those not given are the recipe's."""
    for f in dataclasses.fields(TrainConfig):
        if f.name == "model":
            continue
        flag, text = "--" + f.name.replace("_", "-"), f.metadata["help"]
        more: dict[str, Any] = {"help": text, "default": argparse.SUPPRESS}
        if f.type is bool:
            command.add_argument(flag, action=argparse.BooleanOptionalAction, **more)
        elif "choices" in f.metadata:
            command.add_argument(flag, choices=f.metadata["choices"], **more)
        else:
            kind = f.type if f.type in (int, float) else str
            command.add_argument(flag, type=kind, metavar=kind.__name__.upper(), **more)


def fetch_data(options: argparse.Namespace) -> int:
    """`convae data`."""
    from convae import mnist_files

    print(f"MNIST is complete in {mnist_files.fetch(print)}")
    return 0


def train(options: argparse.Namespace) -> int:
    """`convae train`."""
    if options.resume:
        if _given_settings(options) or options.name:
            raise RunError("--resume takes no other settings: the run has its own")
        return max(_train_with_progress(run) for run in [runs.open_run(name) for name in options.resume])
    if options.model is None:
        raise RunError(f"say what to train, one of {', '.join(MODELS)}, or --resume NAME")
    config = config_from(options)
    from convae.training import pick_device

    pick_device(config.device)  # before a directory is made
    return _train_with_progress(runs.create(config, options.name or default_name(config)))


def config_from(options: argparse.Namespace) -> TrainConfig:
    """The settings that the flags of `train` ask for: the recipe's, changed by what was given."""
    return preset(**_given_settings(options))


def _given_settings(options: argparse.Namespace) -> dict[str, Any]:
    names = {f.name for f in dataclasses.fields(TrainConfig)}
    return {name: value for name, value in vars(options).items() if name in names and value is not None}


def _train_with_progress(run: runs.Run) -> int:
    from tqdm import tqdm

    from convae import run_training

    bar = tqdm(desc=run.name, unit=" images", unit_scale=True, disable=None)

    def say(line: str) -> None:
        with (run.path / "log.txt").open("a") as log:
            log.write(line + "\n")
        tqdm.write(line)

    say(f"{run.name}: {run.config.command(run.name)}")
    try:
        trainer = run_training.make_trainer(run, say)
        per_step = len(trainer.train.labels) / trainer.steps_per_epoch
        bar.reset(total=int(trainer.total_steps * per_step))

        def on_record(record: dict[str, float | None]) -> None:
            bar.n = int((record["step"] or 0) * per_step)
            bar.set_postfix(loss=f"{record['train_loss']:.4f}")
            if record["test_loss"] is not None:
                say(describe(record))

        if run_training.train(run, trainer, on_record):
            say("finished")
            return 0
    except KeyboardInterrupt:
        pass
    except (ConvaeError, MemoryError) as error:
        if isinstance(error, NonFiniteLossError | MemoryError):
            run_training.record_failure(run, str(error) or "out of memory")
        say(f"failed: {error}")
        raise
    finally:
        bar.close()
    say(f"stopped; go on with: python -m convae train --resume {run.name}")
    return 130


def work_queue(options: argparse.Namespace) -> int:
    """`convae queue`."""
    from convae import queue

    queue.work()
    return 0


def describe(record: dict[str, Any]) -> str:
    """One line about a record: `epoch 2  train_loss 0.0121  test_loss 0.0119  14 s`."""
    shown = [f"{k} {v:.4f}" for k, v in record.items() if v is not None and k.startswith(("train_", "test_"))]
    return "  ".join([f"epoch {record['epoch']:g}", *shown, f"{record['elapsed']:.1f} s"])


def show_runs(options: argparse.Namespace) -> int:
    """`convae list`."""
    for message in runs.unreadable():
        print(message, file=sys.stderr)
    found = runs.list_runs()
    if not found:
        print(f"no runs in {runs.runs_dir()}: make one with `python -m convae train autoencoder`")
        return 0
    rows = [("name", "status", "model", "latent_dim", "labels", "epoch", "test loss", "test accuracy")]
    for run in found:
        last = run.last_scores()
        labels = (
            "-"
            if not MODELS[run.config.model].uses_labels
            else "all"
            if run.config.labels == TRAIN_SIZE
            else str(run.config.labels)
        )
        rows.append(
            (
                run.name,
                run.status(),
                run.config.model,
                str(run.config.latent_dim),
                labels,
                f"{last.get('epoch', 0):g}",
                _number(last.get("test_loss")),
                _number(last.get("test_accuracy")),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def make_map(options: argparse.Namespace) -> int:
    """`convae map`."""
    run = runs.open_run(options.name)
    from tqdm import tqdm

    from convae import data, jobs, latent, maps, weights

    encoder = weights.load(run).encoder
    with jobs.at_work(maps.folder(run)), tqdm(desc=f"map of {run.name}", total=100, unit="%", disable=None) as bar:

        def on_progress(share: float) -> None:
            maps.report_progress(run, share)
            bar.update(round(100 * share) - bar.n)

        on_progress(0)
        codes = latent.encode(encoder, data.load("test", dataset=run.config.dataset).images)
        maps.write(run, maps.tsne(codes, on_progress))
    print(f"the map is in {maps.folder(run)}")
    return 0


def export_runs(options: argparse.Namespace) -> int:
    """`convae export`."""
    found = [runs.open_run(name) for name in options.names]
    if options.to.exists():
        raise RunError(f"{options.to} exists already: choose another name")
    from convae import export

    try:
        runs.write_atomically(options.to, export.archive(found))
    except OSError as error:
        raise RunError(f"cannot write {options.to}: {error.strerror}") from error
    print(f"{', '.join(options.names)} in {options.to}")
    return 0


def import_run(options: argparse.Namespace) -> int:
    """`convae import`."""
    from convae import weights

    run = weights.import_state_dict(options.file, options.name, options.encoder_run)
    print(f"imported as {run.name}: {run.config.model}, latent_dim {run.config.latent_dim}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
