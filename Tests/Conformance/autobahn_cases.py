"""Loads the Autobahn test suite's case classes, which are Python 2 source, into Python 3.11 or 3.12.

A byte string of Python 2 becomes a str whose characters are its bytes (U+0000 to U+00FF). The translation is: decode as
latin-1, drop `u` prefixes (so a u"" literal is its own UTF-8), lib2to3 for statements, integer division, and modules that
keep byte semantics in place of `binascii` and the UTF-8 validator.
"""

import ast
import binascii
import builtins
import importlib.util
import re
import types
import warnings
from pathlib import Path

from autobahn.websocket.utf8validator import Utf8Validator

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lib2to3.refactor import RefactoringTool

FIXES = ["lib2to3.fixes.fix_" + name for name in ("print", "except", "raise", "has_key")]


def to_bytes(text):
    """The bytes that a Python 2 string stands for."""
    return text.encode("latin-1") if isinstance(text, str) else text


def to_text(data):
    """The Python 2 string of some bytes."""
    return bytes(data).decode("latin-1") if isinstance(data, (bytes, bytearray)) else data


class CodePoint(str):
    """What `unichr` returned: it alone is text, and encodes to a byte string."""

    def encode(self, *_):
        return to_text(str.encode(self, "utf-8", "surrogatepass"))


class ByteValidator(Utf8Validator):
    def validate(self, data):
        return super().validate(to_bytes(data))


def divide(left, right):
    return left // right if isinstance(left, int) and isinstance(right, int) else left / right


class Division(ast.NodeTransformer):
    """Makes `/` the division of Python 2."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        call = ast.Call(ast.Name("_divide", ast.Load()), [node.left, node.right], [])
        return ast.copy_location(call, node)


class CaseLoader:
    """Imports the suite's modules on demand, each once."""

    def __init__(self):
        found = importlib.util.find_spec("autobahntestsuite")
        if not found:
            raise SystemExit("autobahntestsuite is not installed: pip install -r Tests/Conformance/requirements.txt")
        self.folder = Path(found.submodule_search_locations[0]) / "case"
        self.loaded = {}
        self.tool = RefactoringTool(FIXES)
        self.replaced = {"binascii": self.module("binascii"), "autobahn.websocket.utf8validator": self.module("utf8")}
        self.replaced["binascii"].b2a_hex = lambda data: to_text(binascii.b2a_hex(to_bytes(data)))
        self.replaced["autobahn.websocket.utf8validator"].Utf8Validator = ByteValidator

    @staticmethod
    def module(name):
        return types.ModuleType(name)

    def translate(self, path):
        source = path.read_bytes().decode("latin-1").replace("\r\n", "\n").expandtabs(3)
        source = re.sub(r"^#.*coding.*$", "", source, flags=re.M)
        source = re.sub(r"\(object, Case(, )?\)", "(Case, object)", source)
        source = re.sub(r"(?<!\w)u(?=[\"'])", "", source)
        return str(self.tool.refactor_string(source + "\n", path.name))

    def load(self, name):
        if name in self.loaded:
            return self.loaded[name]
        module = self.loaded[name] = self.module(name)
        path = self.folder / (name + ".py")
        tree = ast.fix_missing_locations(Division().visit(ast.parse(self.translate(path))))
        names = dict(vars(builtins), __import__=self.import_name, xrange=range, unichr=lambda i: CodePoint(chr(i)))
        module.__dict__.update({"__builtins__": names, "_divide": divide})
        exec(compile(tree, str(path), "exec"), module.__dict__)
        if name == "case":
            module.Case.compare = lambda _, a, b: plain(a) == plain(b)
        return module

    def import_name(self, name, outer=None, local=None, names=(), level=0):
        if name in self.replaced:
            return self.replaced[name]
        if (self.folder / (name + ".py")).exists():
            return self.load(name)
        return builtins.__import__(name, outer, local, names, level)

    def cases(self, groups):
        """`(id, class)` of every case of these groups ("1", "6.4"), in the suite's order."""
        classes = {}
        for path in self.folder.glob("case*.py"):
            if re.match(r"case(%s)_" % "|".join(sorted({group.split(".")[0] for group in groups})), path.stem):
                for value in vars(self.load(path.stem)).values():
                    for item in value if isinstance(value, list) else [value]:
                        if isinstance(item, type) and re.match(r"Case\d+_", item.__name__):
                            classes[item.__name__] = item
        numbered = [(tuple(map(int, name[4:].split("_"))), item) for name, item in classes.items()]
        ids = [(".".join(map(str, number)), item) for number, item in sorted(numbered, key=lambda pair: pair[0])]
        return [(case, item) for case, item in ids if any((case + ".").startswith(group + ".") for group in groups)]


def plain(events):
    return [tuple(to_text(part) for part in event) for event in events]
