"""Makes a Whisper model in CTranslate2's format that hears one sentence in whatever is said: `parrot_whisper.py FOLDER`.

It has the shape of a Whisper model and no trained weights: attention and feed-forward layers give nothing, the position in the output alone
chooses the next token. Enough to prove the way to and from a real faster-whisper. Needs numpy, tokenizers and ctranslate2, no torch.
"""

import json
import pathlib
import sys

import ctranslate2
import numpy as np
from ctranslate2.specs import whisper_spec
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SENTENCE = " What are your opening hours?"
WIDTH, HEADS, FRAMES, POSITIONS, MELS = 128, 2, 1500, 64, 80
SPECIAL = [
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|translate|>", "<|startoflm|>", "<|startofprev|>",
    "<|nospeech|>", "<|notimestamps|>"]


def make_tokenizer():
    """A token for each word of the sentence and for each byte, then Whisper's own."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    # faster-whisper forbids what " -" and " '" begin with, which must not be every word's blank.
    tokenizer.train_from_iterator(
        [SENTENCE, " -", " '"] * 3, trainers.BpeTrainer(vocab_size=400, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_special_tokens(SPECIAL + [f"<|{index * 0.02:.2f}|>" for index in range(1501)])
    return tokenizer


def array(*shape):
    return np.zeros(shape, np.float32)


def neutral(norm):
    norm.gamma, norm.beta = np.ones(WIDTH, np.float32), array(WIDTH)


def silent(linear, inputs, outputs):
    linear.weight, linear.bias = array(outputs, inputs), array(outputs)


def silence_layer(layer, attentions):
    for attention, sizes in attentions:
        neutral(attention.layer_norm)
        for linear, outputs in zip(attention.linear, sizes):
            silent(linear, WIDTH, outputs)
    neutral(layer.ffn.layer_norm)
    silent(layer.ffn.linear_0, WIDTH, WIDTH)
    silent(layer.ffn.linear_1, WIDTH, WIDTH)


def make_spec(tokenizer):
    vocabulary = tokenizer.get_vocab_size()
    spec = whisper_spec.WhisperSpec(1, HEADS, 1, HEADS)
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = array(WIDTH, MELS, 3), array(WIDTH)
    encoder.conv2.weight, encoder.conv2.bias = array(WIDTH, WIDTH, 3), array(WIDTH)
    encoder.position_encodings.encodings = array(FRAMES, WIDTH)
    neutral(encoder.layer_norm)
    silence_layer(encoder.layer[0], [(encoder.layer[0].self_attention, (3 * WIDTH, WIDTH))])
    # Each position is a direction of its own, and each token of the script lies in the direction of its position.
    decoder.embeddings.weight = array(vocabulary, WIDTH)
    decoder.position_encodings.encodings = np.eye(POSITIONS, WIDTH, dtype=np.float32)
    neutral(decoder.layer_norm)
    script = [tokenizer.token_to_id("<|0.00|>"), *tokenizer.encode(SENTENCE, add_special_tokens=False).ids]
    script += [tokenizer.token_to_id("<|1.00|>"), tokenizer.token_to_id("<|endoftext|>")]
    decoder.projection.weight, decoder.projection.bias = array(vocabulary, WIDTH), array(vocabulary)
    for position, token in enumerate(script):
        decoder.projection.weight[token, position] = 3
    layer = decoder.layer[0]
    silence_layer(layer, [(layer.self_attention, (3 * WIDTH, WIDTH)), (layer.attention, (WIDTH, 2 * WIDTH, WIDTH))])
    spec.register_vocabulary([tokenizer.id_to_token(index) for index in range(vocabulary)])
    return spec


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer()
    spec = make_spec(tokenizer)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids, spec.config.alignment_heads = [tokenizer.token_to_id("<|en|>")], [(0, 0)]
    spec.validate()
    spec.optimize(quantization=None)
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    features = {"feature_size": MELS, "sampling_rate": 16_000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (folder / "preprocessor_config.json").write_text(json.dumps(features))
    print(f"{folder}: made with CTranslate2 {ctranslate2.__version__}")


if __name__ == "__main__":
    main(sys.argv[1])
