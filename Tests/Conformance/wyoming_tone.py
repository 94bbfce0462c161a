"""A Wyoming speech-to-text server, made with the `wyoming` package as wyoming-faster-whisper is, that reads the tone voice.

    wyoming_tone.py tcp://127.0.0.1:PORT [--streaming]
"""

import asyncio
import sys
from functools import partial

import numpy as np
from wyoming.asr import Transcribe, Transcript, TranscriptChunk, TranscriptStart, TranscriptStop
from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStop
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info
from wyoming.server import AsyncEventHandler, AsyncServer

from tone_voice import RATE, decode

NOBODY = Attribution(name="TOM", url="")


def info(streaming):
    about = dict(attribution=NOBODY, installed=True, description=None, version="1")
    return Info(asr=[AsrProgram(
        name="tone", models=[AsrModel(name="tone", languages=["en"], **about)], supports_transcript_streaming=streaming, **about)])


class Recogniser(AsyncEventHandler):
    """One connection, one turn."""

    def __init__(self, streaming, *arguments):
        super().__init__(*arguments)
        self.streaming, self.audio, self.chunks, self.sent = streaming, b"", 0, ""
        self.convert = AudioChunkConverter(rate=RATE, width=2, channels=1)

    async def handle_event(self, event):
        if Describe.is_type(event.type):
            await self.write_event(info(self.streaming).event())
        elif Transcribe.is_type(event.type):
            print("language", Transcribe.from_event(event).language, flush=True)
        elif AudioChunk.is_type(event.type):
            self.audio += self.convert.convert(AudioChunk.from_event(event)).audio
            self.chunks += 1
            if self.streaming:
                await self.send_words()
        elif AudioStop.is_type(event.type):
            print("chunks", self.chunks, "seconds", len(self.audio) / 2 / RATE, flush=True)
            await self.write_event(Transcript(text=self.text().strip(), language="en").event())
            if self.streaming:
                await self.write_event(TranscriptStop().event())
            return False
        return True

    def text(self):
        return decode(np.frombuffer(self.audio, "<i2"), RATE)

    async def send_words(self):
        """The words that are whole by now and were not sent yet."""
        text = self.text()
        whole = text[: text.rfind(" ") + 1]
        if len(whole) > len(self.sent):
            if not self.sent:
                await self.write_event(TranscriptStart().event())
            await self.write_event(TranscriptChunk(text=whole[len(self.sent) :]).event())
            self.sent = whole


async def main(uri, *options):
    await AsyncServer.from_uri(uri).run(partial(Recogniser, "--streaming" in options))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
