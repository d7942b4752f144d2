"""What the tests of the conversation share."""

from __future__ import annotations

import os

import pytest

from bot.conversation.ports import GroupView, Repositories, WardView
from bot.conversation.router import Conversation
from knowledge.answer import Answerer
from lessons.catalogue import Catalogue
from tests.conversation.memory import Stored, memory_repositories
from tests.conversation.passages import Noting, real_answerer
from tests.conversation.resident import Resident
from tests.support.courses import shipped_courses

WARDS = (
    WardView("le-dai-hanh", "Phường Lê Đại Hành"),
    WardView("hung-dao", "Phường Hưng Đạo"),
    WardView("thanh-binh", "Phường Thanh Bình", "phường Lê Thanh Nghị"),
    WardView("tu-ky", "Xã Tứ Kỳ"),
    WardView("dai-son", "Xã Đại Sơn"),
)
GROUPS = (
    *(GroupView(number, "hung-dao", f"Tổ dân phố số {number}", f"HD{number:02}") for number in range(1, 13)),
    GroupView(21, "tu-ky", "Thôn An Nhân", "TK01"),
    GroupView(22, "tu-ky", "Thôn La Tỉnh", "TK02"),
)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return shipped_courses()


@pytest.fixture
def stored() -> Stored:
    return Stored()


@pytest.fixture
def repositories(stored: Stored) -> Repositories:
    return memory_repositories(WARDS, GROUPS, stored)[0]


@pytest.fixture(scope="session")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    base = tmp_path_factory.getbasetemp()
    return real_answerer(base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base)


@pytest.fixture
def noting(answerer: Answerer) -> Noting:
    """The answerer of ``conversation``, which notes what it is asked."""
    return Noting(answerer)


@pytest.fixture
def conversation(noting: Noting, catalogue: Catalogue) -> Conversation:
    return Conversation(noting, catalogue)


@pytest.fixture
def resident(conversation: Conversation, repositories: Repositories, stored: Stored) -> Resident:
    return Resident(conversation, repositories, stored)
