#!/usr/bin/env python3
"""Holds the Markdown documents against the tree: what they name has to be there.

Checked: links and their headings; file paths and file names; functions and types in ARCHITECTURE.md; settings, metrics and
error codes, and that docs/operating.md has every metric and docs/realtime.md every code of its events; the README's length. Prints each fault with its file and line.
"""

import fnmatch
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
README_LINES = 150
LEFT_OUT = {".git", ".venv", "__pycache__", "node_modules", "data", "journals"}
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
FILE = re.compile(r"^[\w.+*-]+\.(swift|md|sh|py|yaml|yml|js|html|css|c|h|txt|json|png|service|example)$")
FUNCTION = re.compile(r"^(?:[A-Z]\w*\.)?([a-z]\w*)\(.*\)$")
TYPE = re.compile(r"^(?:[A-Z]\w*\.)*([A-Z][a-z]\w*)$")
SETTING = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$")
METRIC = re.compile(r"\btom_[a-z_]+[a-z]\b")
CODED = re.compile(
    r"^(access|agent|auth|call|http|keys|limit|llm|models|prices|probe|server|session|store|stt|tool|tts|turn_end|vad|ws)\.([a-z_]+)$")
# Fields of the event `turn_end`, whose name is also the beginning of codes.
EVENT_FIELDS = {"turn_end.latency", "turn_end.status"}
# Codes that begin with what an engine is for, and the modules that make them.
STAGES = {
    "stt": ["TomEngines", "TomProviders", "TomSession", "TomSherpa"], "tts": ["TomEngines", "TomProviders", "TomSession", "TomSherpa"],
    "llm": ["TomEngines", "TomProviders", "TomSession"], "tool": ["TomProviders"], "vad": ["TomEngines", "TomOnnx", "TomSherpa"],
    "turn_end": ["TomEngines", "TomOnnx"]}
# Written while TOM runs, beside the documents' subject or outside the tree.
WRITTEN = {"keys.json", "manifest.json", "messages.jsonl", "tom.env", "report.json", "call.jsonl", "jwks.json"}
OUTSIDE_SETTINGS = {"TOM_CONFIG_FILE", "TOM_PROBE_TOKEN", "TOM_BINARY", "XDG_RUNTIME_DIR", "BASH_SOURCE"}


