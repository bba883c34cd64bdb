"""docker/install: what it picks, what it adds, and what it says where something cannot be had.

The machine is played by small programs on PATH that answer as apt-get, dpkg-query and Python do.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

OFFLINE = """\
Err:1 http://archive.example/debian bookworm InRelease
  Temporary failure resolving 'archive.example'
W: Some index files failed to download. They have been ignored, or old ones used instead.
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for programs; PATH is that folder alone, so nothing of the real machine is asked."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


@pytest.fixture
def install(machine: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """docker/install as a module, its checkout and its sources file in a temporary folder."""
    loader = importlib.machinery.SourceFileLoader("govorun_install", str(ROOT / "docker/install"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, loader.name, module)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", machine)
    monkeypatch.setattr(module, "VENV", machine / ".venv")
    monkeypatch.setattr(module, "STAMP", machine / ".venv/stamp.json")
    monkeypatch.setattr(module, "LOG", machine / ".venv/log")
    monkeypatch.setattr(module, "SOURCES", machine / "nonfree.sources")
    monkeypatch.setattr(module.os, "geteuid", lambda: 0)
    return module


def program(machine: Path, name: str, script: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


# --- Python -----------------------------------------------------------------------------------------------


def python(machine: Path, name: str, version: str) -> None:
    program(machine, name, f"echo {version}")


def test_the_newest_python_that_suits_is_picked(install: Any, machine: Path) -> None:
    python(machine, "python3", "3 9")
    python(machine, "python3.11", "3 11")
    python(machine, "python3.12", "3 12")
    assert install.pick_python() == ("python3.12", (3, 12))


def test_a_name_that_only_pretends_to_be_a_python_is_passed_over(install: Any, machine: Path) -> None:
    program(machine, "python3.13", "echo 'command not found' >&2; exit 127")  # a version switcher's stub
    python(machine, "python3", "3 11")
    assert install.pick_python() == ("python3", (3, 11))


def test_the_owner_of_the_machine_may_name_the_python(
    install: Any, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python(machine, "python3.13", "3 13")
    python(machine, "python3.12", "3 12")
    monkeypatch.setenv("GOVORUN_PYTHON", "python3.12")
    assert install.pick_python() == ("python3.12", (3, 12))


@pytest.mark.parametrize(("named", "made"), [("", False), ("python3.11", False), ("python3.12", True)])
def test_a_venv_that_suits_stays_unless_another_python_is_named(
    install: Any, machine: Path, monkeypatch: pytest.MonkeyPatch, named: str, made: bool
) -> None:
    for version in (11, 12):
        answers = f"""*"-m venv --clear"*) echo >{machine}/made;; *sys.version_info*) echo 3 {version};;"""
        program(machine, f"python3.{version}", f'case "$*" in {answers} esac')
    (machine / ".venv/bin").mkdir(parents=True)
    (machine / ".venv/bin/python").symlink_to(machine / "bin/python3.11")
    monkeypatch.setenv("GOVORUN_PYTHON", named)
    install.build_venv(system=False)
    assert (machine / "made").exists() is made


@pytest.mark.parametrize("version", ["3 10", "3 14"])
def test_a_python_that_does_not_suit_is_one_clear_line(
    install: Any, machine: Path, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    python(machine, "python3", version)
    with pytest.raises(SystemExit):
        install.pick_python()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"python3 is {version.replace(' ', '.')}" in said
    assert "apt-get install python3.11" in said


# --- Reasons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "why"),
    [
        (OFFLINE + "E: Unable to locate package rhvoice-russian", "no network"),
        ("error: Request failed\n  Caused by: dns error: failed to lookup address information", "no network"),
        ("NewConnectionError(': Failed to establish a new connection: [Errno 111] Connection refused')", "no network"),
        ("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)", "no rights"),
        ("sudo: a password is required", "no rights"),
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "disk full"),
        ("OSError: [Errno 28] No space left on device", "disk full"),
        ("Reading lists...\nE: Unable to locate package nothing\n", "E: Unable to locate package nothing"),
        ("", "it said nothing"),
    ],
)
def test_a_tools_complaint_becomes_a_reason(install: Any, output: str, why: str) -> None:
    assert install.reason(output) == why


# --- System packages --------------------------------------------------------------------------------------


def apt(machine: Path, *, update: str = "echo Reading", install: str = "exit 0", there: str = "") -> None:
    """A package system: `there` are the packages installed; every call of apt-get is noted in the file `calls`."""
    calls = machine / "calls"
    program(machine, "dpkg-query", f"for one in {there}; do echo installed $one; done")
    program(machine, "apt-cache", "echo Candidate: 1.0")
    case = f"update) {update};; install) {install};;"
    program(machine, "apt-get", f'echo "$@" >> {calls}\ncase "$1" in {case} esac')


def test_packages_that_are_there_are_not_asked_for(install: Any, machine: Path) -> None:
    apt(machine, there="librhvoice5 rhvoice-russian")
    assert install.install_system_packages("run") == {}
    assert not (machine / "calls").exists()


def test_what_is_missing_is_installed_in_one_go(install: Any, machine: Path) -> None:
    apt(machine, there="librhvoice5")
    assert install.install_system_packages("run") == {}
    update, installed = (machine / "calls").read_text().splitlines()
    assert update.startswith("update")
    assert installed.endswith(" rhvoice-russian")


def test_without_network_the_line_says_so_what_is_lost_and_how_to_get_it(install: Any, machine: Path) -> None:
    apt(machine, update=f"printf '%s' \"{OFFLINE}\"")
    (line,) = install.install_system_packages("run").values()
    assert line == (
        "no network: Russian is not spoken at all (librhvoice5, rhvoice-russian). "
        "Get it: sudo docker/install run --only-system"
    )


def test_without_network_nothing_is_tried_twice(install: Any, machine: Path) -> None:
    apt(machine, update=f"printf '%s' \"{OFFLINE}\"", install="exit 100")
    assert len(install.install_system_packages("test")) == len(install.FEATURES["test"])
    assert [call.split()[0] for call in (machine / "calls").read_text().splitlines()] == ["update"]


def test_one_dead_source_among_others_is_no_reason_to_give_up(install: Any, machine: Path) -> None:
    apt(machine, update=f"echo 'Hit:1 http://archive.example'; printf '%s' \"{OFFLINE}\"")
    assert install.install_system_packages("run") == {}


def test_the_administrators_part_touches_nothing_else(
    install: Any, machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apt(machine)
    assert install.main(["run", "--only-system"]) == 0
    assert not install.VENV.exists()
    apt(machine, update=f"printf '%s' \"{OFFLINE}\"")
    assert install.main(["run", "--only-system"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("govorun: no network: ")


def test_without_network_the_next_engine_speaks_where_it_is_there(install: Any, machine: Path) -> None:
    apt(machine, there="espeak-ng", update=f"printf '%s' \"{OFFLINE}\"", install="exit 100")
    (line,) = install.install_system_packages("run").values()
    assert line.startswith("no network: espeak-ng speaks Russian instead of RHVoice")


def test_where_the_archive_has_no_rhvoice_the_next_engine_is_installed(install: Any, machine: Path) -> None:
    refuse = 'case "$*" in *rhvoice*) echo "E: Unable to locate package"; exit 100;; esac'
    apt(machine, install=refuse)
    (line,) = install.install_system_packages("run").values()
    assert "espeak-ng speaks Russian" in line
    assert (machine / "calls").read_text().splitlines()[-1].endswith(" espeak-ng")


def test_without_rights_nothing_is_tried_and_the_line_says_so(
    install: Any, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt(machine)
    monkeypatch.setattr(install.os, "geteuid", lambda: 1000)
    (line,) = install.install_system_packages("run").values()
    assert line.startswith("no rights: Russian is not spoken at all (librhvoice5, rhvoice-russian). Get it: sudo ")
    assert not (machine / "calls").exists()


def test_without_a_terminal_sudo_is_not_left_waiting_for_a_password(
    install: Any, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt(machine)
    program(machine, "sudo", f'printf "%s\\n" "$*" >> {machine}/asked; test "$1" != -n')
    monkeypatch.setattr(install.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(install.sys.stdin, "isatty", lambda: False)
    (line,) = install.install_system_packages("run").values()
    assert line.startswith("no rights")
    assert set((machine / "asked").read_text().splitlines()) == {"-n true"}


def test_one_package_that_fails_takes_no_other_along(install: Any, machine: Path) -> None:
    refuse = 'case "$*" in *chromium*) echo "E: chromium has no installation candidate"; exit 100;; esac'
    apt(machine, install=refuse)
    lines = list(install.install_system_packages("test").values())
    assert len(lines) == 1
    assert "tests in the browser cannot run" in lines[0]
    assert any(call.endswith(" redis-server") for call in (machine / "calls").read_text().splitlines())


# --- The component that holds RHVoice ---------------------------------------------------------------------

DEB822 = """\
Types: deb
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/archive.gpg

Types: deb
URIs: http://archive.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/security.gpg
"""


def listed(entry: Path, *rows: str) -> str:
    return "".join(f"{row}|Debian|{entry}:1\n" for row in rows)


def test_the_component_comes_from_the_archive_this_machine_uses(install: Any, tmp_path: Path) -> None:
    entry = tmp_path / "debian.sources"
    entry.write_text(DEB822)
    rows = listed(
        entry,
        "http://archive.example/debian-security/|bookworm-security|main",
        "http://archive.example/debian/|bookworm|main",
        "http://archive.example/debian/|bookworm-updates|main",
    )
    assert install.component_source(rows, "bookworm", ("non-free",)) == (
        "Types: deb\nURIs: http://archive.example/debian/\nSuites: bookworm\nComponents: non-free\n"
        "Signed-By: /usr/share/keyrings/archive.gpg\n"
    )


def test_the_old_one_line_format_is_read_too(install: Any, tmp_path: Path) -> None:
    entry = tmp_path / "sources.list"
    entry.write_text("deb [arch=amd64 signed-by=/etc/keys/a.gpg] http://archive.example/debian trixie main contrib\n")
    rows = listed(entry, "http://archive.example/debian/|trixie|main")
    assert "Signed-By: /etc/keys/a.gpg\n" in install.component_source(rows, "trixie", ("non-free",))


def test_a_key_written_out_in_the_sources_is_copied_whole(install: Any, tmp_path: Path) -> None:
    entry = tmp_path / "ubuntu.sources"
    key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----"
    entry.write_text(f"Types: deb\nURIs: http://archive.example/ubuntu\nSuites: noble\nComponents: main\n{key}\n")
    source = install.component_source(
        listed(entry, "http://archive.example/ubuntu/|noble|main"), "noble", ("universe", "multiverse")
    )
    assert "Components: universe multiverse\n" in source
    assert source.rstrip().endswith(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----"
    )


def test_an_unknown_archive_adds_nothing(install: Any, tmp_path: Path) -> None:
    rows = listed(tmp_path / "none", "http://archive.example/other/|rolling|main")
    assert install.component_source(rows, "bookworm", ("non-free",)) == ""


def test_the_component_is_added_once_in_a_file_of_its_own_and_said(
    install: Any, machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = machine / "debian.sources"
    entry.write_text(DEB822)
    apt(machine)
    program(machine, "apt-cache", f"test -e {install.SOURCES} && echo Candidate: 1.0 || echo 'Candidate: (none)'")
    case = f"indextargets) echo 'http://archive.example/debian/|bookworm|main|Debian|{entry}:1';;"
    program(machine, "apt-get", f'echo "$@" >> {machine}/calls\ncase "$1" in {case} esac')
    program(machine, "tee", f'exec {shutil.which("tee", path="/usr/bin:/bin")} "$@"')
    monkeypatch.setattr(install, "distribution", lambda: ("debian", "bookworm"))
    assert install.install_system_packages("run") == {}
    assert "Components: non-free" in install.SOURCES.read_text()
    said = [line for line in capsys.readouterr().err.splitlines() if "non-free" in line]
    assert said == [f"govorun: RHVoice is in the component non-free: adding it in {install.SOURCES}"]
    updates = [call for call in (machine / "calls").read_text().splitlines() if call.startswith("update")]
    assert len(updates) == 2  # before it was looked for, and after the component was added


def test_an_owner_who_wants_no_such_component_gets_none(
    install: Any, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apt(machine, install='case "$*" in *rhvoice*) exit 100;; esac')
    program(machine, "apt-cache", "echo 'Candidate: (none)'")
    monkeypatch.setenv("GOVORUN_NONFREE", "no")
    (line,) = install.install_system_packages("run").values()
    assert "espeak-ng speaks Russian" in line
    assert not install.SOURCES.exists()


def test_the_script_names_no_archive(install: Any) -> None:
    assert "://" not in (ROOT / "docker/install").read_text()


# --- The second time --------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that has been installed, as far as the stamp knows; no program on PATH but Python."""
    root = tmp_path / "checkout"
    (root / "docker").mkdir(parents=True)
    for name in (
        "docker/install",
        "docker/install.lock",
        "requirements.lock",
        "requirements-test.lock",
        "pyproject.toml",
    ):
        shutil.copy(ROOT / name, root / name)
    (root / ".venv/bin").mkdir(parents=True)
    (root / ".venv/bin/python").symlink_to("/bin/false")
    return root


KEY = "import importlib.machinery as m; print(m.SourceFileLoader('i', 'docker/install').load_module().key_of('run'))"


def stamp(root: Path, lost: list[str]) -> None:
    asked = [sys.executable, "-B", "-W", "ignore", "-c", KEY]
    key = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True).stdout.strip()
    (root / ".venv/govorun-installed.json").write_text(json.dumps({"run": [key, lost]}))


def second(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "docker/install"), "run", *arguments],
        env={"PATH": str(root / "nothing")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_second_run_installs_nothing_and_takes_less_than_a_second(checkout: Path) -> None:
    stamp(checkout, [])
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    again = second(checkout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1  # of the processor: 0.1
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_a_second_run_still_says_in_one_line_what_is_lost(checkout: Path) -> None:
    stamp(checkout, ["no rights: espeak-ng speaks Russian"])
    assert second(checkout).stderr == "govorun: no rights: espeak-ng speaks Russian\n"


def test_a_changed_lock_is_installed_anew(checkout: Path) -> None:
    stamp(checkout, [])
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# another version\n")
    again = second(checkout)
    assert again.returncode == 1  # it set to work, and found no Python on this bare PATH
    assert "Python 3.11, 3.12 or 3.13 is needed" in again.stderr


def test_retry_tries_again_only_where_something_was_lost(checkout: Path) -> None:
    stamp(checkout, [])
    assert second(checkout, "--retry").returncode == 0
    stamp(checkout, ["no network: no voice"])
    assert second(checkout, "--retry").returncode == 1
