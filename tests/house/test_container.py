"""docker/: what can be known of the image and of compose without an engine to build them."""

from __future__ import annotations

import http.server
import os
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile: ('RUN', 'apt-get …'), lines joined, comments left out."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "docker/Dockerfile").read_text(), flags=re.MULTILINE)
    joined = re.sub(r"\\\n\s*", "", text)
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line.strip()]


def compose() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(ROOT / "docker/compose.yaml"))


def test_everything_the_image_copies_is_there_and_is_let_through() -> None:
    allowed = [
        line[1:] for line in (ROOT / "docker/Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    for kind, rest in instructions():
        if kind != "COPY":
            continue
        for source in shlex.split(rest)[:-1]:
            assert (ROOT / source).exists(), source
            assert any(
                source == name or name.startswith(f"{source}/") or source.startswith(f"{name}/") for name in allowed
            ), source


def test_the_image_does_not_run_as_root_and_can_be_stopped_and_watched() -> None:
    kinds = dict(instructions())
    assert kinds["USER"] == "govorun"
    assert "docker/health" in kinds["HEALTHCHECK"]
    assert kinds["STOPSIGNAL"] == "SIGTERM"
    assert kinds["ENTRYPOINT"].startswith("[")  # exec form: the signal reaches the program, not a shell


def test_the_image_holds_no_package_lists_and_no_caches() -> None:
    for kind, rest in instructions():
        if kind == "RUN" and ("apt-get" in rest or "docker/install" in rest):
            assert "rm -rf /var/lib/apt/lists/*" in rest


def test_the_image_is_installed_by_the_same_script() -> None:
    assert any(kind == "RUN" and "docker/install run" in rest for kind, rest in instructions())


def test_what_the_project_is_built_from_is_copied_before_it_is_built() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel.get("force-include", {}), *project["project"]["license-files"], project["project"]["readme"]}
    copied: list[str] = []
    for kind, rest in instructions():
        if kind == "COPY":
            copied += shlex.split(rest)[:-1]
        if kind == "RUN" and "docker/install" in rest:
            copied += re.findall(r"mkdir ([\w ]+?) *&&", rest)[0].split()  # folders whose content comes later
            break
    assert not [path for path in needed if not any(path == one or path.startswith(f"{one}/") for one in copied)]


def test_every_image_of_compose_names_its_version() -> None:
    for name, service in compose()["services"].items():
        _, _, tag = service["image"].partition(":")
        assert tag not in ("", "latest"), name


def test_one_command_starts_one_process_and_the_cluster_only_when_asked() -> None:
    services = compose()["services"]
    assert [name for name, service in services.items() if "profiles" not in service] == ["govorun"]
    assert {name for name, service in services.items() if service.get("profiles") == ["cluster"]} == {
        "web",
        "voice",
        "postgres",
        "redis",
    }


def test_processes_that_share_the_hosts_network_share_no_port() -> None:
    services = compose()["services"]
    ports = [(services[name].get("environment") or {}).get("GOVORUN_PORT", "8080") for name in ("web", "voice")]
    assert len(set(ports)) == 2


def test_no_server_of_compose_listens_to_the_network() -> None:
    for name, service in compose()["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name


def test_every_setting_of_compose_exists() -> None:
    settings = (ROOT / "bot/settings.py").read_text()
    for name, service in compose()["services"].items():
        for variable in service.get("environment") or {}:
            if variable.startswith("GOVORUN_"):
                field = variable.removeprefix("GOVORUN_").lower()
                assert re.search(rf"^    {field}: ", settings, re.MULTILINE), f"{name}: {variable}"


# --- The health check -------------------------------------------------------------------------------------


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def health(**settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "http_proxy": "http://127.0.0.1:9", **settings}
    asked = [sys.executable, str(ROOT / "docker/health")]
    return subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_process_that_answers_is_healthy_whatever_it_listens_on_and_whatever_proxy_is_set(
    port: int, host: str
) -> None:
    assert health(GOVORUN_PORT=str(port), GOVORUN_HOST=host).returncode == 0


def test_a_process_that_does_not_answer_is_not_and_says_where_it_was_asked() -> None:
    asked = health(GOVORUN_PORT="9", GOVORUN_HOST="127.0.0.1")
    assert asked.returncode == 1
    assert asked.stderr.startswith("http://127.0.0.1:9/health: ")
    assert asked.stderr.count("\n") == 1
