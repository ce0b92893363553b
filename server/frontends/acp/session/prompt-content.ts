import type { ContentBlock } from '@agentclientprotocol/sdk';
import type { UserContent } from '../../../../protocol/messages/content.ts';
import { invalidParams } from '../connection/rpc-error.ts';

/** What a person sends, as content for the model. Errors: `RpcError` for a block of no known type. */
export function promptContent(blocks: unknown): UserContent[] {
  if (!Array.isArray(blocks) || blocks.length === 0)
    throw invalidParams('`prompt` must be a list of at least one content block.');
  return blocks.map((block, at) => contentOf(block as ContentBlock, at));
}

function contentOf(block: ContentBlock, at: number): UserContent {
  switch (block?.type) {
    case 'text':
      if (typeof block.text === 'string') return block.text;
      break;
    case 'image':
    case 'audio':
      if (typeof block.data === 'string' && typeof block.mimeType === 'string')
        return binary(block.data, block.mimeType);
      break;
    case 'resource_link':
      if (typeof block.uri === 'string') return `[${block.name ?? block.uri}](${block.uri})`;
      break;
    case 'resource': {
      const { resource } = block;
      // The model has to know which file it is.
      if ('text' in resource) return `<file uri="${resource.uri.replaceAll('"', '%22')}">\n${resource.text}\n</file>`;
      if ('blob' in resource) return binary(resource.blob, resource.mimeType ?? 'application/octet-stream');
    }
  }
  throw invalidParams(`\`prompt[${at}]\` is not a content block of a known type.`);
}

const binary = (data: string, media_type: string): UserContent =>
  ({ kind: 'binary', data, media_type, vendor_metadata: null }) as UserContent;

/** The text that a person typed, without what is attached. */
export function typedText(blocks: unknown): string {
  const texts = (Array.isArray(blocks) ? blocks : []).flatMap((block: ContentBlock) =>
    block?.type === 'text' && typeof block.text === 'string' ? [block.text] : [],
  );
  return texts.join('\n').trim();
}

/** Characters of a title. */
const maxTitle = 80;

/** The title of a session: the first line of its first prompt. */
export function titleOf(text: string): string {
  const line = text.split('\n').find((one) => one.trim() !== '') ?? 'New session';
  const title = line.replace(/\s+/g, ' ').trim();
  return title.length > maxTitle ? `${title.slice(0, maxTitle - 1)}…` : title;
}
