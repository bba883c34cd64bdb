import pytest

from bot.authoring.phrases import EXAMPLES, PhraseError, expand

DOCTORS = {"service": ("терапевту", "лору")}


def texts(source: str, limit: int = 50) -> set[str]:
    return set(expand(source, lambda name, form: DOCTORS.get(name), limit))


def test_brackets_may_be_left_out_and_bars_choose():
    assert texts("(запишите|запиши) [меня]") == {"запишите меня", "запиши меня", "запишите", "запиши"}


def test_a_bar_in_square_brackets_chooses_or_leaves_out():
    assert texts("[очень|весьма] рад") == {"очень рад", "весьма рад", "рад"}


def test_a_slot_stands_for_each_of_its_values():
    assert texts("к {service}") == {"к терапевту", "к лору"}


def test_brackets_nest():
    assert texts("a [b [c]]") == {"a b c", "a b", "a"}


def test_a_left_out_word_leaves_no_space_before_a_comma():
    assert texts("привет [доктор], запиши") == {"привет доктор, запиши", "привет, запиши"}


def test_the_first_example_is_the_fullest_and_the_rest_are_spread_over_all():
    examples = expand("[a] (b|c|d|e) (f|g|h|i) [j]", lambda name, form: None)
    assert examples[0] == "a b f j"
    assert len(examples) == EXAMPLES
    assert all(any(sign in text.split() for text in examples) for sign in "abcdefghij")
    assert any("a" not in text.split() for text in examples)


def test_a_million_texts_are_counted_and_not_made():
    with pytest.raises(PhraseError) as caught:
        expand("(a|b)" * 60, lambda name, form: None)
    assert caught.value.code == "phrase_bomb"


@pytest.mark.parametrize("source", ["[a", "a]", "(a|b", "{service", "a}", "a|b", "((((((((((a))))))))))"])
def test_an_unpaired_sign_is_refused(source: str):
    with pytest.raises(PhraseError):
        texts(source)
