import { conditions, time } from './common-schemas.js';
import {
  ACTIONS,
  type AppliedPart,
  type ConfigState,
  type Drift,
  type HaosState,
  MAX_OPERATIONS,
  type NodeIssue,
  type NodePlan,
  type NodeStateStatus,
  PHASES,
  type PhaseState,
  type PlannedOperation,
  type UpgradeState,
} from './node-state.js';
import { choice, list, object, type Schema, text, whole } from './schema.js';

export function nodeStateStatusSchema(): Schema {
  return object<NodeStateStatus>('Written by the agent of the node.', {
    agentVersion: text('The version of the agent.'),
    haos: object<HaosState>(
      'The versions of HAOS.',
      {
        version: text('The running version.'),
        next: text('The version that boots next, if it is another.'),
        slots: list('The versions on the disk.', text('A version.')),
        mode: text('How the node runs, such as disk.'),
      },
      ['version'],
    ),
    kernel: text('The release of the running kernel.'),
    k3s: text('The version of the running k3s.'),
    bootId: text("The kernel's boot id."),
    secureBoot: choice('Whether the firmware checked the boot.', ['Enabled', 'Disabled', 'Unsupported']),
    phases: list(
      'The last run of each phase since the node booted.',
      object<PhaseState>(
        'A phase.',
        {
          phase: choice('Its name.', PHASES),
          result: choice('Unfinished: it runs, or was interrupted.', ['Done', 'Failed', 'Unfinished']),
          time: time('When it ended, or began if it has not ended.'),
          issues: whole('The number of errors and warnings of the configuration that it read.'),
          message: text('What failed or was left out first, and why, or the step that it has not finished.'),
        },
        ['phase', 'result', 'time', 'issues'],
      ),
    ),
    config: object<ConfigState>('What the node has of the configuration.', {
      wanted: text('The hash of the parts that the agent read last.'),
      applied: text('The hash of the parts that are in effect.'),
      parts: list(
        'The NodeConfigs of these parts.',
        object<AppliedPart>(
          'A NodeConfig that is in effect.',
          {
            name: text('Its name.'),
            generation: whole('The generation that the agent applied.'),
            hash: text('The hash of the part.'),
          },
          ['name', 'generation', 'hash'],
        ),
      ),
      attempted: text('The hash of the parts that the agent last tried to apply.'),
      attempt: text('The name of that attempt.'),
      result: choice('What became of it.', ['Applied', 'Failed', 'Reverted', 'Waiting']),
      message: text('Why.'),
    }),
    plan: object<NodePlan>(
      'What applying the wanted parts would change.',
      {
        wanted: text('The hash of the parts that were planned.'),
        hash: text('A digest of the plan; an approval is bound to it.'),
        action: choice('What the node has to do.', ACTIONS),
        operations: list(
          'What would change; without secrets.',
          object<PlannedOperation>(
            'An operation.',
            {
              what: text('What happens.'),
              target: text('A path, a command, or a name.'),
              diff: text('A unified diff.', { maxLength: 8192 }),
            },
            ['what', 'target'],
          ),
          { maxItems: MAX_OPERATIONS },
        ),
        more: whole('The number of operations that are left out.'),
      },
      ['wanted', 'hash', 'action', 'operations'],
    ),
    issues: list(
      'What validation says about the configuration.',
      object<NodeIssue>(
        'An issue.',
        {
          severity: choice('How bad it is.', ['error', 'warning', 'info']),
          code: text('The code, as on the page of errors and issues.'),
          message: text('What is wrong.'),
          origin: text('Where the value is from.'),
        },
        ['severity', 'code', 'message'],
      ),
    ),
    drift: list(
      'What differs on the node from what HAOS wrote.',
      object<Drift>(
        'A difference.',
        {
          path: text('The file.'),
          kind: choice('How it differs.', ['Changed', 'Missing']),
          owner: text('The source that the content is from.'),
        },
        ['path', 'kind'],
      ),
    ),
    upgrade: object<UpgradeState>(
      'The last upgrade that the operator asked for.',
      {
        id: text('The name of the request.'),
        version: text('The version that was requested.'),
        verdict: choice('What became of it.', [
          ...['Downloading', 'Staged', 'Trial'],
          ...['Healthy', 'RolledBack', 'Failed'],
        ]),
        message: text('Why.'),
      },
      ['id', 'version', 'verdict'],
    ),
    conditions: conditions('Ready, ConfigApplied, InSync, UpgradeHealthy.'),
    heartbeat: time('When the agent last wrote the status.'),
  });
}
