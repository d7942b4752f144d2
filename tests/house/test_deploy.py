"""The files for servers: they say what their formats allow, and run what make runs."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
import tomllib
from typing import Any

import pytest
import yaml

from bot.settings import ENVIRONMENT_PREFIX, Settings
from tests.support.needs import ROOT

EXPOSURE_LIMIT = 2.0  # systemd's own scale: 0 is closed, 10 is open; below 2 it says "OK"


def read(name: str) -> str:
    """A file of the repository as text."""
    return (ROOT / name).read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    """docker-compose.yml as data."""
    loaded: dict[str, Any] = yaml.safe_load(read("docker-compose.yml"))
    return loaded


def test_compose_file_follows_the_compose_specification() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_names_only_settings_that_exist() -> None:
    known = {f"{ENVIRONMENT_PREFIX}{name.upper()}" for name in Settings.model_fields}
    named = {name for name in compose()["services"]["app"]["environment"] if name.startswith(ENVIRONMENT_PREFIX)}
    assert named <= known


def test_only_the_proxy_is_reached_from_outside() -> None:
    services = compose()["services"]
    assert set(services) == {"app", "database", "proxy"}
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert services["database"]["networks"] == ["inside"]
    assert compose()["networks"]["inside"]["internal"] is True


def test_image_tag_is_the_version() -> None:
    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert compose()["services"]["app"]["image"] == f"bdhvs:{version}"


def test_image_installs_with_the_command_that_make_runs_and_not_as_root() -> None:
    dockerfile = read("Dockerfile")
    assert "RUN python3 scripts/bootstrap.py setup" in dockerfile
    assert "scripts/bootstrap.py" in read("Makefile")
    users = re.findall(r"^USER (\S+)$", dockerfile, re.MULTILINE)
    assert users and "root" not in users
    assert "torch" not in dockerfile and "transformers" not in dockerfile


def test_image_holds_every_room() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", read("Dockerfile"), re.MULTILINE))
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert rooms | {"scripts"} == copied


def test_service_unit_stops_gently_and_writes_only_its_folder() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(read("deploy/bdhvs.service"))
    service = unit["Service"]
    assert service["ExecStart"].endswith("-m bot serve")
    assert service["User"] not in {"", "root"}
    assert service["ProtectSystem"] == "strict"
    assert f"{ENVIRONMENT_PREFIX}DATA_DIR=/var/lib/{service['StateDirectory']}" in service["Environment"]
    assert int(service["TimeoutStopSec"]) > 5, "the program may take 5 s to stop"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="checked where systemd-analyze is installed")
def test_service_unit_is_closed_by_systemds_own_measure() -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", "deploy/bdhvs.service"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert exposure, done.stdout + done.stderr
    assert float(exposure[1]) < EXPOSURE_LIMIT
