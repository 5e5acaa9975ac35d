import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, LOOPBACK_OPEN } from '../test-policy.js';
import { decideAddress } from './addresses.js';
import { decideHost } from './hosts.js';

const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
/** From the ranges that matter too, which chance would seldom hit. */
const interesting = fc.oneof(
  octets,
  ...[[127], [10], [0], [169, 254], [172, 16], [192, 168], [192, 0, 0], [100, 64], [198, 18], [224], [240]].map((head) =>
    octets.map((all) => head.concat(all.slice(head.length))),
  ),
);
const hex = (value: number) => value.toString(16);
const isAllowed = (address: string) => decideAddress(address, DEFAULTS).allowed;

describe('an IPv4 address', () => {
  it('is judged alike in every notation of URLs', () => {
    fc.assert(
      fc.property(interesting, (bytes) => {
        const [a = 0, b = 0, c = 0, d = 0] = bytes;
        const number = ((a * 256 + b) * 256 + c) * 256 + d;
        const notations = [
          bytes.join('.'),
          String(number),
          `0x${hex(number)}`,
          `0${number.toString(8)}`,
          bytes.map((byte) => `0x${hex(byte)}`).join('.'),
          bytes.map((byte) => `0${byte.toString(8)}`).join('.'),
          `${a}.${(b * 256 + c) * 256 + d}`,
          `${a}.${b}.${c * 256 + d}`,
        ];
        const verdicts = notations.map((host) => decideHost(`http://${host}/`, DEFAULTS).allowed);
        expect(new Set(verdicts)).toEqual(new Set([isAllowed(bytes.join('.'))]));
      }),
    );
  });

  it('is judged alike inside of IPv6', () => {
    fc.assert(
      fc.property(
        // 0.0.0.0/31 in compatible form are addresses of IPv6's own.
        interesting.filter(([a = 0, b = 0, c = 0]) => a + b + c > 0),
        (bytes) => {
          const [a = 0, b = 0, c = 0, d = 0] = bytes;
          const [high, low] = [hex(a * 256 + b), hex(c * 256 + d)];
          const forms = [`::ffff:${high}:${low}`, `::${high}:${low}`, `64:ff9b::${high}:${low}`, `2002:${high}:${low}::1`];
          const verdicts = [...forms, `2606:4700::5efe:${high}:${low}`].map(isAllowed);
          expect(new Set(verdicts)).toEqual(new Set([isAllowed(bytes.join('.'))]));
        },
      ),
    );
  });
});

describe('an address that DNS answers', () => {
  it.each(['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2a00:1450:4001::200e'])(
    '%s may be dialled',
    (address) => expect(isAllowed(address)).toBe(true),
  );

  it.each([
    'fd00:ec2::254%eth0',
    '168.63.129.16',
    '::ffff:168.63.129.16',
    '100.100.100.200',
    'fd00:42::42',
    '224.0.0.1',
    '4000::1',
  ])('%s may not, whatever is open', (address) => expect(decideAddress(address, LOOPBACK_OPEN).allowed).toBe(false));
});
