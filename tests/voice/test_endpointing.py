"""Pictures: `#` is a window of 32 ms that sounds like speech, `!` one that surely is, `f` one that is and is faint,
`.` one of silence, `?` one the VAD is unsure of, `-` one where the VAD still hears speech though the line is 40 dB
quieter (its tail)."""

from voice.endpointing import (
    CUT_MS,
    CUT_STEP_MS,
    FAINT_DBFS,
    MOST_EXTRA_MS,
    OVER_NOISE_DB,
    PATIENCE,
    PAUSE_STEP_MS,
    WINDOW_MS,
    Edge,
    Endpointer,
    Mark,
    Noise,
    Patience,
)

STARTED, PAUSE, RESUMED, ENDED = Mark.SPEECH_STARTED, Mark.PAUSE, Mark.RESUMED, Mark.SPEECH_ENDED
SOUND = {
    "#": (0.7, -25.0),
    "!": (0.9, -25.0),
    "f": (0.9, -45.0),
    ".": (0.02, -70.0),
    "?": (0.4, -27.0),
    "-": (0.8, -65.0),
}
SHORT = Patience(silence_ms=5 * WINDOW_MS, whole_ms=3 * WINDOW_MS)


def heard(picture: str, patience: Patience = SHORT, ear: Endpointer | None = None) -> list[Edge]:
    ear = ear or Endpointer(patience)
    return [edge for window in picture for edge in ear.hear(*SOUND[window])]


