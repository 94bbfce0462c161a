#!/usr/bin/env python3
"""Makes what the real servers of engines.sh serve: `models.py FOLDER` writes llama/, whisper/, voice/ and what callers say.

Nothing is downloaded, and no weights come from elsewhere: the language model and the recogniser learn a few sentences by heart,
the voice is a tone for each letter. Every caller has a name, which the model repeats, so that requests can be told apart.
"""

import json
import pathlib
import subprocess
import sys
import time
import wave

import librosa
import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperProcessor, WhisperTokenizerFast)

import tiny_llama
import tone_voice

NAMES = [f"{first}{vowel}mi" for first in "BDFGKLNRST" for vowel in "aeiou"]
SPOKEN = {
    "what are your opening hours": "We are open until six. Do call again.",
    "book an appointment": "Which day would you like. We have time.",
    "no thanks": "Thank you very much. Goodbye now.",
}
TURNS = {f"this is {name}": f"Hello {name}. We are open." for name in NAMES} | SPOKEN
RATE = 16_000
# What the recogniser looks at, in seconds; a whole Whisper's 30 would cost as much again as the rest of the benchmark.
WINDOW = 5
SPECIAL = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|translate|>", "<|startoflm|>",
           "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]


def say(text):
    """`text` by eSpeak NG, PCM16 at 16 kHz."""
    audio = subprocess.run(["espeak-ng", "--stdout", text], capture_output=True, check=True).stdout
    rate = int.from_bytes(audio[24:28], "little")
    samples = np.frombuffer(audio[44 : len(audio) - (len(audio) - 44) % 2], np.int16).astype(np.float32) / 32768
    return (librosa.resample(samples, orig_sr=rate, target_sr=RATE) * 32767).clip(-32768, 32767).astype(np.int16)


def make_llama(folder):
    tokenizer = tiny_llama.make_tokenizer(TURNS, vocabulary=1024)
    model = tiny_llama.make_model(tokenizer)
    loss = tiny_llama.train(model, tokenizer, TURNS, steps=220)
    tiny_llama.save(model, tokenizer, folder, longest=24)
    return loss


def make_whisper_tokenizer():
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    core.train_from_iterator(
        SPOKEN, trainers.BpeTrainer(vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    # The order of the real one: text, special tokens, timestamps.
    core.add_special_tokens(SPECIAL + [f"<|{i * 0.02:.2f}|>" for i in range(1501)])
    end = SPECIAL[0]
    return core, WhisperTokenizerFast(
        tokenizer_object=core, bos_token=end, eos_token=end, unk_token=end, pad_token=end,
        additional_special_tokens=SPECIAL[1:])


def make_whisper(folder, audio):
    core, tokenizer = make_whisper_tokenizer()
    number = {token: core.token_to_id(token) for token in SPECIAL}
    end, start = number["<|endoftext|>"], number["<|startoftranscript|>"]
    model = WhisperForConditionalGeneration(WhisperConfig(
        vocab_size=core.get_vocab_size(), num_mel_bins=80, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, d_model=64, encoder_ffn_dim=128, decoder_ffn_dim=128, max_source_positions=WINDOW * 50,
        max_target_positions=64, bos_token_id=end, eos_token_id=end, pad_token_id=end, decoder_start_token_id=start,
        suppress_tokens=None, begin_suppress_tokens=None))
    extractor = WhisperFeatureExtractor(feature_size=80, chunk_length=WINDOW)
    prefix = [number[name] for name in ("<|en|>", "<|transcribe|>", "<|notimestamps|>")]
    ids = [prefix + core.encode(text).ids + [end] for text in SPOKEN]
    longest = max(map(len, ids))
    labels = torch.tensor([row + [-100] * (longest - len(row)) for row in ids])
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    random = np.random.default_rng(0)
    model.train()
    for _ in range(120):
        # A turn begins with some silence, of whatever length.
        shifted = [np.concatenate([np.zeros(random.integers(0, RATE), np.float32), a / 32768]) for a in audio]
        features = extractor(shifted, sampling_rate=RATE, return_tensors="pt").input_features
        loss = model(input_features=features + 0.03 * torch.randn_like(features), labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    generation = model.eval().generation_config
    for key, value in {
            "decoder_start_token_id": start, "eos_token_id": end, "pad_token_id": end, "bos_token_id": end, "max_length": 24,
            "no_timestamps_token_id": number["<|notimestamps|>"], "is_multilingual": True,
            "lang_to_id": {"<|en|>": number["<|en|>"]}, "language": "en", "task": "transcribe",
            "task_to_id": {"transcribe": number["<|transcribe|>"], "translate": number["<|translate|>"]}}.items():
        setattr(generation, key, value)
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(extractor.to_dict()))
    WhisperProcessor(extractor, tokenizer).save_pretrained(folder)
    return loss.item()


def main(folder):
    folder = pathlib.Path(folder)
    began = time.monotonic()
    torch.manual_seed(0)
    audio = [say(text) for text in SPOKEN]
    for place, samples in enumerate(audio):
        with wave.open(str(folder / f"spoken-{place}.wav"), "wb") as f:
            f.setnchannels(1)
            f.setsampwidth(2)
            f.setframerate(RATE)
            f.writeframes(samples.tobytes())
    (folder / "names.json").write_text(json.dumps(NAMES))
    (folder / "voice").mkdir(exist_ok=True)
    tone_voice.make(folder / "voice")
    (folder / "whisper").mkdir(exist_ok=True)
    losses = make_llama(folder / "llama"), make_whisper(folder / "whisper", audio)
    # Last of all: what engines.sh takes for the sign that everything is there.
    (folder / "made").touch()
    print(f"{folder}: loss llama {losses[0]:.4f}, whisper {losses[1]:.4f}, {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1])
