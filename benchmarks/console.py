"""What it costs to watch a run, and what the run spends on being watched.

`python benchmarks/console.py` prints, for a run of 20,000 records that gets ten more a second: frames a second in the
browser, what the page receives, the server's share of a core, and what is sent once the run has ended; then how soon
the page opens among 200 runs; then the share of a real training that goes into records, snapshots and saves.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

from app import PROJECT, Server, app, chromium
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(PROJECT))

from convae import jobs, mnist_files, run_training, runs, snapshots, training
from convae.config import TrainConfig, preset
from convae.runs import METRICS, Run, write_atomically

RECORDS, A_SECOND, WATCHED_S, RUNS, TIMES = 20_000, 10, 30, 200, 5
SPENT = "--spent"
FRAMES = "s => new Promise((done) => {let n = 0; const end = performance.now() + 1000 * s;"
FRAMES += "const next = () => (performance.now() < end ? (n++, requestAnimationFrame(next)) : done(n / s)); next();})"


def record(step: int) -> str:
    """A line of a run that learns."""
    loss = 0.01 + 0.1 / (1 + step / 500) + 0.001 * (step % 7)
    values = {"train_loss": loss, "train_accuracy": 1 - loss, "learning_rate": 1e-3, "images_per_s": 8000.0 + step % 50}
    tested = {"test_loss": loss, "test_accuracy": 1 - loss} if step % 100 == 0 else {}
    return f"{values | tested | {'step': step, 'epoch': step / 100, 'elapsed': step / 10}}\n".replace("'", '"')


def grow(run: Run, until: threading.Event) -> None:
    """Be the run's training process, as far as a page can tell."""
    with jobs.at_work(run.path), (run.path / METRICS).open("a") as file:
        step = RECORDS
        while not until.wait(1 / A_SECOND):
            step += 1
            file.write(record(step))
            file.flush()


def cpu_seconds(process: int) -> float:
    """What a process has computed, all its threads together (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def watch(page: Page, run: Run, server: Server) -> None:
    """Print what watching the growing run costs, and what is sent when it has ended."""
    received: list[int] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))))
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    ended = threading.Event()
    thread = threading.Thread(target=grow, args=[run, ended])
    thread.start()
    page.goto(f"{server.address}/train")
    page.get_by_text("running", exact=False).first.wait_for()
    page.locator(".charts .js-plotly-plot").first.wait_for()
    page.wait_for_timeout(5000)
    received.clear()
    before, began = cpu_seconds(server.process), time.perf_counter()
    frames = page.evaluate(FRAMES, WATCHED_S)
    seconds, used = time.perf_counter() - began, cpu_seconds(server.process) - before
    print(f"watching {RECORDS:,} records and {A_SECOND} more a second: {frames:.0f} frames/s, ", end="")
    print(f"{sum(received) / seconds / 1024:.1f} KiB/s, server {used / seconds:.1%} of a core")
    ended.set()
    thread.join()
    page.wait_for_timeout(5000)
    received.clear()
    page.wait_for_timeout(5000)
    print(f"once it has ended: {sum(received)} bytes in 5 s")


HOLD = "import sys, time; from pathlib import Path; from convae import jobs"
HOLD += "\nwith jobs.at_work(Path(sys.argv[1])): time.sleep(600)"


def told_of_a_kill(page: Page, run: Run, server: Server) -> None:
    """Print how soon the page says that the run's process was killed."""
    times = []
    for _ in range(TIMES):
        process = subprocess.Popen([sys.executable, "-c", HOLD, str(run.path)], cwd=PROJECT)
        page.goto(f"{server.address}/train")
        page.get_by_text(re.compile("^running")).wait_for()
        page.wait_for_timeout(1000)
        process.kill()
        process.wait()
        start = time.perf_counter()
        page.get_by_text(re.compile("^interrupted")).wait_for()
        times.append(time.perf_counter() - start)
    print(f"a killed run is told after {median(times):.1f} s, at most {max(times):.1f} s")


def opened(page: Page, address: str) -> float:
    """Seconds until the Train page shows a run's charts, a median."""
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        page.goto(f"{address}/train")
        page.locator(".charts .js-plotly-plot").first.wait_for()
        times.append(time.perf_counter() - start)
    return median(times)


def open_among_many(page: Page, address: str) -> None:
    """Print how soon the page shows the only run, and one among many."""
    alone = opened(page, address)
    for i in range(RUNS - len(runs.list_runs())):
        other = runs.create(TrainConfig(seed=i), f"past-{i}")
        write_atomically(other.path / METRICS, "".join(record(step) for step in range(0, RECORDS, 100)).encode())
    many = opened(page, address)
    print(f"the Train page to its charts: {many:.2f} s among {RUNS} runs, {alone:.2f} s with one, ", end="")
    print(f"ratio {many / alone:.2f}")


def spent() -> None:
    """Train for real and print the share of the time that records, snapshots and saves take."""
    seconds: dict[str, float] = {}

    def timed(name: str, place: Any, function: str) -> None:
        work = getattr(place, function)

        def wrapped(*arguments: Any, **more: Any) -> Any:
            start = time.perf_counter()
            result = work(*arguments, **more)
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - start
            return result

        setattr(place, function, wrapped)

    run = runs.create(preset("autoencoder", device="cpu"), "real")
    trainer = run_training.make_trainer(run, print)
    timed("made", trainer, "_record")
    timed("evaluated", training, "evaluate")  # on the test set, within the above
    timed("written", run_training, "write_record")
    timed("saves", run_training, "save")
    timed("snapshots", run_training, "write_snapshot")
    start = time.perf_counter()
    run_training.train(run, trainer)
    whole = time.perf_counter() - start
    records = seconds["made"] - seconds["evaluated"] + seconds["written"]
    parts = {"records": records, "snapshots": seconds["snapshots"], "saves": seconds["saves"]}
    shares = ", ".join(f"{name} {value / whole:.2%}" for name, value in parts.items())
    size = sum(path.stat().st_size for path in (run.path / snapshots.FOLDER).iterdir())
    print(
        f"a training of {whole:.0f} s: {shares}, together {sum(parts.values()) / whole:.2%}; film {size / 1e3:.0f} kB"
    )


def main() -> None:
    """Measure in a folder of runs of its own."""
    if SPENT in sys.argv:  # in a process with the environment of every training
        spent()
        return
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["CONVAE_RUNS"] = folder
        run = runs.create(TrainConfig(model="classifier", epochs=1000), "long")
        write_atomically(run.path / METRICS, "".join(record(step) for step in range(1, RECORDS + 1)).encode())
        browser = chromium(playwright)
        with app() as server:
            page = browser.new_page()
            page.set_default_timeout(60_000)
            watch(page, run, server)
            told_of_a_kill(page, run, server)
            open_among_many(page, server.address)
        browser.close()
        mnist_files.fetch(print)
        subprocess.run([sys.executable, __file__, SPENT], env=os.environ | jobs.ENVIRONMENT, check=True)


if __name__ == "__main__":
    main()