def edges(picture: str, patience: Patience = SHORT) -> list[tuple[int, Mark]]:
    """When, in windows, and what."""
    return [(edge.at_ms // WINDOW_MS, edge.mark) for edge in heard(picture, patience)]


def test_an_utterance_starts_pauses_and_ends():
    assert edges("..####.......") == [(5, STARTED), (8, PAUSE), (11, ENDED)]


def test_a_pause_inside_an_utterance_does_not_end_it():
    assert edges("####...####.....") == [(3, STARTED), (6, PAUSE), (9, RESUMED), (13, PAUSE), (16, ENDED)]


def test_a_gap_shorter_than_a_pause_is_not_seen():
    assert edges("####.####.....") == [(3, STARTED), (11, PAUSE), (14, ENDED)]


def test_a_click_starts_nothing():
    assert edges("..##...#....##...") == []


def test_a_click_in_a_pause_neither_resumes_nor_prolongs_it():
    assert edges("####..#......") == [(3, STARTED), (6, PAUSE), (9, ENDED)]


def test_a_click_at_the_last_moment_waits_to_be_told_from_speech():
    assert edges("####....#.") == [(3, STARTED), (6, PAUSE), (10, ENDED)]
    assert edges("####....##") == [(3, STARTED), (6, PAUSE), (10, RESUMED)]


def test_an_unsure_window_keeps_speech_but_does_not_start_or_resume_it():
    assert edges("????????") == []
    assert edges("###???#......")[1] == (9, PAUSE)
    assert edges("###...??....") == [(3, STARTED), (5, PAUSE), (8, ENDED)]


def test_the_tail_of_the_vad_is_cut_by_the_level():
    assert edges("####----......") == [(3, STARTED), (6, PAUSE), (9, ENDED)]


def test_two_windows_that_surely_are_speech_and_as_loud_as_speech_start_it():
    assert edges("..!!..")[0] == (4, STARTED)
    assert edges("..#!..") == []
    assert edges("..!.!..") == []
    assert edges("..ff..") == []


def test_a_burst_and_the_closure_after_it_belong_to_the_word_they_begin():
    assert edges("..#.##")[0] == (6, STARTED)
    assert edges("..##.#")[0] == (6, STARTED)
    assert edges("..#..##..") == []
    assert edges("..##..#..") == []
    assert heard("..#.##")[0].from_ms == 2 * WINDOW_MS
    assert heard("..#.##")[0].speech_ms == 3 * WINDOW_MS


def test_edges_say_where_in_the_sound_they_happened():
    started, pause, ended = heard("..####.......")
    assert (started.from_ms, pause.from_ms, ended.from_ms) == (2 * WINDOW_MS, 6 * WINDOW_MS, 6 * WINDOW_MS)


def test_speech_is_counted_without_pauses():
    assert heard("####...####.....")[-1].speech_ms == 8 * WINDOW_MS


def test_a_whole_answer_ends_sooner():
    ear = Endpointer(SHORT)
    assert [edge.mark for edge in heard("####..", ear=ear)] == [STARTED, PAUSE]
    ear.settle(whole=True)
    assert [edge.mark for edge in heard(".", ear=ear)] == [ENDED]


def test_a_whole_answer_that_goes_on_needs_the_whole_silence_again():
    ear = Endpointer(SHORT)
    heard("####..", ear=ear)
    ear.settle(whole=True)
    assert [edge.mark for edge in heard("####....", ear=ear)] == [RESUMED, PAUSE]


def test_patience_may_change_while_the_caller_speaks():
    ear = Endpointer(SHORT)
    heard("####...", ear=ear)
    ear.patience = Patience(silence_ms=10 * WINDOW_MS, whole_ms=10 * WINDOW_MS)
    assert heard("......", ear=ear) == []
    assert [edge.mark for edge in heard(".", ear=ear)] == [ENDED]


def test_speech_without_end_is_ended_by_force_and_starts_anew():
    loud = Patience(silence_ms=160, whole_ms=160, longest_ms=10 * WINDOW_MS)
    assert edges("#" * 14, loud) == [(3, STARTED), (10, ENDED), (13, STARTED)]


def test_a_loud_utterance_does_not_deafen_the_ear_for_the_next_quiet_one():
    ear = Endpointer(SHORT)
    heard("####......", ear=ear)
    quiet = [edge.mark for _ in range(4) for edge in ear.hear(0.9, -60.0)]
    assert quiet == [STARTED]


def test_a_phone_number_is_waited_for_longer_than_a_yes():
    assert PATIENCE["phone"].silence_ms >= PATIENCE["yesno"].silence_ms + 300
    assert all(one.whole_ms < one.silence_ms for one in PATIENCE.values())


def after(*levels: float) -> Noise:
    noise = Noise()
    for level in levels * (200 // len(levels)):
        noise.hear(level)
    return noise


def test_what_the_line_always_sounds_like_does_not_rise_above_itself():
    babble = after(-38, -35, -33, -37, -34)
    assert not babble.rises(-32)
    assert babble.rises(-37 + OVER_NOISE_DB + 1)


def test_a_callers_own_speech_is_not_taken_for_the_noise_of_the_line():
    assert after(-20, -22, -60, -25, -58, -21).rises(-30)


def test_on_a_silent_line_the_faint_echo_of_a_prompt_does_not_rise_and_a_quiet_caller_does():
    assert not after(-90).rises(FAINT_DBFS - 1)
    assert after(-90).rises(-45)


def test_a_caller_who_was_cut_is_waited_for_longer():
    ear = Endpointer(SHORT)
    assert [e.mark for e in heard("####.....", ear=ear)] == [STARTED, PAUSE, ENDED]
    heard("....", ear=ear)
    assert heard("####.....", ear=ear)[-1].mark is PAUSE  # they went on 290 ms after that end: five windows are too few
    assert ear.extra_ms == CUT_STEP_MS


def test_a_caller_who_answers_the_next_question_was_not_cut():
    ear = Endpointer(SHORT)
    heard("####....." + "." * (CUT_MS // WINDOW_MS), ear=ear)
    heard("####.....", ear=ear)
    assert ear.extra_ms == 0


def test_pauses_that_were_nearly_the_end_bring_patience_and_their_absence_takes_it_back():
    ear = Endpointer(Patience(silence_ms=700, whole_ms=300))
    hesitant, fluent = "####" + "." * 19 + "####" + "." * 60, "########" + "." * 60
    heard(hesitant, ear=ear)
    assert ear.extra_ms == PAUSE_STEP_MS
    for _ in range(40):
        heard(hesitant, ear=ear)
    assert 0 < ear.extra_ms <= PAUSE_STEP_MS  # as much as these pauses need, and no more
    longer = "####" + "." * 24 + "####" + "." * 60
    for _ in range(40):
        heard(longer, ear=ear)
    assert PAUSE_STEP_MS < ear.extra_ms <= MOST_EXTRA_MS
    for _ in range(40):
        heard(fluent, ear=ear)
    assert ear.extra_ms == 0


def test_a_long_pause_far_from_the_end_of_patience_costs_the_next_answers_nothing():
    ear = Endpointer(Patience(silence_ms=900, whole_ms=300))
    heard("####" + "." * 19 + "####" + "." * 60, ear=ear)
    assert ear.extra_ms == 0


def test_who_nearly_lost_the_rest_of_what_sounded_whole_is_given_more():
    ear = Endpointer(Patience(silence_ms=700, whole_ms=350))
    heard("####..", ear=ear)
    ear.settle(True)
    heard("......####" + "." * 60, ear=ear)
    assert ear.extra_ms == PAUSE_STEP_MS


def test_how_a_pause_sounds_moves_the_silence_and_decides_nothing():
    for lean, windows in ((0, 22), (-150, 18), (300, 32), (-5_000, 10)):
        ear = Endpointer(Patience(silence_ms=700, whole_ms=300))
        heard("####..", ear=ear)
        ear.lean(lean)
        edges = heard("." * 40, ear=ear)
        assert [edge.mark for edge in edges] == [ENDED]
        assert edges[0].at_ms // WINDOW_MS == 4 + windows  # never sooner than a whole answer would be over


def test_how_one_pause_sounds_says_nothing_of_the_next():
    ear = Endpointer(Patience(silence_ms=700, whole_ms=300))
    heard("####..", ear=ear)
    ear.lean(-300)
    heard("####", ear=ear)
    assert heard("." * 40, ear=ear)[-1].at_ms // WINDOW_MS == 10 + 22
