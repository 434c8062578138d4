import { conditions, selector, time } from './common-schemas.js';
import {
  DEFAULT_STEP_TIMEOUT_SECONDS,
  type Gate,
  type HttpProbe,
  type MaintenanceWindow,
  PHASES,
  type PromQuery,
  type RolloutSpec,
  type RolloutStatus,
  type RolloutTarget,
  type Wave,
  type WaveCounts,
  WEEKDAYS,
} from './rollout.js';
import { choice, decimal, flag, list, object, type Schema, text, whole } from './schema.js';

export function rolloutSpecSchema(): Schema {
  return object<RolloutSpec>(
    'What nodes are brought to, and how.',
    {
      target: targetSchema(),
      nodeSelector: selector('Of the nodes of the target. Default: all.'),
      waves: list(
        'How many nodes are changed before the gate; the last wave has the rest. Default: one wave. ' +
          'Servers come first, one at a time.',
        object<Wave>(
          'A wave.',
          {
            count: whole('Nodes.', { minimum: 1 }),
            percent: whole('A part of all nodes, rounded up.', { minimum: 1, maximum: 100 }),
          },
          [],
          [{ rule: 'has(self.count) != has(self.percent)', message: 'give either count or percent' }],
        ),
        { maxItems: 20 },
      ),
      maxUnavailable: whole('How many nodes of a wave may be unavailable, for any reason. Default: 1.', {
        minimum: 1,
        default: 1,
      }),
      gate: object<Gate>('What must hold before the next wave.', {
        bakeSeconds: whole('How long the wave must be healthy. Default: 0.', { minimum: 0, maximum: 604800 }),
        httpProbes: list(
          'URLs that must answer with a 2xx status.',
          object<HttpProbe>(
            'A probe.',
            {
              url: url('An http or https URL that the operator can reach, without a password.'),
              timeoutSeconds: timeoutSeconds(),
            },
            ['url'],
          ),
          { maxItems: 10 },
        ),
        promQueries: list('Queries of Prometheus whose values must keep limits.', querySchema(), {
          maxItems: 10,
        }),
      }),
      windows: list('When nodes may be changed. Default: always.', windowSchema(), { maxItems: 20 }),
      stepTimeoutSeconds: whole('For a drain, an apply or a reboot of one node. Default: 1800.', {
        minimum: 60,
        maximum: 86400,
        default: DEFAULT_STEP_TIMEOUT_SECONDS,
      }),
      onFailure: choice(
        'RollBack (default): the nodes of the wave go back. Stop: they stay.',
        ['RollBack', 'Stop'],
        { default: 'RollBack' },
      ),
      approval: choice(
        'Required: nothing happens until approvedPlan is the planHash of the status. Default: None.',
        ['None', 'Required'],
        { default: 'None' },
      ),
      approvedPlan: text('The planHash that a person approved.', { maxLength: 128 }),
      paused: flag('Whether to start nothing new. Default: false.', { default: false }),
      aborted: flag(
        'Whether to end it: nothing new starts, nodes that apply finish, cordons are taken back.',
        { default: false },
      ),
    },
    ['target'],
  );
}

function url(description: string): Schema {
  return text(description, { pattern: '^https?://[^/?#@\\s]+([/?#][^\\s]*)?$', maxLength: 2048 });
}

function timeoutSeconds(): Schema {
  return whole('Default: 10.', { minimum: 1, maximum: 60, default: 10 });
}

function querySchema(): Schema {
  return object<PromQuery>(
    'A query that must have a result, each value of which is neither below min nor above max.',
    {
      url: url('Of the server, such as http://prometheus.monitoring:9090, without a password.'),
      query: text('A query in PromQL for one moment.', { minLength: 1, maxLength: 4096 }),
      min: decimal('The lowest value that is good.'),
      max: decimal('The highest value that is good.'),
      timeoutSeconds: timeoutSeconds(),
    },
    ['url', 'query'],
    [{ rule: 'has(self.min) || has(self.max)', message: 'give min, max, or both' }],
  );
}

function targetSchema(): Schema {
  return object<RolloutTarget>(
    'Either a configuration or a version.',
    {
      config: text('The name of a NodeConfig with the strategy Rollout.', { maxLength: 253 }),
      version: text('A version of HAOS.', {
        pattern: '^[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,61}[A-Za-z0-9])?$',
      }),
      source: text('Where the version is, as `haos upgrade --source` takes it.', { maxLength: 2048 }),
      sha256: text('The SHA-256 digest of the image of the version.', { pattern: '^[0-9a-f]{64}$' }),
    },
    [],
    [
      { rule: 'has(self.config) != has(self.version)', message: 'give either config or version' },
      {
        rule: 'has(self.version) || (!has(self.source) && !has(self.sha256))',
        message: 'source and sha256 belong to a version',
      },
    ],
  );
}

function windowSchema(): Schema {
  return object<MaintenanceWindow>(
    'A window.',
    {
      days: list('Days on which it starts. Default: every day.', choice('A day.', WEEKDAYS), { maxItems: 7 }),
      start: text('HH:MM.', { pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' }),
      durationMinutes: whole('How long it is open.', { minimum: 1, maximum: 10080 }),
      timezone: text('A name of the IANA database. Default: UTC. If it is unknown, the window never opens.', {
        maxLength: 64,
      }),
    },
    ['start', 'durationMinutes'],
  );
}

export function rolloutStatusSchema(): Schema {
  return object<RolloutStatus>('Written by the operator.', {
    observedGeneration: whole('The generation that the status is about.'),
    phase: choice('Where the rollout is.', PHASES),
    planHash: text('Of a rollout that needs approval: a digest of the target and of the plans of all nodes.'),
    target: text('The target that the rollout works on.'),
    wave: whole('The current wave, from 1.'),
    waves: list(
      'How far each wave is.',
      object<WaveCounts>(
        'A wave.',
        {
          nodes: whole('Nodes.'),
          updating: whole('Nodes that are being changed.'),
          updated: whole('Nodes that have the target and are healthy.'),
          failed: whole('Nodes that failed.'),
          rolledBack: whole('Nodes that went back.'),
        },
        ['nodes', 'updating', 'updated', 'failed', 'rolledBack'],
      ),
    ),
    startedAt: time('When it began, or began again after it was complete.'),
    bakingSince: time('Since when the current wave is healthy.'),
    conditions: conditions('Progressing, and Blocked: why nothing happens.'),
  });
}
