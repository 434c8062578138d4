import { isHaosError } from '@haos/host';
import { latin1 } from '@haos/host/internal';
import { readEc2Metadata } from './ec2-metadata.js';
import { wrongAnswer } from './metadata-client.js';
import type { MetadataService } from './types.js';

const TOKEN = '/latest/api/token';

/**
 * Amazon EC2, by IMDSv2, or version 1 if the service has no tokens. Source: the EC2 user guide,
 * "instance metadata".
 */
export const aws: MetadataService = {
  name: 'aws',
  endpoints: ['http://169.254.169.254', 'http://[fd00:ec2::254]'],
  async open(client) {
    try {
      const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' };
      const answer = await client.fetch(TOKEN, { method: 'PUT', headers });
      if (answer === undefined) return client;
      const token = latin1(answer.body).trim();
      if (!/^[\x21-\x7e]{1,4096}$/.test(token)) throw wrongAnswer(TOKEN, 'is not a token');
      return client.with({ headers: { 'x-aws-ec2-metadata-token': token } });
    } catch (error) {
      // An older service answers with these to a method that it does not know.
      if (isHaosError(error, 'HAOS_HTTP_STATUS') && [405, 501].includes(Number(error.details.status)))
        return client;
      throw error;
    }
  },
  userData: (client) => client.bytes('/latest/user-data'),
  metadata: (client) => readEc2Metadata(client),
};
