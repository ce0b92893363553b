import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { CompiledAgent } from '../engine/agent.ts';
import type { ModelHandle } from '../models/registry.ts';

/** The callbacks a run may send, by its specification. @since 0.1.0 */
export function neededCallbacks(agent: CompiledAgent, model: ModelHandle): CallbackMethod[] {
  const { output } = agent;
  const prompts = [...agent.instructions.parts, ...agent.systemPrompt.parts];
  const objects = [...output.tools.values()].map((tool) => tool.object);
  const functions =
    output.text?.kind === 'function' ||
    (output.text?.kind === 'object' && output.text.object.function !== null) ||
    objects.some((object) => object.function !== null);
  const needed: [CallbackMethod, boolean][] = [
    ['tool/call', agent.tools.size > 0],
    ['output/validate', functions || agent.outputValidators.length > 0],
    ['prompt/resolve', prompts.some((part) => typeof part !== 'string')],
    ['model/request', model.servedByHost],
    ['history/process', agent.historyProcessors.length > 0],
    ['tools/prepare', agent.prepareTools],
    ['deferred/handle', agent.deferred === 'handle'],
  ];
  return needed.filter(([, isNeeded]) => isNeeded).map(([method]) => method);
}
