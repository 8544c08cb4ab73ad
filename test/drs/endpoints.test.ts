import { expect, test } from 'vitest';

import { endpointsOf } from '../../src/drs/endpoints.ts';

const GLOBAL = 'https://iam.myhuaweicloud.com';

test.each([
  ['ap-southeast-1', 'https://drs.ap-southeast-1.myhuaweicloud.com', 'https://iam.ap-southeast-1.myhuaweicloud.com'],
  ['eu-west-101', 'https://drs.eu-west-101.myhuaweicloud.eu', 'https://iam.eu-west-101.myhuaweicloud.eu'],
  ['eu-west-0', 'https://drs.eu-west-0.myhuaweicloud.com', 'https://iam.eu-west-0.myhuaweicloud.com'],
  ['ru-moscow-1', 'https://drs.ru-moscow-1.myhuaweicloud.com', 'https://iam.ru-moscow-1.myhuaweicloud.com'],
  ['eu-de', 'https://drs.eu-de.otc.t-systems.com', 'https://iam.eu-de.otc.t-systems.com'],
  ['eu-ch2', 'https://drs.eu-ch2.sc.otc.t-systems.com', 'https://iam-pub.eu-ch2.sc.otc.t-systems.com'],
  ...['af-north-1', 'ap-southeast-5', 'cn-north-11', 'cn-south-4', 'cn-southwest-3', 'ru-northwest-2'].map((region) => [
    region,
    `https://drs.${region}.myhuaweicloud.com`,
    GLOBAL,
  ]),
])('the region %s is asked at %s and %s', (region, drs, iam) => {
  const { drs: ofDrs, iam: ofIam } = endpointsOf(region);
  expect([ofDrs.address, ofIam.address]).toEqual([drs, iam]);
  expect(ofIam.isListed).toBe(true);
});

test.each(['eu-de', 'eu-nl', 'eu-ch2', 'xx-nowhere-9'])('the address of DRS in %s is said to be a guess', (region) => {
  expect(endpointsOf(region).drs.isListed).toBe(false);
});

test('a region in no list is asked after by IAM of the whole cloud, also as a guess', () => {
  expect(endpointsOf('xx-nowhere-9').iam).toEqual({ address: GLOBAL, isListed: false });
});
