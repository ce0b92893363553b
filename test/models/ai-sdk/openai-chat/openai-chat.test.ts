import { describe, expect, it } from 'vitest';
import { create } from '../../../../server/models/ai-sdk/providers/openai-chat.ts';
import { completion } from '../loopback.ts';
import { callOf, promptOf, user, userRequest } from '../support.ts';

const nothing: typeof globalThis.fetch = async () => expect.fail('nothing may be sent');
const answering: typeof globalThis.fetch = async () => Response.json(completion());
const entry = { id: 'openai-chat:gpt-4o', modelName: 'gpt-4o', apiKey: 'key' };

describe('openai-chat', () => {
  it.each([
    ['audio', { kind: 'audio-url', url: 'https://x.test/a.mp3' }, 'audio/mpeg'],
    ['a document', { kind: 'document-url', url: 'https://x.test/a.pdf' }, 'application/pdf'],
    [
      'an image to be downloaded',
      { kind: 'image-url', url: 'https://x.test/a.png', force_download: true },
      'image/png',
    ],
  ])('cannot be given %s by address', async (_, item, mediaType) => {
    const request = create(entry, { fetch: nothing }).request(promptOf([userRequest(user([item]))]), callOf());
    await expect(request).rejects.toMatchObject({
      kind: 'run.invalid',
      message: `Model 'gpt-4o' does not accept files of type '${mediaType}' by URL. Pass the bytes instead.`,
    });
  });

  it.each([
    { kind: 'binary', data: 'AAAA', media_type: 'video/mp4' },
    { kind: 'video-url', url: 'https://x.test/a.mp4' },
  ])('cannot be given video: $kind', async (item) => {
    const request = create(entry, { fetch: nothing }).request(promptOf([userRequest(user([item]))]), callOf());
    await expect(request).rejects.toMatchObject({
      kind: 'run.invalid',
      message: "'openai' does not support files of type 'video/mp4' in user prompts.",
    });
  });

  it('puts the settings of the request over those of the entry, null being unset', async () => {
    const bodies: string[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      bodies.push(String(init?.body));
      return answering(url, init);
    };
    const model = create({ ...entry, settings: { temperature: 0.1, seed: 1, top_p: 0.5 } }, { fetch });
    const settings = { temperature: null, seed: 2 };
    await model.request(promptOf([userRequest(user('hi'))], { settings }), callOf());
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ temperature: 0.1, seed: 2, top_p: 0.5 });
  });

  it('reports the settings that it left out', async () => {
    const model = create({ ...entry, modelName: 'o3' }, { fetch: answering });
    const settings = { temperature: 0.5, top_k: 3, colour: 'red' };
    const { warnings } = await model.request(promptOf([userRequest(user('hi'))], { settings }), callOf());
    expect(warnings).toEqual([
      {
        kind: 'model.setting',
        message: "The setting 'temperature' is not supported while the model reasons, so left out.",
      },
      {
        kind: 'model.setting',
        message: "'openai' does not support the setting 'top_k' for this request, so it was not sent.",
      },
      {
        kind: 'model.setting',
        message: "'openai' does not support the setting 'colour' for this request, so it was not sent.",
      },
    ]);
  });
});
