"""What is heard when a telephone is answered: wordings of people and of machines, and their way through a line.

A script is what is said, pauses in ms and beeps between: ("Алло?", 700, "Да, слушаю вас."). Of each list the wordings
at even places are for tuning, those at odd places are reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from voice import audio
from voice.audio import RATE, Samples


@dataclass(frozen=True, slots=True)
class Beep:
    """hz: one tone, or several one after the other; ms of each."""

    ms: int
    hz: tuple[float, ...]
    gap_ms: int = 0


Script = Sequence[str | int | Beep]
BEEPS = (
    Beep(300, (1000.0,)), Beep(500, (440.0,)), Beep(200, (1400.0,)), Beep(800, (425.0 * 2,)), Beep(120, (800.0,)),
    Beep(1000, (1000.0,)), Beep(400, (620.0,)), Beep(250, (950.0,)), Beep(350, (1800.0,)), Beep(150, (500.0,)),
)  # fmt: skip
SIT = Beep(330, (950.0, 1400.0, 1800.0))
RING = Beep(1000, (425.0,))
BUSY = Beep(350, (425.0, 425.0, 425.0, 425.0, 425.0), 350)
CED = Beep(3000, (2100.0,))
CNG = Beep(500, (1100.0, 1100.0), 3000)

HUMANS: Mapping[str, tuple[Script, ...]] = {
    "ru": (
        ("Алло?",), ("Да?",), ("Алло.",), ("Слушаю.",), ("Да, алло!",), ("Алло, слушаю вас.",), ("Слушаю вас.",),
        ("Да, слушаю.",), ("Аллё?",), ("Да-да?",), ("Алло, алло!",), ("Говорите.",), ("Здравствуйте.",), ("Кто это?",),
        ("Добрый день!",), ("Да, говорите, я слушаю.",), ("Алло", 600, "да, слушаю."), ("Да", 450, "слушаю вас."),
        ("Алло", 900, "алло, кто это?"), ("Алло", 1300, "говорите, вас не слышно."), ("На проводе.",),
        ("Да, добрый день, слушаю вас.",), ("Алло, здравствуйте, кто это?",), ("Иванов слушает.",),
        ("Ромашка, Анна, добрый день!",), ("Стоматология Улыбка, администратор Ольга, слушаю вас.",),
        ("Алло, добрый вечер, я вас слушаю.",), ("Приёмная, слушаю.",), ("Да, Марина слушает.",), ("Угу.",),
        ("Да, алло, я вас слушаю, говорите.",), ("Подождите секунду", 700, "да, слушаю."),
        ("Мам, подожди, мне звонят", 500, "алло?"), ("Отдел продаж, Сергей, здравствуйте.",),
        ("Компания Вектор, добрый день, меня зовут Дмитрий, чем могу помочь?",),
        ("Алло, я за рулём, перезвоните позже.",),
        ("Привет, ну что, где ты?",), ("Да, я слушаю, только быстро, я на совещании.",), ("Ало, ало, плохо слышно!",),
        ("Кто говорит?",),
    ),
    "en": (
        ("Hello?",), ("Yes?",), ("Hello.",), ("Hi.",), ("Hello, who is this?",), ("Yes, hello?",), ("Yeah?",),
        ("Speaking.",), ("Good morning.",), ("Hello, hello?",), ("This is Mary.",), ("John Smith speaking.",),
        ("Hello", 700, "yes, I'm listening."), ("Hello", 1200, "anybody there?"), ("Hey, what's up?",),
        ("Good afternoon, Acme Dental, Susan speaking.",), ("Yes, this is he.",), ("Hi, this is Anna.",),
        ("Hold on a second", 600, "hello?"), ("Who's calling, please?",),
        ("Good morning, Greenfield clinic, how may I help you?",), ("Sales department, this is Mike, how can I help?",),
        ("Hello, I'm driving, can you make it quick?",), ("Hi there.",), ("Yes, go ahead.",),
        ("Mom, wait", 400, "hello?"),
    ),
}  # fmt: skip

MACHINES: Mapping[str, tuple[Script, ...]] = {
    "ru": (
        ("Здравствуйте. Вы позвонили Ивану. Сейчас я не могу ответить. Оставьте сообщение после сигнала.",
         500, BEEPS[0]),
        ("Абонент не отвечает. Оставьте сообщение после звукового сигнала.", 700, BEEPS[1]),
        ("Это Маша, оставьте сообщение.", 600, BEEPS[2]),
        ("Привет, меня сейчас нет, наговорите сообщение после гудка.", 400, BEEPS[3]),
        ("Вас приветствует голосовая почта. Абонент сейчас недоступен. Оставьте сообщение после сигнала.",
         900, BEEPS[4]),
        ("Аппарат абонента выключен или находится вне зоны действия сети. Попробуйте позвонить позднее.", 1500),
        ("Набранный вами номер не обслуживается. Проверьте правильность набора номера.", 1500),
        ("Абонент временно недоступен. Перезвоните позже.", 2000, "The subscriber is temporarily unavailable."),
        (SIT, 200, "Неправильно набран номер. Проверьте номер и перезвоните.", 1000),
        ("Голосовой ящик абонента переполнен. Оставить сообщение нельзя.", 1500),
        ("Здравствуйте, я голосовой помощник. Абонент сейчас не может ответить. Что ему передать?", 4000),
        ("Алло, здравствуйте! Это виртуальный секретарь Олег. Представьтесь, пожалуйста, и скажите, по какому вопросу"
         " звоните.", 5000),
        ("Здравствуйте, вы позвонили в компанию Ромашка. Для соединения с отделом продаж нажмите один.", 2000,
         "Для соединения с бухгалтерией нажмите два."),
        ("Добрый день! Вы позвонили в нерабочее время. Часы работы с девяти до восемнадцати.", 800, BEEPS[5]),
        ("Здравствуйте! Ваш звонок очень важен для нас. Пожалуйста, оставайтесь на линии, первый освободившийся"
         " оператор"
         " ответит вам.", 3000),
        (BEEPS[0],),
        ("Автоответчик. Говорите после сигнала.", 500, BEEPS[6]),
        ("Алло", 700, "я сейчас не могу взять трубку, оставьте сообщение, я обязательно вам перезвоню.", 600, BEEPS[7]),
        ("Здравствуйте, это семья Петровых. Нас нет дома. Оставьте сообщение, и мы перезвоним.", 900, BEEPS[8]),
        ("Привет! Это Катя. Я не могу подойти к телефону, пишите в мессенджер.", 700, BEEPS[9]),
        ("Вы позвонили на мобильный телефон Сергея. Я занят, отправьте мне смс.", 600, BEEPS[0]),
        ("Телефон абонента выключен. Ему придёт смс о вашем звонке.", 2000),
        ("Номер временно заблокирован.", 2500, "Номер временно заблокирован."),
        ("Здравствуйте, умный помощник слушает. Абонент занят, оставьте для него сообщение.", 4500),
        ("К сожалению, сейчас никто не может ответить на ваш звонок. Оставьте ваше имя и номер телефона.",
         800, BEEPS[1]),
        ("Абонент разговаривает. Оставайтесь на линии или перезвоните позднее.", 2500,
         "Абонент разговаривает. Оставайтесь на линии."),
        ("Здравствуйте", 600, "вы позвонили Анне", 500, "оставьте, пожалуйста, сообщение.", 500, BEEPS[2]),
        ("Меня нет. Оставьте сообщение.", 400, BEEPS[4]),
        ("Вас слушает автоответчик клиники. Мы работаем ежедневно с восьми до двадцати.", 700, BEEPS[6]),
        (RING, 3000, RING, 3000, "Абонент не отвечает. Попробуйте позвонить позже.", 1500),
        ("Добрый день, это запись. Меня зовут Павел. Перезвоню, как только смогу.", 700, BEEPS[3]),
        ("Здравствуйте, меня зовут Ева, я помощник абонента. Он сейчас не может говорить. Я всё передам.", 4500),
        ("Кирилл. Сообщение после сигнала.", 500, BEEPS[7]),
        ("Данный вид связи недоступен для абонента.", 2500),
        ("Вы дозвонились. Но меня нет на месте. Говорите после сигнала, и я вас услышу.", 600, BEEPS[5]),
        ("Вызываемый абонент не может ответить на ваш звонок. После сигнала запишите голосовое сообщение.",
         1000, BEEPS[8]),
    ),
    "en": (
        ("Hi, you've reached John. I can't come to the phone right now. Please leave a message after the beep.", 500,
         BEEPS[0]),
        ("The person you are calling is not available. Please leave a message after the tone.", 700, BEEPS[1]),
        ("It's Mary. Leave a message.", 500, BEEPS[2]),
        ("Your call has been forwarded to an automated voice messaging system. At the tone, please record your"
         " message.",
         900, BEEPS[3]),
        ("The mailbox is full and cannot accept any messages at this time. Goodbye.", 1500),
        (SIT, 200, "We're sorry. The number you have dialed is no longer in service.", 1500),
        ("The subscriber you have dialed is not available. Please try again later.", 1500),
        ("Hello", 700, "we can't take your call right now. Leave your name and number.", 600, BEEPS[4]),
        ("Hi, the person you're calling is using a screening service. Please say your name and why you are calling.",
         5000),
        ("Thank you for calling Acme. For sales, press one. For support, press two.", 2500, "To repeat, press star."),
        ("Hey, this is Dave, do your thing at the beep.", 400, BEEPS[5]),
        ("You have reached the voicemail box of", 600, "Susan Miller", 500, "please leave a message.", 500, BEEPS[6]),
        ("Sorry I missed your call. Leave a message and I'll get back to you.", 500, BEEPS[7]),
        ("All our operators are busy. Your call is important to us. Please stay on the line.", 3000),
        ("Hello, this is the virtual assistant of Michael. He is busy. Can I take a message?", 4500),
        ("We are closed. Our business hours are nine to five. Leave a message after the tone.", 600, BEEPS[8]),
        ("I'm away from my desk. Please leave your message.", 400, BEEPS[9]),
        ("The number you are calling cannot be completed as dialed. Please check the number and dial again.", 1500),
        ("Hi, it's Kate, I'm not here, you know what to do.", 500, BEEPS[0]),
        ("The customer you are calling is unavailable. Please try your call again later.", 1500),
        (BEEPS[5],),
        ("Welcome to the Miller residence. Nobody is home. Please leave a message.", 700, BEEPS[1]),
        ("Please leave your name and number after the tone.", 600, BEEPS[2]),
        ("The wireless customer you are calling is out of the coverage area.", 2500),
        ("Answering machine of the Browns. Talk after the beep.", 500, BEEPS[3]),
        ("Hi, this is Tom", 700, "I'm probably in a meeting", 500, "leave me a message and I will call you back.", 600,
         BEEPS[4]),
    ),
}  # fmt: skip

OTHERS: Mapping[str, tuple[Script, ...]] = {
    "fax": ((CED,), (500, CED), (CNG,), (800, CNG)),
    "busy": ((BUSY,), (300, BUSY)),
    "unknown": ((6000,), (9000,)),
}
VOICES = {
    "ru": ("rhvoice/anna", "rhvoice/aleksandr", "rhvoice/elena", "rhvoice/irina"),
    "en": ("rhvoice/slt", "rhvoice/bdl", "hibari/heart", "rhvoice/alan"),
}
LINES = ("clean", "noise", "music")
LEAD_MS = (250, 900, 500, 1400, 100)  # of silence after the answer
SPEECH_DBFS, NOISE_DB, MUSIC_DB = -20.0, 15.0, 14.0  # the last two: below the speech


def tone(beep: Beep, dbfs: float = -15.0) -> Samples:
    amplitude = 32768 * 10 ** (dbfs / 20) * np.sqrt(2)
    out: list[Samples] = []
    for hz in beep.hz:
        at = np.arange(RATE * beep.ms // 1000) / RATE
        out.append((amplitude * np.sin(2 * np.pi * hz * at)).astype(np.int16))
        out.append(audio.silence(beep.gap_ms))
    return audio.joined(out)


def music(samples: int, seed: int) -> Samples:
    """Chords of plucked strings, as a radio in the room."""
    random = np.random.default_rng(seed)
    out = np.zeros(samples + RATE)
    for start in range(0, samples, RATE // 4):
        root = float(random.choice([220.0, 246.9, 261.6, 293.7, 329.6, 392.0]))
        at = np.arange(RATE) / RATE
        for third in (1.0, 1.26, 1.5):
            for harmonic in (1, 2, 3, 4):
                sound = np.sin(2 * np.pi * root * third * harmonic * at) * np.exp(-4 * at) / harmonic
                out[start : start + RATE] += sound
    out = out[:samples]
    return (out / np.sqrt(np.mean(out**2)) * 1000).astype(np.int16)


def on_the_line(sound: Samples, line: str, seed: int) -> Samples:
    """Through A-law, with what else is heard there."""
    mixed = sound.astype(np.float64)
    random = np.random.default_rng(seed)
    if line == "noise":
        white = np.cumsum(random.standard_normal(sound.size)) * 0.02 + random.standard_normal(sound.size)
        white -= np.convolve(white, np.ones(200) / 200, "same")
        mixed += white / np.sqrt(np.mean(white**2)) * 32768 * 10 ** ((SPEECH_DBFS - NOISE_DB) / 20)
    elif line == "music":
        played = music(sound.size, seed).astype(np.float64)
        mixed += played / np.sqrt(np.mean(played**2)) * 32768 * 10 ** ((SPEECH_DBFS - MUSIC_DB) / 20)
    else:
        mixed += random.standard_normal(sound.size) * 8
    return audio.from_alaw(audio.to_alaw(np.clip(mixed, -32768, 32767).astype(np.int16)))
