import { type Fields, fieldsOf, wrongAnswer } from './metadata-client.js';

/** The map of a YAML document, all its scalars as text; of nothing, an empty one (HAOS_CC_DATA_SOURCE_ANSWER). */
export async function parsePlainYaml(text: string, document: string): Promise<Fields> {
  if (text.trim() === '') return {};
  const { FAILSAFE_SCHEMA, load } = await import('js-yaml');
  let fields: Fields | undefined;
  try {
    fields = fieldsOf(load(text, { schema: FAILSAFE_SCHEMA }));
  } catch {
    // What a parser says of a document may repeat what is in it.
  }
  if (!fields) throw wrongAnswer(document, 'is not a YAML map');
  return fields;
}
