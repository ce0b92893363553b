import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';
import type { Normalizer } from './normalizer.ts';

/** The blocks that the package knows. Unknown ones must not make a response unreadable. */
const blocks =
  /^(text|thinking|redacted_thinking|compaction|tool_use|server_tool_use|mcp_tool_use|mcp_tool_result|(web_fetch|web_search|code_execution|bash_code_execution|text_editor_code_execution|tool_search|advisor)_tool_result|container_upload)$/;
/** Those that a stream does not begin. */
const notStreamed = 'container_upload';

const deltas = /^(input_json|text|thinking|signature|compaction|citations)_delta$/;

/** Normalizes responses of Anthropic's Messages API, and of gateways that speak it. */
export class AnthropicNormalizer implements Normalizer {
  /** Blocks of a stream that are not passed on. */
  readonly #skipped = new Set<unknown>();

  body(given: unknown): unknown {
    const body = asObject(given);
    if (!Array.isArray(body.content) && typeof body.content !== 'string') return undefined;
    return { ...body, type: 'message', content: contentOf(body.content).flatMap(blockOf), ...shared(body) };
  }

  event(given: unknown): readonly unknown[] {
    const event = asObject(given);
    switch (event.type) {
      case 'message_start':
        return [this.#start(event)];
      case 'content_block_start':
        return this.#begin(event);
      case 'content_block_delta':
        return this.#delta(event);
      case 'content_block_stop':
        return this.#skipped.has(event.index) ? [] : [given];
      case 'message_delta':
        return [
          {
            ...event,
            delta: { ...asObject(event.delta), ...containerOf(asObject(event.delta)) },
            usage: countsOf(event.usage, ['output_tokens']),
          },
        ];
      case 'message_stop':
        return [given];
      default:
        return [];
    }
  }

  #start(event: Loose): Loose {
    const message = asObject(event.message);
    const content = asObjects(message.content)
      .filter(({ type }) => type === 'tool_use')
      .flatMap(blockOf);
    return { ...event, message: { ...message, content, ...shared(message) } };
  }

  #begin(event: Loose): readonly unknown[] {
    const { type } = asObject(event.content_block);
    const [block] = type === notStreamed ? [] : blockOf(asObject(event.content_block));
    if (block) return [{ ...event, content_block: block }];
    this.#skipped.add(event.index);
    return [];
  }

  #delta(event: Loose): readonly unknown[] {
    const { type } = asObject(event.delta);
    return !this.#skipped.has(event.index) && deltas.test(String(type)) ? [event] : [];
  }
}

const contentOf = (content: unknown): readonly Loose[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : asObjects(content);

function blockOf(block: Loose): Loose[] {
  const { type } = block;
  if (!blocks.test(String(type))) return [];
  // Annotations are not kept, so their shape does not matter.
  if (type === 'text') return [{ type, text: wordOf(block.text) ?? '' }];
  if (type === 'thinking') {
    return [{ ...block, thinking: wordOf(block.thinking) ?? '', signature: wordOf(block.signature) ?? '' }];
  }
  if (type !== 'tool_use') return [block];
  const name = wordOf(block.name);
  return name ? [{ ...block, name, id: wordOf(block.id) ?? '', input: block.input ?? {} }] : [];
}

function shared({ usage, container }: Loose): Loose {
  return { usage: countsOf(usage, ['input_tokens', 'output_tokens']), ...containerOf({ container }) };
}

function containerOf({ container }: Loose): Loose {
  const { id, expires_at } = asObject(container);
  return wordOf(id) ? { container: { ...asObject(container), expires_at: wordOf(expires_at) ?? '' } } : {};
}

/** Returns the counts that are numbers. Those that the package requires are 0, marked when nothing was counted. */
function countsOf(given: unknown, needed: readonly string[]): Loose {
  const usage = Object.fromEntries(Object.entries(asObject(given)).filter(([, value]) => value !== null));
  const isCounted = Object.values(usage).some((value) => typeof value === 'number');
  const missing = needed.filter((name) => typeof usage[name] !== 'number').map((name) => [name, 0]);
  return { ...usage, ...Object.fromEntries(missing), ...(isCounted ? {} : { uncounted: true }) };
}
