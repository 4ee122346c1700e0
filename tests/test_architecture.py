"""The arrows between the modules point one way."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
LIBRARY = sorted(path.stem for path in (PROJECT / "convae").glob("*.py"))

# Each module may import only modules to its left; those in one group do not know each other.
ORDER = (
    {
        "errors",
        "pictures",
        "curves",
        "label_propagation",
        "label_curves",
        "arms",
        "code_quality",
        "deconvolution",
        "critic",
    },
    {"__init__", "figures", "config", "jobs", "drawing", "images", "study_results", "mnist_files"},
    {"models", "data", "runs", "executors"},
    {"recipes", "weights", "codes", "maps", "queue", "export", "own_digits"},
    {"latent", "training", "snapshots", "strangeness", "calibration", "consistency"},
    {"run_training", "explain", "label_study", "appraisal"},
    {"report"},
    {"study_command", "measure_commands"},
    {"__main__"},
)
ALONE = {"jobs": {"errors"}, "figures": {"curves", "label_curves"}, "curves": set(), "pictures": set()}


def imported(path: Path) -> set[str]:
    """Dotted names of all modules that the file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def library_imports(path: Path) -> set[str]:
    names = {name.split(".")[1] for name in imported(path) if name.startswith("convae.")}
    return names & set(LIBRARY)


def test_every_module_has_its_place():
    assert set().union(*ORDER) == set(LIBRARY)


@pytest.mark.parametrize("module", LIBRARY)
def test_the_library_imports_only_what_stands_below(module):
    path = PROJECT / "convae" / f"{module}.py"
    level = next(i for i, group in enumerate(ORDER) if module in group)
    assert library_imports(path) <= set().union(*ORDER[:level])
    assert not {name.split(".")[0] for name in imported(path)} & {"streamlit", "ui", "pages", "streamlit_app"}
    if module in ALONE:
        assert library_imports(path) <= ALONE[module]


def test_ui_imports_no_page_and_pages_no_page():
    for path in [*(PROJECT / "ui").glob("*.py"), *(PROJECT / "pages").glob("*.py"), PROJECT / "streamlit_app.py"]:
        assert not {name.split(".")[0] for name in imported(path)} & {"pages", "streamlit_app"}


@pytest.mark.parametrize("module", ["convae.config", "convae.runs", "convae.__main__", "ui.frame", "ui.training"])
def test_what_every_page_needs_does_not_load_torch(module):
    code = f"import sys, {module}; print([m for m in ('torch', 'torchvision') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT, check=True)
    assert done.stdout.strip() == "[]"


def test_the_readme_names_every_file():
    readme = (PROJECT / "README.md").read_text()
    folders = ("convae", "ui", "pages", "scripts", "benchmarks")
    files = [path.name for folder in folders for path in (PROJECT / folder).glob("*.py") if path.stem != "__init__"]
    assert [name for name in [*files, "streamlit_app.py"] if name not in readme] == []
