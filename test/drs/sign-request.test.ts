import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { canonicalQuery, canonicalRequest, sdkDate, signRequest } from '../../src/drs/sign-request.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Of the vendor's own SDK tests (huaweicloud-sdk-core, tests/test_signer.py). */
const published = {
  url: 'https://service.endpoint.myhuaweicloud.com/resources?size=1',
  headers: {
    Host: 'service.endpoint.myhuaweicloud.com',
    'X-Sdk-Date': '20200608T023900Z',
    TEST_UNDERSCORE: 'not signed',
  },
};

describe('a signature', () => {
  test.each([
    [
      'GET',
      '',
      'de94dd1e1ccdb730b403ce35d7e14f7c7b04337f6def1c3a3a2ba936852b133f',
      'cfb4171acec81de07d50e53d57eb77edd537414d66ddb1d7d780f128e12cd842',
    ],
    [
      'POST',
      '{"name":"test","id":1}',
      '2b1b2515e48cb55e043ff2ec5b93d3f13ec287e1da1d7a2e4e14b0611a341969',
      '436b1ac0a1ae03705934bb70ef2f2e09f7bfed2117d731a38235053199323a1f',
    ],
  ])('of the published %s is the published one', (method, body, hash, signature) => {
    const request = { ...published, method, body };
    expect(sha256(canonicalRequest(request))).toBe(hash);
    expect(signRequest(request, 'AccessKey', 'SecretKey')).toBe(
      `SDK-HMAC-SHA256 Access=AccessKey, SignedHeaders=host;x-sdk-date, Signature=${signature}`,
    );
  });

  test('writes the published query as published', () => {
    const query = new URLSearchParams([
      ['limit', '1'],
      ['enable', 'true'],
      ['test', '一 (&=?!#%.*)'],
      ['path', '/tmp/123'],
      ['multi', '1'],
      ['multi', '2'],
      ['multi', '3'],
    ]).toString();
    expect(canonicalQuery(`?${query}`)).toBe(
      'enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29',
    );
  });

  test('starts from the request of the signing guide as the guide has it', () => {
    const request = {
      method: 'GET',
      url: 'https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0',
      headers: {
        'content-type': 'application/json',
        host: 'service.region.example.com',
        'x-sdk-date': '20191115T033655Z',
      },
      body: '',
    };
    expect(sha256(canonicalRequest(request))).toBe('b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a');
  });

  test('changes with every byte of the body, the path and each signed header', () => {
    const request = { ...published, method: 'POST', body: '{}' };
    const sign = (changes: object) => signRequest({ ...request, ...changes }, 'AK', 'SK');
    const all = [
      sign({}),
      sign({ body: '{} ' }),
      sign({ url: `${published.url}2` }),
      sign({ headers: { ...published.headers, 'X-Language': 'zh-cn' } }),
      signRequest(request, 'AK', 'SK2'),
    ];
    expect(new Set(all.map((one) => one.slice(-64))).size).toBe(all.length);
  });

  test('is dated in UTC to the second', () => {
    expect(sdkDate(Date.parse('2020-06-08T02:39:00.987Z'))).toBe('20200608T023900Z');
  });
});
