"""A tool server made with the Python SDK of the Model Context Protocol: mcp_server.py PORT TOKEN [--json] [--stateless].

Prints its port. Refuses requests without the token; `/state` tells what it has seen.
"""

import asyncio
import socket
import sys

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from starlette.responses import JSONResponse

port, token, flags = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
seen = {"cancelled": 0, "deleted": 0, "refused": 0}
server = MCPServer("crm")


@server.tool()
def add(a: int, tags: dict[str, list[int]] | None = None) -> str:
    """Adds."""
    return f"{a} {tags['x'] if tags else None}"


@server.tool()
async def slow() -> str:
    """Takes a minute."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        seen["cancelled"] += 1
        raise
    return "late"


@server.tool()
def broken() -> str:
    """Fails."""
    raise ValueError("it broke on purpose")


@server.tool()
async def grow(ctx: Context) -> str:
    """Adds a tool."""
    server.add_tool(lambda: "here", name="late", description="Came later.")
    await ctx.session.send_tool_list_changed()
    return "grown"


@server.custom_route("/state", methods=["GET"])
async def state(request):
    return JSONResponse(seen)


app = server.streamable_http_app(json_response="--json" in flags, stateless_http="--stateless" in flags)


async def guarded(scope, receive, send):
    if scope["type"] == "http" and scope["path"] != "/state":
        if dict(scope["headers"]).get(b"authorization") != f"Bearer {token}".encode():
            seen["refused"] += 1
            return await JSONResponse({}, 401)(scope, receive, send)
        seen["deleted"] += scope["method"] == "DELETE"
    await app(scope, receive, send)


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", port))
listener.listen(64)
print(listener.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(guarded, log_level="warning", lifespan="on")).run(sockets=[listener])
