'use strict';
const test = require('node:test');
const assert = require('node:assert');
const {Worker, MessageChannel} = require('node:worker_threads');

function run(code, workerData, transferList) {
  return new Promise((resolve, reject) => {
    const got = [];
    const w = new Worker(code, {eval: true, workerData, transferList});
    w.on('message', (m) => got.push(m));
    w.on('error', reject);
    w.on('exit', (status) => resolve({got, status}));
  });
}

test('sixteen workers each answer', async () => {
  const code = 'const w = require("worker_threads"); w.parentPort.postMessage(w.workerData * w.workerData)';
  const all = await Promise.all([...Array(16).keys()].map((i) => run(code, i)));
  assert.deepStrictEqual(all.map((r) => r.got[0]), [...Array(16).keys()].map((i) => i * i));
});

test('workers count together in shared memory', async () => {
  const shared = new Int32Array(new SharedArrayBuffer(4));
  const code = 'const w = require("worker_threads"); for (let i = 0; i < 20000; i++) Atomics.add(w.workerData, 0, 1)';
  await Promise.all(Array.from({length: 8}, () => run(code, shared)));
  assert.strictEqual(shared[0], 160000);
});

test('Atomics wait and notify hand a turn over', async () => {
  const turn = new Int32Array(new SharedArrayBuffer(8));
  const code = `const {workerData: {turn, me}} = require("worker_threads");
    for (let i = 0; i < 500; i++) {
      let t;
      while ((t = Atomics.load(turn, 0)) % 2 !== me) Atomics.wait(turn, 0, t);
      Atomics.add(turn, 0, 1);
      Atomics.notify(turn, 0);
    }`;
  await Promise.all([0, 1].map((me) => run(code, {turn, me})));
  assert.strictEqual(turn[0], 1000);
});

test('a port is moved to a worker', async () => {
  const {port1, port2} = new MessageChannel();
  const code = 'const w = require("worker_threads"); w.workerData.port.postMessage("here"); w.workerData.port.close()';
  const message = new Promise((resolve) => port1.once('message', resolve));
  await run(code, {port: port2}, [port2]);
  assert.strictEqual(await message, 'here');
  port1.close();
});

test('a worker that throws is an error', async () => {
  await assert.rejects(run('throw new RangeError("on purpose")'), RangeError);
});

test('a worker that loops for ever is terminated', async () => {
  const w = new Worker('for (;;);', {eval: true});
  await new Promise((resolve) => w.once('online', resolve));
  assert.strictEqual(await w.terminate(), 1);
});

test('a worker has an exit status', async () => {
  assert.strictEqual((await run('process.exit(7)')).status, 7);
});

test('a heap limit ends the worker, not the program', async () => {
  const w = new Worker('const a = []; for (;;) a.push(new Array(1000).fill(0.5));',
    {eval: true, resourceLimits: {maxOldGenerationSizeMb: 16}});
  const error = await new Promise((resolve) => w.once('error', resolve));
  assert.strictEqual(error.code, 'ERR_WORKER_OUT_OF_MEMORY');
});
