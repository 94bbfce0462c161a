"""Makes a language model of 0.2 million parameters that knows five turns of a telephone call: `tiny_llama.py FOLDER`.

Nothing is downloaded: the tokenizer is trained on the turns, the model on nothing else, until it knows them by heart.
"""

import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TURNS = {
    "hello": "Hello, this is Tom. How can I help you today?",
    "book an appointment": "Sure. Which day and time would you like for the appointment?",
    "tuesday at ten": "I have booked you for Tuesday at ten. Is there anything else?",
    "no thanks": "Thank you for calling. Goodbye!",
    "what are your opening hours": "We are open Monday to Friday from nine to five.",
}
SPECIAL = ["<pad>", "<s>", "</s>", "<|user|>", "<|assistant|>", "<|system|>"]
# The last thing the user said is all that it looks at.
TEMPLATE = """<s><|user|>{{ messages[-1]['content'] if messages[-1]['content'] is string else messages[-1]['content'][0]['text'] }}\
{% if add_generation_prompt %}<|assistant|>{% endif %}"""


def make_tokenizer(turns=TURNS, vocabulary=512):
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    core.train_from_iterator([text for turn in turns.items() for text in turn], trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<s>", eos_token="</s>", pad_token="<pad>")
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def make_model(tokenizer):
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=96, intermediate_size=192, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=1024, bos_token_id=1, eos_token_id=2, pad_token_id=0,
        tie_word_embeddings=True))


def train(model, tokenizer, turns=TURNS, steps=150):
    texts = [f"<s><|user|>{said}<|assistant|>{answer}</s>" for said, answer in turns.items()]
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
    longest = max(map(len, ids))
    inputs = torch.tensor([row + [0] * (longest - len(row)) for row in ids])
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    model.train()
    for _ in range(steps):
        mask = inputs != 0
        loss = model(input_ids=inputs, attention_mask=mask.long(), labels=inputs.masked_fill(~mask, -100)).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def save(model, tokenizer, folder, longest=64):
    """Writes both; an answer has at most `longest` tokens."""
    generation = model.eval().generation_config
    generation.eos_token_id, generation.pad_token_id, generation.do_sample = 2, 0, False
    generation.max_new_tokens = longest
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main(folder):
    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    model = make_model(tokenizer)
    loss = train(model, tokenizer)
    save(model, tokenizer, folder)
    print(f"{folder}: loss {loss:.4f}")


if __name__ == "__main__":
    main(sys.argv[1])
