import type { TransformerName } from './schemas/transformers.ts';

/** The kinds of files, as profiles name them. */
export type MediaKind = 'image' | 'document' | 'video' | 'text';

/** The efforts of OpenAI's models, from the lowest to the highest. */
export const openAiEfforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type OpenAiEffort = (typeof openAiEfforts)[number];

/** The form in which the Converse API expects the setting `thinking`. */
export type BedrockThinking =
  | 'anthropic'
  | 'deepseek'
  | 'openai'
  | 'openai_responses'
  | 'qwen'
  | 'xai'
  | 'zai'
  | 'zai_effort';

/**
 * The capabilities of a model, by the names of upstream, so that the two tables can be compared. An absent key means
 * upstream's default.
 *
 * Source: Pydantic AI `ModelProfile`, `DEFAULT_PROFILE` and the profiles of its providers.
 */
export interface Profile {
  supports_tools?: boolean;
  supports_json_schema_output?: boolean;
  supports_json_object_output?: boolean;
  supports_image_input?: boolean;
  supports_document_input?: boolean;
  supported_document_media_types?: readonly string[];
  supports_audio_file_input?: boolean;
  supports_video_input?: boolean;
  supports_inline_system_prompts?: boolean;
  supports_request_scoped_system_prompts?: boolean;
  needs_sealed_system_blocks?: boolean;
  native_output_requires_schema_in_instructions?: boolean;
  json_schema_transformer?: TransformerName | null;
  supports_cache?: boolean;
  supports_auto_cache?: boolean;
  supported_cache_retentions?: readonly string[];
  supports_thinking?: boolean;
  thinking_always_enabled?: boolean;
  thinking_enabled_by_default?: boolean;
  supports_forced_tool_choice?: boolean;
  supports_forced_tool_choice_with_thinking?: boolean;
  forced_tool_choice_disables_thinking?: boolean;
  thinking_tags?: readonly [open: string, close: string];
  may_tokenize_special_tokens_in_content?: boolean;
  mimics_assistant_message_formatting?: boolean;
  tool_call_id_length?: number | null;
  ignore_streamed_leading_whitespace?: boolean;

  openai_chat_thinking_field?: string;
  openai_chat_send_back_thinking_parts?: 'auto' | 'tags' | 'field' | false;
  openai_chat_thinking_requires_field_on_tool_calls?: boolean;
  openai_supports_strict_tool_definition?: boolean;
  openai_unsupported_model_settings?: readonly string[];
  openai_system_prompt_role?: 'system' | 'developer' | 'user' | null;
  openai_chat_supports_multiple_system_messages?: boolean;
  openai_chat_audio_input_encoding?: 'base64' | 'uri';
  openai_chat_supports_file_urls?: boolean;
  openai_supports_encrypted_reasoning_content?: boolean;
  openai_supports_reasoning?: boolean;
  openai_supports_reasoning_effort_none?: boolean;
  openai_supports_minimal_reasoning_effort?: boolean;
  openai_reasoning_efforts?: readonly OpenAiEffort[];
  openai_chat_supports_max_reasoning_effort?: boolean;
  openai_chat_thinking_false_body?: Readonly<Record<string, unknown>>;
  openai_responses_supports_max_reasoning_effort?: boolean;
  openai_responses_supports_reasoning_mode?: boolean;
  openai_responses_supports_reasoning_context?: boolean;
  openai_responses_tool_call_ids_are_response_scoped?: boolean;
  openai_responses_supports_interleaved_function_calls?: boolean;
  openai_responses_supports_json_schema_output?: boolean;
  openai_responses_supports_prompt_cache_diagnostics?: boolean;
  openai_supports_phase?: boolean;
  openai_chat_supports_document_input?: boolean;
  openai_chat_supports_max_completion_tokens?: boolean;
  openai_chat_supports_allowed_tools?: boolean;
  openai_supports_prompt_cache_breakpoints?: boolean;

  anthropic_supports_fast_speed?: boolean;
  anthropic_supports_adaptive_thinking?: boolean;
  anthropic_supports_effort?: boolean;
  anthropic_supports_xhigh_effort?: boolean;
  anthropic_supports_max_effort?: boolean;
  anthropic_disallows_budget_thinking?: boolean;
  anthropic_disallows_sampling_settings?: boolean;
  anthropic_disallows_top_effort_when_thinking_disabled?: boolean;
  anthropic_disables_thinking_with_between_tools?: boolean;
  anthropic_supports_task_budgets?: boolean;
  anthropic_max_output_tokens?: number | null;
  anthropic_rejects_max_tokens_beyond_context_window?: boolean;
  anthropic_distrusts_system_after_tool_result?: boolean;

  google_supported_mime_types_in_tool_returns?: readonly string[];
  google_supports_thinking_level?: boolean;
  google_disables_thinking_with_zero_budget?: boolean;
  google_supports_minimal_thinking_level?: boolean;
  google_thinking_levels?: readonly string[];
  google_supports_strict_tool_definition?: boolean;
  google_supports_tool_combination?: boolean;
  google_supports_server_side_tool_invocations?: boolean;

  groq_supports_reasoning_disable?: boolean;
  groq_supports_graded_reasoning_effort?: boolean;
  grok_reasoning_efforts?: readonly string[];
  grok_default_effort_omitted?: boolean;
  zai_supports_reasoning_effort?: boolean;
  zai_reasoning_effort_mapping?: Readonly<Record<string, string>>;

  openrouter_lowest_reasoning_effort?: string;
  openrouter_system_messages_precede_generation?: boolean;
  openrouter_supports_cache_control?: boolean;
  openrouter_supports_trailing_cache_control?: boolean;
  openrouter_supports_cache_ttl?: boolean;
  openrouter_supports_tool_cache?: boolean;
  openrouter_supports_dynamic_instruction_cache?: boolean;
  openrouter_max_cache_points?: number | null;
  snowflake_supports_reasoning?: boolean;
  snowflake_reasoning_requires_temperature_1?: boolean;

  bedrock_supports_tool_choice?: boolean;
  bedrock_tool_result_format?: 'text' | 'json';
  bedrock_send_back_thinking_parts?: boolean;
  bedrock_supports_prompt_caching?: boolean;
  bedrock_supports_tool_caching?: boolean;
  bedrock_supported_media_kinds_in_tool_returns?: readonly MediaKind[];
  bedrock_tool_result_colocatable_content?: readonly MediaKind[];
  bedrock_supports_leading_assistant_message?: boolean;
  bedrock_supports_citations?: boolean;
  bedrock_supports_tool_result_status?: boolean;
  bedrock_supports_strict_tool_definition?: boolean;
  bedrock_thinking_variant?: BedrockThinking;
  bedrock_supports_adaptive_thinking?: boolean;
  bedrock_supports_effort?: boolean;
  bedrock_top_k_variant?: 'anthropic' | 'nova';
  bedrock_tool_choice_none_variant?: 'anthropic';
  bedrock_document_cache_point_variant?: 'anthropic';
  bedrock_disallows_sampling_settings?: boolean;
  bedrock_supported_on_converse?: boolean;
}

/** Returns the profile of a model by its name. */
export type ProfileOf = (modelName: string) => Profile | undefined;

/** Merges profiles; later ones take precedence. Source: Pydantic AI `merge_profile`. */
export const merged = (...profiles: readonly (Profile | undefined)[]): Profile => Object.assign({}, ...profiles);

/** Returns whether a name begins with one of the prefixes. */
export const startsWith = (name: string, ...prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => name.startsWith(prefix));
