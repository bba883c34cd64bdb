"""The real rasa==3.6.21 in an environment of its own: Python 3.10, 2.7 GB, only ever spoken to over HTTP.

It pins what Govorun can't live with (pydantic 1, redis 4), so nothing of it is installed beside us.

GOVORUN_RASA_VENV      where that environment is or is to be; .venv-rasa of the checkout by default
GOVORUN_RASA_PYTHON    the Python 3.10 to make it with
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
VENV = Path(os.environ.get("GOVORUN_RASA_VENV") or ROOT / ".venv-rasa").absolute()
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
VERSION = "3.10"
START_S = 300.0  # tensorflow alone takes twenty seconds to load, a busy machine several times that
QUIET: Mapping[str, str] = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}


class Missing(Exception):
    """It can't be had here; says what is missing and how to get it."""


class Broken(Exception):
    """It is there, and doesn't train or start; says its last words."""


def python() -> Path:
    """A Python 3.10: on PATH, of pyenv, of uv. Raises Missing."""
    for found in _pythons():
        told = subprocess.run(
            [found, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if told.stdout.strip() == VERSION:
            return Path(found)
    raise Missing(
        f"Rasa 3.6 wants Python {VERSION}, which isn't here: `apt-get install python3.10 python3.10-venv`, "
        "`pyenv install 3.10` or `uv python install 3.10`; or name one by GOVORUN_RASA_PYTHON"
    )


def _pythons() -> Iterator[str]:
    if named := os.environ.get("GOVORUN_RASA_PYTHON"):
        yield named
    if onpath := shutil.which(f"python{VERSION}"):
        yield onpath
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from (str(each) for each in sorted(pyenv.glob(f"versions/{VERSION}.*/bin/python{VERSION}"), reverse=True))
    uv = shutil.which("uv") or next((str(each) for each in [ROOT / ".venv/bin/uv"] if each.exists()), None)
    if uv is not None:
        environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
        told = subprocess.run(
            [uv, "python", "find", VERSION], capture_output=True, text=True, check=False, env=environment
        )
        if told.returncode == 0 and told.stdout.strip():
            yield told.stdout.strip()


def installed() -> bool:
    """Whether the environment is there and whole."""
    stamp = VENV / "govorun-rasa.sha256"
    return (VENV / "bin/rasa").exists() and stamp.exists() and stamp.read_text().strip() == _wanted()


def install() -> None:
    """Make it, or bring it up to date: three minutes, 2.7 GB. Raises Missing."""
    if installed():
        return
    found = python()
    shutil.rmtree(VENV, ignore_errors=True)
    for what, command in (
        ("the environment", [str(found), "-m", "venv", str(VENV)]),
        ("Rasa", [str(VENV / "bin/python"), "-m", "pip", "install", "--no-cache-dir", "-q", "-r", str(REQUIREMENTS)]),
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            lines = [line for line in done.stderr.splitlines() if not line.startswith("WARNING")] or ["no word of why"]
            raise Missing(f"{what} could not be installed: {lines[-1]}")
    (VENV / "govorun-rasa.sha256").write_text(_wanted() + "\n")


def _wanted() -> str:
    return hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()


def trained(project: Mapping[str, str], *, nlu: bool = False) -> tuple[Path, float]:
    """The model of a project's files ("config.yml", "domain/a.yml", "data/b.yml"), and the seconds it took to train,
    now or before. nlu: intents and entities alone."""
    name = hashlib.sha256(repr((nlu, sorted(project.items()))).encode()).hexdigest()[:24]
    model = VENV / "models" / f"{name}.tar.gz"
    spent = model.with_suffix(".seconds")
    if model.exists() and spent.exists():
        return model, float(spent.read_text())
    began = time.monotonic()
    with TemporaryDirectory(prefix="govorun-rasa-") as folder:
        for file, text in project.items():
            path = Path(folder, file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        data = ["--nlu", "data"] if nlu else ["--data", "data"]
        out = ["--out", str(model.parent), "--fixed-model-name", name]
        command = ["train", *(["nlu"] if nlu else []), *data, "--config", "config.yml", "--domain", "domain", *out]
        done = subprocess.run(
            [VENV / "bin/rasa", *command],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **QUIET},
        )
    if done.returncode or not model.exists():
        raise Broken(f"Rasa could not train:\n{done.stdout[-2_000:]}\n{done.stderr[-2_000:]}")
    spent.write_text(f"{time.monotonic() - began:.1f}\n")
    return model, float(spent.read_text())


@contextmanager
def served(model: Path, *, token: str = "") -> Iterator[str]:
    """A server on the loopback, ended by its own process id; yields its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory(prefix="govorun-rasa-") as folder, Path(folder, "log").open("w+b") as log:
        command = ["run", "--enable-api", "-m", str(model), "-i", "127.0.0.1", "-p", str(port)]
        server = subprocess.Popen(
            [VENV / "bin/rasa", *command, *(["--auth-token", token] if token else [])],
            cwd=folder,
            stdout=log,
            stderr=log,
            env={**os.environ, **QUIET},
            start_new_session=True,
        )
        try:
            _answering(f"http://127.0.0.1:{port}/status?token={token}", server, log.name)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def _answering(url: str, server: subprocess.Popen[bytes], log: str) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise Broken(f"Rasa did not start:\n{Path(log).read_text(errors='replace')[-2_000:]}")


def folder(path: Path, names: Iterable[str]) -> dict[str, str]:
    """Files of a folder as `trained` takes them: rules and examples under data/, domains under domain/."""
    return {
        f"{'domain' if name.startswith('domain') else 'data'}/{path.name}-{name}": (path / name).read_text("utf-8")
        for name in names
    }
