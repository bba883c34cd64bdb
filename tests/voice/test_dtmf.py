from voice.dtmf import BETWEEN_MS, LETTER_MS, MENU_MS, Keypad


def answers(keypad: Keypad, presses: str, every_ms: int = 200) -> list[str]:
    return [whole for at, key in enumerate(presses) if (whole := keypad.press(key, at * every_ms))]


def menu(*keys: str) -> Keypad:
    keypad = Keypad()
    keypad.expect(keys=keys)
    return keypad


def number(digits: int) -> Keypad:
    keypad = Keypad()
    keypad.expect(digits=digits)
    return keypad


def test_a_menu_key_is_whole_at_once():
    assert answers(menu("1", "2", "0"), "2") == ["2"]


def test_a_key_the_menu_does_not_have_is_an_answer_too_so_that_the_caller_is_told():
    assert answers(menu("1", "2"), "7") == ["7"]


def test_a_number_is_whole_at_its_last_digit():
    assert answers(number(4), "0511") == ["0511"]


def test_a_number_is_whole_at_the_hash():
    assert answers(number(11), "9051234567#") == ["9051234567"]


def test_an_unfinished_number_is_whole_after_a_pause():
    keypad = number(11)
    assert answers(keypad, "905") == []
    assert keypad.tick(400 + BETWEEN_MS - 1) is None
    assert keypad.tick(400 + BETWEEN_MS) == "905"
    assert keypad.tick(400 + 2 * BETWEEN_MS) is None


def test_a_star_wipes_a_number_and_alone_is_an_answer():
    assert answers(number(4), "99*0511") == ["0511"]
    assert answers(number(4), "*") == ["*"]
    assert answers(menu("1"), "*") == ["*"]


def test_a_lone_hash_is_an_answer():
    assert answers(menu("1"), "#") == ["#"]


def test_a_menu_with_keys_one_and_twelve_waits_to_tell_them_apart():
    keypad = menu("1", "12")
    assert answers(keypad, "1") == []
    assert keypad.tick(MENU_MS) == "1"
    assert answers(keypad, "12") == ["12"]


def test_digits_typed_ahead_count_for_the_next_question():
    keypad = number(4)
    answers(keypad, "05")
    keypad.expect(digits=4)
    assert answers(keypad, "11") == ["0511"]


def test_a_caller_who_speaks_instead_starts_the_number_anew():
    keypad = number(2)
    answers(keypad, "9")
    keypad.clear()
    assert answers(keypad, "12") == ["12"]


def letters(digits: int) -> Keypad:
    keypad = Keypad()
    keypad.expect(digits=digits, letters=True)
    return keypad


def test_a_letter_counts_for_one_sign_of_a_code():
    assert answers(letters(8), "*21123*23*6277") == ["*21123*23*6277"]
    assert answers(letters(3), "1*2") == []
    assert answers(letters(3), "1*212") == ["1*212"]


def test_a_star_spells_where_letters_may_be_and_two_of_them_wipe():
    assert answers(letters(8), "*21**77#") == ["77"]
    assert answers(letters(8), "***21#") == ["*21"]


def test_a_star_alone_is_back_after_a_pause_and_so_is_nought_a_person():
    for key in "*0":
        keypad = letters(8)
        assert answers(keypad, key) == []
        assert keypad.tick(BETWEEN_MS) == key


def test_who_looks_for_a_letter_has_longer():
    keypad = letters(8)
    assert answers(keypad, "*2") == []
    assert keypad.tick(200 + BETWEEN_MS) is None
    assert keypad.tick(200 + LETTER_MS) == "*2"
