import numpy as np
import pytest

from tests.voice.peers import is_tone, strength, tone
from voice.errors import LegFailed
from voice.gate import ANSWERED, WINDOW_S, Gate, Verdict
from voice.routing import Route, Routes
from voice.sip.conversion import Conversion
from voice.trunks import Trunk, way_out

CITY = Trunk(name="city", domain="pbx.example:5070", user="101", takes=("+7", "8"))
MOSCOW = Trunk(name="moscow", domain="msk.example", takes=("+7495", "+7499"))
WORLD = Trunk(name="world", domain="world.example", takes=("",))


@pytest.mark.parametrize(
    ("number", "trunk"),
    [
        ("+7 905 123-45-67", "city"),
        ("+7 (495) 111-22-33", "moscow"),
        ("8 905 123 45 67", "city"),
        ("+44 20 7946 0123", "world"),
        ("112", "world"),
        ("*21#", "world"),
    ],
)
def test_a_number_goes_out_by_the_trunk_that_takes_its_longest_beginning(number, trunk):
    chosen, uri = way_out((CITY, MOSCOW, WORLD), "", number)
    assert chosen is not None
    assert chosen.name == trunk
    assert uri.startswith("sip:")
    assert uri.endswith("@" + chosen.domain)


def test_spaces_and_a_hash_in_a_number_reach_the_exchange_as_sip_writes_them():
    assert way_out((WORLD,), "", "+7 (495) 111-22-33")[1] == "sip:+74951112233@world.example"
    assert way_out((WORLD,), "", "*21#")[1] == "sip:*21%23@world.example"


def test_one_trunk_alone_takes_every_number_unless_it_names_some():
    alone = Trunk(domain="pbx.example", user="101")
    assert way_out((alone,), "", "112") == (alone, "sip:112@pbx.example")
    with pytest.raises(LegFailed) as failed:
        way_out((CITY,), "", "+442079460123")
    assert failed.value.where == "trunk"
    with pytest.raises(LegFailed):
        way_out((), "", "112")


def test_an_address_goes_by_the_trunk_of_its_host_and_else_straight():
    assert way_out((CITY, WORLD), "", "sip:5@PBX.example:5070")[0] is CITY
    assert way_out((CITY, WORLD), "", "sip:agent@10.0.0.5") == (None, "sip:agent@10.0.0.5")


def test_a_trunk_by_name_comes_before_the_number_and_must_exist():
    assert way_out((CITY, WORLD), "world", "+79051234567")[0] is WORLD
    assert way_out((CITY, WORLD), "world", "sip:agent@10.0.0.5") == (WORLD, "sip:agent@10.0.0.5")
    with pytest.raises(LegFailed) as failed:
        way_out((CITY, WORLD), "wolrd", "112")
    assert failed.value.fix == "There are: city, world"


def test_a_password_is_not_in_what_a_trunk_prints():
    assert "s3cret" not in repr(Trunk(domain="x", user="u", password="s3cret"))


ROUTES = Routes(
    listed=(
        Route(number="+7 495 111-22-33", scenarios="clinic", language="en"),
        Route(number="8 800*", trunk="city", scenarios="shop"),
        Route(number="1*", scenarios="pizza", scenario="order"),
    ),
    sets=("clinic", "shop", "pizza"),
)


@pytest.mark.parametrize("called", ["+74951112233", "74951112233", "84951112233", "8 (495) 111-22-33"])
def test_a_dialled_number_is_one_however_it_is_written(called):
    found = ROUTES.find(called)
    assert found is not None
    assert (found.scenarios, found.language) == ("clinic", "en")


def test_a_beginning_stands_for_all_numbers_that_begin_so():
    found = ROUTES.find("105")
    assert found is not None
    assert (found.scenarios, found.scenario) == ("pizza", "order")


def test_a_route_of_one_trunk_is_for_its_calls_alone():
    found = ROUTES.find("8005553535", "city")
    assert found is None  # ten digits without the 8
    assert ROUTES.find("8800 555-35-35", "other") is None
    found = ROUTES.find("8800 555-35-35", "city")
    assert found is not None
    assert found.scenarios == "shop"


