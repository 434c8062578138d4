import { parseFixture, startMetadataServer } from '@haos/cc/testing';
import type { Context, Invocation } from '../command.js';
import { EXIT, type ExitStatus } from '../exit-status.js';
import { CommandFailure, usageError } from '../failure.js';
import { parsePort } from '../parse-port.js';
import { readNamedFile } from '../read-named-file.js';
import { checkName } from './fetch-sources.js';

/** `haos datasource serve`: simulates a cloud until it is interrupted. */
export async function runServe(
  invocation: Invocation<'fixture' | 'port'>,
  context: Context,
): Promise<ExitStatus> {
  const [operand, ...more] = invocation.operands;
  if (operand === undefined || more.length > 0) throw usageError('exactly one data source must be named');
  const name = checkName(operand);
  const file = invocation.text('fixture');
  if (file === undefined) throw usageError('the option --fixture is missing');
  const port = parsePort(invocation.text('port') ?? '0'); // 0: a free one;
  const fixture = parseFixture(Buffer.from(readNamedFile(file, context)).toString('utf8'));
  const server = await startMetadataServer(name, fixture, { port }).catch((error: Error) => {
    throw new CommandFailure(EXIT.failed, `cannot listen on port ${port}: ${error.message}`);
  });
  context.onInterrupt(() => server.close());
  context.out(`${server.url}${name === 'cdrom' ? '/cidata.iso' : ''}\n`);
  return new Promise(() => {}); // the server keeps the process alive
}
