import numpy as np

from voice.audio import RATE, Samples, silence
from voice.floor import Floor, Holder, Order, Play, Spoken, Stop, gap_before, heard_words


def speech(ms: int) -> Samples:
    return np.full(ms * RATE // 1000, 5000, np.int16)


def played(orders: tuple[Order, ...]) -> int:
    """ms of sound the orders queue."""
    return sum(len(order.sound) * 1000 // RATE for order in orders if isinstance(order, Play))


def speaking(ms: int = 3000, barge_in: bool = True) -> Floor:
    floor = Floor()
    floor.say("hello", speech(ms), barge_in=barge_in)
    return floor


def test_a_prompt_is_played_and_reported_when_it_was_heard():
    floor = Floor()
    assert played(floor.say("hello", speech(1000))) == 1000
    assert floor.holder is Holder.BOT
    assert floor.progress(queued_ms=400) == ()
    assert floor.progress(queued_ms=0) == (Spoken(prompt="hello", heard_ms=1000, total_ms=1000, whole=True),)
    assert floor.holder is Holder.IDLE


def test_prompts_are_heard_one_after_another():
    floor = speaking(1000)
    floor.say("menu", speech(2000))
    assert [spoken.prompt for spoken in floor.progress(queued_ms=1500)] == ["hello"]
    assert [spoken.prompt for spoken in floor.progress(queued_ms=0)] == ["menu"]


def test_speech_stops_a_prompt_at_once():
    assert speaking().speech_started() == (Stop(),)


def test_speech_does_not_stop_a_prompt_that_must_be_heard():
    floor = speaking(barge_in=False)
    assert floor.speech_started() == ()
    assert floor.holder is Holder.BOT


def test_the_first_seconds_of_a_prompt_may_be_left_to_keys():
    floor = Floor()
    floor.say("hello", speech(3000), shield_ms=1000)
    assert floor.shielded
    assert floor.speech_started() == ()
    assert floor.holder is Holder.BOT
    assert floor.speech_started(counts=True) == (Stop(),)


def test_after_its_first_seconds_speech_stops_such_a_prompt():
    floor = Floor()
    floor.say("hello", speech(3000), shield_ms=1000)
    floor.progress(queued_ms=2000)
    assert not floor.shielded
    assert floor.speech_started() == (Stop(),)


def test_what_is_left_to_say_is_known():
    floor = speaking(3000)
    floor.say("menu", speech(1000))
    floor.progress(queued_ms=2500)
    assert floor.left_ms == 2500


def test_speech_into_silence_stops_nothing():
    assert Floor().speech_started() == ()


def test_a_second_start_of_speech_stops_nothing_more():
    floor = speaking()
    floor.speech_started()
    floor.stopped(unplayed_ms=1000)
    assert floor.speech_started() == ()


def test_a_taken_turn_drops_the_rest_and_says_what_was_heard():
    floor = speaking(3000)
    floor.say("menu", speech(1000))
    floor.speech_started()
    assert floor.stopped(unplayed_ms=3200) == ()
    assert floor.take_turn() == (
        Spoken(prompt="hello", heard_ms=800, total_ms=3000, whole=False),
        Spoken(prompt="menu", heard_ms=0, total_ms=1000, whole=False),
    )
    assert floor.holder is Holder.IDLE


def test_a_false_start_goes_on_with_the_rest_of_the_prompt():
    floor = speaking(3000)
    floor.say("menu", speech(1000))
    floor.speech_started()
    floor.stopped(unplayed_ms=3000)
    assert 3000 <= played(floor.false_start()) <= 3700
    assert floor.holder is Holder.BOT
    assert [spoken.whole for spoken in floor.progress(queued_ms=0)] == [True, True]


def test_a_prompt_goes_on_from_the_gap_before_the_word_it_was_stopped_in():
    sound = np.concatenate((speech(1000), silence(60), speech(300), speech(700)))
    resumed = gap_before(sound, 1300 * RATE // 1000)
    assert 1000 * RATE // 1000 <= resumed <= 1060 * RATE // 1000


def test_of_several_gaps_it_goes_on_from_the_longest_and_no_silence_is_heard_again():
    sound = np.concatenate((speech(1000), silence(140), speech(200), silence(60), speech(700)))
    assert gap_before(sound, 1600 * RATE // 1000) == 1120 * RATE // 1000
    even = np.concatenate((speech(1000), silence(60), speech(200), silence(60), speech(700)))
    assert gap_before(even, 1600 * RATE // 1000) == 1300 * RATE // 1000


def test_a_prompt_stopped_in_its_first_word_begins_anew():
    assert gap_before(speech(1000), 150 * RATE // 1000) == 0


def test_a_prompt_may_be_stopped_again_after_a_false_start():
    floor = speaking(3000)
    floor.speech_started()
    floor.stopped(unplayed_ms=2000)
    floor.false_start()
    assert floor.speech_started() == (Stop(),)


def test_sound_that_comes_while_stopped_waits():
    floor = Floor()
    floor.say("hello", speech(1000), complete=False)
    floor.speech_started()
    floor.stopped(unplayed_ms=1000)
    assert floor.more(speech(500), complete=True) == ()
    assert played(floor.false_start()) == 1500


def test_a_prompt_that_is_still_being_rendered_is_not_over_when_the_line_runs_dry():
    floor = Floor()
    floor.say("hello", speech(300), complete=False)
    assert floor.progress(queued_ms=0) == ()
    assert played(floor.more(speech(200), complete=True)) == 200
    assert floor.progress(queued_ms=0) == (Spoken(prompt="hello", heard_ms=500, total_ms=500, whole=True),)


def test_the_rest_of_a_dropped_prompt_is_not_played():
    floor = Floor()
    floor.say("hello", speech(300), complete=False)
    floor.speech_started()
    floor.stopped(unplayed_ms=100)
    floor.take_turn()
    assert floor.more(speech(500), complete=True) == ()
    assert floor.holder is Holder.IDLE


def test_a_prompt_that_ended_before_the_flush_was_heard_whole():
    floor = speaking(1000)
    floor.speech_started()
    assert floor.stopped(unplayed_ms=0) == (Spoken(prompt="hello", heard_ms=1000, total_ms=1000, whole=True),)
    assert floor.holder is Holder.IDLE


def test_a_cut_prompt_is_written_down_up_to_the_word_that_was_heard():
    text = "Здравствуйте, это клиника. Чем могу помочь?"
    cut = Spoken(prompt="", heard_ms=650, total_ms=1000, whole=False)
    assert heard_words(text, cut) == "Здравствуйте, это клиника…"
    assert heard_words(text, Spoken(prompt="", heard_ms=1000, total_ms=1000, whole=True)) == text
    assert heard_words(text, Spoken(prompt="", heard_ms=100, total_ms=1000, whole=False)) == ""


def test_a_hold_stops_even_what_must_be_heard_and_it_goes_on_when_they_are_back():
    floor = speaking(3000, barge_in=False)
    assert floor.hold() == (Stop(),)
    floor.stopped(unplayed_ms=2000)
    assert floor.progress(queued_ms=0) == ()
    back = played(floor.take_back())
    assert 2000 <= back <= 2700  # from a gap before it
    assert floor.holder is Holder.BOT


def test_what_is_said_on_hold_waits_for_its_end():
    floor = Floor()
    assert floor.hold() == ()
    assert floor.say("hello", speech(1000), barge_in=False) == ()
    assert floor.progress(queued_ms=0) == ()
    assert played(floor.take_back()) == 1000


def test_a_false_start_before_a_hold_does_not_speak_into_it():
    floor = speaking(2000)
    floor.speech_started()
    floor.stopped(unplayed_ms=1000)
    assert floor.hold() == ()
    assert floor.false_start() == ()
    assert played(floor.take_back()) >= 1000


def test_words_that_end_during_a_hold_take_the_turn():
    floor = speaking(2000)
    floor.hold()
    floor.stopped(unplayed_ms=1000)
    assert [spoken.heard_ms for spoken in floor.take_turn()] == [1000]
    assert floor.say("next", speech(500)) == ()
    assert played(floor.take_back()) == 500
