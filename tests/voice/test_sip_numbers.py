import pytest

from voice.sip.numbers import can_be_called, number_of, refer_uri, user_of


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ('"Иван" <sip:89051234567@10.0.0.1;user=phone>;tag=a1', "+79051234567"),
        ("sip:+79051234567@trunk.example", "+79051234567"),
        ("<sip:79051234567@10.0.0.1>", "+79051234567"),
        ("<sip:9051234567@10.0.0.1>", "+79051234567"),
        ("<tel:+7-905-123-45-67>", "+79051234567"),
        ("<sip:%2B79051234567@10.0.0.1>", "+79051234567"),
        ("<sip:+442079460123@10.0.0.1>", "+442079460123"),
        ("<sip:101@10.0.0.1>", "101"),
        ("<sip:ivan.petrov@10.0.0.1>", "ivan.petrov"),
        ("<sip:00000000000@10.0.0.1>", "00000000000"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', ""),
        ("<sip:10.0.0.1>", ""),
        ("", ""),
    ],
)
def test_a_caller_is_known_by_the_international_number_where_there_is_one(address, number):
    assert number_of(address) == number


def test_numbers_without_a_country_code_follow_the_region():
    assert number_of("<sip:02079460123@10.0.0.1>", "GB") == "+442079460123"


def test_the_called_number_is_the_user_part_as_it_was_dialled():
    assert user_of("<sip:8800@pbx.example:5070;transport=tcp>") == "8800"


@pytest.mark.parametrize(
    ("target", "header", "uri"),
    [
        ("sip:agent@host", "", "sip:agent@host"),
        ("agent@host:5070", "", "sip:agent@host:5070"),
        (
            "<sip:agent@host;transport=tcp>",
            "6162;encoding=hex",
            "sip:agent@host;transport=tcp?User-to-User=6162%3Bencoding%3Dhex",
        ),
        ("sip:a@h?Subject=x", "00 ff", "sip:a@h?Subject=x&User-to-User=00%20ff"),
        ("sip:a@h", "имя", "sip:a@h?User-to-User=%D0%B8%D0%BC%D1%8F"),
    ],
)
def test_user_to_user_rides_in_the_refer_uri_escaped(target, header, uri):
    assert refer_uri(target, header) == uri


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("sip:anna@127.0.0.1:5070", True),
        ("sips:+79051234567@trunk.example;transport=tls", True),
        ("SIP:101@[::1]:5060", True),
        ("sip:*98@pbx", True),
        ("nope", False),
        ("sip:", False),
        ("sip:host", False),
        ("sip:anna@", False),
        ("sip:anna@host\r\nVia: x", False),
        ('"Anna" <sip:anna@host>', False),
        ("sip:" + "a" * 100_000 + "@host", False),
        ("tel:101", False),
    ],
)
def test_only_a_user_at_a_host_is_called(address: str, may: bool) -> None:
    """The stack crashes of "nope"."""
    assert can_be_called(address) is may
