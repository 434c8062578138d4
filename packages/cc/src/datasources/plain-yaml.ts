import { type Fields, fieldsOf, wrongAnswer } from './metadata-client.js';

/**
 * Parses the map of a YAML document, with all scalars as text. Returns an empty map for an empty
 * text. Throws HAOS_CC_DATA_SOURCE_ANSWER for other content.
 */
export async function parsePlainYaml(text: string, document: string): Promise<Fields> {
  if (text.trim() === '') return {};
  const { FAILSAFE_SCHEMA, load } = await import('js-yaml');
  let fields: Fields | undefined;
  try {
    fields = fieldsOf(load(text, { schema: FAILSAFE_SCHEMA }));
  } catch {
    // The message of the parser may repeat content, so it is dropped.
  }
  if (!fields) throw wrongAnswer(document, 'is not a YAML map');
  return fields;
}
