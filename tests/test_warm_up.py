"""What most pages need is imported in the background, once, and not before the first page is there."""

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


def test_what_takes_long_is_imported_in_the_background():
    done = subprocess.run([sys.executable, "-c", SERVER], cwd=PROJECT, capture_output=True, text=True)
    assert not done.returncode, done.stderr
