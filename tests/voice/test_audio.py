import numpy as np
import pytest

from voice import audio
from voice.audio import RATE, Resampler, Samples


def tone(hz: float, seconds: float, rate: int = RATE, size: float = 10_000) -> Samples:
    return (size * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.int16)


def test_g711_gives_the_values_of_the_standard():
    assert audio.from_alaw(bytes([0xD5, 0x55, 0xAA, 0x2A])).tolist() == [8, -8, 32256, -32256]
    assert audio.from_ulaw(bytes([0xFF, 0x7F, 0x80, 0x00])).tolist() == [0, 0, 32124, -32124]


@pytest.mark.parametrize(("there", "back"), [(audio.to_alaw, audio.from_alaw), (audio.to_ulaw, audio.from_ulaw)])
def test_a_g711_code_survives_the_way_there_and_back(there, back):
    sound = back(bytes(range(256)))
    assert back(there(sound)).tolist() == sound.tolist()


def test_g711_keeps_speech_38_db_above_its_noise():
    sound = tone(440, 1)
    noise = audio.from_alaw(audio.to_alaw(sound)).astype(int) - sound
    assert audio.level(sound) - audio.level(noise.astype(np.int16)) > 36


@pytest.mark.parametrize(
    ("source", "target"), [(24000, 8000), (8000, 16000), (22050, 8000), (48000, 8000), (16000, 8000)]
)
def test_resampling_keeps_the_tone_its_place_and_its_length(source, target):
    out = audio.resampled(tone(1000, 0.5, source), source, target)
    want = tone(1000, 0.5, target)
    assert abs(len(out) - len(want)) <= 1
    inside = slice(target // 50, target * 48 // 100)
    error = np.abs(out[inside].astype(int) - want[inside])
    assert error.max() < 200  # 2 % of the tone: neither delay nor loss


def test_resampling_removes_what_the_new_rate_cannot_carry():
    assert audio.level(audio.resampled(tone(5200, 0.5, 24000), 24000, 8000)[100:-100]) < -70


def test_a_stream_resampled_in_odd_pieces_equals_the_whole():
    sound = np.random.default_rng(1).integers(-9000, 9000, 24000).astype(np.int16)
    stream, pieces, at = Resampler(24000, 8000), [], 0
    for size in [1, 7, 500, 480, 481, 3, 9000, 13528]:
        pieces.append(stream.feed(sound[at : at + size]))
        at += size
    pieces.append(stream.flush())
    assert np.array_equal(np.concatenate(pieces), audio.resampled(sound, 24000, 8000))


def test_live_resampling_holds_back_less_than_two_milliseconds():
    out = Resampler(24000, 8000).feed(np.zeros(480, np.int16))
    assert len(out) >= 160 - 16


def test_speech_level_does_not_count_pauses():
    sound = np.concatenate((tone(300, 1), audio.silence(3000)))
    assert audio.speech_level(sound) == pytest.approx(audio.level(tone(300, 1)), abs=0.2)
    assert audio.level(sound) < audio.speech_level(sound) - 5


def test_silence_has_a_level_too():
    assert audio.level(audio.silence(20)) == audio.SILENCE_DBFS == audio.level(audio.EMPTY)
    assert audio.speech_level(audio.silence(200)) == audio.SILENCE_DBFS


def test_the_last_frame_is_filled_with_silence():
    cut = list(audio.frames(np.ones(200, np.int16)))
    assert [len(frame) for frame in cut] == [160, 160]
    assert cut[1].sum() == 40


def test_a_file_comes_back_as_it_was_written(tmp_path):
    audio.write(tmp_path / "a.wav", tone(500, 0.2))
    assert np.array_equal(audio.read(tmp_path / "a.wav"), tone(500, 0.2))


def test_a_stereo_file_of_another_rate_is_read_as_mono_at_the_call_rate(tmp_path):
    import wave

    stereo = np.repeat(tone(500, 0.5, 44100), 2)
    with wave.open(str(tmp_path / "s.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(stereo.tobytes())
    assert len(audio.read(tmp_path / "s.wav")) == RATE // 2


def test_a_file_that_is_no_sound_is_refused_by_name(tmp_path):
    (tmp_path / "x.wav").write_text("привет")
    with pytest.raises(ValueError, match=r"x\.wav: not a sound file"):
        audio.read(tmp_path / "x.wav")
