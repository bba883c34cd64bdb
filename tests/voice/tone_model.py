"""A model of Silero's form, packed by torch.package and loaded as theirs are; says a tone for each letter."""

import re
from html import unescape

import numpy as np

LETTER_MS = 60


class Tones:
    """speakers, apply_tts: as silero-models documents them for its v5 packages."""

    def __init__(self, stressed: bool = False) -> None:
        self.speakers = ["ru_ekaterina", "xenia"]
        self.stressed = stressed  # refuses a text without stress marks, so that a test sees them

    def to(self, device: object) -> None:
        self.device = str(device)

    def apply_tts(self, text=None, ssml_text=None, speaker="", sample_rate=48_000):
        rate = 100
        if ssml_text is not None:
            found = re.fullmatch(r'<speak><prosody rate="(\d+)%">(.*)</prosody></speak>', ssml_text)
            rate, text = int(found[1]), unescape(found[2])
        letters = [each for each in text if each.isalpha()]
        if not letters or speaker not in self.speakers:
            raise ValueError("Invalid text or speaker")
        if self.stressed and "+" not in text:
            raise ValueError("Words without stress")
        count = sample_rate * LETTER_MS * len(letters) * 100 // rate // 1000
        return self.tensor(0.3 * np.sin(2 * np.pi * 300 * np.arange(count) / sample_rate))

    def tensor(self, wave):
        import torch

        return torch.from_numpy(wave.astype(np.float32))
