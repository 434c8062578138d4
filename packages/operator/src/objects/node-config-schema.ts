import type { DescribedKey } from '@haos/cc/internal';
import { conditions, selector } from './common-schemas.js';
import { configSchema } from './config-schema.js';
import {
  DEFAULT_PRIORITY,
  type NodeConfigSpec,
  type NodeConfigStatus,
  type NodeCounts,
  type SecretValue,
} from './node-config.js';
import { choice, flag, list, object, type Schema, text, whole } from './schema.js';

export function nodeConfigSpecSchema(definition: DescribedKey): Schema {
  return object<NodeConfigSpec>(
    'A part of the configuration of nodes.',
    {
      nodeSelector: selector('The nodes that get it. Default: all nodes of HAOS.'),
      priority: whole('The higher overrides. Default: 100.', {
        minimum: 0,
        maximum: 1000,
        default: DEFAULT_PRIORITY,
      }),
      config: configSchema(definition),
      text: text(
        'A cloud-config as text; either this or `config`. No secrets: everyone may read it who may list.',
        {
          maxLength: 512 * 1024,
        },
      ),
      secrets: list(
        'Values of `config` that come from Secrets of the namespace haos-system.',
        object<SecretValue>(
          'A value.',
          {
            path: text('A JSON pointer with documented names, such as /haos/wifi/0/passphrase.', {
              pattern: '^(/[^/]+)+$',
              maxLength: 256,
            }),
            secretRef: object<SecretValue['secretRef']>(
              'Where the value is.',
              {
                name: text('The name of the Secret.', { minLength: 1, maxLength: 253 }),
                key: text('The key in the Secret.', { minLength: 1, maxLength: 253 }),
              },
              ['name', 'key'],
            ),
          },
          ['path', 'secretRef'],
        ),
        { maxItems: 64 },
      ),
      paused: flag('Whether nodes keep what they have. Default: false.', { default: false }),
      strategy: choice(
        'Automatic (default): nodes apply it at once, as long as no service of k3s has to restart and ' +
          'the node need not reboot. Rollout: nodes plan it, and apply it when a Rollout says so.',
        ['Automatic', 'Rollout'],
        { default: 'Automatic' },
      ),
    },
    [],
    [
      { rule: 'has(self.config) != has(self.text)', message: 'give either config or text' },
      { rule: '!has(self.secrets) || has(self.config)', message: 'secrets need config instead of text' },
    ],
  );
}

export function nodeConfigStatusSchema(): Schema {
  return object<NodeConfigStatus>('Written by the operator.', {
    observedGeneration: whole('The generation that the status is about.'),
    nodes: object<NodeCounts>(
      'How many nodes have it.',
      {
        matched: whole('Nodes that the selector matches.'),
        planned: whole('Of these, nodes that have planned it.'),
        applied: whole('Of these, nodes that have applied it.'),
        failed: whole('Of these, nodes that failed to apply it, or went back.'),
      },
      ['matched', 'planned', 'applied', 'failed'],
    ),
    conditions: conditions('Ready: it can be rendered. Conflict: another NodeConfig contradicts it.'),
  });
}
