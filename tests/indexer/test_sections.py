"""Passages: broken lines are joined, headings make the path, everything stays quotable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.lines import join_lines
from indexer.sections import LIST_ROLE, PlanFormatError, plan_passages, read_plan
from knowledge.answer_types import PASSAGE_LIMIT
from knowledge.documents import DocumentInfo, DocumentKind, Passage

PLAN = DocumentInfo(id="thu", kind=DocumentKind.PLAN, title="Kế hoạch thử", ward="hung-dao")


def passages(body: str) -> list[Passage]:
    return plan_passages(PLAN, body)


def path_of(body: str, words: str) -> tuple[str, ...]:
    found = [p for p in passages(body) if words in p.text and p.role != LIST_ROLE]
    assert found, f"no passage holds {words!r}"
    return found[0].path


def test_lines_with_a_blank_line_after_each_are_joined() -> None:
    text = (
        "I. MỤC ĐÍCH \n\n- Phát huy sức mạnh của cả hệ thống chính trị và toàn xã hội trong việc \n\n"
        "tuyên truyền, nâng cao nhận thức của người dân về chuyển đổi số trên địa \n\nbàn phường. \n\n2. Yêu cầu \n"
    )
    assert join_lines(text)[1].endswith("trong việc tuyên truyền, nâng cao nhận thức của người dân về chuyển đổi số "
                                        "trên địa bàn phường.")  # fmt: skip


def test_a_page_number_in_the_middle_of_a_sentence_disappears() -> None:
    text = "2. Phát động phong trào học tập, nâng cao kiến thức về khoa học, công nghệ, \n\n\n3 \n\nđổi mới sáng tạo.\n"
    assert join_lines(text) == [
        "2. Phát động phong trào học tập, nâng cao kiến thức về khoa học, công nghệ, đổi mới sáng tạo."
    ]


def test_a_code_cut_at_its_hyphen_is_whole_again() -> None:
    assert "57-NQ/TW" in join_lines("- Phấn đấu đạt các mục tiêu thuộc thẩm quyền tại Nghị quyết số 57-\n\nNQ/TW.\n")[0]


def test_a_year_range_cut_at_its_dash_is_no_list_item() -> None:
    assert join_lines("giai đoạn 2025\n- 2030 trên địa bàn phường.") == ["giai đoạn 2025 - 2030 trên địa bàn phường."]


def test_a_paragraph_cut_by_a_page_of_long_lines_is_whole_again() -> None:
    long = (
        "Trọng tâm tập trung nguồn lực đầu tư xây dựng, hoàn thành và đưa vào khai thác hiệu quả dữ liệu phục vụ " * 2
    )
    assert join_lines(f"(4) {long}phát triển\n\nkinh tế xã hội của phường.") == [
        f"(4) {long}phát triển kinh tế xã hội của phường."
    ]


BODY = """
I. MỤC ĐÍCH

1. Mục đích

- Nâng cao nhận thức của người dân trên địa bàn phường về chuyển đổi số.

III. TIÊU CHÍ THI ĐUA

1. Tiêu chí thi đua

a) Đối với các phòng:

- Hoàn thành có chất lượng các mục tiêu cơ bản được giao trong năm công tác.

b) Đối với Mặt trận Tổ quốc:

- Có sáng kiến triển khai sâu rộng phong trào học tập số trong đoàn viên, hội viên.

Đối với doanh nghiệp:

- Đẩy mạnh đầu tư cho chuyển đổi số để nâng cao hiệu quả sản xuất kinh doanh.

2. Hình thức khen thưởng

2.1. Khen thưởng sơ kết

+ Giấy khen của Chủ tịch Ủy ban nhân dân phường cho tập thể và cá nhân tiêu biểu.

IV. TỔ CHỨC THỰC HIỆN

1. Phòng Văn hóa - Xã hội

Chủ trì, phối hợp với các đơn vị có liên quan tổ chức thực hiện Kế hoạch này.

Định kỳ hàng năm các đơn vị gửi báo cáo trước ngày 05/12.

Nơi nhận:

- Sở Nội vụ;
- Lưu: VT.

TM. ỦY BAN NHÂN DÂN

CHỦ TỊCH

