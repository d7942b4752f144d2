"""Reading aloud: what is said, the offline voice, and the audio that is kept."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import soundfile

from lessons.catalogue import Catalogue
from lessons.speech import TEXT_LIMIT, EspeakSpeech, SpeechError, audio_file, spoken

# Takes espeak-ng's options and standard input; says a second of a tone for every word, at 22 050 samples a second.
STAND_IN = """\
import io, sys, wave
words = sys.stdin.buffer.read().decode("utf-8").split()
if "hong" in words:
    sys.exit("voice not found")
if "rac" in words:
    sys.stdout.buffer.write(b"no sound")
    sys.exit()
out = io.BytesIO()
with wave.open(out, "wb") as sound:
    sound.setnchannels(1), sound.setsampwidth(2), sound.setframerate(22050)
    sound.writeframes(b"".join(bytes((0, 16 if n // 50 % 2 else 0)) for n in range(22050 * len(words))))
if words:
    sys.stdout.buffer.write(out.getvalue())
"""


@pytest.fixture
def voice(tmp_path: Path) -> EspeakSpeech:
    """A program that takes the place of espeak-ng."""
    program = tmp_path / "stand_in.py"
    program.write_text(STAND_IN, encoding="utf-8")
    return EspeakSpeech(command=[sys.executable, str(program)])


class Counting:
    """A voice that counts how often it speaks."""

    def __init__(self, name: str = "counting") -> None:
        self.name = name
        self.times = 0

    def say(self, text: str) -> bytes:
        """As Speech."""
        self.times += 1
        return f"{self.name}: {text}".encode()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Mở VNeID, gõ mã OTP.", "Mở vi nê ai đi, gõ mã ô tê pê."),
        ("iPhone và SIMPLE", "ai phôn và SIMPLE"),
        ("Google Drive, Google", "gu gồ đờ rai, gu gồ"),
        ("Vào dichvucong.gov.vn.", "Vào dịch vụ công chấm gốp chấm vê en nờ."),
        ('đuôi ".gov.vn"', 'đuôi "chấm gốp chấm vê en nờ"'),
        ("trang tracuu.top", "trang tracuu chấm top"),
        ("Từ 01/7/2025 trở đi", "Từ 1 tháng 7 năm 2025 trở đi"),
        ("Gọi 1900 0368 hoặc 0912345678.", "Gọi 1 9 0 0 0 3 6 8 hoặc 0 9 1 2 3 4 5 6 7 8."),
        ("1. Mở máy.\n2. Gõ 200.000 đồng.", "1. Mở máy.\n2. Gõ 200.000 đồng."),
        ("Xong. Nghỉ.", "Xong. Nghỉ."),
    ],
)
def test_names_dates_and_numbers_are_said_as_people_say_them(written: str, said: str) -> None:
    assert spoken(written) == said


def test_audio_is_mp3_as_long_as_the_words(voice: EspeakSpeech) -> None:
    sound = soundfile.info(io.BytesIO(voice.say("một hai ba")))
    assert sound.format == "MP3" and sound.channels == 1
    assert sound.duration == pytest.approx(3, abs=0.2)


def test_a_very_long_text_is_cut() -> None:
    assert len(spoken("từ " * TEXT_LIMIT)) == TEXT_LIMIT


@pytest.mark.parametrize(("text", "said"), [("hong", "voice not found"), ("rac", "packed as MP3"), ("", "exit code")])
def test_what_cannot_be_said_is_an_error_that_says_why(voice: EspeakSpeech, text: str, said: str) -> None:
    with pytest.raises(SpeechError, match=said):
        voice.say(text)


def test_a_missing_program_says_how_to_get_it() -> None:
    missing = EspeakSpeech(command=["khong-co-chuong-trinh"])
    assert missing.missing and EspeakSpeech(command=[sys.executable]).missing is None
    with pytest.raises(SpeechError, match="sudo apt-get install -y espeak-ng"):
        missing.say("Xin chào")


def test_audio_is_made_once_for_each_voice_and_text(tmp_path: Path) -> None:
    first, other = Counting(), Counting("other")
    kept = audio_file(first, "Xin chào", tmp_path)
    assert audio_file(first, "Xin chào", tmp_path) == kept and first.times == 1
    assert audio_file(other, "Xin chào", tmp_path) != kept
    assert audio_file(first, "Tạm biệt", tmp_path) != kept
    assert kept.read_bytes() == "counting: Xin chào".encode()
    assert {file.suffix for file in tmp_path.iterdir()} == {".mp3"}


def test_a_failed_reading_keeps_nothing(voice: EspeakSpeech, tmp_path: Path) -> None:
    with pytest.raises(SpeechError):
        audio_file(voice, "hong", tmp_path / "audio")
    assert not (tmp_path / "audio").exists()


@pytest.mark.speech
def test_the_offline_voice_reads_a_card_in_its_time(shipped: Catalogue) -> None:
    """A Vietnamese syllable takes 0.2 to 0.6 s at a learner's pace."""
    text = shipped.lessons[0].cards[1].text
    audio = EspeakSpeech().say(text)
    sound = soundfile.info(io.BytesIO(audio))
    assert 0.2 < sound.duration / len(text.split()) < 0.6
    assert len(audio) < 200_000
    assert EspeakSpeech("vi-vn-x-south").say(text) != audio