def tree():
    """Every file of the tree, without what builds and tests put beside it."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in LEFT_OUT and not name.startswith(".build")]
        found += [pathlib.Path(folder, name).relative_to(ROOT).as_posix() for name in names]
    return sorted(found)


FILES = tree()
NAMES = {name.rsplit("/", 1)[-1] for name in FILES}
TOPS = {name.split("/", 1)[0] for name in FILES}
SOURCES = {name: (ROOT / name).read_text() for name in FILES if name.startswith("Sources/") and name.endswith(".swift")}
SWIFT = "\n".join(SOURCES.values())


def without_comments(source):
    """Swift without `//` and what follows; one in a string stays."""
    return re.sub(r'"(?:\\.|[^"\\\n])*"|//[^\n]*', lambda found: found[0] if found[0][0] == '"' else "", source)


CODE_OF_FILES = {name: without_comments(source) for name, source in SOURCES.items()}


def code_of(*modules):
    """The Swift of these modules without comments: of all when none is named."""
    folders = tuple(f"Sources/{module}/" for module in modules) or "Sources/"
    return "\n".join(source for name, source in CODE_OF_FILES.items() if name.startswith(folders))


def is_there(path):
    """Whether the tree has this file, folder or pattern."""
    path = path.rstrip("/")
    return path in FILES or any(name.startswith(path + "/") for name in FILES) or (
        "*" in path and any(fnmatch.fnmatch(name, path) for name in FILES))


def name_is_there(name):
    return name in NAMES or ("*" in name and any(fnmatch.fnmatch(known, name) for known in NAMES))


def headings(path):
    """The anchors GitHub gives a document's headings."""
    text = re.sub(r"^```.*?^```", "", path.read_text(), flags=re.M | re.S)
    found = re.findall(r"^#+ +(.+)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def link_fault(document, target):
    if re.match(r"^[a-z]+:", target):
        return None
    path, _, anchor = target.partition("#")
    file = (document.parent / path).resolve() if path else document
    if not file.exists():
        return f"the link {target} leads nowhere"
    if anchor and file.suffix == ".md" and anchor not in headings(file):
        return f"{target}: there is no such heading"
    return None


def code_fault(span, in_architecture, settings, folder):
    """What is wrong with a piece of code in running text; None when it is nothing the tree could tell."""
    if span.startswith(("/", "~", ".build", "http", "$", "-")) or " " in span or "<" in span or "{" in span:
        return None
    if "/" in span and span.split("/", 1)[0] in TOPS:
        return None if is_there(span) else f"there is no {span}"
    if FILE.match(span):
        known = span in WRITTEN or name_is_there(span) or is_there(f"{folder}/{span}")
        return None if known else f"there is no file {span}"
    if SETTING.match(span):
        return None if span in settings or span in OUTSIDE_SETTINGS else f"there is no setting {span}"
    if CODED.match(span) and span not in EVENT_FIELDS:
        return None if f'"{span}"' in code_of() or coded_in_parts(*CODED.match(span).groups()) else f"there is no error code {span}"
    if in_architecture:
        return symbol_fault(span)
    return None


def coded_in_parts(area, name):
    """Whether the code is put together: from `auth.` or `models.` and the fault's name, or from what the engine is for and a name."""
    if area == "auth":
        return f'"{name}"' in code_of()
    if area == "models":
        return re.search(rf'ModelError\(\s*"{name}"', code_of("TomModels")) is not None
    if area not in STAGES:
        return False
    made = code_of(*STAGES[area])
    # The names in the last of these are of HTTP's answers.
    return re.search(rf'"\\\((?:stage|kind)\)\.{name}"', made) is not None or re.search(rf'\berror\("{name}"', made) is not None


def symbol_fault(span):
    if match := FUNCTION.match(span):
        name = match.group(1)
        return None if re.search(rf"\b(?:func|case) `?{name}\b|\b{name}: ?\(|\bcase .*\b{name}\(", SWIFT) else f"there is no function {name}"
    if (match := TYPE.match(span)) and not span.isupper():
        name = match.group(1)
        declared = re.search(rf"\b(?:struct|class|enum|actor|protocol|typealias|extension|case) `?{name}\b", SWIFT)
        module = any(file.startswith((f"Sources/{name}/", f"Tests/{name}/")) for file in FILES)
        imported = re.search(rf"\b{name}\b", SWIFT)
        return None if declared or module or imported else f"there is no type {name}"
    return None


def check(document, settings, metrics):
    text = document.read_text()
    relative = document.relative_to(ROOT).as_posix()
    faults, fenced = [], False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            continue
        found = [f for m in METRIC.finditer(line) if (f := metric_fault(m.group(), metrics))]
        if not fenced:
            found += [link_fault(document, target) for target in LINK.findall(line)]
            found += [
                code_fault(span, relative == "ARCHITECTURE.md", settings, document.parent.relative_to(ROOT).as_posix())
                for span in CODE.findall(line)]
        faults += [f"{relative}:{number}: {fault}" for fault in found if fault]
    return faults


def realtime_code_faults():
    """The codes of the Realtime API's `error` events that docs/realtime.md lacks, or has and nothing makes."""
    folders = ("Sources/TomRealtime/", "Sources/TomServer/Realtime/")
    made = "\n".join(source for name, source in CODE_OF_FILES.items() if name.startswith(folders))
    codes = set(re.findall(r'(?:\bcode: |\bor: |\boutside\(\s*)"([a-z_]+)"', made))
    errors = (ROOT / "docs/realtime.md").read_text().split("\n## Errors\n")[1].split("\n## ")[0]
    told = {code for line in errors.splitlines() if line.startswith("| `") for code in CODE.findall(line.split(" | ")[0])}
    return [f"docs/realtime.md: the error code {code} is missing" for code in sorted(codes - told)] + [
        f"docs/realtime.md: there is no error code {code}" for code in sorted(told - codes)]


def metric_fault(name, metrics):
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    return None if name in metrics or base in metrics else f"there is no metric {name}"


def main():
    settings = set(re.findall(r'SettingKey\(\s*"([A-Z0-9_]+)"', SWIFT))
    metrics = set(re.findall(r'\.init\(\s*"(tom_[a-z_]+)"', SWIFT))
    documents = [ROOT / name for name in FILES if name.endswith(".md")]
    faults = [fault for document in documents for fault in check(document, settings, metrics)]
    operating = (ROOT / "docs/operating.md").read_text()
    faults += [f"docs/operating.md: the metric {name} is missing" for name in sorted(metrics) if name not in operating]
    faults += realtime_code_faults()
    length = len((ROOT / "README.md").read_text().split("\n"))
    if length > README_LINES:
        faults.append(f"README.md: {length} lines, at most {README_LINES}")
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"docs: {len(documents)} documents, {len(settings)} settings, {len(metrics)} metrics, {len(faults)} faults")
    return 1 if faults or not settings or not metrics else 0


if __name__ == "__main__":
    sys.exit(main())
