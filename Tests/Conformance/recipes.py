"""The recipes of the documents, as tests run them: with other addresses, keys and models, and nothing else changed."""

import pathlib
import re

DOCUMENTS = pathlib.Path(__file__).parents[2] / "docs"


def recipe(heading, document="engines.md"):
    """The commands of a section: servers, which end in ` &`, and the settings of each `tom serve`."""
    section = (DOCUMENTS / document).read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", section, re.S)
    lines = [re.sub(r"\$\(echo (\S+)\)", r"\1", line) for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    servers = [line.removesuffix(" &").split() for line in lines if line.endswith(" &")]
    settings = [dict(word.split("=", 1) for word in line.split()[:-2]) for line in lines if line.endswith(" tom serve")]
    assert settings, f"{document} has no recipe under {heading}"
    return servers, settings


def adapted(settings, **places):
    """The settings with what stands for the reader's own (an address, a key, a model) replaced; each has to be there."""
    missing = places.keys() - settings.keys()
    assert not missing, f"the recipe sets no {missing}"
    return {**settings, **places}
