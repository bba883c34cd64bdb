"""The telephone's file: what it says, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app.telephony import Telephony, file_of, lint, of, telephony
from bot.errors import SettingsError
from bot.settings import Settings
from voice.certificate import self_signed
from voice.routing import Route
from voice.trunks import Doors, Trunk

SETS = {"clinic": ("main", "booking"), "pizza": ("main",)}
WHOLE = """\
trunks:
  city:
    server: sip.operator.example:5061
    user: "74951112233"
    password: env:CITY_PASSWORD
    login: auth-1
    transport: tls
    encryption: required
    codecs: [g722, pcma]
    number: "+74951112233"
    proxy: sbc.operator.example
    keys: info
    takes: ["+7", "8*"]
    expires: 120
  office:
    server: 10.0.0.5
    takes: "*"
calls:
  - {number: "+7 495 111-22-33", set: clinic, scenario: booking, language: ru}
  - {number: "1*", trunk: office, set: pizza}
  - {number: "*"}
from: [10.0.0.0/8, 192.0.2.7]
codecs: [opus, pcma]
encryption: off
tls: {ca: ca.pem, verify: yes}
stun: stun.operator.example:3478
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "telephone.yaml"
    path.write_text(text)
    self_signed(folder / "ca.pem", "sip.operator.example")
    return path


def told(folder: Path, text: str, locale: str = "en") -> list[str]:
    return [problem.text(locale) for problem in lint(write(folder, text), SETS, {"CITY_PASSWORD": "s3cret"})]


def test_a_whole_file_is_read(tmp_path):
    made = telephony(write(tmp_path, WHOLE), SETS, {"CITY_PASSWORD": "s3cret"})
    city = Trunk(
        name="city",
        domain="sip.operator.example:5061",
        user="74951112233",
        password="s3cret",
        auth_user="auth-1",
        transport="tls",
        srtp="required",
        codecs=("g722", "pcma"),
        number="+74951112233",
        proxy="sbc.operator.example",
        keys="info",
        takes=("+7", "8"),
        expires_s=120,
    )
    assert made == Telephony(
        trunks=(city, Trunk(name="office", domain="10.0.0.5", takes=("",))),
        doors=Doors(
            allow=("10.0.0.0/8", "192.0.2.7/32"),
            transports=("udp", "tcp", "tls"),
            srtp="off",
            ca=tmp_path / "ca.pem",
            stun="stun.operator.example:3478",
        ),
        routes=(
            Route(number="+7 495 111-22-33", scenarios="clinic", scenario="booking", language="ru"),
            Route(number="1*", trunk="office", scenarios="pizza"),
            Route(number="*"),
        ),
        codecs=("opus", "pcma"),
    )


