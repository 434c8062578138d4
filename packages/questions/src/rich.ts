import { endedError } from './ask.js';
import type { Prompter } from './prompter.js';
import type { Question } from './question.js';
import type { Streams } from './streams.js';

type Clack = typeof import('@clack/prompts');
interface Settings extends Streams {
  signal: AbortSignal;
}

/**
 * Returns a prompter for a person at a terminal with a cursor and colours. It loads the code that
 * draws questions with the first one.
 */
export function richTerminal(streams: Streams): Prompter {
  const { input, output } = streams;
  const show = async <Answer>(
    question: Question,
    draw: (clack: Clack, settings: Settings) => Promise<Answer>,
  ): Promise<Exclude<Answer, symbol>> => {
    const clack = await import('@clack/prompts');
    const answer = await untilEnd(input, (signal) => draw(clack, { input, output, signal }));
    if (typeof answer === 'symbol') throw endedError(question);
    return answer as Exclude<Answer, symbol>;
  };
  return {
    isPerson: true,
    text: (question) =>
      show(question, async (clack, settings) => {
        const { message, default: value, optional, draft } = question;
        const placeholder = value ?? (optional ? 'optional' : undefined);
        return clack.text({
          ...settings,
          message,
          ...(placeholder && { placeholder }),
          ...(value && { defaultValue: value }),
          ...(draft && { initialValue: draft }),
        });
      }).then((answer) => answer ?? ''),
    secret: (question) =>
      show(question, async (clack, settings) => {
        const { message, optional } = question;
        return clack.password({ ...settings, message: optional ? `${message} (optional)` : message });
      }).then((answer) => answer ?? ''),
    confirm: (question) =>
      show(question, async (clack, settings) =>
        clack.confirm({ ...settings, message: question.message, initialValue: question.default }),
      ),
    choose: (question) =>
      show(question, async (clack, settings) =>
        clack.select<string>({
          ...settings,
          message: question.message,
          options: question.choices.map(({ value, label }) => ({ value, label })),
          ...(question.default && { initialValue: question.default }),
        }),
      ),
    tell: (text) => void output.write(`${text}\n`),
    close: () => void input.pause(),
  };
}

/** Ends a question at the end of the input or at Ctrl-D, which the library does not notice. */
async function untilEnd<Answer>(
  input: Streams['input'],
  draw: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const onKey = (_text: string, key?: { ctrl?: boolean; name?: string }) => {
    if (key?.ctrl && key.name === 'd') end();
  };
  for (const event of ['end', 'close', 'error']) input.on(event, end);
  input.on('keypress', onKey);
  if (input.readableEnded || input.destroyed) end();
  try {
    return await draw(ended.signal);
  } finally {
    for (const event of ['end', 'close', 'error']) input.off(event, end);
    input.off('keypress', onKey);
  }
}
