from hypothesis import given
from hypothesis import strategies as st

from voice.tts.sentences import sentences


def test_a_text_is_cut_where_sentences_end():
    assert sentences("Здравствуйте! Это «Клиника». Чем помочь?") == ("Здравствуйте!", "Это «Клиника».", "Чем помочь?")


def test_a_long_sentence_is_cut_at_its_commas_then_between_words():
    assert sentences("раз, два, три четыре пять", 14) == ("раз, два,", "три четыре", "пять")


def test_an_endless_word_is_cut_all_the_same():
    assert sentences("а" * 25, 10) == ("а" * 10, "а" * 10, "а" * 5)


@given(st.text(alphabet="аб .,!?»", max_size=200), st.integers(1, 40))
def test_nothing_is_lost_and_nothing_is_too_long(text, longest):
    pieces = sentences(text, longest)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert all(0 < len(piece) <= longest for piece in pieces)
