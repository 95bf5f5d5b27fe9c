// A screen before a mail server: postscreen.component.wasm in Node.js, transpiled by jco.
//
//   node screen.mjs SCREEN.js POLICY.json LISTEN BACKEND RESOLVER        (the last three are HOST:PORT)
import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import { pathToFileURL } from 'node:url';

const HELD_MAX = 64 * 1024; // bytes of one client that are kept for the mail server; then it is read no further
const PASSES_MAX = 100_000; // clients that are remembered; the oldest makes room
const TIMER_MAX = 2 ** 31 - 1; // milliseconds that setTimeout can wait; the session is asked again then
const [component, policyFile, listen, backend, resolver] = process.argv.slice(2);
const { screening } = await import(pathToFileURL(component));
const [passes, written] = [new Map(), new Map()]; // clients' passes; when a throttled line was last written

const endpoint = (text) => ({ host: text.replace(/^\[?(.*?)\]?:\d+$/, '$1'), port: Number(text.match(/\d+$/)) });
const named = (host, port) => (net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`);
const now = () => ({ monotonicMs: BigInt(Math.floor(performance.now())), unixS: BigInt(Date.now()) / 1000n });

function log({ text, oncePerMinute: number }) {
  if (number !== undefined && performance.now() < written.get(number) + 60_000) return;
  written.set(number, performance.now());
  console.log(text);
}

function ask({ number: question, message, timeoutMs }, happens) {
  const { host, port } = endpoint(resolver);
  const [socket, id] = [dgram.createSocket(net.isIPv6(host) ? 'udp6' : 'udp4'), randomInt(65536)];
  const end = (answer) => { clearTimeout(timer); socket.close(); happens('dns-answer', { question, answer }); };
  const timer = setTimeout(() => end({ tag: 'err', val: { tag: 'timeout' } }), timeoutMs);
  socket.on('error', () => end({ tag: 'err', val: { tag: 'unreachable' } }));
  socket.on('message', (got) => {
    if (got.length > 1 && got.readUInt16BE() === id) end({ tag: 'ok', val: got.fill(0, 0, 2) });
  });
  socket.connect(port, host, () => socket.send([Buffer.from([id >> 8, id & 255]), message.subarray(2)]));
}

function screen(policy, client) {
  const { remoteAddress: from, remotePort, localAddress: to, localPort } = client;
  if (!from) return client.destroy(); // gone before it was accepted
  const session = screening.Session.open(policy, named(from, remotePort), named(to, localPort));
  let [held, spoken, over, upstream, timer] = [Buffer.alloc(0), false, false];

  function happens(tag, val) {
    if (over) return;
    const outputs = session.handle({ tag, val }, now());
    for (const output of outputs) {
      const answer = carryOut(output);
      if (answer) outputs.push(...session.handle(answer, now())); // to the end of the queue that is being worked off
    }
    clearTimeout(timer);
    const deadline = session.deadline();
    if ((over = session.over())) return session[Symbol.dispose]();
    const wait = deadline === undefined ? TIMER_MAX : Number(deadline - now().monotonicMs);
    timer = setTimeout(happens, Math.min(wait, TIMER_MAX), 'deadline-reached');
  }

  function carryOut({ tag, val }) {
    switch (tag) {
      case 'join': return { tag: 'joined', val: { ofClient: 1, sessions: 1, inTransit: 0, stressed: false } };
      case 'recall': return { tag: 'remembered', val: passes.get(val) };
      case 'claim-pass-new': return { tag: 'pass-new-claimed', val: true };
      case 'remember':
        if (passes.size >= PASSES_MAX) passes.delete(passes.keys().next().value);
        return void passes.set(val.client, val.passes);
      case 'ask-dns': return ask(val, happens);
      case 'skip': held = held.subarray(val); break;
      case 'dial': if (val === 'backend') serve(); else spoken = true; break;
      case 'teaser': case 'to-client': client.write(val); break;
      case 'close': client.destroySoon(); break;
      case 'log': log(val);
    }
  }

  function serve() {
    client.removeAllListeners('data').removeAllListeners('end');
    upstream = net.connect({ ...endpoint(backend), allowHalfOpen: true });
    upstream.on('error', () => client.destroy()).on('close', () => client.destroySoon());
    upstream.once('data', () => happens('backend-answered'));
    // Without this line the mail server would take every client for this host, and relay for whoever passes.
    upstream.write(`PROXY TCP${net.isIPv6(from) ? 6 : 4} ${from} ${to} ${remotePort} ${localPort}\r\n`);
    upstream.write(held);
    client.pipe(upstream).pipe(client);
  }

  client.on('data', (bytes) => {
    if (!spoken && (held = Buffer.concat([held, bytes])).length >= HELD_MAX) client.pause();
    happens('client-bytes', bytes);
  });
  client.on('end', () => happens('client-end'));
  client.on('error', () => {}).on('close', () => { upstream?.destroy(); happens('client-closed'); });
  happens('client-opened');
}

const policy = screening.Policy.parse(fs.readFileSync(policyFile));
net.createServer({ allowHalfOpen: true }, (client) => screen(policy, client)).listen(endpoint(listen), function () {
  console.log(`listening on ${named(this.address().address, this.address().port)}`);
});
