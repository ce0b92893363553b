// node activate.cjs FILE: activates a built extension as VS Code would, with a stand-in for the module 'vscode'.
const Module = require('node:module');
const { resolve } = require('node:path');

const vscode = { window: { showInformationMessage: async (message) => console.log(message) } };
const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? vscode : load(name, ...rest));

const subscriptions = [];
require(resolve(process.argv[2]))
  .activate({ subscriptions })
  .then((answer) => {
    console.log(answer);
    for (const { dispose } of subscriptions) dispose();
  });
