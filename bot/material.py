"""The material a running server needs besides the index: wards and lessons."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import OperatorError
from bot.settings import Settings
from knowledge.encoder import Encoder, EncoderError, load_encoder
from knowledge.facts import load_facts
from knowledge.material_files import FACTS_FILE
from knowledge.wards import Ward, load_wards
from lessons.catalogue import Catalogue, load_courses

SHIPPED = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Material:
    """Wards and courses; ``bot.jobs.material`` puts a newer catalogue in when staff edit."""

    root: Path
    wards: tuple[Ward, ...]
    catalogue: Catalogue


def material_root(settings: Settings) -> Path:
    """The folder that holds knowledge/ and lessons/."""
    return settings.material_dir or SHIPPED


def knowledge_root(settings: Settings) -> Path:
    """The folder with plans/, services/ and facts.yaml."""
    return material_root(settings) / "knowledge"


def courses_folder(settings: Settings) -> Path:
    """The folder of the courses and their pictures."""
    return material_root(settings) / "lessons" / "courses"


def open_encoder(settings: Settings) -> Encoder:
    """The encoder the settings name. Raises OperatorError."""
    try:
        return load_encoder(settings.embedding_model)
    except EncoderError as error:
        raise OperatorError(str(error)) from error


def load_material(settings: Settings) -> Material:
    """Load it. Raises the rooms' own errors, which name file and line."""
    facts = load_facts(knowledge_root(settings) / FACTS_FILE)
    return Material(material_root(settings), load_wards().wards, load_courses(courses_folder(settings), facts))
