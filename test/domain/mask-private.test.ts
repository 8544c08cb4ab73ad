import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { maskPrivate } from '../../src/domain/mask-private.ts';

describe('an error text', () => {
  test.each([
    ["Duplicate entry 'O'Brien-42' for key 'orders.PRIMARY'", "Duplicate entry '•••' for key 'orders.PRIMARY'"],
    [
      'duplicate key value violates unique constraint "orders_pkey" Detail: Key (id, mail)=(42, a@b.com) already exists.',
      'duplicate key value violates unique constraint "orders_pkey" Detail: Key (id, mail)=(•••) already exists.',
    ],
    [
      "Access denied for user 'root'@'10.1.2.3' (using password: YES)",
      "Access denied for user '•••'@'•••' (using password: YES)",
    ],
    [
      'Unable to connect to jdbc:mysql://db-1.acme.internal:3306/shop?user=root&password=x refused',
      'Unable to connect to ••• refused',
    ],
    ["Table 'shop.orders' doesn't exist", "Table 'shop.orders' doesn't exist"],
    [
      String.raw`Incorrect string value: '\xF0\x9F' for column 'name' at row 1`,
      "Incorrect string value: '•••' for column 'name' at row 1",
    ],
    [
      'service CAPTURER failed, cause by: Unable to connect to DBMS: host 192.168.0.4:3306 timeout',
      'service CAPTURER failed, cause by: Unable to connect to DBMS: host ••• timeout',
    ],
    ['SQL: insert into users values (1, 2)', 'SQL: •••'],
    ["Execution of UPDATE shop.users SET name='bob' WHERE id=3 failed", 'Execution of •••'],
    ['Connection to rm-123.mysql.rds.aliyuncs.com refused', 'Connection to ••• refused'],
    ['binlog mysql-bin.000514:197 not found at 12:34:56', 'binlog mysql-bin.000514:197 not found at 12:34:56'],
    [
      'java.sql.SQLException: Lock wait timeout exceeded; try restarting transaction',
      'java.sql.SQLException: Lock wait timeout exceeded; try restarting transaction',
    ],
    ["连接主机：db1.acme.cn 失败，用户 'root' 无权限", "连接主机：••• 失败，用户 '•••' 无权限"],
    ['fe80::1 and fe80:0:0:0:1:2:3:4 are down', '••• and ••• are down'],
    ['invalid input syntax for type integer: "abc"', 'invalid input syntax for type integer: "•••"'],
    ["Unknown column 'x' in 'field list'", "Unknown column 'x' in 'field list'"],
    ['token=abc123 password: hunter2', 'token=••• password: •••'],
    ['mail to dba@acme.com', 'mail to •••'],
    ['user is not allowed', 'user is not allowed'],
    ['server version 5.7 is not supported', 'server version 5.7 is not supported'],
    ['DRS.M05023 Replication stopped.\n\tSee  log', 'DRS.M05023 Replication stopped. See log'],
  ])('%s keeps the sentence and loses the data', (text, masked) => {
    expect(maskPrivate(text)).toBe(masked);
  });

  test('masked twice is masked once, and is never long', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 900 }), (text) => {
        const once = maskPrivate(text);
        expect(maskPrivate(once)).toBe(once);
        expect(Array.from(once).length).toBeLessThanOrEqual(600);
      }),
    );
  });

  test('never lets an address, a mail or a literal through, wherever it stands', () => {
    const secrets = fc.constantFrom(
      '10.20.30.40',
      '10.20.30.40:3306',
      'db-7.prod.acme.com',
      'root@acme.com',
      'jdbc:postgresql://h/x',
    );
    fc.assert(
      fc.property(fc.lorem({ maxCount: 6 }), secrets, fc.lorem({ maxCount: 6 }), (before, secret, after) => {
        expect(maskPrivate(`${before} ${secret} ${after}`)).not.toContain(secret);
        expect(maskPrivate(`${before} value '${secret}' ${after}`)).not.toContain(secret);
      }),
    );
  });
});
