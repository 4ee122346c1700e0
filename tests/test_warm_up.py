"""What most pages need is imported in the background, once, not before the first page is there, and in nobody's way."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SERVER = """
import sys
from ui import frame, warm_up

assert not set(warm_up.HEAVY) & set(sys.modules)
warm_up.AFTER_S = 0.2
thread = warm_up.begin()
assert thread is warm_up.begin() and thread.daemon
assert not set(warm_up.HEAVY) & set(sys.modules)
thread.join()
assert set(warm_up.HEAVY) <= set(sys.modules)
"""

WITHOUT_TORCH = """
import sys
from importlib import import_module
from pathlib import Path

sys.modules["torch"] = None  # what imports it fails; in a page it waits until torch is there
for path in sorted(Path("convae").glob("*.py")):
    try:
        import_module(f"convae.{path.stem}")
        print(f"convae.{path.stem}")
    except ImportError:
        pass
"""
MEANWHILE = """
import sys
import types
from importlib import import_module

sys.modules["torch"] = types.ModuleType("torch")  # what other threads see while it is being imported
for name in sys.argv[1:]:
    import_module(name)
from convae import figures, label_curves
figures.label_efficiency({"arm": label_curves.curve({10: [0.5, 0.6], 20: [0.7]})}, (), 10)
"""


def run(script: str, *arguments: str) -> str:
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert not done.returncode, done.stderr
    return done.stdout


def test_what_takes_long_is_imported_in_the_background():
    run(SERVER)


def test_what_needs_no_torch_can_be_used_while_torch_is_being_imported():
    names = run(WITHOUT_TORCH).split()
    assert {"convae.figures", "convae.config"} <= set(names)
    run(MEANWHILE, *names)
