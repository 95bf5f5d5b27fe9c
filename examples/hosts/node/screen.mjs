// A screen before a mail server: postscreen.component.wasm in Node.js, transpiled by jco.
//
//   node screen.mjs SCREEN.js POLICY.json LISTEN BACKEND RESOLVER        (the last three are HOST:PORT)
import { randomBytes, randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import { pathToFileURL } from 'node:url';

const HELD_MAX = 64 * 1024; // bytes of one client that are kept for the mail server; then it is read no further
const TIMER_MAX = 2 ** 31 - 1; // milliseconds that setTimeout can wait; the worker is asked again then

const [component, policyFile, listen, backend, resolver] = process.argv.slice(2);
const { screening } = await import(pathToFileURL(component));
const policy = screening.Policy.parse(fs.readFileSync(policyFile));
const secret = () => randomBytes(8).readBigUInt64BE();
const worker = new screening.Worker(policy, { teases: true, hashKey: [secret(), secret()] });
const clients = new Map(); // by the numbers that the worker knows them by
let [last, timer] = [0n];

const endpoint = (text) => ({ host: text.replace(/^\[?(.*?)\]?:\d+$/, '$1'), port: Number(text.match(/\d+$/)) });
const named = (host, port) => (net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`);
const now = () => ({ monotonicMs: BigInt(Math.floor(performance.now())), unixS: BigInt(Date.now()) / 1000n });

// What concerns no client comes with the number 0, which has no meaning.
const happens = (number, tag, val) => carryOut(worker.handle(number, { tag, val }, now()));

function carryOut(tasks) {
  for (const { connection, what: { tag, val } } of tasks) {
    const client = clients.get(connection);
    if (tag === 'log') console.log(val.text);
    else if (tag === 'ask-dns') ask(val);
    else if (client) obey(client, tag, val);
  }
  clearTimeout(timer);
  const deadline = worker.deadline();
  const wait = deadline === undefined ? TIMER_MAX : Number(deadline - now().monotonicMs);
  timer = setTimeout(happens, Math.min(wait, TIMER_MAX), 0n, 'deadline-reached');
}

function obey(client, tag, val) {
  switch (tag) {
    case 'skip': client.held = client.held.subarray(val); break;
    case 'teaser': case 'to-client': client.socket.write(val); break;
    case 'close': client.socket.destroySoon(); break;
    case 'dial': if (val === 'backend') serve(client); else client.spoken = true;
  }
}

function ask({ number: question, message, timeoutMs }) {
  const { host, port } = endpoint(resolver);
  const [socket, id] = [dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4'), randomInt(65536)];
  const end = (answer) => { clearTimeout(timer); socket.close(); happens(0n, 'dns-answer', { question, answer }); };
  const timer = setTimeout(() => end({ tag: 'err', val: { tag: 'timeout' } }), timeoutMs);
  socket.on('error', () => end({ tag: 'err', val: { tag: 'unreachable' } }));
  socket.on('message', (got) => {
    if (got.length > 1 && got.readUInt16BE() === id) end({ tag: 'ok', val: got.fill(0, 0, 2) });
  });
  socket.connect(port, host, () => socket.send([Buffer.from([id >> 8, id & 255]), message.subarray(2)]));
}

function serve(client) {
  client.socket.removeAllListeners('data').removeAllListeners('end');
  const upstream = (client.upstream = net.connect({ ...endpoint(backend), allowHalfOpen: true }));
  upstream.on('error', () => client.socket.destroy()).on('close', () => client.socket.destroySoon());
  upstream.once('data', () => happens(client.number, 'backend-answered'));
  // Without this line the mail server would take every client for this host, and relay for whoever passes.
  upstream.write(client.header);
  upstream.write(client.held);
  client.socket.pipe(upstream).pipe(client.socket);
}

function screen(socket) {
  const { remoteAddress: from, remotePort, localAddress: to, localPort } = socket;
  if (!from) return socket.destroy(); // gone before it was accepted
  const number = ++last;
  const header = `PROXY TCP${net.isIPv6(from) ? 6 : 4} ${from} ${to} ${remotePort} ${localPort}\r\n`;
  const client = { number, socket, header, held: Buffer.alloc(0), spoken: false };
  clients.set(number, client);
  socket.on('data', (bytes) => {
    if (!client.spoken && (client.held = Buffer.concat([client.held, bytes])).length >= HELD_MAX) socket.pause();
    happens(number, 'client-bytes', bytes);
  });
  socket.on('end', () => happens(number, 'client-end'));
  socket.on('error', () => {}).on('close', () => {
    client.upstream?.destroy();
    happens(number, 'client-closed');
    clients.delete(number);
  });
  carryOut(worker.accept(number, { client: named(from, remotePort), server: named(to, localPort) }, now()));
}

net.createServer({ allowHalfOpen: true }, screen).listen(endpoint(listen), function () {
  const { address, port } = this.address();
  console.log(`listening on ${named(address, port)}`);
});
