// Shows the mini-program in a browser beside a city that `make run` has started: the same
// page as in the tests, with the city's stand-in for WeChat as its phone and network.
// Usage: node story/serve.mjs [PORT]; LIANOU_STANDIN_ADDR says where the stand-in is.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const port = Number(process.argv[2] || 8348);
const [host, behind] = (process.env.LIANOU_STANDIN_ADDR || '127.0.0.1:8347').split(':');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'miniprogram-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
execFileSync(process.execPath, [fileURLToPath(new URL('bundle.mjs', import.meta.url)), folder], { stdio: ['ignore', 'ignore', 'inherit'] });

const FILES = { '/': ['index.html', 'text/html'], '/app.js': ['app.js', 'text/javascript'], '/app.css': ['app.css', 'text/css'] };
// A phone sends no origin; a browser's would be refused by the gateway, and rightly.
const OURS = ['origin', 'referer', 'sec-fetch-site', 'sec-fetch-mode', 'sec-fetch-dest'];

function network(ask, answer, to) {
  const headers = Object.fromEntries(Object.entries(ask.headers).filter(([name]) => !OURS.includes(name)));
  const on = http.request({ host, port: behind, path: to, method: ask.method, headers: { ...headers, host: `${host}:${behind}` } }, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    got.pipe(answer);
  });
  on.on('error', () => {
    if (!answer.headersSent) answer.writeHead(502, { 'Content-Type': 'text/plain; charset=utf-8' });
    answer.end(`nobody answers at ${host}:${behind}: is "make run" running?`);
  });
  ask.pipe(on);
}

const server = http.createServer((ask, answer) => {
  const at = ask.url.split('?')[0];
  if (at.startsWith('/c/')) return network(ask, answer, '/phone/api' + ask.url);
  if (at.startsWith('/phone/')) return network(ask, answer, ask.url);
  const file = FILES[at];
  if (!file) return answer.writeHead(404).end();
  answer.writeHead(200, { 'Content-Type': `${file[1]}; charset=utf-8`, 'Cache-Control': 'no-store' });
  return fs.createReadStream(path.join(folder, file[0])).pipe(answer);
});
server.on('error', (why) => { console.error(`127.0.0.1:${port}: ${why.message}`); process.exit(1); });
server.listen(port, '127.0.0.1', () => console.log(`the mini-program, on the telephone of person b (another: person=a): http://127.0.0.1:${port}/?person=b&hand`));
