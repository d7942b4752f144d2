"""Everything that an install brings is pinned, on every system and Python that the program supports."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.needs import ROOT

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    "macos": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
}
BUNDLED = {"setuptools"}  # Python's own venv brings one; it is replaced only where torch asks for a newer
CUDA = ("nvidia-", "cuda-", "triton")  # what torch brings on Linux unless its CPU build is installed


def pins() -> dict[str, str]:
    """The names and versions in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(entry.name): str(entry.specifier).removeprefix("==") for entry in wanted}


def default_pins() -> set[str]:
    """The names that constraints.txt lists under the default install."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8").split("# [transformers]")[0]
    return {canonicalize_name(Requirement(line).name) for line in text.splitlines() if line and line[0] != "#"}


def project() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for: "" is the default install, the rest are extras."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": table["dependencies"], **table["optional-dependencies"]}
    return {name: [Requirement(line) for line in lines] for name, lines in groups.items()}


@cache
def brought_by(name: str) -> list[Requirement]:
    """What an installed package asks for."""
    try:
        return [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:  # of another system; its own needs are seen by the wheel check
        return []


def needed(roots: list[Requirement], environment: dict[str, str]) -> set[str]:
    """The names that ``roots`` bring along in an environment, read from what is installed here."""
    seen: set[tuple[str, str]] = set()
    waiting = [(root, "") for root in roots]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in ("", *sorted(requirement.extras)):
            if (name, wanted) in seen:
                continue
            seen.add((name, wanted))
            waiting += [(brought, wanted) for brought in brought_by(name)]
    return {name for name, _ in seen}


def environments() -> list[dict[str, str]]:
    """Every supported system with every supported Python."""
    return [
        {**system, "python_version": python, "python_full_version": f"{python}.1", "platform_machine": "x86_64"}
        for system in SYSTEMS.values()
        for python in PYTHONS
    ]


@pytest.mark.parametrize("group", project())
def test_all_that_a_group_brings_is_pinned(group: str) -> None:
    everywhere = set().union(*(needed(project()[group], environment) for environment in environments()))
    missing = {name for name in everywhere if not name.startswith(CUDA)} - set(pins())
    assert not missing, f"add to constraints.txt: {sorted(missing)}"


def test_the_default_part_is_exactly_the_default_install() -> None:
    """The check of Windows wheels asks for this part; a package outside it would not be checked."""
    everywhere = set().union(*(needed(project()[""], environment) for environment in environments()))
    assert everywhere == default_pins()


def test_direct_dependencies_are_pinned_to_the_same_version_in_both_files() -> None:
    wanted = {
        canonicalize_name(requirement.name): str(requirement.specifier).removeprefix("==")
        for requirements in project().values()
        for requirement in requirements
    }
    assert {name: pins().get(name) for name in wanted} == wanted


def test_what_is_installed_is_what_is_pinned() -> None:
    """Otherwise these tests prove something about other versions than those that are shipped."""
    different = {}
    for name, pinned in pins().items():
        if name in BUNDLED:
            continue
        try:
            found = version(name).split("+")[0]
        except PackageNotFoundError:
            continue
        if found != pinned:
            different[name] = f"{found} here, {pinned} pinned"
    assert not different
