import { type Host, isHaosError } from '@haos/host';
import { layout } from '@haos/system';
import { type ConfigResult, hasErrors, mergeSources } from '../config.js';
import { hasFailed, readDataSourceReport } from '../datasources/report.js';
import type { CloudConfig } from '../generated/types.js';
import type { Issue, Severity, SourceName } from '../issue.js';
import { withRuleIssues } from '../rules/check-rules.js';
import { describeHold, findK3sHold, raiseDoubts } from '../rules/k3s-hold.js';
import {
  MAX_SOURCE_BYTES,
  type ParsedSource,
  parseCmdlineSource,
  parseHostname,
  parseKeys,
  parseNetworkSource,
  parseSource,
  parseYamlSource,
  type TextParser,
} from './source.js';

/** The configuration of a node. */
export interface NodeConfigResult extends ConfigResult {
  /**
   * A source or a key was unreadable, or a data source has not answered in this boot, so what is
   * missing from `config` may still be wanted.
   */
  isIncomplete: boolean;
  /**
   * Why k3s must not be started: the node might become another one than is meant. Undefined:
   * nothing keeps it.
   */
  k3sHold: string | undefined;
}

/**
 * Reads the configuration of a node from all its sources, lowest precedence first: system file,
 * kernel command line, local file, metadata, user data, and the files of `config.d` in byte order.
 * Ignores a source that does not exist. An unreadable source is an issue of severity error, and the
 * others count. `issues` also contains what `validate` reports. A value that breaks a rule stays in
 * `config`, and its step leaves it out. Never throws because of the content.
 */
export async function readConfig(host: Host): Promise<NodeConfigResult> {
  const reader = new SourceReader(host);
  reader.file('system', layout.systemConfig) || reader.file('system', layout.systemConfigUpperCase);
  reader.file('cmdline', layout.kernelCommandLine, parseCmdlineSource);
  reader.file('local', layout.localConfig) || reader.file('local', layout.goLocalConfig);
  reader.optionalFile(layout.deliveredHostname, parseHostname);
  reader.optionalFile(layout.deliveredKeys, parseKeys);
  await reader.network(layout.deliveredNetworkConfig, 'network-config');
  await reader.network(layout.deliveredNetworkData, 'network-data');
  await reader.userData();
  reader.directory(layout.localConfigDirectory) || reader.directory(layout.goLocalConfigDirectory);
  const result = mergeSources(reader.parsed);
  const issues = [...reader.issues, ...result.issues];
  const isIncomplete =
    hasErrors(issues) || reader.issues.some(isUnreadable) || awaitsDataSources(host, result.config);
  const checked = withRuleIssues({ ...result, issues });
  if (checked.issues.length === 0) return { ...checked, isIncomplete, k3sHold: undefined };
  const hold = findK3sHold(checked);
  return {
    ...checked,
    issues: raiseDoubts(checked.issues, checked.config),
    isIncomplete,
    k3sHold: hold && describeHold(hold),
  };
}

function isUnreadable({ code }: Issue): boolean {
  return code === 'unreadable-source';
}

/**
 * Returns whether no data source has answered in this boot: what an earlier boot got from them is
 * not there, and may still be wanted.
 */
function awaitsDataSources(host: Host, { haos }: CloudConfig): boolean {
  if (!haos?.dataSources?.some((name) => name.trim() !== '')) return false;
  const report = readDataSourceReport(host);
  return report?.state !== 'done' || hasFailed(report);
}

class SourceReader {
  readonly parsed: ParsedSource[] = [];
  readonly issues: Issue[] = [];

  constructor(private readonly host: Host) {}

  /** Adds a file. Returns whether it exists, readable or not. */
  file(source: SourceName, path: string, parse: TextParser = parseYamlSource): boolean {
    const content = this.bytes(source, path);
    if (content instanceof Uint8Array) this.parsed.push(parseSource({ source, file: path, content }, parse));
    return content !== 'absent';
  }

  optionalFile(path: string, parse: TextParser): void {
    const content = this.optionalBytes(path);
    if (content) this.parsed.push(parseSource({ source: 'metadata', file: path, content }, parse));
  }

  async network(path: string, form: 'network-config' | 'network-data'): Promise<void> {
    const content = this.optionalBytes(path);
    if (!content) return;
    const { readNetworkConfig } = await import('./network-config/read-network-config.js');
    const parse: TextParser = (text, named) =>
      parseNetworkSource(text, named, (document) => readNetworkConfig(document, form));
    this.parsed.push(parseSource({ source: 'metadata', file: path, content }, parse));
  }

  async userData(): Promise<void> {
    const path = layout.deliveredUserData;
    const content = this.bytes('userdata', path);
    if (!(content instanceof Uint8Array)) return;
    const { readUserDataSource } = await import('./user-data-source.js');
    const { source, issues } = await readUserDataSource(content, path);
    if (source) this.parsed.push(parseSource(source, parseYamlSource));
    this.issues.push(...issues);
  }

  /**
   * Adds the files of a directory. Returns whether it exists. Ignores hidden files, such as those
   * of an editor, and directories inside it.
   */
  directory(path: string): boolean {
    let names: string[];
    try {
      names = this.host.files.list(path);
    } catch (error) {
      if (isHaosError(error, 'HAOS_FILE_NOT_FOUND')) return false;
      this.unreadable('config.d', path, error);
      return true;
    }
    for (const name of names) {
      const file = `${path}/${name}`;
      if (!name.startsWith('.') && !this.isDirectory(file)) this.file('config.d', file);
    }
    return true;
  }

  /**
   * Returns false if the entry cannot be examined, as with a loop of links. Reading it then reports
   * the error.
   */
  private isDirectory(path: string): boolean {
    try {
      return this.host.files.stat(path)?.type === 'directory';
    } catch (error) {
      if (!isHaosError(error)) throw error;
      return false;
    }
  }

  private bytes(source: SourceName, path: string): Uint8Array | 'absent' | 'unreadable' {
    try {
      return this.host.files.read(path, { maxBytes: MAX_SOURCE_BYTES });
    } catch (error) {
      if (isHaosError(error, 'HAOS_FILE_NOT_FOUND')) return 'absent';
      this.unreadable(source, path, error);
      return 'unreadable';
    }
  }

  /** An unreadable file is a warning: metadata never keeps k3s waiting. */
  private optionalBytes(path: string): Uint8Array | undefined {
    try {
      // Most are absent, and an error costs more than a look.
      if (this.host.files.stat(path) === undefined) return undefined;
      return this.host.files.read(path, { maxBytes: MAX_SOURCE_BYTES });
    } catch (error) {
      this.unreadable('metadata', path, error, 'warning');
      return undefined;
    }
  }

  private unreadable(source: SourceName, file: string, error: unknown, severity: Severity = 'error'): void {
    if (!isHaosError(error)) throw error;
    this.issues.push({
      severity,
      code: 'unreadable-source',
      message: error.message,
      pointer: '',
      key: '',
      origin: { source, file, line: 1, column: 1, offset: 0, length: 1 },
      hint: error.hint,
    });
  }
}