def test_where_routes_are_written_other_numbers_are_nobodys_and_names_still_reach_their_sets():
    assert ROUTES.find("999") is None
    found = ROUTES.find("Pizza")
    assert found is not None
    assert found.scenarios == "pizza"


def test_without_routes_every_number_is_answered_and_no_unknown_name():
    routes = Routes(sets=("clinic",))
    assert routes.find("+79051234567") == Route(number="+79051234567")
    assert routes.find("en") == Route(number="en", language="en")
    assert routes.find("govorun") == Route(number="govorun")
    assert routes.find("root") is None


def test_a_route_for_every_number_leaves_names_of_sets_and_languages_to_themselves():
    everything = Route(number="*", scenarios="clinic")
    routes = Routes(listed=(everything,), sets=("clinic", "pizza"))
    assert routes.find("pizza") == Route(number="pizza", scenarios="pizza")
    assert routes.find("en") == Route(number="en", language="en")
    assert routes.find("+79051234567") == routes.find("govorun") == routes.find("") == everything
    named = Route(number="pizza", scenarios="clinic")
    assert Routes(listed=(everything, named), sets=("pizza",)).find("pizza") == named


def test_who_is_in_no_network_is_refused_a_few_times_then_ignored_and_told_of_twice():
    gate = Gate(["10.0.0.0/8", "192.0.2.7"])
    assert gate.ask("10.1.2.3", 0) == (Verdict.LET_IN, False)
    assert gate.ask("192.0.2.7", 0) == (Verdict.LET_IN, False)
    assert gate.ask("::ffff:10.1.2.3", 0) == (Verdict.LET_IN, False)
    asked = [gate.ask("203.0.113.9", number / 100) for number in range(1000)]
    assert [verdict for verdict, _ in asked].count(Verdict.REFUSE) == ANSWERED
    assert [told for _, told in asked].count(True) == 2
    assert asked[-1] == (Verdict.IGNORE, False)
    assert gate.refused == 1000


def test_who_goes_on_for_hours_is_not_told_of_every_minute():
    gate = Gate(["10.0.0.0/8"])
    told = [gate.ask("203.0.113.9", second)[1] for second in range(0, 3600, 2)]
    assert told.count(True) <= 4


def test_a_stranger_who_tried_twice_a_day_ago_is_answered_again():
    gate = Gate(["10.0.0.0/8"])
    gate.ask("203.0.113.9", 0)
    assert gate.ask("203.0.113.9", WINDOW_S + 1) == (Verdict.REFUSE, True)


def test_trunks_are_let_in_and_without_networks_everybody_is():
    gate = Gate(["10.0.0.0/8"])
    gate.admit(["203.0.113.9"])
    assert gate.ask("203.0.113.9", 0)[0] is Verdict.LET_IN
    assert Gate().ask("203.0.113.9", 0)[0] is Verdict.LET_IN


def test_a_flood_from_ever_new_addresses_does_not_fill_memory(monkeypatch):
    monkeypatch.setattr("voice.gate.STRANGERS", 100)
    gate = Gate(["10.0.0.0/8"])
    for number in range(1000):
        gate.ask(f"203.0.{number // 256}.{number % 256}", 0)
    assert len(gate._strangers) == 100


@pytest.mark.parametrize("form", [(16_000, 1), (48_000, 2), (8_000, 1)])
def test_a_voice_keeps_its_pitch_and_its_length_through_a_codecs_rate(form):
    out, back = Conversion(), Conversion()
    sound = tone(440, 1)
    wide = b"".join(out.outward(sound[start : start + 160], form) for start in range(0, len(sound), 160))
    assert len(wide) == pytest.approx(form[0] * form[1] * 2, rel=0.01)
    step = form[0] * form[1] * 2 // 50
    heard = [
        back.inward(np.frombuffer(wide[start : start + step], np.int16), form) for start in range(0, len(wide), step)
    ]

    narrow = np.concatenate(heard)
    assert len(narrow) == pytest.approx(8_000, rel=0.01)
    assert strength(narrow, 440) > 0.99
    assert is_tone(narrow, 440)
