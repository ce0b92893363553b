import { readFile, rm, writeFile } from 'node:fs/promises';
import { startRunwire } from 'runwire';

const runwire = await startRunwire();

// #region turns
const chat = runwire.conversation({ model: 'test', instructions: 'Answer in one sentence.' });
const first = await chat.send('My name is Ada.');
console.log(await first.output);
const second = await chat.send('What is my name?');
console.log(await second.output);
// #endregion turns

// #region keep
await writeFile('chat.json', JSON.stringify(await chat.messages()));
// #endregion keep

// #region resume
const saved = JSON.parse(await readFile('chat.json', 'utf8'));
const resumed = runwire.conversation({ model: 'test', messageHistory: saved });
await (await resumed.send('And what did I say first?')).output;
console.log((await resumed.messages()).length, 'messages');
// #endregion resume
await rm('chat.json');

// #region steer
const long = await runwire.startRun({ model: 'test', prompt: 'Compare all our suppliers.' });
await long.steer('Only those in Norway, please.');
// #endregion steer
await long.result;

await runwire.close();