Phạm Văn Minh
"""


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("Nâng cao nhận thức", ("I. MỤC ĐÍCH", "1. Mục đích")),
        ("phong trào học tập số", ("III. TIÊU CHÍ THI ĐUA", "1. Tiêu chí thi đua", "b) Đối với Mặt trận Tổ quốc")),
        ("Đẩy mạnh đầu tư", ("III. TIÊU CHÍ THI ĐUA", "1. Tiêu chí thi đua", "Đối với doanh nghiệp")),
        ("Giấy khen", ("III. TIÊU CHÍ THI ĐUA", "2. Hình thức khen thưởng", "2.1. Khen thưởng sơ kết")),
        ("Chủ trì, phối hợp", ("IV. TỔ CHỨC THỰC HIỆN", "1. Phòng Văn hóa - Xã hội")),
        ("05/12", ("IV. TỔ CHỨC THỰC HIỆN",)),
        ("Phạm Văn Minh", ("Người ký",)),
    ],
)
def test_a_passage_carries_the_chain_of_its_headings(words: str, path: tuple[str, ...]) -> None:
    assert path_of(BODY, words) == path


def test_recipients_are_one_list() -> None:
    (recipients,) = [p for p in passages(BODY) if p.path == ("Nơi nhận",)]
    assert recipients.text == "Nơi nhận:\n- Sở Nội vụ;\n- Lưu: VT."


def test_a_section_can_be_asked_for_its_contents() -> None:
    lists = {p.path: p.text for p in passages(BODY) if p.role == LIST_ROLE}
    whole = lists[("III. TIÊU CHÍ THI ĐUA", "1. Tiêu chí thi đua")]
    assert "a) Đối với các phòng:" in whole
    assert "b) Đối với Mặt trận Tổ quốc:" in whole


def test_a_label_is_quoted_with_the_paragraph_it_names() -> None:
    body = "I. THỜI GIAN\n\n- Giai đoạn 1 (từ 2025 đến 2027):\n\nTiến hành sơ kết.\n\n- Giai đoạn 2:\n\nTổng kết.\n"
    (first,) = [p for p in passages(body) if p.path[-1].startswith("Giai đoạn 1")]
    assert first.text == "- Giai đoạn 1 (từ 2025 đến 2027):\nTiến hành sơ kết."


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentences = [
        f"Câu số {n} nói về việc học kỹ năng số của người dân trên địa bàn phường Hưng Đạo." for n in range(40)
    ]
    parts = [
        p.text for p in passages("I. NỘI DUNG\n\n" + " ".join(sentences)) if p.path == ("I. NỘI DUNG",) and not p.role
    ]
    assert len(parts) > 1
    assert all(part.endswith(".") and len(part) <= PASSAGE_LIMIT for part in parts)
    assert " ".join(parts) == "I. NỘI DUNG\n" + " ".join(sentences)


def test_every_part_of_a_long_table_names_its_columns() -> None:
    rows = "\n".join(f"| {n} | Thủ tục hành chính trực tuyến số {n} | {n}% |" for n in range(60))
    parts = [p.text for p in passages(f"I. CHỈ TIÊU\n\n| TT | Chỉ tiêu | Mức |\n{rows}\n") if "%" in p.text]
    assert len(parts) > 1
    assert all("| TT | Chỉ tiêu | Mức |\n" in part for part in parts)


def test_ids_are_unique_and_begin_with_the_document() -> None:
    ids = [p.id for p in passages(BODY)]
    assert len(set(ids)) == len(ids)
    assert all(one.startswith("thu#") for one in ids)


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("abcđ ếIVX.1()-+:;|#*\n\f\t")), max_size=400))
def test_no_text_breaks_the_cutter(body: str) -> None:
    for passage in passages(body):
        assert 0 < len(passage.text) <= PASSAGE_LIMIT
        assert passage.path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("không có phần đầu", "no front matter"),
        ("---\ntitle: Kế hoạch\n---\nNội dung", "no ward"),
        ("---\n- một\n- hai\n---\nNội dung", "must be fields"),
        ("---\nward: [\n---\nNội dung", "not YAML"),
    ],
)
def test_a_plan_file_without_its_fields_is_refused_by_name(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "plan.md"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(PlanFormatError, match=says) as refused:
        read_plan(path)
    assert "plan.md" in str(refused.value)
