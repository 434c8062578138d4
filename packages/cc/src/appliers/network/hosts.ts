const NEW_FILE = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
  '',
].join('\n');

/**
 * Returns the text of /etc/hosts with `127.0.1.1` naming this machine, as Debian does: the full
 * name first, then the short one. Keeps all other lines, and the line itself if it already has the
 * names. Without a file, the result begins with the names of the loopback addresses.
 */
export function setHostsName(text: string | undefined, name: string): string {
  const lines = (text || NEW_FILE).split('\n');
  if (lines.at(-1) === '') lines.pop();
  const names = [...new Set([name, name.split('.')[0]!])];
  const own = lines.findIndex((line) => addressOf(line) === '127.0.1.1');
  const line = `127.0.1.1\t${names.join(' ')}`;
  if (own === -1) lines.splice(lines.findLastIndex((other) => addressOf(other) === '127.0.0.1') + 1, 0, line);
  else if (!hasNames(lines[own]!, names)) lines[own] = line;
  return `${lines.join('\n')}\n`;
}

function addressOf(line: string): string | undefined {
  return wordsOf(line)[0];
}

/** The first name is the canonical one. Aliases after it may stay. */
function hasNames(line: string, names: readonly string[]): boolean {
  const present = wordsOf(line).slice(1);
  return present[0] === names[0] && names.every((name) => present.includes(name));
}

function wordsOf(line: string): string[] {
  return line
    .replace(/#.*/, '')
    .split(/\s+/)
    .filter((word) => word !== '');
}
