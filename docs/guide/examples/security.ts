import { startRunwire } from 'runwire';

// #region secret
const keys = new Map([['OPENAI_API_KEY', 'from the keychain of your program']]);

const runwire = await startRunwire({
  env: { PATH: process.env.PATH }, // no keys
  secret: ({ name, provider }) => {
    console.log(`${provider} needs ${name}`);
    return keys.get(name) ?? null;
  },
});
// #endregion secret
const failed = await runwire.run({ model: 'anthropic:claude-sonnet-4-5', prompt: 'Hello.' }).catch((error) => error);
console.log(failed.kind);
await runwire.close();
