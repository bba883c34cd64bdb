"""`make test-rasa`: the tests of the Rasa bridge against rasa==3.6.21 itself, which has learnt our clinic.

python -m tests.rasa_real                  install it where it isn't, train, serve, test
python -m tests.rasa_real --if-possible    the same, but where it can't be had say so and end well
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.authoring.rasa.exporting import export
from tests.rasa_real import environment
from tests.understanding.rasa.conftest import REAL, TOKEN

HERE = Path(__file__).parent
EPOCHS = "epochs: 40"  # enough for two hundred phrases that are asked for word by word


def project() -> dict[str, str]:
    """The shipped clinic as we export it, and a small bot to speak with."""
    with TemporaryDirectory(prefix="govorun-rasa-") as made:
        export(environment.ROOT / "scenarios" / "clinic", Path(made))
        clinic = {
            "data/clinic.yml": Path(made, "nlu.yml").read_text(encoding="utf-8"),
            "domain/clinic.yml": Path(made, "domain.yml").read_text(encoding="utf-8"),
            "config.yml": Path(made, "config.yml").read_text(encoding="utf-8").replace("epochs: 100", EPOCHS),
        }
    return clinic | environment.folder(HERE / "dialogue", ("domain.yml", "nlu.yml", "rules.yml"))


def main(arguments: list[str]) -> int:
    optional = "--if-possible" in arguments
    more = [each for each in arguments if each != "--if-possible"]
    try:
        return tested(more)
    except (environment.Missing, environment.Broken) as error:
        print(f"SKIPPED: {error}" if optional else error, file=sys.stdout if optional else sys.stderr, flush=True)
        return 0 if optional else 1


def tested(more: list[str]) -> int:
    """pytest's exit code. Raises Missing, Broken."""
    began = time.monotonic()
    if not environment.installed():
        print(f"installing Rasa into {environment.VENV.name}: 2.7 GB, a few minutes", flush=True)
    environment.install()
    ready = time.monotonic()
    print("training", flush=True)
    model, _ = environment.trained(project())
    learnt = time.monotonic()
    with environment.served(model, token=TOKEN) as url:
        up = time.monotonic()
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "tests/understanding/rasa", *more],
            cwd=environment.ROOT,
            env={**os.environ, REAL: url},
            check=False,
        ).returncode
    print(
        f"installed in {ready - began:.0f} s, trained in {learnt - ready:.0f} s, served after {up - learnt:.0f} s, "
        f"tested in {time.monotonic() - up:.0f} s"
    )
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
