"""The README's Python runs, its commands parse and its pictures exist."""

import re
import shlex

from convae import runs
from convae.__main__ import make_parser

README = (runs.PROJECT / "README.md").read_text()


def test_the_python_runs(monkeypatch):
    monkeypatch.delenv("CONVAE_RUNS", raising=False)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict = {}
    exec(code, names)
    assert names["codes"].shape == (10_000, 12)
    assert names["pictures"].shape == (8, 28, 28)


def test_the_commands_parse():
    lines = re.findall(r"^python -m convae (.*?)(?:  #.*)?$", README, re.MULTILINE)
    assert len(lines) >= 6
    for line in lines:
        if "--help" not in line:
            make_parser().parse_args(shlex.split(line))


def test_the_pictures_and_files_it_links_exist():
    links = re.findall(r"\]\(((?!https?:)[^)]+)\)", README)
    assert len(links) >= 3
    assert [link for link in links if not (runs.PROJECT / link).exists()] == []
