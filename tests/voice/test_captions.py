"""Which words of an utterance under way are shown: those that are not taken back."""

from voice.captions import LOOK_FRAMES, Captions, StableWords


def shown(*partials: str) -> list[str]:
    words = StableWords()
    return [told for partial in partials if (told := words.look(partial)) is not None]


def test_a_word_is_shown_once_it_has_stood_for_three_looks():
    assert shown("хочу", "хочу", "хочу", "хочу") == ["хочу"]
    assert shown("хочу", "хочу") == []


def test_the_last_word_that_still_changes_is_not_shown():
    assert shown("хочу за", "хочу запись", "хочу записаться", "хочу записаться", "хочу записаться") == [
        "хочу",
        "хочу записаться",
    ]


def test_what_was_shown_is_never_taken_back():
    assert shown(*["раз два"] * 3, *["нет два три"] * 5) == ["раз два"]
    assert shown(*["раз два"] * 3, "", "", "") == ["раз два"]


def test_an_engine_without_partials_shows_nothing():
    assert shown("", "", "", "") == []


class Leg:
    def __init__(self) -> None:
        self.sent: list[object] = []

    def send(self, message: object) -> None:
        self.sent.append(message)


def test_the_page_is_told_five_times_a_second_at_most_and_cleared_when_the_utterance_ends():
    leg = Leg()
    captions = Captions(leg)
    for _ in range(LOOK_FRAMES * 3):
        captions.tick("алло", speaking=True)
    assert leg.sent == [{"type": "partial", "text": "алло"}]
    captions.tick("", speaking=False)
    captions.tick("", speaking=False)
    assert leg.sent[1:] == [{"type": "partial", "text": ""}]


def test_a_telephone_has_nothing_to_show_them_on():
    captions = Captions(object())
    for _ in range(100):
        captions.tick("алло", speaking=True)
