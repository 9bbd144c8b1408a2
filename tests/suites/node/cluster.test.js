'use strict';
const test = require('node:test');
const assert = require('node:assert');
const {execFile} = require('node:child_process');
const path = require('node:path');

function server(mode) {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [path.join(__dirname, 'cluster-server.js'), mode], (error, stdout, stderr) =>
      error ? reject(new Error(stderr)) : resolve(JSON.parse(stdout)));
  });
}

test('four workers serve sixty-four requests in turn', async () => {
  const r = await server('rr');
  assert.strictEqual(r.answers, 64);
  assert.strictEqual(r.workers, 4);
  assert.deepStrictEqual(r.exits, [0, 0, 0, 0]);
});

test('workers accept on a socket that they share', async () => {
  const r = await server('none');
  assert.strictEqual(r.answers, 64);
  assert.deepStrictEqual(r.exits, [0, 0, 0, 0]);
});

test('a worker that is killed is told by its signal', async () => {
  const r = await server('kill');
  assert.deepStrictEqual(r.signals, ['SIGKILL', 'SIGKILL', 'SIGKILL', 'SIGKILL']);
});
