"""`make test-torch`: the tests of what stands on torch, with torch itself.

It is gigabytes, so it stands in an environment of its own, .venv-torch: the default set and the extras together, as one
would install them. GOVORUN_TORCH_VENV names another place for it.

python -m tests.torch_real [what pytest takes]
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENV = Path(os.environ.get("GOVORUN_TORCH_VENV") or ROOT / ".venv-torch").absolute()
REQUIREMENTS = (
    ROOT / "requirements.lock",
    ROOT / "requirements-test.lock",
    Path(__file__).with_name("requirements.txt"),
)
TESTS = ("tests/voice/test_silero.py", "tests/torch_real/speakers.py")


def install() -> None:
    """Make the environment, or bring it up to date. Raises CalledProcessError."""
    stamp = VENV / "govorun-torch.sha256"
    wanted = hashlib.sha256(b"".join(each.read_bytes() for each in REQUIREMENTS)).hexdigest()
    if stamp.exists() and stamp.read_text().strip() == wanted:
        return
    print(f"installing torch into {VENV.name}: 8 GB, some minutes", flush=True)
    uv = str(Path(sys.executable).with_name("uv"))
    if not (VENV / "bin/python").exists():
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(VENV)], check=True)
    files = [argument for each in REQUIREMENTS for argument in ("-r", str(each))]
    # Hashes are in two of the three files, so they can't be asked of all; what they pin stays pinned.
    command = [uv, "pip", "install", "-q", "--no-verify-hashes", "--python", str(VENV / "bin/python"), *files]
    subprocess.run(command, check=True)
    stamp.write_text(wanted + "\n")


def main(arguments: list[str]) -> int:
    """pytest's exit code."""
    try:
        install()
    except subprocess.CalledProcessError as error:
        print(f"torch could not be installed ({error.returncode}): see above", file=sys.stderr)
        return 1
    command = [str(VENV / "bin/python"), "-m", "pytest", *(arguments or TESTS)]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "GOVORUN_REAL_TORCH": "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
