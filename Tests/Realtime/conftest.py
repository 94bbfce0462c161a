"""A server with engines whose words can be checked: PocketSphinx hears, a scripted model answers, the tone voice speaks by Piper."""

import pathlib
import sys

import pytest

import tone_voice
from client import Client
from scripted_model import Say, ScriptedModel
from tom import Tom

HOURS = "We are open from nine in the morning to six in the evening. On the other days we are closed, and the shop is empty."
TOOL = {
    "type": "function", "name": "opening_hours", "description": "Says when the shop is open on a day.",
    "parameters": {"type": "object", "properties": {"day": {"type": "string"}}, "required": ["day"]}}


@pytest.fixture(scope="session")
def scripted(request):
    model = ScriptedModel()
    yield model
    model.close()


@pytest.fixture
def model(scripted):
    """The language model, which a test tells what to say."""
    scripted.reset()
    scripted.answers = {"opening hours": Say(HOURS)}
    yield scripted


@pytest.fixture(scope="session")
def engines(scripted, tmp_path_factory):
    """Settings of the engines."""
    voice = tone_voice.make(tmp_path_factory.mktemp("voice"))
    return {
        "REALTIME_STT": "local", "REALTIME_LLM": "provider", "LLM_ENGINE": "openai", "LLM_PROVIDER_URL": scripted.url, "LLM_MODEL": "script",
        "REALTIME_TTS": "provider", "TTS_ENGINE": "piper", "TTS_PIPER_PATH": pathlib.Path(sys.executable).with_name("piper"), "TTS_VOICE": voice,
        "RATE_LIMIT_CONN_PER_MIN": 0, "TOOL_CLIENT_HOSTS": "*"}


@pytest.fixture(scope="session")
def start_tom(engines, tmp_path_factory):
    """Starts servers by their settings; one with the same settings is used again."""
    running = {}

    def start(fresh=False, **settings):
        key = len(running) if fresh else tuple(sorted(settings.items()))
        if key not in running:
            running[key] = Tom(tmp_path_factory.mktemp("tom"), **{**engines, **settings}).start()
        return running[key]

    yield start
    for tom in running.values():
        tom.stop()


@pytest.fixture(scope="session")
def tom(start_tom):
    """The usual server, which asks for no key."""
    return start_tom()


@pytest.fixture
def connect(tom, model):
    """Opens strict clients, and checks at the end that nothing was wrong with what they got."""
    clients = []

    def open_client(*arguments, **options):
        clients.append(Client(options.pop("tom", tom), *arguments, **options))
        return clients[-1]

    yield open_client
    for client in clients:
        client.close()
    for client in clients:
        client.check()


@pytest.fixture
def client(connect):
    """A strict client whose turns are its own: no detection."""
    client = connect()
    client.configure(audio={"input": {"turn_detection": None}})
    return client


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """What asks whether the others saw something comes behind them, and is not asked where only some of them run."""
    files = {item.path for item in items}
    last = [item for item in items if item.get_closest_marker("last")]
    items[:] = [item for item in items if item not in last]
    if files.issuperset(pathlib.Path(__file__).parent.glob("test_*.py")):
        items += last
    else:
        config.hook.pytest_deselected(items=last)


def pytest_configure(config):
    config.addinivalue_line("markers", "last: runs behind all other tests")
