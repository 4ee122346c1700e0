"""One zip file with everything of some runs."""

import csv
import io
import json
import zipfile

import pytest
from safetensors.torch import load

from convae import __main__, curves, export, runs, weights
from convae.errors import RunError


@pytest.fixture
def shipped(shipped_home) -> list[runs.Run]:
    return runs.list_runs(["autoencoder-12", "classifier-12"])


def test_it_holds_all_that_the_runs_hold(shipped):
    with zipfile.ZipFile(io.BytesIO(export.archive(shipped))) as zipped:
        for run in shipped:
            assert json.loads(zipped.read(f"{run.name}/config.json")) == run.about
            state = load(zipped.read(f"{run.name}/model.safetensors"))
            assert all(tensor.equal(state[name]) for name, tensor in weights.load(run).state_dict().items())
            rows = list(csv.DictReader(io.StringIO(zipped.read(f"{run.name}/metrics.csv").decode())))
            assert [float(row["train_loss"]) for row in rows] == [r["train_loss"] for r in run.metrics()]
            assert float(rows[-1]["test_loss"]) == run.metrics()[-1]["test_loss"]
        page = zipped.read(export.FIGURES).decode()
    assert page.count("plotly.js v") == 1  # inside the page, once
    assert "<script src=" not in page
    for name in curves.VALUES.values():
        assert name in page


def test_a_value_that_is_not_in_every_record_is_an_empty_cell():
    assert export.metrics_csv([{"step": 1}, {"step": 2, "new": None}]).split() == ["step,new", "1,", "2,"]


def test_a_run_that_was_never_trained_has_no_curves(small_run):
    with zipfile.ZipFile(io.BytesIO(export.archive([small_run]))) as zipped:
        assert zipped.namelist() == ["small/config.json", "small/metrics.csv", export.FIGURES]


def test_a_run_that_is_gone_is_named(small_run):
    runs.delete(small_run)
    with pytest.raises(RunError, match="no run named 'small'"):
        export.archive([small_run])


def test_the_command_makes_the_file_and_never_writes_over_one(shipped, tmp_path, capsys):
    file = tmp_path / "all.zip"
    arguments = ["export", *(run.name for run in shipped), "--to", str(file)]
    assert __main__.main(arguments) == 0
    assert zipfile.is_zipfile(file)
    before = file.read_bytes()
    assert __main__.main(arguments) == 2
    assert "exists already" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert __main__.main(["export", shipped[0].name, "--to", str(tmp_path / "none" / "a.zip")]) == 2
    assert "No such file or directory" in capsys.readouterr().err
