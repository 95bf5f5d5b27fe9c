"""A screen before a mail server: postscreen.component.wasm in Python, with wasmtime-py. It remembers nobody.

python screen.py COMPONENT.wasm POLICY.json LISTEN BACKEND RESOLVER        (the last three are HOST:PORT)
"""
import asyncio, pathlib, secrets, socket, sys, time
from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record, Variant

HELD_MAX = 64 * 1024  # bytes of one client that are kept for the mail server; then it is read no further
endpoint = lambda text: (text.rsplit(":", 1)[0].strip("[]"), int(text.rsplit(":", 1)[1]))
named = lambda address: ("[{}]:{}" if ":" in address[0] else "{}:{}").format(*address[:2])
# Without it the mail server would take every client for this host, and relay for whoever passes.
proxy_header = lambda c, s: f"PROXY TCP{6 if ':' in c[0] else 4} {c[0]} {s[0]} {c[1]} {s[1]}\r\n".encode()
record = lambda **fields: vars(made := Record()).update({k.replace("_", "-"): v for k, v in fields.items()}) or made
COMPONENT, POLICY, (LISTEN, BACKEND, RESOLVER) = *sys.argv[1:3], map(endpoint, sys.argv[3:])
loop, store = asyncio.new_event_loop(), Store(Engine())
instance = Linker(store.engine).instantiate(store, Component.from_file(store.engine, COMPONENT))
interface = instance.get_export_index(store, "postscreen:screen/screening@0.1.0")
def call(name, *arguments):
    return instance.get_func(store, instance.get_export_index(store, name, interface))(store, *arguments)
policy = call("[static]policy.parse", pathlib.Path(POLICY).read_bytes())
isinstance(policy, Record) and sys.exit(f"{POLICY}: {policy.path}: {policy.message}")
async def ask(question, happens):
    identity = secrets.token_bytes(2)
    with socket.socket(socket.AF_INET6 if ":" in RESOLVER[0] else socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        try:
            async with asyncio.timeout(getattr(question, "timeout-ms") / 1000):
                await loop.sock_connect(udp, RESOLVER)
                await loop.sock_sendall(udp, identity + question.message[2:])
                while (got := await loop.sock_recv(udp, 4097))[:2] != identity: pass
                answer = bytes(2) + got[2:]
        except OSError as error:  # a timeout is one, too
            answer = Variant("timeout" if isinstance(error, TimeoutError) else "unreachable")
    happens("dns-answer", record(question=question.number, answer=answer))

async def pump(source, sink, happens):
    try:
        while data := await source.read(4096):
            happens("backend-answered")
            sink.write(data)
            await sink.drain()
        sink.write_eof()
    except OSError:
        sink.close()  # one of the two is gone, and so the other goes

async def screen(reader, writer):
    session = call("[static]session.open", policy, *map(named, map(writer.get_extra_info, ("peername", "sockname"))))
    held, served, spoken, over, timer = bytearray(), loop.create_future(), asyncio.Event(), False, None

    def happens(tag, value=None):
        nonlocal over, timer
        if not over:
            now = record(monotonic_ms=time.monotonic_ns() // 1_000_000, unix_s=int(time.time()))
            outputs = call("[method]session.handle", session, Variant(tag, value), now)
            for output in outputs:  # what an answer brings goes to the end of the queue that is being worked off
                answer = carry_out(output.tag, output.payload)
                outputs += call("[method]session.handle", session, answer, now) if answer else []
            over, due = call("[method]session.over", session), call("[method]session.deadline", session)
            timer = timer and timer.cancel()
            if over: session.drop(store)
            elif due is not None: timer = loop.call_later(due / 1000 - time.monotonic(), happens, "deadline-reached")

    def carry_out(tag, value):
        match tag:
            case "join":
                return Variant("joined", record(of_client=1, shared=None, sessions=1, in_transit=0, stressed=False))
            case "recall": return Variant("remembered", None)
            case "claim-pass-new": return Variant("pass-new-claimed", True)
            case "ask-dns": loop.create_task(ask(value, happens))
            case "skip": del held[:value]
            case "dial": served.set_result(True) if value == "backend" else spoken.set()
            case "teaser" | "to-client": writer.write(value)
            case "close": served.done() or served.set_result(False)
            case "log": print(value.text, flush=True)

    async def listen():
        while len(held) < HELD_MAX and (data := await reader.read(4096)):
            held.extend(b"" if spoken.is_set() else data)
            happens("client-bytes", data)
        reader.at_eof() and happens("client-end")
    listening = loop.create_task(listen())
    listening.add_done_callback(lambda task: task.cancelled() or task.exception() and served.set_result(False))
    happens("client-opened")
    if await served:
        listening.cancel()
        try:
            answers, questions = await asyncio.open_connection(*BACKEND)
            questions.write(proxy_header(*map(writer.get_extra_info, ("peername", "sockname"))) + held)
            await asyncio.gather(pump(reader, questions, lambda _: None), pump(answers, writer, happens))
            questions.close()
        except OSError as error:
            print("the mail server:", error, flush=True)
    happens("client-closed")
    writer.close()

server = loop.run_until_complete(asyncio.start_server(screen, *LISTEN))
print("listening on", named(server.sockets[0].getsockname()), flush=True)
loop.run_forever()
