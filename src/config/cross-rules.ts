import type { Given } from './environment.ts';

type IsSet = (name: string) => boolean;

/** Settings of which one group must be there whole, and what is said where none is. */
const ONE_OF: readonly { readonly groups: readonly (readonly string[])[]; readonly says: string }[] = [
  {
    groups: [['SLACK_APP_TOKEN'], ['SLACK_SIGNING_SECRET']],
    says: 'SLACK_APP_TOKEN: is missing, and so is SLACK_SIGNING_SECRET; set the app token (xapp-…) for Socket Mode, or the signing secret for HTTP',
  },
  {
    groups: [['DRS_REGION'], ['DRS_ENDPOINT', 'IAM_ENDPOINT']],
    says: 'DRS_REGION: is missing; expected a region id like ap-southeast-1, or both DRS_ENDPOINT and IAM_ENDPOINT',
  },
  {
    groups: [['DRS_PROJECT_ID'], ['DRS_REGION']],
    says: 'DRS_PROJECT_ID: is missing; expected the project id of your region (console: My Credentials), or DRS_REGION to look it up',
  },
];
const KEYS = ['HUAWEICLOUD_SDK_AK', 'HUAWEICLOUD_SDK_SK'];
const LOGIN: Readonly<Record<string, string>> = {
  IAM_DOMAIN: 'the name of the account (domain) that owns the IAM user',
  IAM_USER: 'the name of an IAM user with programmatic access',
  IAM_PASSWORD: "the IAM user's password",
};

/** What is wrong with settings that are each right by themselves, one line each. */
export function findCrossProblems(
  given: Given,
  keep: { readonly KEEP_EVENTS_DAYS: number; readonly KEEP_DELIVERIES_DAYS: number } | undefined,
  isSchedule: (pattern: string) => boolean,
): readonly string[] {
  const isSet: IsSet = (name) => given[name] !== undefined || given[`${name}_FILE`] !== undefined;
  const problems = ONE_OF.flatMap(({ groups, says }) => (groups.some((group) => group.every(isSet)) ? [] : [says]));
  problems.push(...findMissingCredentials(isSet));
  if (keep !== undefined && keep.KEEP_EVENTS_DAYS < keep.KEEP_DELIVERIES_DAYS)
    problems.push(
      `KEEP_EVENTS_DAYS: is less than KEEP_DELIVERIES_DAYS (${keep.KEEP_DELIVERIES_DAYS}); a message needs the events it tells, so keep them at least as long`,
    );
  const schedule = given['POLL_SCHEDULE'];
  if (schedule !== undefined && !isSchedule(schedule))
    problems.push(
      'POLL_SCHEDULE: expected a cron pattern of five fields like * * * * * (every minute), or six with seconds first',
    );
  return problems;
}

function findMissingCredentials(isSet: IsSet): readonly string[] {
  if (KEYS.some(isSet))
    return KEYS.filter((name) => !isSet(name)).map((name) => `${name}: is missing; an access key has two parts`);
  const absent = Object.entries(LOGIN).filter(([name]) => !isSet(name));
  if (absent.length < Object.keys(LOGIN).length)
    return absent.map(([name, what]) => `${name}: is missing; expected ${what}`);
  return [
    'HUAWEICLOUD_SDK_AK: is missing, and so is IAM_USER; set an access key (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK), or IAM_DOMAIN, IAM_USER and IAM_PASSWORD',
  ];
}
