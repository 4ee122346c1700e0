"""The file of a study's results."""

import json
from statistics import mean, stdev

import pytest

from convae import study_results
from convae.errors import RunError

ABOUT = {"sampling": "balanced", "weights": "abc"}


def row(arm: str, labels: int, seed: int, accuracy: float | None) -> dict:
    return {"arm": arm, "labels": labels, "seed": seed, "accuracy": accuracy}


def test_rows_come_back_and_the_last_of_a_task_counts(tmp_path):
    study_results.begin(tmp_path, ABOUT)
    study_results.append(tmp_path, row("a", 10, 0, None))
    study_results.append(tmp_path, row("a", 10, 1, 0.5))
    study_results.append(tmp_path, row("a", 10, 0, 0.7))
    assert study_results.read(tmp_path) == [row("a", 10, 0, 0.7), row("a", 10, 1, 0.5)]
    assert study_results.read_about(tmp_path) == ABOUT


def test_a_study_is_gone_on_with_and_another_is_refused(tmp_path):
    study_results.begin(tmp_path, ABOUT)
    study_results.append(tmp_path, row("a", 10, 0, 0.7))
    study_results.begin(tmp_path, ABOUT)
    with pytest.raises(RunError, match="another study.*weights='abc'"):
        study_results.begin(tmp_path, {**ABOUT, "weights": "def"})
    assert len(study_results.read(tmp_path)) == 1


@pytest.mark.parametrize("torn", ['{"arm": "a", "lab', "[]", "null", '{"arm": "a"}', "\x00"])
def test_half_a_line_is_left_out_and_does_not_swallow_the_next(tmp_path, torn):
    study_results.begin(tmp_path, ABOUT)
    study_results.append(tmp_path, row("a", 10, 0, 0.7))
    with (tmp_path / study_results.FILE).open("a") as file:
        file.write(torn)
    study_results.append(tmp_path, row("a", 10, 1, 0.8))
    assert [r["accuracy"] for r in study_results.read(tmp_path)] == [0.7, 0.8]


@pytest.mark.parametrize("content", ["", "not json\n", "[1]\n"])
def test_a_file_that_is_no_study_is_named(tmp_path, content):
    (tmp_path / study_results.FILE).write_text(content)
    with pytest.raises(RunError, match=r"results.jsonl is (damaged|no study)"):
        study_results.begin(tmp_path, ABOUT)
    assert (tmp_path / study_results.FILE).read_text() == content


def test_what_cannot_be_written_is_told(tmp_path):
    with pytest.raises(RunError, match="cannot write"):
        study_results.append(tmp_path / "gone", row("a", 10, 0, 0.7))


def test_no_study_has_no_rows(tmp_path):
    assert study_results.read(tmp_path / "none") == []


def test_the_table_has_means_and_deviations():
    rows = [row("a", 50, 0, 0.5), row("a", 10, 0, 0.2), row("a", 10, 1, 0.4), row("b", 10, 0, None)]
    assert study_results.accuracies(rows, "a") == {10: [0.2, 0.4], 50: [0.5]}
    assert study_results.table(rows) == [
        {"arm": "a", "labels": 10, "accuracy": mean([0.2, 0.4]), "deviation": stdev([0.2, 0.4]), "seeds": 2},
        {"arm": "a", "labels": 50, "accuracy": 0.5, "deviation": None, "seeds": 1},
    ]
    assert json.dumps(study_results.table(rows))
