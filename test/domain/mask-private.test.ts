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
    ['Could not connect to db.example.de', 'Could not connect to •••'],
    ['The source database mysql01 is unreachable', 'The source database ••• is unreachable'],
    ['Connection to db1 port 5432 failed', 'Connection to ••• port 5432 failed'],
    ['主机 db-prod 无法连接', '主机 ••• 无法连接'],
    ['无法连接数据库 db-prod-01:3306', '无法连接数据库 •••'],
    ['user root does not have the SUPER privilege', 'user ••• does not have the SUPER privilege'],
    ['用户 root 没有权限', '用户 ••• 没有权限'],
    ['用户root没有REPLICATION权限', '用户•••没有REPLICATION权限'],
    ['Oracle SID orcl user SCOTT', 'Oracle SID ••• user •••'],
    ['password is hunter2', 'password is •••'],
    ['密码是hunter2，请检查', '密码是•••，请检查'],
    [
      'E11000 duplicate key error collection: shop.users index: phone_1 dup key: { phone: 13800138000 }',
      'E11000 duplicate key error collection: shop.users index: phone_1 dup key: {•••}',
    ],
    [
      "Cannot insert duplicate key in object 'dbo.users'. The duplicate key value is (Bob Smith, 12345).",
      "Cannot insert duplicate key in object 'dbo.users'. The duplicate key value is (•••)",
    ],
    ["Duplicate entry `x` for key 'PRIMARY'", "Duplicate entry '•••' for key 'PRIMARY'"],
    ['Error: update orders o set card=4111 where id=3', 'Error: •••'],
    ['Error: exec sp_addlogin bob, secret1', 'Error: •••'],
    ["Error: VALUES (1,'x',4111)", 'Error: •••'],
    ['Error: select card, name where x=1', 'Error: •••'],
    ["主键'4111'重复", "主键'4111'重复"],
    ["值'4111'重复", "值'•••'重复"],
    ["表'shop.orders'不存在", "表'shop.orders'不存在"],
    ['Column shop.orders.id is missing', 'Column shop.orders.id is missing'],
    // What helps stays: advice, products, codes.
    ...[
      'The connection to the source database is lost; check the network and the password.',
      "Can't connect to MySQL server",
      'The user does not have the REPLICATION SLAVE privilege on the source database',
      '源库用户缺少 REPLICATION 权限，请授权后重试',
      '连接 MySQL 失败，错误码 ORA-12541',
      'Server connection timed out (SQLSTATE 08001)',
      'function call failed (timeout)',
      'password authentication failed; the password is expired',
    ].map((helpful) => [helpful, helpful]),
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

  test('never lets what was planted in a sentence through, and keeps the table and the code', () => {
    const word = fc.stringMatching(/^q[a-z]{2,6}[0-9]{1,3}$/);
    const host = fc.oneof(
      word,
      fc.tuple(word, fc.constantFrom('.example.de', '.prod.acme.eu', '-01', '.internal')).map((two) => two.join('')),
    );
    const placesOf: Readonly<Record<'host' | 'user' | 'password' | 'data', readonly string[]>> = {
      host: [
        'Could not connect to %',
        'Connection to % port 5432 failed',
        'Connection to host % timed out',
        "Can't connect to MySQL server on '%' (111)",
        'The source database % is unreachable',
        'Target instance % cannot be reached',
        'Unknown host %',
        '主机 % 无法连接',
        '主机%无法连接',
        '无法连接数据库 %:3306',
        '源库 % 连接超时',
        '连接到%失败',
        'host=%;port=3306',
        'jdbc:mysql://%/shop',
      ],
      user: [
        'user % does not have the SUPER privilege',
        'permission denied for user %',
        "Access denied for user '%'@'10.0.0.5'",
        '用户 % 没有权限',
        '用户%没有权限',
        '用户名：%',
        'Oracle SID orcl user %',
        'login: %@prod',
      ],
      password: ['password is %', 'using password %', 'password=%', '密码为%', '密码：%', '"password":"%"'],
      data: [
        "Duplicate entry '%' for key 'PRIMARY'",
        "Duplicate entry `%` for key 'PRIMARY'",
        "Duplicate entry '%",
        'dup key: { phone: "%" }',
        'dup key: { phone: %',
        'The duplicate key value is (Bob, %).',
        'Key (id, mail)=(1, %) already exists',
        'update orders o set card=% where id=3',
        'exec sp_addlogin bob, %',
        "VALUES (1,'•••',%)",
        'select % , name where x=1',
        "值'%'重复",
      ],
    };
    const places = Object.entries(placesOf).flatMap(([kind, templates]) =>
      templates.map((template) => ({ template, secret: kind === 'host' ? host : word })),
    );
    const planted = fc
      .constantFrom(...places)
      .chain(({ template, secret }) => secret.map((text) => ({ text, sentence: template.replace('%', text) })));
    fc.assert(
      fc.property(planted, fc.constantFrom('. ', '; ', '，', ' '), ({ text, sentence }, joint) => {
        const masked = maskPrivate(`DRS.M05023 table shop.orders${joint}${sentence}`);
        expect(masked).toContain('DRS.M05023 table shop.orders');
        expect(masked).not.toContain(text);
        expect(maskPrivate(masked)).toBe(masked);
      }),
      { numRuns: 3_000 },
    );
  });

  test('is masked in no time, however it is made', () => {
    const long = ['a.', 'connect to the ', 'user ', "'", '用户', 'select ', '1:', 'a-'].map((piece) =>
      piece.repeat(2_000),
    );
    const startedAt = performance.now();
    for (const text of long) maskPrivate(text);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('an error text that is cut', () => {
  test.each([
    ['a quote that closes behind the cut', `${'word '.repeat(150)}value 'secret7 ${'x'.repeat(500)}'`, 'secret7'],
    ['a host that the cut halves', `${"value 'x' ".repeat(98)}to db-7.prod.acme.com`.padEnd(1_100, '!'), 'db-7'],
    ['a key that closes behind the cut', `Key (id)=(secret7, ${'x '.repeat(600)})`, 'secret7'],
  ])('hides %s', (_what, text, secret) => {
    const cut = maskPrivate(text.slice(0, 2_000));
    expect(cut).not.toContain(secret);
  });
});