def test_an_empty_file_changes_nothing(tmp_path):
    assert telephony(write(tmp_path, "# nothing yet\n"), SETS) == Telephony()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("trunk: {}", "telephone.yaml:1: 'trunk' is not known here. Did you mean 'trunks'?"),
        ("trunks:\n  city: {user: u}", "telephone.yaml:2: 'server' is missing. Add 'server: …'."),
        (
            "trunks:\n  city:\n    server: sip.x\n    password: s3cret",
            "telephone.yaml:4: 'password' stands here in the open. Write 'env:NAME' or 'file:/path', and keep the "
            "secret there.",
        ),
        (
            "trunks:\n  city: {server: sip.x, password: 'env:NOWHERE'}",
            "telephone.yaml:2: env:NOWHERE isn't there or is empty. Put the secret there; who serves must be able to "
            "read it.",
        ),
        ("trunks:\n  a: {server: x}\n  a: {server: y}", "telephone.yaml:3: 'a' "),
        ("trunks:\n  a: {server: 'http://x'}", "telephone.yaml:2: 'http://x' is no address of a server."),
        ("trunks:\n  a: {server: x, user: 'me@x'}", "telephone.yaml:2: 'me@x' can't stand in an account."),
        ("trunks:\n  a: {server: x, transport: tsl}", "telephone.yaml:2: 'tsl' can't stand here. Write one of"),
        ("trunks:\n  a: {server: x, expires: 5}", "telephone.yaml:2: '5' is not a whole number from 30 to 86400."),
        ("calls:\n  - {set: clinic}", "telephone.yaml:2: 'number' is missing. Add 'number: …'."),
        ("calls:\n  - {number: 'два'}", "telephone.yaml:2: 'два' is no number that is dialled."),
        ("calls:\n  - {number: '1', set: clinik}", "telephone.yaml:2: there is no scenario set 'clinik'. Did you mean"),
        (
            "calls:\n  - {number: '1', set: pizza, scenario: booking}",
            "telephone.yaml:2: set 'pizza' has no scenario 'booking'. It has: 'main'.",
        ),
        ("calls:\n  - {number: '1', trunk: city}", "telephone.yaml:2: there is no trunk 'city'. There are: —."),
        (
            "calls:\n  - {number: '*'}\n  - {number: '101'}",
            "telephone.yaml:3: a line above already takes '101'. Put the narrower one first",
        ),
        (
            "calls:\n  - {number: '8 495 111-22-33'}\n  - {number: '+74951112233'}",
            "telephone.yaml:3: a line above already takes '+74951112233'.",
        ),
        ("from: [10.0.0.0/8, office]", "telephone.yaml:1: 'office' is no network. Write 10.0.0.0/8, or one address."),
        ("tls: {certificate: nowhere.pem}", "the file can't be read"),
        ("tls: {ca: nowhere.pem}", "nowhere.pem' can't be read"),
        ("trunks: [a, b]", "telephone.yaml:1: names with values belong here."),
        ("trunks: {a: [", "telephone.yaml:1:"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, line, tmp_path):
    said = told(tmp_path, text)
    assert any(line in each for each in said), said


def test_it_is_told_in_russian_too(tmp_path):
    said = told(tmp_path, "trunks:\n  city:\n    server: sip.x\n    password: s3cret", "ru")
    assert said == [
        "telephone.yaml:4: 'password' написан открыто. Напишите 'env:ИМЯ' или 'file:/путь', а сам секрет держите там."
    ]


def test_no_secret_is_in_any_message(tmp_path):
    assert "s3cret" not in "".join(told(tmp_path, "trunks:\n  city:\n    server: 's3cret x'\n    password: s3cret")[1:])


def test_a_start_with_a_broken_file_names_the_first_line_and_how_many_more_there_are(tmp_path):
    path = write(tmp_path, "from: [x]\ncodecs: [mp3]\n")
    with pytest.raises(SettingsError) as refused:
        telephony(path, SETS)
    assert refused.value.where == f"{path}:1"
    assert str(refused.value) == (
        f"{path}:1: 'x' is no network (1 more: govorun check). Write 10.0.0.0/8, or one address."
    )


def test_a_secret_may_stand_in_a_file_of_its_own(tmp_path):
    (tmp_path / "city-password").write_text("s3cret\n")
    made = telephony(write(tmp_path, "trunks:\n  a: {server: x, password: 'file:city-password'}"), SETS)
    assert made.trunks[0].password == "s3cret"


def test_one_trunk_needs_no_file(tmp_path):
    settings = Settings(
        data=tmp_path,
        trunk_server="sip.operator.example",
        trunk_user="74951112233",
        trunk_password="s3cret",
        sip_allow="10.0.0.0/8, 192.0.2.7",
    )
    made = of(settings, SETS)
    assert made.trunks == (Trunk(name="trunk", domain="sip.operator.example", user="74951112233", password="s3cret"),)
    assert made.doors.allow == ("10.0.0.0/8", "192.0.2.7")
    assert file_of(settings) is None
    write(tmp_path, "from: [172.16.0.0/12]\n")
    assert of(settings, SETS).doors.allow == ("172.16.0.0/12", "10.0.0.0/8", "192.0.2.7")


def test_a_trunk_of_the_settings_that_cannot_be_is_named_by_its_setting(tmp_path):
    with pytest.raises(SettingsError) as refused:
        of(Settings(data=tmp_path, trunk_server="http://x"), SETS)
    assert refused.value.where == "GOVORUN_TRUNK_SERVER"
