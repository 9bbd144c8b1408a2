// A cluster of four that answers 64 requests, and ends. argv[2]: rr, none (scheduling) or kill.
'use strict';
const cluster = require('node:cluster');
const http = require('node:http');

function ask(port) {
  return new Promise((resolve, reject) => {
    http.get({port, host: '127.0.0.1', agent: false}, (res) => {
      let body = '';
      res.on('data', (d) => { body += d; });
      res.on('end', () => resolve(body));
    }).on('error', reject);
  });
}

async function primary(mode) {
  cluster.schedulingPolicy = mode === 'none' ? cluster.SCHED_NONE : cluster.SCHED_RR;
  const workers = Array.from({length: 4}, () => cluster.fork());
  const [address] = await Promise.all(workers.map((w) => new Promise((resolve) => w.once('listening', resolve))));
  const ended = workers.map((w) => new Promise((resolve) => w.once('exit', (code, signal) => resolve({code, signal}))));
  const who = [];
  if (mode !== 'kill')
    for (let i = 0; i < 16; i++)
      who.push(...await Promise.all(Array.from({length: 4}, () => ask(address.port))));
  for (const w of workers)
    mode === 'kill' ? process.kill(w.process.pid, 'SIGKILL') : w.disconnect();
  const ends = await Promise.all(ended);
  console.log(JSON.stringify({answers: who.length, workers: new Set(who).size, exits: ends.map((e) => e.code),
    signals: ends.map((e) => e.signal)}));
}

if (cluster.isPrimary)
  primary(process.argv[2]);
else
  http.createServer((req, res) => res.end(String(process.pid))).listen(0, '127.0.0.1');
