import { pythonJson } from '../json/python-json.ts';
import type { OutputObject } from '../model.ts';

/** Requests the output in words. Source: Pydantic AI `DEFAULT_PROMPTED_OUTPUT_TEMPLATE`. */
export const defaultTemplate =
  "\nAlways respond with a JSON object that's compatible with this schema:\n\n{schema}\n\nDon't include any text or Markdown fencing before or after.\n";

/** The template with the schema of the output in its place, or after it. */
export function fillTemplate(template: string, object: OutputObject): string {
  const schema = { ...object.json_schema };
  if (object.name) schema.title = object.name;
  if (object.description) schema.description = object.description;
  const withPlace = template.includes('{schema}') ? template : `${template}\n\n{schema}`;
  return withPlace.replaceAll('{schema}', () => pythonJson(schema));
}
