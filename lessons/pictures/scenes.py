"""The scenes of the courses (``<course>/pictures.yaml``) and the SVG files drawn from them (``<course>/pictures/``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge.facts import load_yaml
from lessons.models import FactFiller
from lessons.pictures.blocks import draw_blocks
from lessons.pictures.parts import background
from lessons.pictures.spec import SceneError, Spec
from lessons.pictures.style import MARGIN, WIDTH
from lessons.pictures.svg import Svg

SCENES_FILE = "pictures.yaml"
PICTURES_FOLDER = "pictures"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn scene and the file it belongs in."""

    path: Path
    svg: str


def draw_scene(values: object, where: str) -> str:
    """The SVG of one scene: a mapping of ``title`` and ``blocks``. Raises SceneError."""
    spec = Spec(values, where)
    title = spec.text("title")
    inside = Svg()
    height = draw_blocks(list(spec.specs("blocks")), inside, MARGIN, MARGIN, WIDTH - 2 * MARGIN)
    spec.close()
    whole = Svg()
    background(whole, WIDTH, height + 2 * MARGIN)
    whole.include(inside)
    return whole.document(WIDTH, round(height + 2 * MARGIN), title)


def draw_courses(courses: Path, facts: FactFiller) -> list[Drawing]:
    """Every scene of every course, drawn; ``{{fact:ID}}`` is worded. Raises SceneError with file and scene."""
    drawings = []
    for file in sorted(courses.glob(f"*/{SCENES_FILE}")):
        where = file.relative_to(courses).as_posix()
        try:
            scenes = load_yaml(facts.fill(file.read_text(encoding="utf-8")))
        except (yaml.YAMLError, KeyError, ValueError) as error:
            raise SceneError(f"{where}: {error}") from error
        if not isinstance(scenes, dict):
            raise SceneError(f"{where}: expected scenes, each under its name")
        for name, scene in scenes.items():
            svg = draw_scene(scene, f"{where}: {name}")
            drawings.append(Drawing(file.parent / PICTURES_FOLDER / f"{name}.svg", svg))
    return drawings


def write_drawings(courses: Path, facts: FactFiller) -> list[Path]:
    """Draw all scenes into their files; files without a scene are removed. Returns what changed."""
    drawings = draw_courses(courses, facts)
    changed = []
    for drawing in drawings:
        old = drawing.path.read_text(encoding="utf-8") if drawing.path.is_file() else None
        if old != drawing.svg:
            drawing.path.parent.mkdir(exist_ok=True)
            drawing.path.write_text(drawing.svg, encoding="utf-8", newline="\n")
            changed.append(drawing.path)
    for stray in set(courses.glob(f"*/{PICTURES_FOLDER}/*.svg")) - {drawing.path for drawing in drawings}:
        stray.unlink()
        changed.append(stray)
    return changed
