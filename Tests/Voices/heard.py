"""Compares what was heard of the tone voice with what was said and with what is on record."""

import re


def words(text):
    return re.findall(r"[a-z0-9']+", text.lower())


def check_cut(answer, recorded, heard, slack=1):
    """Checks a reply that was cut off.

    `heard`, read from the audio, must be the beginning of `answer`, letter for letter; `recorded` must be its beginning word for word, up to
    the word that was cut: that belongs to it when half of it was heard. `slack` is in letters.
    """
    said, kept, letters = words(answer), words(recorded), "".join(words(heard))
    assert "".join(said).startswith(letters), (answer, heard)
    assert kept and kept == said[: len(kept)] and len(kept) < len(said), (answer, recorded)
    end = sum(map(len, kept))
    assert end - len(kept[-1]) / 2 - slack <= len(letters) <= end + len(said[len(kept)]) / 2 + slack, (recorded, heard)
