import { type Profile, startsWith } from '../profile.ts';

const inResults = ['image/png', 'image/jpeg', 'image/webp', 'application/pdf', 'text/plain'];

const levels: readonly [prefix: string, levels: readonly string[]][] = [
  ['gemini-3.1-flash-lite-image', ['MINIMAL', 'HIGH']],
  ['gemini-3.7-flash', ['LOW', 'MEDIUM', 'HIGH']],
  ['gemini-3.8-flash', ['LOW', 'MEDIUM', 'HIGH']],
  ['gemini-3.1-pro-preview', ['LOW', 'MEDIUM', 'HIGH']],
  ['gemini-3-pro-preview', ['LOW', 'HIGH']],
  ['gemini-4-argon', ['LOW', 'MEDIUM', 'HIGH']],
  ['gemini-4-carbon', ['LOW', 'MEDIUM', 'HIGH']],
];

/** Gemini and Gemma. Source: Pydantic AI `google_model_profile`. */
export function googleProfile(name: string): Profile {
  const is25 = name.includes('gemini-2.5');
  const isOlder = name.includes('gemini-1') || (name.includes('gemini-2.') && !is25) || name === 'gemini-pro';
  const isGemma = name.includes('gemma');
  const isImage = name.includes('image');
  const isModern = !is25 && !isOlder && !isGemma;
  const thinks = !isGemma && !isOlder && !name.includes('gemini-2.5-flash-image');
  const isPro = name.includes('pro') && !name.includes('flash');
  const known = levels.find(([prefix]) => startsWith(name, prefix))?.[1];
  return {
    json_schema_transformer: 'GoogleJsonSchemaTransformer',
    supports_json_schema_output: isModern || !isImage,
    supports_json_object_output: isModern || !isImage,
    supports_tools: !isImage,
    supports_video_input: !isImage,
    supports_thinking: thinks,
    thinking_always_enabled: thinks && isPro,
    google_supports_tool_combination: isModern,
    google_supports_server_side_tool_invocations: isModern,
    google_supported_mime_types_in_tool_returns: isModern ? inResults : [],
    google_supports_thinking_level: thinks && !is25,
    google_supports_minimal_thinking_level: known?.includes('MINIMAL') ?? true,
    google_supports_strict_tool_definition: thinks && !isImage,
    ...(known ? { google_thinking_levels: known } : {}),
  };
}
