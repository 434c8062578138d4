import { parseYesNo } from './answers.js';
import { endedError } from './ask.js';
import { LineInput } from './line-input.js';
import type { Prompter } from './prompter.js';
import type { ChoiceQuestion, Question } from './question.js';
import type { Streams } from './streams.js';

/**
 * Returns a prompter for a person at anything that shows lines: a serial console, a dumb terminal,
 * a pipe. It uses no colours and no cursor movements. On a terminal it shows secrets as asterisks;
 * Ctrl-C at any other question is a signal of the process.
 */
export function plainTerminal({ input, output }: Streams): Prompter {
  const lines = new LineInput(input);
  const line = async (question: Question, suffix: string): Promise<string> => {
    output.write(`${question.message}${suffix}: `);
    const answer = await lines.line();
    // Without a terminal the output lacks the line break that a person types.
    if (!input.isTTY) output.write('\n');
    if (answer === undefined) throw endedError(question);
    return answer.trim();
  };
  const tell = (text: string) => output.write(`${text}\n`);
  return {
    isPerson: true,
    text: (question) => line(question, hintOf(question)),
    secret: (question) => readUnseen({ input, output }, lines, question),
    confirm: async (question) => {
      for (;;) {
        const answer = await line(question, question.default ? ' [Y/n]' : ' [y/N]');
        const isYes = answer === '' ? question.default : parseYesNo(answer);
        if (isYes !== undefined) return isYes;
        tell('enter yes or no');
      }
    },
    choose: async (question) => {
      const { choices } = question;
      for (const [index, { label }] of choices.entries()) tell(`${index + 1}. ${label}`);
      for (;;) {
        const choice = findChoice(question, await line(question, defaultNumber(question)));
        if (choice !== undefined) return choice;
        tell(`enter a number from 1 to ${choices.length}`);
      }
    },
    tell,
    close: () => lines.close(),
  };
}

function hintOf(question: { default?: string; optional?: boolean }): string {
  if (question.default) return ` [${question.default}]`;
  return question.optional ? ' (optional)' : '';
}

function defaultNumber({ choices, default: value }: ChoiceQuestion): string {
  const index = choices.findIndex((choice) => choice.value === value);
  return index < 0 ? '' : ` [${index + 1}]`;
}

/** Returns the choice with this number or value. */
function findChoice({ choices, default: value }: ChoiceQuestion, answer: string): string | undefined {
  if (answer === '') return value;
  const named = choices.find((choice) => choice.value === answer);
  return (named ?? (/^\d+$/.test(answer) ? choices[Number(answer) - 1] : undefined))?.value;
}

async function readUnseen(
  { input, output }: Streams,
  lines: LineInput,
  question: Question & { optional?: boolean },
): Promise<string> {
  const isTerminal = input.isTTY && input.setRawMode !== undefined;
  // Before the question, so that the terminal does not show what is typed right after it.
  if (isTerminal) input.setRawMode?.(true);
  try {
    output.write(`${question.message}${hintOf(question)}: `);
    const answer = isTerminal ? await lines.unseenLine((text) => output.write(text)) : await lines.line();
    output.write('\n');
    if (answer === undefined) throw endedError(question);
    return answer;
  } finally {
    if (isTerminal) input.setRawMode?.(false);
  }
}
