"""Levels people understand: how well each skill is known, and what a person has reached. Pure, from the log alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lessons.progress import MASTERY_SHARE, Progress, SkillMastery

STEADY_SHARE = 0.6  # share right from which a skill is called steady: clearly more than guessing gives
HALF = 0.5  # share of the skills mastered that the third level of a person takes


class SkillLevel(StrEnum):
    """How well one skill is known."""

    NEW = "new"
    LEARNING = "learning"
    STEADY = "steady"
    MASTERED = "mastered"


class LearnerLevel(StrEnum):
    """What a person has reached over all skills that are taught."""

    BEGINNER = "beginner"
    USER = "user"
    CONFIDENT = "confident"
    MASTER = "master"


@dataclass(frozen=True, slots=True)
class Levels:
    """A person's levels; ``skills`` holds those with at least one answer, ``total`` counts all that are taught."""

    learner: LearnerLevel
    skills: Mapping[str, SkillLevel]
    mastered: int
    total: int


def skill_level(mastery: SkillMastery) -> SkillLevel:
    """The level of one skill; too few different questions answered is "new", however right they were."""
    if not mastery.enough:
        return SkillLevel.NEW
    if mastery.share >= MASTERY_SHARE:
        return SkillLevel.MASTERED
    return SkillLevel.STEADY if mastery.share >= STEADY_SHARE else SkillLevel.LEARNING


def levels(progress: Progress, taught: Iterable[str]) -> Levels:
    """The levels of a person; ``taught`` are the ids of all skills. A skill no longer taught does not count."""
    total = frozenset(taught)
    reached = {name: skill_level(mastery) for name, mastery in progress.skills.items() if name in total}
    mastered = sum(level is SkillLevel.MASTERED for level in reached.values())
    return Levels(_learner_level(mastered, len(total)), reached, mastered, len(total))


def _learner_level(mastered: int, total: int) -> LearnerLevel:
    if total and mastered == total:
        return LearnerLevel.MASTER
    if mastered and mastered >= HALF * total:
        return LearnerLevel.CONFIDENT
    return LearnerLevel.USER if mastered else LearnerLevel.BEGINNER
