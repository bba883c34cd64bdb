from voice.asr.nbest import likeliest
from voice.ports import Hint

RU = Hint(lang="ru", phrases=("позвать человека", "перенести запись", "кардиолог"))


def test_a_word_that_exists_is_believed_before_one_that_only_sounds_so():
    assert likeliest(["Позавите человека.", "Позовите человека."], [-0.09, -0.42], RU) == 1
    assert likeliest(["Сколько стоит приёма кулиста?", "Сколько стоит приём окулиста?"], [-0.27, -0.30], RU) == 1


def test_an_expected_word_is_believed_in_any_of_its_forms():
    assert likeliest(["Принесите мою запись.", "Перенесите мою запись."], [-0.14, -0.17], RU) == 1
    assert likeliest(["В кардиолога", "К кардиологу"], [-0.20, -0.21], Hint(lang="ru")) == 0


def test_the_sound_decides_among_words_that_are_all_alike():
    assert likeliest(["Завтра в три.", "Завтра в четыре."], [-0.1, -0.3], RU) == 0


def test_figures_are_words():
    assert likeliest(["В 15 30", "В пятнадцать тритцать"], [-0.3, -0.2], RU) == 0


def test_in_english_expected_words_alone_count():
    en = Hint(lang="en", phrases=("dentist",))
    assert likeliest(["The tenest.", "The dentist."], [-0.30, -0.35], en) == 1
    assert likeliest(["The tenest.", "The dentist."], [-0.30, -0.35], Hint(lang="en")) == 0


def test_nothing_said_is_a_hypothesis_too():
    assert likeliest(["", "..."], [-0.1, -0.2], RU) == 0
