"""A screen before a mail server: postscreen.component.wasm in Python, with wasmtime-py.

python screen.py COMPONENT.wasm POLICY.json LISTEN BACKEND RESOLVER        (the last three are HOST:PORT)
"""
import asyncio, itertools, pathlib, secrets, socket, sys, time, types
from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record, Variant

HELD_MAX = 64 * 1024  # bytes of one client that are kept for the mail server; then it is read no further
endpoint = lambda text: (text.rsplit(":", 1)[0].strip("[]"), int(text.rsplit(":", 1)[1]))
named = lambda address: ("[{}]:{}" if ":" in address[0] else "{}:{}").format(*address[:2])
# Without it the mail server would take every client for this host, and relay for whoever passes.
proxy_header = lambda c, s: f"PROXY TCP{6 if ':' in c[0] else 4} {c[0]} {s[0]} {c[1]} {s[1]}\r\n".encode()
record = lambda **fields: vars(made := Record()).update({k.replace("_", "-"): v for k, v in fields.items()}) or made
now = lambda: record(monotonic_ms=time.monotonic_ns() // 1_000_000, unix_s=int(time.time()))
COMPONENT, POLICY, (LISTEN, BACKEND, RESOLVER) = *sys.argv[1:3], map(endpoint, sys.argv[3:])
loop, store = asyncio.new_event_loop(), Store(Engine())
instance = Linker(store.engine).instantiate(store, Component.from_file(store.engine, COMPONENT))
interface = instance.get_export_index(store, "postscreen:screen/screening@0.1.0")
def call(name, *arguments):
    return instance.get_func(store, instance.get_export_index(store, name, interface))(store, *arguments)
policy = call("[static]policy.parse", pathlib.Path(POLICY).read_bytes())
isinstance(policy, Record) and sys.exit(f"{POLICY}: {policy.path}: {policy.message}")
host = record(teases=True, hash_key=(secrets.randbits(64), secrets.randbits(64)))
worker, clients, numbers, timer = call("[constructor]worker", policy, host), {}, itertools.count(1), None

def happens(number, tag, value=None):  # what concerns no client comes with the number 0, which has no meaning
    carry_out(call("[method]worker.handle", worker, number, Variant(tag, value), now()))
def carry_out(tasks):
    global timer
    for task in tasks:
        client, value = clients.get(task.connection), task.what.payload
        match task.what.tag:
            case "ask-dns": loop.create_task(ask(value))
            case "log": print(value.text, flush=True)
            case _ if client is None: pass
            case "skip": del client.held[:value]
            case "teaser" | "to-client": client.writer.write(value)
            case "dial": client.decide(True) if value == "backend" else client.spoken.set()
            case "close": client.decide(False)
    timer = timer and timer.cancel()
    if (due := call("[method]worker.deadline", worker)) is not None:
        timer = loop.call_at(due / 1000, happens, 0, "deadline-reached")

async def ask(question):
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
    happens(0, "dns-answer", record(question=question.number, answer=answer))

async def pump(source, sink, number=None):
    try:
        while data := await source.read(4096):
            number and happens(number, "backend-answered")
            sink.write(data)
            await sink.drain()
        sink.write_eof()
    except OSError:
        sink.close()  # one of the two is gone, and so the other goes

async def screen(reader, writer):
    number, served, held, spoken = next(numbers), loop.create_future(), bytearray(), asyncio.Event()
    decide = lambda serve: served.done() or served.set_result(serve)
    clients[number] = types.SimpleNamespace(writer=writer, held=held, spoken=spoken, decide=decide)

    async def listen():
        while len(held) < HELD_MAX and (data := await reader.read(4096)):
            held.extend(b"" if spoken.is_set() else data)
            happens(number, "client-bytes", data)
        reader.at_eof() and happens(number, "client-end")
    listening = loop.create_task(listen())
    listening.add_done_callback(lambda task: task.cancelled() or task.exception() and decide(False))
    ends = [writer.get_extra_info(end) for end in ("peername", "sockname")]
    told = record(client=named(ends[0]), server=named(ends[1]))
    carry_out(call("[method]worker.accept", worker, number, told, now()))
    if await served:
        listening.cancel()
        try:
            answers, questions = await asyncio.open_connection(*BACKEND)
            questions.write(proxy_header(*ends) + held)
            await asyncio.gather(pump(reader, questions), pump(answers, writer, number))
            questions.close()
        except OSError as error:
            print("the mail server:", error, flush=True)
    happens(number, "client-closed")
    del clients[number]
    writer.close()

server = loop.run_until_complete(asyncio.start_server(screen, *LISTEN))
print("listening on", named(server.sockets[0].getsockname()), flush=True)
loop.run_forever()
