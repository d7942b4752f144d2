"""The plans of wards as files: shipped, or added by a ward."""

from __future__ import annotations

from pathlib import Path

from bot.answering import uploaded_plans
from bot.material import Material
from bot.settings import Settings
from knowledge.yaml_loader import load_yaml


def all_plans(settings: Settings, material: Material) -> list[Path]:
    """Every plan; a ward's own comes after the shipped one."""
    return [*sorted((material.root / "knowledge" / "plans").glob("*.md")), *uploaded_plans(settings.data_dir)]


def plan_title(plan: Path) -> str:
    """The title that a plan's front matter gives it."""
    front = plan.read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")[0]
    return str((load_yaml(front) or {}).get("title") or plan.stem)
