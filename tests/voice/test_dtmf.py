import pytest

from voice.dtmf import BETWEEN_MS, BURST_MS, HASH_MS, LETTER_MS, LOOKED_UP_MS, MENU_MS, Keypad, Presses


def answers(keypad: Keypad, presses: str, every_ms: int = 200) -> list[str]:
    """What is answered while one question is asked again and again."""
    found = []
    for at, key in enumerate(presses):
        keypad.press(key, at * every_ms)
        found.append(keypad.next(at * every_ms))
    return [whole for whole in found if whole is not None]


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
    assert keypad.next(400 + BETWEEN_MS - 1) is None
    assert keypad.next(400 + BETWEEN_MS) == "905"
    assert keypad.next(400 + 2 * BETWEEN_MS) is None


def test_a_star_wipes_a_number_and_alone_is_an_answer():
    assert answers(number(4), "99*0511") == ["0511"]
    assert answers(number(4), "*") == ["*"]
    assert answers(menu("1"), "*") == ["*"]


def test_a_lone_hash_is_an_answer():
    assert answers(menu("1"), "#") == ["#"]


def test_a_menu_with_keys_one_and_twelve_waits_to_tell_them_apart():
    keypad = menu("1", "12")
    assert answers(keypad, "1") == []
    assert keypad.next(MENU_MS) == "1"
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
        assert keypad.next(BETWEEN_MS) == key


def test_who_looks_for_a_letter_has_longer():
    keypad = letters(8)
    assert answers(keypad, "*2") == []
    assert keypad.next(200 + BETWEEN_MS) is None
    assert keypad.next(200 + LETTER_MS) == "*2"


# --- typed ahead -------------------------------------------------------------------------------------


def typed(presses: str, every_ms: int = 200) -> Keypad:
    """Before anything was asked."""
    keypad = Keypad()
    for at, key in enumerate(presses):
        assert keypad.press(key, at * every_ms)
    return keypad


def test_each_question_takes_its_own_keys_in_order():
    keypad = typed("120511")
    keypad.expect(keys=("1", "2"), now_ms=1200)
    assert keypad.next(1200) == "1"
    keypad.expect(keys=("1", "2"), now_ms=1210)
    assert keypad.next(1210) == "2"
    assert keypad.typed == "0511"
    keypad.expect(digits=4, now_ms=1220)
    assert keypad.next(1220) == "0511"
    assert keypad.typed == ""


def test_what_was_typed_ahead_of_a_long_turn_is_still_being_typed_when_its_question_comes():
    keypad = typed("05")
    keypad.expect(digits=4, now_ms=9000)
    assert keypad.next(9000 + BETWEEN_MS - 1) is None
    assert keypad.next(9000 + BETWEEN_MS) == "05"


def test_a_hash_between_two_numbers_ends_the_first_whichever_length_it_has():
    keypad = typed("12#0511#7")
    keypad.expect(digits=6)
    assert keypad.next(0) == "12"
    keypad.expect(digits=4)
    assert keypad.next(0) == "0511"
    keypad.expect(keys=("7",))
    assert keypad.next(0) == "7"  # the hash belonged to the number before


def test_a_hash_long_after_a_whole_number_is_a_key_of_its_own():
    keypad = number(4)
    assert answers(keypad, "0511") == ["0511"]
    keypad.expect(keys=("1", "2"))
    assert not keypad.press("#", 600 + HASH_MS - 1)
    assert keypad.next(600 + HASH_MS) is None
    assert answers(number(2), "12") == ["12"]
    late = number(2)
    answers(late, "12")
    assert late.press("#", 200 + HASH_MS)
    assert late.next(200 + HASH_MS) == "#"


def test_a_hash_after_the_key_of_a_menu_repeats():
    assert answers(menu("1", "2"), "1#") == ["1", "#"]


def test_after_a_wrong_key_the_rest_of_the_burst_is_dropped_also_what_is_yet_to_be_typed():
    keypad = typed("905")
    keypad.expect(keys=("1", "2"))
    assert keypad.next(400) == "9"
    keypad.stumbled()
    assert keypad.typed == ""
    assert not keypad.press("1", 400 + BURST_MS - 1)
    assert not keypad.press("1", 400 + 2 * BURST_MS - 2)
    assert keypad.next(2000) is None
    assert keypad.press("2", 400 + 3 * BURST_MS)
    assert keypad.next(2500) == "2"


def test_while_nothing_is_asked_a_lone_nought_still_calls_a_person_and_the_beginning_of_a_number_does_not():
    keypad = typed("0")
    assert keypad.call(MENU_MS - 1) is None
    assert keypad.call(MENU_MS) == "0"
    assert keypad.typed == ""
    assert typed("05").call(10_000) is None
    assert typed("1").call(10_000) is None


def test_a_number_that_stands_on_paper_is_waited_for_longer_and_its_author_has_the_last_word():
    keypad = Keypad()
    keypad.expect(digits=10, kind="digits")
    answers(keypad, "42")
    assert keypad.next(200 + LOOKED_UP_MS - 1) is None
    assert keypad.next(200 + LOOKED_UP_MS) == "42"
    keypad.expect(digits=10, kind="digits", pause_ms=8_000)
    answers(keypad, "42")
    assert keypad.next(200 + 7_999) is None
    assert keypad.next(200 + 8_000) == "42"


# --- told twice --------------------------------------------------------------------------------------


def pressed(presses: Presses, *told: tuple[str, float, str]) -> str:
    """key, ms, way; a way of "up" is a release."""
    out = ""
    for key, at_ms, way in told:
        if way == "up":
            presses.released(at_ms)
        elif presses.pressed(key, at_ms, way):
            out += key
    return out


def test_a_press_told_of_in_rtp_and_by_info_counts_once():
    told = [
        ("5", 0, "rtp"),
        ("5", 80, "info"),
        ("5", 300, "rtp"),
        ("1", 500, "rtp"),
        ("5", 520, "info"),
        ("1", 700, "info"),
    ]
    assert pressed(Presses(), *told) == "551"


def test_one_key_twice_by_one_way_is_two_presses():
    assert pressed(Presses(), ("1", 0, "info"), ("1", 90, "info")) == "11"


def test_a_press_that_only_the_other_way_told_of_counts_too():
    assert pressed(Presses(), ("1", 0, "rtp"), ("1", 30, "info"), ("2", 400, "info"), ("3", 800, "rtp")) == "123"


def test_an_old_press_is_no_others_twin():
    assert pressed(Presses(), ("1", 0, "rtp"), ("1", Presses.SAME_MS + 1, "info")) == "11"


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ([("5", 0, ""), ("5", 30, ""), ("5", 100, "up"), ("5", 130, "up")], "5"),  # INFO at the press
        ([("5", 0, ""), ("5", 120, "up"), ("5", 140, "")], "5"),  # INFO at the release
        ([("5", 0, ""), ("5", 100, "up"), ("5", 150, "")], "55"),  # a dialler's shortest gap
        ([("5", 0, ""), ("5", 400, "")], "55"),  # the release was lost
        ([("5", 0, ""), ("6", 20, "")], "56"),
    ],
)
def test_where_the_way_is_not_known_two_of_one_moment_are_one(told: list[tuple[str, float, str]], counted: str):
    assert pressed(Presses(), *told) == counted


def test_a_line_that_tells_twice_may_tell_late():
    told = [
        ("5", 0, ""),
        ("5", 20, ""),
        ("5", 100, "up"),
        ("1", 500, ""),
        ("1", 600, "up"),
        ("1", 780, ""),
        ("1", 1000, ""),
    ]
    assert pressed(Presses(), *told) == "511"
